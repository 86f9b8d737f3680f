"""``suspend``: no access to any app of the directory; roles and groups are kept (Atlassian facts, section 2.13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import action
from runner.model.action import STATUS, Action, Desired, Hindrance, Scope, Wish
from runner.model.people import User
from runner.model.unknown import Unknown


@action("suspend", schema={"type": "null"}, facts=("status",), verbs=("suspend",))
@dataclass(frozen=True)
class Suspend(Action):
    """Suspend an active person.

    ```yaml
    - suspend
    ```
    """

    @classmethod
    def from_yaml(cls, value: Any) -> Self:
        return cls()

    def desired(self, user: User, scope: Scope) -> Desired:
        if isinstance(user.status, Unknown):
            return (), (Hindrance("unknown", "status"),)
        if user.status not in ("active", "suspended"):
            return (), (Hindrance("not_applicable", f"status {user.status}"),)
        return (Wish(STATUS, None, "suspended"),), ()
