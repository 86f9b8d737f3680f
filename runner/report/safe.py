"""Templates in which forgetting to escape is not possible: what is not marked as Markdown becomes text.

A value that a template prints passes ``finalize``: plain text is escaped for GitHub, numbers are written out, ``Safe``
is Markdown already, and anything else (None, a list, a float) is a mistake and raises. An unknown name raises too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from runner.report import words
from runner.report.rows import Row, Who
from runner.report.view import Listed
from runner.text import markdown, markdown_code, shorten

CELL = 200
"""Columns of outside text in one cell; what is longer is cut with an ellipsis and stands in full in the JSON."""

NAME = 100
"""Columns of a person's name, which else could push the rest of a table off the page."""

PROSE = 1000
"""Columns of a sentence, such as how to allow a refused run."""

_COPIED = re.compile(r"(sha256:[0-9a-f]{64}|\b[0-9]{8}-[0-9]{6}-[0-9a-z]{4,32}\b)")
_LINK = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~%/?=&+:#-]*)?")


@dataclass(frozen=True, slots=True)
class Safe:
    """Markdown of our own making, in which all outside text is escaped."""

    markdown: str

    def __str__(self) -> str:
        return self.markdown


def finalize(value: object) -> str:
    """What a template prints for a value. Raises TypeError for one that is neither text nor a whole number."""
    if isinstance(value, Safe):
        return value.markdown
    if isinstance(value, str):
        return markdown(shorten(value, CELL))
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    raise TypeError(f"a template prints {type(value).__name__}; give it text")


def code(value: str) -> Safe:
    """Text as code: ids, addresses, names that people copy."""
    return Safe(markdown_code(shorten(value, CELL)))


def prose(value: str) -> Safe:
    """Sentences, longer than a cell; digests and names of runs in them are code, so that they can be copied."""
    parts = _COPIED.split(shorten(value, PROSE))
    return Safe("".join(markdown_code(part) if index % 2 else markdown(part) for index, part in enumerate(parts)))


def link(label: str, address: str) -> Safe:
    """A link to an https address or to a file beside the report; only the label where the address is neither."""
    relative = re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._/-]*", address)
    if not (relative or _LINK.fullmatch(address)):
        return Safe(markdown(label))
    return Safe(f"[{markdown(label)}]({address})")


def who(person: Who) -> Safe:
    """A person: the name as text, the address or else the id as code."""
    handle = code(person.handle).markdown
    return Safe(f"{finalize(shorten(person.name, NAME))} {handle}" if person.name else handle)


def does(row: Row) -> Safe:
    """What a change does."""
    return Safe(f"{finalize(row.does)} {code(row.target).markdown}" if row.target else finalize(row.does))


def names(values: Iterable[str]) -> Safe:
    """Names as code, one after the other."""
    return Safe(", ".join(code(value).markdown for value in values))


def why(row: Row, common: Sequence[str]) -> Safe:
    """The reasons for a change besides those that the table has in common."""
    return prose("; ".join(reason for reason in row.reasons if reason not in common))


def outcome(row: Row) -> Safe:
    """How a change ended, and what is known about it."""
    status, detail = words.fate(row.status, row.detail)
    word = words.OUTCOMES.get(status, finalize(status))
    return Safe(f"{word}: {prose(detail).markdown}" if detail else word)


def delivery(notice: Listed) -> Safe:
    """What became of a message."""
    word = words.DELIVERIES.get(notice.status, finalize(notice.status))
    return Safe(word + (f": {finalize(notice.detail)}" if notice.detail else ""))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("runner.report"),
        autoescape=False,  # noqa: S701 - finalize escapes for Markdown; HTML's escaping would be the wrong one
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "who": who,
        "does": does,
        "names": names,
        "outcome": outcome,
        "delivery": delivery,
        "why": why,
    }
    environment.filters |= {"code": code, "prose": prose, "link": link, "count": words.count, "when": words.when}
    return environment


def render(template: str, **values: object) -> str:
    """A template of this room, filled; more than one blank line in a row becomes one."""
    text = _environment().get_template(template).render(**values)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"
