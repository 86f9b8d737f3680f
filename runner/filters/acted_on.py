"""``acted_on``: what a task made of a person, and nobody changed since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import NAME, actions, condition
from runner.filters._words import when
from runner.model.condition import Build, Question
from runner.model.history import PastChange
from runner.model.people import Grant, User
from runner.model.unknown import Truth, Unknown
from runner.model.world import World

VERBS = {name: action.verbs for name, action in actions().items() if action.verbs}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["task", "action"],
    "properties": {
        "task": {**NAME, "description": "The name of a task."},
        "action": {"enum": list(VERBS), "description": "One of that task's actions."},
    },
}
_FACTS = {
    "add_to_group": "groups",
    "remove_from_group": "groups",
    "grant_role": "direct_access",
    "revoke_role": "direct_access",
}


def fact_of(verb: str) -> str:
    """The field of User that a change of this verb alters."""
    return _FACTS.get(verb, "status")


def still_so(change: PastChange, user: User) -> Truth:
    """Whether the person is what the change made of them."""
    if fact_of(change.verb) == "status":
        return None if isinstance(user.status, Unknown) else user.status == change.after
    if fact_of(change.verb) == "groups":
        return None if isinstance(user.groups, Unknown) else (change.target in user.groups) is change.after
    if isinstance(user.direct_access, Unknown):
        return None
    return (Grant(change.target or "", change.role or "") in user.direct_access) is change.after


@condition("acted_on", schema=SCHEMA, facts=("status", "groups", "direct_access"))
@dataclass(frozen=True)
class ActedOn(Question):
    """The person's present state is what that task's action made it, and nobody changed it since.

    ```yaml
    acted_on: {task: all-apps-180d-suspend, action: suspend}
    ```
    """

    task: str
    action: str

    @classmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        return cls(value["task"], value["action"])

    def _last_changes(self, user: User, world: World) -> tuple[PastChange, ...] | None:
        """The last change of everything that the action changed about the person; None if others made one of them.

        One aspect is the status, or one membership, or one role on one app. Empty if the action did nothing to them.
        """
        past = world.changes.get(user.account_id)
        if past is None:
            return ()
        latest, own = dict[object, PastChange](), set[object]()
        for change in past:
            aspect = (fact_of(change.verb), change.target, change.role)
            latest[aspect] = change
            if self._made(change):
                own.add(aspect)
        last = tuple(change for aspect, change in latest.items() if aspect in own)
        return last if all(self._made(change) for change in last) else None

    def _made(self, change: PastChange) -> bool:
        return self.task in change.tasks and change.verb in VERBS[self.action]

    def truth(self, user: User, world: World) -> Truth:
        last = self._last_changes(user, world)
        if not last:
            return False
        answers = {still_so(change, user) for change in last}
        return False if False in answers else None if None in answers else True

    def reason(self, user: User, world: World) -> str:
        last = self._last_changes(user, world)
        if not last:
            return f"not what {self.task} made of them ({self.action})"
        truth = self.truth(user, world)
        still = "still as" if truth else "no longer as" if truth is False else "not known whether still as"
        return f"{still} {self.task} left them ({self.action}, {when(last[-1].at, world.now)})"

    def missing(self, user: User, world: World) -> tuple[str, ...]:
        last = self._last_changes(user, world) or ()
        return tuple(sorted({fact_of(change.verb) for change in last if still_so(change, user) is None}))
