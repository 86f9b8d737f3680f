"""``app``: whether the person can use an app ("Using an app" in the policy language)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import as_tuple, condition
from runner.filters._apps import APPS, ways
from runner.filters._words import listing
from runner.model.condition import Build, Question
from runner.model.people import User
from runner.model.unknown import Truth
from runner.model.world import World


@condition("app", schema=APPS, facts=("groups", "direct_access"))
@dataclass(frozen=True)
class UsesApp(Question):
    """Can use any of these apps, whatever the status; ``any`` means any app at all.

    ```yaml
    app: [jira-software, confluence@acme]
    ```
    """

    names: frozenset[str]

    @classmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        return cls(frozenset(as_tuple(value)))

    def apps(self) -> frozenset[str]:
        return self.names

    def truth(self, user: User, world: World) -> Truth:
        return world.uses_any(user, world.app_ids(self.names))

    def reason(self, user: User, world: World) -> str:
        used = [ways(user, app_id, world) for app_id in world.app_ids(self.names) if world.uses(user, app_id)]
        if used:
            return f"uses {listing(used)}"
        sure = "does not use" if self.truth(user, world) is False else "not known whether they use"
        return f"{sure} {listing(self.names)}"
