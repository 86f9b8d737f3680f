"""Verbs to requests (Atlassian facts, sections 2.11 to 2.19). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from runner.directory.aspect import ROLES
from runner.directory.atlassian.operations import (
    ASSIGN_ROLE,
    DISABLE,
    ENABLE,
    JOIN,
    LEAVE,
    RESTORE,
    REVOKE_ROLE,
    SUSPEND,
    Operation,
)
from runner.model.people import User
from runner.model.plan import Change


@dataclass(frozen=True, slots=True)
class Request:
    """One write."""

    operation: Operation
    ids: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None


def build_requests(change: Change, user: User, group_home: str | None) -> tuple[Request, ...]:
    """The writes that carry a change out, in order.

    Memberships are written in the group's directory (``group_home``), suspension in every directory of the person:
    there is no ``-`` for writes and nothing that is organization-wide (sections 2.13, 2.14).
    """
    who, target = change.account_id, change.target
    if change.verb in ("suspend", "restore"):
        operation = SUSPEND if change.verb == "suspend" else RESTORE
        return tuple(Request(operation, {"directory": home, "account": who}) for home in user.directories)
    if change.verb == "deactivate":
        return (Request(DISABLE, {"account": who}, {"message": change.message} if change.message else {}),)
    if change.verb == "reactivate":
        return (Request(ENABLE, {"account": who}),)
    if target is None:
        return ()
    if change.verb in ROLES:
        operation = ASSIGN_ROLE if change.verb == "grant_role" else REVOKE_ROLE
        body = {"role": f"atlassian/{target.role or 'user'}", "resource": target.id}
        return (Request(operation, {"account": who}, body),)
    if group_home is None:
        return ()
    if change.verb == "add_to_group":
        return (Request(JOIN, {"directory": group_home, "group": target.id}, {"accountId": who}),)
    return (Request(LEAVE, {"directory": group_home, "group": target.id, "account": who}),)
