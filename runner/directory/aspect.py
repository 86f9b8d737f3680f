"""What a change is about, in the facts of the person: one aspect, and its present value."""

from __future__ import annotations

from runner.model.people import Grant, User
from runner.model.plan import Change
from runner.model.unknown import UNKNOWN, Unknown

MEMBERSHIP = {"add_to_group": True, "remove_from_group": False}
ROLES = {"grant_role": True, "revoke_role": False}
STATUS_VERBS = frozenset({"suspend", "restore", "deactivate", "reactivate"})
LIFECYCLE = frozenset({"deactivate", "reactivate"})
"""Verbs on the account itself, for managed accounts only (Atlassian facts, section 2.19)."""


def present_value(user: User, change: Change) -> bool | str | Unknown:
    """The aspect's value now: whether they are a member, whether they hold the role directly, or their status."""
    if change.verb in STATUS_VERBS:
        return user.status
    if change.target is None:
        return UNKNOWN
    if change.verb in MEMBERSHIP:
        return UNKNOWN if isinstance(user.groups, Unknown) else change.target.id in user.groups
    if isinstance(user.direct_access, Unknown):
        return UNKNOWN
    return Grant(change.target.id, change.target.role or "user") in user.direct_access
