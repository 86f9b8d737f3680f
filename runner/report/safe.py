"""Templates in which forgetting to escape is not possible: what is not marked as Markdown becomes text.

A value that a template prints passes ``finalize``: plain text is escaped for GitHub, numbers are written out, ``Safe``
is Markdown already, and anything else (None, a list, a float) is a mistake and raises. An unknown name raises too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from runner.report import words
from runner.text import markdown, markdown_code, shorten

CELL = 200
"""Columns of outside text in one cell; what is longer is cut with an ellipsis and stands in full in the JSON."""

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


def link(label: str, address: str) -> Safe:
    """A link to an https address or to a file beside the report; only the label where the address is neither."""
    relative = re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._/-]*", address)
    if not (relative or _LINK.fullmatch(address)):
        return Safe(markdown(label))
    return Safe(f"[{markdown(label)}]({address})")


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
    environment.filters |= {"code": code, "link": link, "count": words.count, "when": words.when}
    return environment


def render(template: str, **values: object) -> str:
    """A template of this room, filled; more than one blank line in a row becomes one."""
    text = _environment().get_template(template).render(**values)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"
