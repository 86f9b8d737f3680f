"""Facts that are either so or not so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from runner.model.condition import Build, Question
from runner.model.people import User
from runner.model.unknown import Truth, Unknown
from runner.model.world import World


@dataclass(frozen=True)
class Flag(Question):
    """A fact of the name of the condition is what was asked for; ``words`` are the reasons for a yes and a no."""

    words: ClassVar[tuple[str, str]]

    wanted: bool

    @classmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        return cls(value)

    def truth(self, user: User, world: World) -> Truth:
        fact: bool | Unknown = getattr(user, self.name)
        return None if isinstance(fact, Unknown) else fact is self.wanted

    def reason(self, user: User, world: World) -> str:
        fact: bool | Unknown = getattr(user, self.name)
        return f"not known whether {self.words[0]}" if isinstance(fact, Unknown) else self.words[0 if fact else 1]
