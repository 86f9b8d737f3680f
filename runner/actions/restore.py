"""``restore``: a suspended person is active again (Atlassian facts, section 2.13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import action
from runner.model.action import STATUS, Action, Desired, Hindrance, Scope, Wish
from runner.model.people import User
from runner.model.unknown import Unknown


@action("restore", schema={"type": "null"}, facts=("status",), verbs=("restore",))
@dataclass(frozen=True)
class Restore(Action):
    """Give a suspended person their access back.

    ```yaml
    - restore
    ```
    """

    @classmethod
    def from_yaml(cls, value: Any) -> Self:
        return cls()

    def desired(self, user: User, scope: Scope) -> Desired:
        if isinstance(user.status, Unknown):
            return (), (Hindrance("unknown", "status"),)
        if user.status not in ("suspended", "active"):
            return (), (Hindrance("not_applicable", f"status {user.status}"),)
        return (Wish(STATUS, None, "active"),), ()
