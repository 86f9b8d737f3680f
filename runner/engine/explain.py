"""Why a condition holds for one person, or does not: its tree with the actual values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from runner.model.condition import Combination, Condition, Question
from runner.model.people import User
from runner.model.unknown import Truth
from runner.model.verdicts import Verdicts
from runner.model.world import World

_ONE = {truth: Verdicts.of([truth]) for truth in (True, False, None)}
"""Answers about one person, as combinations take them."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One condition of the tree: its name, as it was written, its answer about the person, and what that rests on.

    ``reason`` holds a question's facts with their values (text of the organization, not escaped) and is empty for a
    combination; ``lacks`` names the facts that are missing where a question's answer is unknown; ``facts`` are those
    that a question looks at; ``negates`` is that of the combination.
    """

    name: str
    written: str
    truth: Truth
    reason: str = ""
    lacks: tuple[str, ...] = ()
    facts: frozenset[str] = frozenset()
    negates: bool = False
    children: tuple[Explanation, ...] = ()

    def reasons(self) -> Iterator[str]:
        """The reasons of the questions that brought the answer about: the use of apps, which decides most cases, first
        (what comes last is cut on a narrow page), the others in the order written."""
        deciding = sorted(self.deciding(), key=lambda question: "last_active" not in question.facts)
        return (question.reason for question in deciding)

    def deciding(self) -> Iterator[Explanation]:
        """The questions that brought the answer about, in the order written."""
        if not self.children:
            yield self
        for child in self.children:
            if child.truth is self._wanted():
                yield from child.deciding()

    def _wanted(self) -> Truth:
        """The answer of those children that this answer rests on."""
        return self.truth if self.truth is None or not self.negates else not self.truth

    def missing(self) -> Iterator[str]:
        """Names of the facts for want of which the answer is unknown; none where it is known."""
        if self.truth is None:
            yield from self.lacks
            for child in self.children:
                yield from child.missing()


def explain(condition: Condition, user: User, world: World) -> Explanation:
    """Ask the condition, and everything it combines, about one person."""
    if isinstance(condition, Question):
        truth = condition.truth(user, world)
        lacks = condition.missing(user, world) if truth is None else ()
        reason = condition.reason(user, world)
        return Explanation(condition.name, condition.written, truth, reason, lacks, condition.facts)
    assert isinstance(condition, Combination), f"{condition.name} is neither a question nor a combination"
    children = tuple(explain(child, user, world) for child in condition.children())
    truth = condition.combine([_ONE[child.truth] for child in children]).truth(0)
    return Explanation(condition.name, condition.written, truth, negates=condition.negates, children=children)
