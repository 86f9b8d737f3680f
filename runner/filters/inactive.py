"""``inactive``: an app, or every app, unused for a long time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import DURATION, condition
from runner.filters._apps import APPS
from runner.filters._usage import Usage, names_of
from runner.filters._words import when
from runner.model.condition import Build
from runner.model.duration import Duration
from runner.model.people import User
from runner.model.unknown import Truth, Unknown
from runner.model.world import World

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["for"],
    "properties": {
        "for": {**DURATION, "description": "How long at least: 12h, 90d, 6w, 6mo, 1y."},
        "app": {**APPS, "description": "The apps, none of which was used; left out: no app at all was."},
        "never_active": {
            "enum": ["since_added", "match", "skip"],
            "description": "What a person who never used it counts as: idle since they were added (the default), "
            "a match, or not a match.",
        },
    },
}


@condition("inactive", schema=SCHEMA, facts=("last_active", "added"))
@dataclass(frozen=True)
class Inactive(Usage):
    """Has used none of these apps (without ``app``: no app) for at least that long.

    ```yaml
    inactive: {app: jira-software, for: 90d, never_active: since_added}
    ```
    """

    duration: Duration
    never_active: str

    @classmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        return cls(names_of(value), Duration.parse(value["for"]), value.get("never_active", "since_added"))

    def truth(self, user: User, world: World) -> Truth:
        use, cutoff = self.latest(user, world), world.cutoff(self.duration)
        if use.at is not None and use.at > cutoff:
            return False
        if not use.certain:
            return None
        if use.at is not None or self.never_active == "match":
            return True
        if self.never_active == "skip":
            return False
        added = world.added(user)
        return None if isinstance(added, Unknown) else added <= cutoff

    def reason(self, user: User, world: World) -> str:
        use, known = self.latest(user, world), super().reason(user, world)
        if use.at is not None or not use.certain or self.never_active != "since_added":
            return known
        added = world.added(user)
        return f"{known}, added {'at an unknown time' if isinstance(added, Unknown) else when(added, world.now)}"
