"""``date``: which day it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date
from typing import Any, Self

from runner.catalog import DAY, condition
from runner.model.condition import Build, Question
from runner.model.people import User
from runner.model.unknown import Truth
from runner.model.world import World

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "properties": {
        "after": {**DAY, "description": "Today is later than this day, like 2026-12-31."},
        "before": {**DAY, "description": "Today is earlier than this day, like 2026-12-31."},
    },
}


@condition("date", schema=SCHEMA)
@dataclass(frozen=True)
class Today(Question):
    """Today (UTC) is after or before that day; the same for everybody.

    ```yaml
    date: {after: 2026-12-31}
    ```
    """

    after: date | None
    before: date | None

    @classmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        """Raises ValueError for a day that no calendar has."""
        after, before = (date.fromisoformat(value[key]) if key in value else None for key in ("after", "before"))
        return cls(after, before)

    def truth(self, user: User, world: World) -> Truth:
        today = world.now.astimezone(UTC).date()
        return (self.after is None or today > self.after) and (self.before is None or today < self.before)

    def reason(self, user: User, world: World) -> str:
        return f"today is {world.now.astimezone(UTC).date().isoformat()}"
