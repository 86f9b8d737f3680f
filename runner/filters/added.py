"""``added``: how long ago the person joined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import DURATION, condition
from runner.filters._words import when
from runner.model.condition import Build, Question
from runner.model.duration import Duration
from runner.model.people import User
from runner.model.unknown import Truth, Unknown
from runner.model.world import World

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "properties": {
        "over": {**DURATION, "description": "At least this long ago: 12h, 90d, 6w, 6mo, 1y."},
        "within": {**DURATION, "description": "Less than this long ago: 12h, 90d, 6w, 6mo, 1y."},
    },
}


@condition("added", schema=SCHEMA, facts=("added",))
@dataclass(frozen=True)
class Added(Question):
    """Joined the organization at least (``over``) or less than (``within``) that long ago.

    ```yaml
    added: {over: 30d}
    ```
    """

    over: Duration | None
    within: Duration | None

    @classmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        over, within = (Duration.parse(value[key]) if key in value else None for key in ("over", "within"))
        return cls(over, within)

    def truth(self, user: User, world: World) -> Truth:
        added = world.added(user)
        if isinstance(added, Unknown):
            return None
        long_ago = self.over is None or added <= world.cutoff(self.over)
        return long_ago and (self.within is None or added > world.cutoff(self.within))

    def reason(self, user: User, world: World) -> str:
        added = world.added(user)
        return "added at an unknown time" if isinstance(added, Unknown) else f"added {when(added, world.now)}"
