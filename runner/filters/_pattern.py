"""Texts that are compared with patterns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from runner.catalog import TEXT, as_tuple, one_or_more
from runner.model.condition import Build, Question
from runner.model.glob import Globs
from runner.model.people import User
from runner.model.unknown import Truth, Unknown
from runner.model.world import World

GLOB = {
    **TEXT,
    "description": "A text to compare with; * stands for any text, ? for one character, [*] and [?] for themselves.",
}
GLOBS = one_or_more(GLOB)


@dataclass(frozen=True)
class Pattern(Question):
    """A text of the name of the condition fits one of the patterns; ``word`` is what reasons call it.

    A text that is a known nothing (None, in a profile) fits no pattern, not even ``*``.
    """

    word: ClassVar[str]

    globs: Globs

    @classmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        return cls(Globs(frozenset(as_tuple(value))))

    def truth(self, user: User, world: World) -> Truth:
        text: str | None | Unknown = getattr(user, self.name)
        if isinstance(text, Unknown):
            return None
        return text is not None and self.globs.match(text)

    def reason(self, user: User, world: World) -> str:
        text: str | None | Unknown = getattr(user, self.name)
        if isinstance(text, Unknown):
            return f"{self.word} unknown"
        return f"no {self.word}" if text is None else f"{self.word} {text}"
