"""What conditions and actions may ask: a snapshot with its indexes, the clock, the lists and the past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from runner.model.history import History
from runner.model.people import SEAT_ROLES, App, Grant, Group, Snapshot, User
from runner.model.unknown import UNKNOWN, Truth, Unknown


@dataclass(frozen=True)
class World:
    """The present (``snapshot`` at ``now``, UTC) and what is known of the past.

    ``lists`` are the people of each ``lists/NAME.csv`` as case-folded e-mail addresses and account ids.
    """

    snapshot: Snapshot
    now: datetime
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    history: History = field(default_factory=History)

    @cached_property
    def apps(self) -> Mapping[str, App]:
        """Apps by id."""
        return {app.id: app for app in self.snapshot.apps}

    @cached_property
    def groups(self) -> Mapping[str, Group]:
        """Groups by id."""
        return {group.id: group for group in self.snapshot.groups}

    @cached_property
    def users(self) -> Mapping[str, User]:
        """People by account id."""
        return {user.account_id: user for user in self.snapshot.users}

    @cached_property
    def groups_by_name(self) -> Mapping[str, tuple[Group, ...]]:
        """Groups by their case-folded names; several directories may each have one of a name."""
        found: dict[str, list[Group]] = {}
        for group in self.snapshot.groups:
            found.setdefault(group.name.casefold(), []).append(group)
        return {name: tuple(groups) for name, groups in found.items()}

    def apps_named(self, name: str) -> tuple[App, ...]:
        """The apps that ``jira-software`` (on any site), ``jira-software@acme``, ``any`` or ``all`` stands for."""
        if name in ("any", "all"):
            return self.snapshot.apps
        wanted = name.casefold()
        return tuple(a for a in self.snapshot.apps if wanted in (a.key.casefold(), a.name.casefold()))

    @cached_property
    def _granting(self) -> Mapping[str, frozenset[str]]:
        """Ids of the groups whose members use an app, by the app's id."""
        found: dict[str, set[str]] = {app.id: set() for app in self.snapshot.apps}
        for group in self.snapshot.groups:
            if not isinstance(group.grants, Unknown):
                for grant in group.grants:
                    if grant.uses:
                        found.setdefault(grant.app, set()).add(group.id)
        return {app: frozenset(groups) for app, groups in found.items()}

    def groups_granting(self, app_id: str) -> frozenset[str]:
        """Ids of the groups whose members use the app."""
        return self._granting.get(app_id, frozenset())

    @cached_property
    def known_groups(self) -> frozenset[str]:
        """Ids of the groups of which it is known what they grant."""
        return frozenset(g.id for g in self.snapshot.groups if g.grants is not UNKNOWN)

    def uses(self, user: User, app_id: str) -> Truth:
        """Whether the person can use the app: by a group that grants it, or by a direct role."""
        groups, direct = user.groups, user.direct_access
        if not isinstance(groups, Unknown) and not self.groups_granting(app_id).isdisjoint(groups):
            return True
        if not isinstance(direct, Unknown) and any(g.app == app_id and g.uses for g in direct):
            return True
        proven = self.snapshot.direct_use.get(app_id)
        if proven is not None and user.account_id in proven:
            return True
        if isinstance(groups, Unknown) or not groups <= self.known_groups:
            return None
        return None if direct is UNKNOWN and proven is None else False

    def grants_of(self, user: User) -> frozenset[Grant] | Unknown:
        """All roles on apps that a person has, through groups and directly."""
        if isinstance(user.groups, Unknown) or isinstance(user.direct_access, Unknown):
            return UNKNOWN
        if not user.groups <= self.known_groups:
            return UNKNOWN
        found = set(user.direct_access)
        for group_id in user.groups:
            grants = self.groups[group_id].grants
            if not isinstance(grants, Unknown):
                found |= grants
        return frozenset(found)

    def holds_seat(self, user: User, app_id: str) -> Truth:
        """Whether the person takes a paid seat of the app: active, with the role ``user`` or ``admin``."""
        if user.status is not UNKNOWN and user.status != "active":
            return False
        held = self._holds_seat_role(user, app_id)
        return held if user.status is not UNKNOWN or held is False else None

    def _holds_seat_role(self, user: User, app_id: str) -> Truth:
        groups, direct = user.groups, user.direct_access
        if not isinstance(groups, Unknown) and not self._seat_groups(app_id).isdisjoint(groups):
            return True
        if not isinstance(direct, Unknown) and any(g.app == app_id and g.role in SEAT_ROLES for g in direct):
            return True
        proven = self.snapshot.direct_use.get(app_id)
        if isinstance(groups, Unknown) or not groups <= self.known_groups:
            return None
        if direct is UNKNOWN and (proven is None or user.account_id in proven):
            return None
        return False

    @cached_property
    def _seat_granting(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for group in self.snapshot.groups:
            if not isinstance(group.grants, Unknown):
                for grant in group.grants:
                    if grant.role in SEAT_ROLES:
                        found.setdefault(grant.app, set()).add(group.id)
        return {app: frozenset(groups) for app, groups in found.items()}

    def _seat_groups(self, app_id: str) -> frozenset[str]:
        return self._seat_granting.get(app_id, frozenset())

    def last_used(self, user: User, app_id: str) -> datetime | None | Unknown:
        """When the person last used the app; None for never."""
        if isinstance(user.last_active, Unknown):
            return UNKNOWN
        return user.last_active.get(app_id)
