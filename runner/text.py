"""The one place that makes outside text safe to show: names, groups, reasons and messages are data, never commands.

Every function is pure, takes any string (lone surrogates too) and returns one line. What cannot be seen or could move
other text about is written as a visible escape first (``\\u202e``), so nothing is hidden and nothing is dropped; then
each place where text ends up gets what it needs on top. The classes are written out instead of asked of
``unicodedata``, so that a report has the same bytes whichever Python renders it.
"""

from __future__ import annotations

import re
import unicodedata

# Controls, blanks other than the plain and the ideographic one, line separators, bidirectional and other format
# characters, everything Unicode calls default-ignorable, fillers that look empty, surrogates and noncharacters.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    "\u205f-\u206f\u2800\u3164\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Marks that sit on the letter before: no script needs five of them, and hundreds cover the lines above and below.
_MARKS = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc"
    "\u0ec8-\u0ece\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]"
)
_UNSEEMLY = re.compile(f"{_HIDDEN.pattern}|{_MARKS}(?<={_MARKS}{{5}})")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

_BREAK = "\u200b"  # nobody sees it, and GitHub reads no mention, reference, link or emoji across it
_BREAK_HERE = re.compile(
    r"(?<=@)"  # @someone, ann@acme.example
    r"|(?<=\#)(?=[0-9])|(?<=gh-)(?=[0-9])"  # references to issues: #12, GH-12
    r"|(?<=:)(?=//|[\w+-]+:)"  # https://..., and emoji such as :cloud:
    r"|(?<=www)(?=\.)"  # www.acme.example
    r"|(?=\$)|(?<=\$)"  # $mathematics$
    r"|(?<=[0-9a-f]{6})(?=[0-9a-f])",  # a commit's hash
    re.IGNORECASE | re.ASCII,
)
# Numeric references never act as Markdown, neither in a table nor outside (CommonMark, "Entity and numeric character
# references"); that makes them surer than backslashes, which tables read in their own way.
_MARKUP = {ord(c): f"&#{ord(c)};" for c in "\\`*_~[]{}()<>#!|&^$@" + _BREAK}
_LINE_START = re.compile(r"[-+=]|[0-9]+(?=[.)])")

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))]
)


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    code = ord(char)
    return _SHORT.get(char) or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


def terminal(text: str) -> str:
    """One line without controls, escape sequences, bidirectional or zero-width characters and heaps of marks on one
    letter: each is shown as text."""
    return text if text.isascii() and text.isprintable() else _UNSEEMLY.sub(_escape, text)


def markdown(text: str) -> str:
    """Text for a table cell or inline in Markdown on GitHub, also at the start of a line.

    It renders as ``terminal(text)``, as text and nothing else. Zero-width spaces keep mentions, references, links and
    emoji from being made of it; use ``markdown_code`` for what people will copy.
    """
    seen = _BREAK_HERE.sub(_BREAK, terminal(text))
    start = _LINE_START.match(seen)
    lead = "".join(f"&#{ord(c)};" for c in start.group()) if start else ""
    body = seen[start.end() :] if start else seen
    inner = body.strip(" ")
    left, right = len(body) - len(body.lstrip(" ")), len(body) - len(body.rstrip(" "))
    if not inner:
        return lead + "&#32;" * len(body)
    return lead + "&#32;" * left + inner.translate(_MARKUP) + "&#32;" * right


def markdown_code(text: str) -> str:
    """Text as code in Markdown: for addresses and ids, which can be copied from there just as they are.

    Nothing is a mention or a link inside code. Text that code in a table cannot hold, or that a workflow's log would
    take for a command, is written by ``markdown``.
    """
    seen = terminal(text)
    if not seen.strip(" ") or seen != seen.strip(" ") or any(c in seen for c in ("`", "|", "\\", "$", "##[")):
        return markdown(text)
    return f"`{seen}`"


