"""The answers to conditions about everybody: each distinct question is asked once, combinations are set operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from runner.engine.explain import Explanation, explain
from runner.model.condition import Combination, Condition, Question, questions
from runner.model.people import User
from runner.model.unknown import UNKNOWN, Truth
from runner.model.verdicts import Verdicts
from runner.model.world import World


class Evaluation:
    """Answers about the people of one world, in the order of its snapshot; what was answered once is remembered."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._verdicts: dict[Condition, Verdicts] = {}
        self._without: dict[str, int] = {}

    def verdicts(self, condition: Condition) -> Verdicts:
        """Who matches, and of whom that is not known."""
        found = self._verdicts.get(condition)
        if found is None:
            found = self._verdicts[condition] = self._ask(condition)
        return found

    def _ask(self, condition: Condition) -> Verdicts:
        world = self.world
        if isinstance(condition, Question):
            truth = condition.truth
            return Verdicts.of([truth(user, world) for user in world.snapshot.users])
        assert isinstance(condition, Combination), f"{condition.name} is neither a question nor a combination"
        return condition.combine([self.verdicts(child) for child in condition.children()])

    def truth(self, condition: Condition, index: int) -> Truth:
        """The answer about the person at that place of the snapshot."""
        return self.verdicts(condition).truth(index)

    def lacking(self, condition: Condition) -> int:
        """The people (as bits) of whom some fact that the condition asks for is unknown, whatever its answer is.

        A fact that single people can be asked about is not missed where the other facts give the answer.
        """
        bits = 0
        for question in questions(condition):
            bits |= self.verdicts(question).unknown
        if bits and self.world.snapshot.askable:
            bits &= ~self._askable | self.verdicts(condition).unknown
        return bits

    @cached_property
    def _askable(self) -> int:
        """The people (as bits) who lack a fact that they can be asked about singly."""
        world = self.world
        facts = sorted(world.snapshot.askable)
        return Verdicts.of([any(world.lacks(user, fact) for fact in facts) for user in world.snapshot.users]).yes

    def without(self, fact: str) -> int:
        """The people (as bits) of whom a fact (a field of User) was not read at all."""
        bits = self._without.get(fact)
        if bits is None:
            facts = (getattr(user, fact) is UNKNOWN for user in self.world.snapshot.users)
            bits = self._without[fact] = Verdicts.of(facts).yes
        return bits

    def bits(self, account_ids: Iterable[str]) -> int:
        """These people as bits."""
        bits = 0
        for account_id in account_ids:
            bits |= 1 << self._index[account_id]
        return bits

    @cached_property
    def _index(self) -> Mapping[str, int]:
        return {user.account_id: index for index, user in enumerate(self.world.snapshot.users)}

    def missing(self, condition: Condition, user: User) -> tuple[str, ...]:
        """Names of the facts for want of which the answer about the person is unknown; empty where it is known."""
        return tuple(dict.fromkeys(self.explain(condition, user).missing()))

    def reasons(self, condition: Condition, user: User) -> tuple[str, ...]:
        """The facts, with their values, that the answer about the person rests on; each once, in the order written."""
        return tuple(dict.fromkeys(self.explain(condition, user).reasons()))

    def explain(self, condition: Condition, user: User) -> Explanation:
        """The condition as a tree of answers about one person."""
        return explain(condition, user, self.world)

    def warnings(self, conditions: Iterable[Condition]) -> tuple[str, ...]:
        """What is odd about the conditions in this organization; each warning once."""
        asked = dict.fromkeys(question for condition in conditions for question in questions(condition))
        return tuple(dict.fromkeys(warning for question in asked for warning in question.warnings(self.world)))

    def lists(self, conditions: Iterable[Condition]) -> frozenset[str]:
        """The names of the lists of people that the conditions look into."""
        return frozenset(name for c in conditions for question in questions(c) for name in question.lists())
