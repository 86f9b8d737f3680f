"""``never_active``: an app, or every app, that was never used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import condition
from runner.filters._apps import APPS
from runner.filters._usage import Usage, names_of
from runner.model.condition import Build
from runner.model.people import User
from runner.model.unknown import Truth
from runner.model.world import World

IN_APP = {
    "type": "object",
    "additionalProperties": False,
    "required": ["app"],
    "properties": {"app": {**APPS, "description": "The apps, none of which was ever used."}},
}


@condition("never_active", schema={"oneOf": [{"type": "boolean", "const": True}, IN_APP]}, facts=("last_active",))
@dataclass(frozen=True)
class NeverActive(Usage):
    """Has never used any app, or any of these apps.

    ```yaml
    never_active: {app: confluence}
    ```
    """

    @classmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        return cls(names_of(value))

    def truth(self, user: User, world: World) -> Truth:
        use = self.latest(user, world)
        if use.at is not None:
            return False
        return True if use.certain else None
