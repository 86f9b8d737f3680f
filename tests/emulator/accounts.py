"""One account, and its translation between our directory file and what the API keeps.

The file says `status`; the API keeps the account's own state (one for the world) apart from the
memberships (one for each directory) and composes the status from both (Atlassian facts, section 2.3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from tests.emulator.wire import Json

_OWN = ("account_id", "status", "groups", "direct_access")


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """A role on an app: `role` is the bare word of the file, `user` where the file names none."""

    app: str
    role: str = "user"

    @property
    def takes_seat(self) -> bool:
        """Whether the role is billable (Atlassian facts, section 3)."""
        return self.role in {"user", "admin"}


@dataclass(slots=True)
class Account:
    """An account; `facts` are the file's other keys as they stand, where an absent key is an unknown fact.

    `state` is `active`, `inactive` or None (unknown). `groups` and `direct` are None where the file does not
    know them. `directories` are those that the account belongs to, `suspended_in` the ones it is suspended in.
    """

    account_id: str
    position: int
    facts: Json
    state: str | None
    leaving: bool
    groups: dict[str, None] | None
    direct: dict[Grant, None] | None
    directories: tuple[str, ...]
    suspended_in: frozenset[str]

    def copy(self) -> Account:
        """A copy that later writes do not reach."""
        groups = None if self.groups is None else dict(self.groups)
        return replace(self, facts=dict(self.facts), groups=groups, direct=self.direct and dict(self.direct))

    @property
    def membership(self) -> str:
        """`no_membership`, `suspended` (in all of its directories) or `active`."""
        if not self.directories:
            return "no_membership"
        return "suspended" if self.suspended_in.issuperset(self.directories) else "active"

    @property
    def status(self) -> str | None:
        """The composite that the file and the API both call `status`; None where it is unknown."""
        if self.state is None:
            return None
        if self.leaving:
            return "for_deletion"
        if self.state != "active":
            return "deactivated"
        return {"no_membership": "not_invited"}.get(self.membership, self.membership)

    @property
    def is_org_admin(self) -> bool:
        """Whether the account holds the organization's admin role."""
        return "org-admin" in (self.facts.get("roles") or ())


def account(user: Json, position: int, directories: tuple[str, ...]) -> Account:
    """Build the account from a user of our file; `directories` are those that its groups and roles lie in."""
    status = user.get("status")
    homes = () if status == "not_invited" else directories
    groups, direct = user.get("groups"), user.get("direct_access")
    return Account(
        account_id=user["account_id"],
        position=position,
        facts={key: value for key, value in user.items() if key not in _OWN},
        state=None if status is None else "inactive" if status in {"deactivated", "for_deletion"} else "active",
        leaving=status == "for_deletion",
        groups=None if groups is None else dict.fromkeys(groups),
        direct=None if direct is None else dict.fromkeys(grant(item) for item in direct),
        directories=homes,
        suspended_in=frozenset(homes) if status == "suspended" else frozenset(),
    )


def user(owner: Account) -> Json:
    """The account as a user of our file, with lists sorted so that two states compare."""
    result: Json = {"account_id": owner.account_id, **owner.facts}
    if owner.status is not None:
        result["status"] = owner.status
    if owner.groups is not None:
        result["groups"] = sorted(owner.groups)
    if owner.direct is not None:
        result["direct_access"] = [written(item) for item in sorted(owner.direct)]
    return result


def grant(item: Any) -> Grant:
    """Read a grant of the file: an app's id alone, or `{"app", "role"}`."""
    return Grant(item) if isinstance(item, str) else Grant(item["app"], item.get("role") or "user")


def written(item: Grant) -> str | Json:
    """Write a grant the way the file spells it; the role `user` goes without saying."""
    return item.app if item.role == "user" else {"app": item.app, "role": item.role}