def csv_cell(text: str) -> str:
    """A value for ``csv.writer`` that no spreadsheet takes for a formula: such a one gets an apostrophe in front."""
    shown = terminal(text)
    return f"'{shown}" if shown.lstrip(" \u3000'\"").startswith(_FORMULA) else shown


def log_line(text: str) -> str:
    """A line for a log that GitHub's runner reads: neither ``::name::`` at its start nor ``##[name]`` anywhere.

    Source: GitHub's runner, ActionCommand; blanks of any kind before ``::`` do not count there.
    """
    shown = terminal(text).replace("##[", "#\\u0023[")
    bare = shown.lstrip()
    return shown[: len(shown) - len(bare)] + "\\u003a" + bare[1:] if bare.startswith("::") else shown


def annotation_message(text: str) -> str:
    """The message of a workflow command. Source: GitHub's toolkit, escapeData."""
    return log_line(text).replace("%", "%25")


def annotation_property(text: str) -> str:
    """A property of a workflow command, such as its file. Source: GitHub's toolkit, escapeProperty."""
    return annotation_message(text).replace(":", "%3A").replace(",", "%2C")


def annotation(level: str, message: str, *, file: str, line: int, column: int, title: str = "") -> str:
    """The workflow command that marks a line of a file: ``level`` is error, warning or notice."""
    heading = f",title={annotation_property(title)}" if title else ""
    where = f"file={annotation_property(file)},line={line},col={column}{heading}"
    return f"::{level} {where}::{annotation_message(message)}"


def commit_message(text: str) -> str:
    """Text for one line of a commit's message: no mention, reference, closing word, ``[skip ci]`` or comment line."""
    seen = _BREAK_HERE.sub(_BREAK, terminal(text)).replace("[", "[" + _BREAK)
    return _BREAK + seen if seen.startswith("#") else seen


def mermaid(text: str) -> str:
    """Text for a quoted label of a Mermaid chart; what could end the quotes or mean something is an underscore."""
    return "".join(c if c.isalnum() or c in " .,-+/" else "_" for c in terminal(text))


def filename(text: str) -> str:
    """The stem of a file's name: letters and digits of any script, dots, dashes; never empty, hidden or reserved.

    At most 100 bytes. Different texts may give the same name.
    """
    plain = unicodedata.normalize("NFKC", terminal(text)).casefold()
    stem = "".join(c if unicodedata.category(c)[0] in "LNM" or c in "._" else "-" for c in plain)
    stem = re.sub(r"-{2,}", "-", re.sub(r"\.{2,}", ".", stem))
    stem = stem.encode()[:100].decode(errors="ignore").strip("-. ")
    return f"_{stem}" if stem.partition(".")[0] in _RESERVED else stem or "unnamed"


def display_width(text: str) -> int:
    """The columns that text takes in a terminal: 2 for wide characters, 0 for marks that sit on another."""
    return len(text) if text.isascii() else sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if char.isascii():
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf") or "\u1160" <= char <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def shorten(text: str, width: int) -> str:
    """Text cut to ``width`` columns, with an ellipsis where something is missing."""
    if text.isascii() and len(text) <= width:
        return text
    used = kept = 0
    for index, char in enumerate(text):
        used += _char_width(char)
        if used < width:
            kept = index + 1
        elif used > width:
            return text[:kept].rstrip(" ") + "…" if width > 0 else ""
    return text


def wrap(text: str, width: int, first: str = "", rest: str = "  ") -> list[str]:
    """Outside text on lines no wider than ``width``, unless one word is: after ``first``, and after ``rest`` below."""
    lines, line, bare = [], first, True
    for word in terminal(text).split(" "):
        if not bare and display_width(f"{line} {word}") > width:
            lines.append(line)
            line, bare = rest, True
        line, bare = line + word if bare else f"{line} {word}", False
    return [*lines, line]


def pad(text: str, width: int) -> str:
    """Text filled with blanks to ``width`` columns."""
    return text + " " * max(0, width - display_width(text))
