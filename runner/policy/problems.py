"""All problems of all files, collected first and told at once."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import groupby

from runner.errors import InputError
from runner.model.problem import Place, Problem

SHOWN_A_FILE = 100
"""After this many problems in one file: "and N more"."""


class PolicyError(InputError):
    """The policies cannot be used. ``problems`` and ``warnings`` are sorted by file, line and column."""

    def __init__(self, problems: Iterable[Problem], warnings: Iterable[Problem] = ()) -> None:
        self.problems = _shortened(sorted(set(problems)))
        self.warnings = tuple(sorted(set(warnings)))
        first = self.problems[0]
        count = len(self.problems)
        more = f" (and {count - 1} more problems)" if count > 2 else " (and one more problem)" if count == 2 else ""
        super().__init__("policies", first.message + more, hint=first.hint, place=str(first.place))


class Problems:
    """Collects what is wrong (``errors``) and what is odd (``warnings``) while files are read."""

    def __init__(self) -> None:
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []

    def error(self, place: Place, code: str, message: str, hint: str = "") -> None:
        """One more thing that is wrong."""
        self.errors.append(Problem(place, code, message, hint))

    def warn(self, place: Place, code: str, message: str, hint: str = "") -> None:
        """One more thing that is odd, or soon will be wrong."""
        self.warnings.append(Problem(place, code, message, hint))


def did_you_mean(word: str, known: Iterable[str], *, listed: int = 12) -> str:
    """A hint for a word that is not among the known ones: the nearest of them, or all where they are few."""
    choices = sorted(set(known))
    near = get_close_matches(word.casefold(), choices, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    if not choices:
        return ""
    more = f" and {len(choices) - listed} more" if len(choices) > listed else ""
    return "known: " + ", ".join(choices[:listed]) + more


def shown(value: object) -> str:
    """A value in a message: text in quotes with everything unprintable escaped, long ones cut; a list by its kind."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    if not isinstance(value, str):
        return str(value).lower()
    return repr(value if len(value) <= 60 else value[:57] + "...").encode("utf-8", "backslashreplace").decode()


def _shortened(problems: list[Problem]) -> tuple[Problem, ...]:
    kept: list[Problem] = []
    for _, group in groupby(problems, key=lambda problem: problem.place.file):
        of_file = list(group)
        kept += of_file[:SHOWN_A_FILE]
        if len(of_file) > SHOWN_A_FILE:
            rest = of_file[SHOWN_A_FILE:]
            kept.append(Problem(rest[0].place, "more", f"and {len(rest)} more", "put these right first"))
    return tuple(kept)
