"""What a condition is: a question about one person, or a combination of questions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from runner.model.confined import Confinement
from runner.model.people import User
from runner.model.problem import NOWHERE, Place
from runner.model.unknown import Truth
from runner.model.verdicts import Verdicts
from runner.model.world import World

Build = Callable[[Any], "Condition"]
"""Makes a condition of a nested mapping that the schema accepted, or finds a saved filter's condition by its name."""


@dataclass(frozen=True)
class Condition(ABC):
    """One key of a filter. Equal conditions are asked once; where and how they were written does not count.

    Elements are frozen dataclasses registered with ``catalog.condition``; their fields are their parameters and must be
    hashable. ``written`` is the condition as compact YAML (``status: active``).
    """

    name: ClassVar[str]
    schema: ClassVar[dict[str, Any]]
    facts: ClassVar[frozenset[str]] = frozenset()
    """Names of the fields of User that the answer may rest on."""

    written: str = field(default="", compare=False, kw_only=True)
    place: Place = field(default=NOWHERE, compare=False, kw_only=True)

    @classmethod
    @abstractmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        """The condition for a parameter that the schema accepted (strings, booleans, numbers, lists, mappings)."""

    def apps(self) -> frozenset[str]:
        """The apps it names, as written; the word ``any`` for all of them."""
        return frozenset()

    def lists(self) -> frozenset[str]:
        """The names of the lists of people (``lists/NAME.csv``) it looks into."""
        return frozenset()

    def groups(self) -> frozenset[str]:
        """The names of the groups it asks about, where they are written out and not as patterns."""
        return frozenset()

    def confined(self) -> Confinement:
        """Of whom alone it can be true, as far as a server can find them; None for anybody."""
        return None

    def warnings(self, world: World) -> tuple[str, ...]:
        """What is odd about it in this organization (a group nobody has heard of)."""
        return ()


@dataclass(frozen=True)
class Question(Condition):
    """A condition that is answered from one person's facts."""

    @abstractmethod
    def truth(self, user: User, world: World) -> Truth:
        """True, False, or None where a fact that decides is unknown. Pure."""

    @abstractmethod
    def reason(self, user: User, world: World) -> str:
        """The facts that the answer rests on, with their values, in a few words; used for plans and ``explain``."""

    def missing(self, user: User, world: World) -> tuple[str, ...]:
        """Names of the facts without which there is no answer about this person; asked where ``truth`` is None."""
        return tuple(fact for fact in sorted(self.facts) if world.lacks(user, fact)) or tuple(sorted(self.facts))


@dataclass(frozen=True)
class Combination(Condition):
    """A condition that combines the answers of others.

    ``negates``: its yes rests on the children's noes (``not``, ``none``), not on their yeses.
    """

    negates: ClassVar[bool] = False

    @abstractmethod
    def children(self) -> tuple[Condition, ...]:
        """The conditions it combines."""

    @abstractmethod
    def combine(self, verdicts: Sequence[Verdicts]) -> Verdicts:
        """The answer from the children's answers, in their order."""


def questions(condition: Condition) -> Iterator[Question]:
    """The questions that a condition comes down to, in the order written; one asked twice comes twice."""
    if isinstance(condition, Question):
        yield condition
    elif isinstance(condition, Combination):
        for child in condition.children():
            yield from questions(child)
