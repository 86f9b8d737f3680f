"""``only_apps``: apps beside which the person uses no other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import as_tuple, condition
from runner.filters._apps import ANY, APPS, app_words
from runner.model.condition import Build, Question
from runner.model.people import User
from runner.model.unknown import Truth
from runner.model.world import World


@condition("only_apps", schema=APPS, facts=("groups", "direct_access"))
@dataclass(frozen=True)
class OnlyApps(Question):
    """Can use at least one of these apps and no other app.

    ```yaml
    only_apps: [confluence, trello]
    ```
    """

    names: frozenset[str]

    @classmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        return cls(frozenset(as_tuple(value)))

    def apps(self) -> frozenset[str]:
        """All apps: that the person uses no other has to be known of every one."""
        return self.names | ANY

    def truth(self, user: User, world: World) -> Truth:
        named = world.app_ids(self.names)
        these, others = world.uses_any(user, named), world.uses_any(user, world.app_ids(ANY) - named)
        if these is False or others is True:
            return False
        return None if these is None or others is None else True

    def reason(self, user: User, world: World) -> str:
        used = {app_id for app_id in world.apps if world.uses(user, app_id)}
        maybe = {app_id for app_id in world.apps if world.uses(user, app_id) is None}
        known = [f"uses {app_words(used, world)}"] if used else []
        unsure = [f"not known whether they use {app_words(maybe, world)}"] if maybe else []
        return ", ".join([*known, *unsure]) or "uses no app"
