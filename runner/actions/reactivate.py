"""``reactivate``: a deactivated account is switched on again (Atlassian facts, section 2.19)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import action
from runner.model.action import STATUS, Action, Desired, Hindrance, Scope, Wish, unmanaged
from runner.model.people import User
from runner.model.unknown import Unknown


@action("reactivate", schema={"type": "null"}, facts=("status", "managed"), verbs=("reactivate",))
@dataclass(frozen=True)
class Reactivate(Action):
    """Switch a deactivated managed account on again; one that an identity provider owns is switched on there.

    ```yaml
    - reactivate
    ```
    """

    @classmethod
    def from_yaml(cls, value: Any) -> Self:
        return cls()

    def desired(self, user: User, scope: Scope) -> Desired:
        wish = Wish(STATUS, None, "active")
        if isinstance(user.status, Unknown):
            return (), (Hindrance("unknown", "status"),)
        if user.status == "active":
            return (wish,), ()
        if user.status != "deactivated":
            return (), (Hindrance("not_applicable", f"status {user.status}"),)
        if user.synced is True:  # Atlassian would refuse it as it refuses to switch such an account off
            return (), (Hindrance("not_applicable", "an identity provider owns the account"),)
        return (wish,), unmanaged(user)
