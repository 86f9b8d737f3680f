"""Which characters may stand in policies: what reviewers see must be what the runner reads.

Control characters, line separators and bidirectional controls are errors anywhere. Characters that cannot be seen, and
names of mixed scripts (an admin group spelled with one Cyrillic letter), are errors in whatever is compared with the
organization. Mixed is judged as "highly restrictive" of Unicode Technical Standard 39 does: one script, or Latin with
those of Japanese, Chinese or Korean writing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"
_CONTROL = "\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff"
FORBIDDEN = re.compile(f"[{_CONTROL}{_BIDI}]|\r(?!\n)")
_FORBIDDEN_IN_PROSE = re.compile(f"(?!\t)[{_CONTROL}{_BIDI}]|\r(?!\n)")

_UNSEEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_WRITTEN_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
_STYLED = frozenset({"FULLWIDTH", "HALFWIDTH", "MODIFIER", "MATHEMATICAL", "DOUBLE-STRUCK", "SCRIPT", "BLACK-LETTER"})

_NO_SCRIPT = frozenset({"LETTER", "SMALL", "CAPITAL", "FEMININE", "MASCULINE", "MICRO", "KELVIN", "ANGSTROM"})


def forbidden(text: str, *, tabs: bool = False) -> Iterator[tuple[int, int, str]]:
    """Line, column (from 1) and name of each character that is an error anywhere; ``tabs`` lets tabs be (prose)."""
    pattern = _FORBIDDEN_IN_PROSE if tabs else FORBIDDEN
    line, start = 1, 0
    for found in pattern.finditer(text):
        passed = text.count("\n", start, found.start())
        if passed:
            line, start = line + passed, text.rindex("\n", start, found.start()) + 1
        yield line, found.start() - start + 1, name_of(found.group())


def name_of(character: str) -> str:
    """``U+202E RIGHT-TO-LEFT OVERRIDE``; control characters have no name of their own."""
    known = {"\t": "TAB", "\r": "CARRIAGE RETURN", "\x00": "NULL"}
    other = "SURROGATE" if "\ud800" <= character <= "\udfff" else "CONTROL CHARACTER"
    return f"U+{ord(character):04X} {known.get(character) or unicodedata.name(character, other)}"


def unseen(text: str) -> str | None:
    """The name of the first character that cannot be seen (zero-width, filler, variation selector), or None."""
    for character in text:
        if not character.isascii() and (unicodedata.category(character) == "Cf" or _UNSEEN.match(character)):
            return name_of(character)
    return None


def mixed_scripts(text: str) -> tuple[str, ...]:
    """The scripts of a name that mixes some which are not written together, sorted; empty for an ordinary name.

    The two sides of an ``@`` are names of their own: a Cyrillic mailbox on a Latin domain is ordinary.
    """
    if text.isascii():
        return ()
    for part in text.split("@"):
        scripts = {_script(c) for c in part if c.isalpha()} - {""}
        if len(scripts) > 1 and not any(scripts <= together for together in _WRITTEN_TOGETHER):
            return tuple(sorted(scripts))
    return ()


def _script(letter: str) -> str:
    """The script of a letter, from its Unicode name (the standard library has no script property)."""
    words = unicodedata.name(letter, "").replace("-", " ").split()
    while words and words[0] in _STYLED and len(words) > 1:
        words = words[1:]
    first = words[0] if words else ""
    return "" if first in _NO_SCRIPT else first
