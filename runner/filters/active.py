"""``active``: an app, or any app, used lately."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import DURATION, condition
from runner.filters._apps import APPS
from runner.filters._usage import Usage, names_of
from runner.model.condition import Build
from runner.model.duration import Duration
from runner.model.people import User
from runner.model.unknown import Truth
from runner.model.world import World

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["within"],
    "properties": {
        "within": {**DURATION, "description": "Less than this long ago: 12h, 90d, 6w, 6mo, 1y."},
        "app": {**APPS, "description": "The apps, one of which was used; left out: any app was."},
    },
}


@condition("active", schema=SCHEMA, facts=("last_active",))
@dataclass(frozen=True)
class Active(Usage):
    """Has used one of these apps (without ``app``: any app) less than that long ago; never used is not active.

    ```yaml
    active: {within: 7d, app: jira-software}
    ```
    """

    duration: Duration

    @classmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        return cls(names_of(value), Duration.parse(value["within"]))

    def truth(self, user: User, world: World) -> Truth:
        use = self.latest(user, world)
        if use.at is not None and use.at > world.cutoff(self.duration):
            return True
        return False if use.certain else None
