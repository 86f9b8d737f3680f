"""``deactivate``: the account itself is switched off, in every organization (Atlassian facts, section 2.19)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import TEXT, action
from runner.model.action import STATUS, Action, Desired, Hindrance, Scope, Wish, unmanaged
from runner.model.people import User
from runner.model.unknown import Unknown

_MESSAGE = {**TEXT, "maxLength": 1000, "description": "The text that the owner of the account is shown."}


@action(
    "deactivate",
    schema={
        "oneOf": [
            {"type": "null"},
            {"type": "object", "properties": {"message": _MESSAGE}, "additionalProperties": False},
        ]
    },
    facts=("status", "managed", "synced"),
    verbs=("deactivate",),
)
@dataclass(frozen=True)
class Deactivate(Action):
    """Deactivate a managed account that is active or suspended; one that an identity provider owns is handed over.

    ```yaml
    - deactivate: {message: Your account was not used for a year.}
    ```
    """

    message: str | None = None

    @classmethod
    def from_yaml(cls, value: Any) -> Self:
        return cls(value.get("message") if value else None)

    def desired(self, user: User, scope: Scope) -> Desired:
        wish = Wish(STATUS, None, "deactivated", message=self.message)
        if isinstance(user.status, Unknown):
            return (), (Hindrance("unknown", "status"),)
        if user.status == "deactivated":
            return (wish,), ()
        if user.status not in ("active", "suspended"):
            return (), (Hindrance("not_applicable", f"status {user.status}"),)
        hindrances = unmanaged(user)
        if isinstance(user.synced, Unknown):
            hindrances += (Hindrance("unknown", "synced"),)
        elif user.synced:
            hindrances += (Hindrance("synced_account", "an identity provider owns the account"),)
        return (wish,), hindrances
