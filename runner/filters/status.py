"""``status``: where the account stands in the organization."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import as_tuple, condition, one_or_more
from runner.model.condition import Build, Question
from runner.model.confined import Confined, Confinement
from runner.model.people import User
from runner.model.unknown import Truth, Unknown
from runner.model.world import World

STATUSES = ("active", "suspended", "deactivated", "not_invited", "for_deletion")


@condition("status", schema=one_or_more({"enum": list(STATUSES)}), facts=("status",))
@dataclass(frozen=True)
class Status(Question):
    """The user's status in the organization is one of these.

    ```yaml
    status: [active, suspended]
    ```
    """

    values: frozenset[str]

    @classmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        return cls(frozenset(as_tuple(value)))

    def truth(self, user: User, world: World) -> Truth:
        return None if isinstance(user.status, Unknown) else user.status in self.values

    def reason(self, user: User, world: World) -> str:
        return "status unknown" if isinstance(user.status, Unknown) else f"status {user.status}"

    def confined(self) -> Confinement:
        return (Confined(statuses=self.values),)
