"""Where something was written, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a policy file; line and column count from 1, ``file`` is relative to the policies' parent."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Place("-")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in one policy file, or a warning about it. ``code`` is a short stable word."""

    place: Place
    code: str
    message: str
    hint: str = ""
