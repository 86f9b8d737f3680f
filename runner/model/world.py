"""What conditions and actions may ask: a snapshot with its indexes, the clock, the lists and the past."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property

from runner.model.duration import Duration
from runner.model.glob import Globs
from runner.model.history import History, PastChange
from runner.model.people import SEAT_ROLES, App, Grant, Group, LatestUse, Snapshot, User
from runner.model.unknown import UNKNOWN, Truth, Unknown

EVERY_APP = frozenset({"any", "all"})
"""Words that stand for all apps there are, also where there is none."""

_NEVER, _NOT_KNOWN = LatestUse(None, certain=True), LatestUse(None, certain=False)


@dataclass(frozen=True)
class World:
    """The present (``snapshot`` at ``now``, UTC) and what is known of the past.

    ``lists`` are the people of each ``lists/NAME.csv`` as case-folded e-mail addresses and account ids. What is the
    same for everybody (which groups, which instant) is remembered.
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

    @cached_property
    def groups_matching(self) -> Callable[[Globs], frozenset[str]]:
        """Ids of the groups whose names fit."""
        return cache(lambda globs: frozenset(g.id for g in self.snapshot.groups if globs.match(g.name)))

    def apps_named(self, name: str) -> tuple[App, ...]:
        """The apps that ``jira-software`` (on any site), ``jira-software@acme``, ``any`` or ``all`` stands for."""
        if name in EVERY_APP:
            return self.snapshot.apps
        wanted = name.casefold()
        return tuple(a for a in self.snapshot.apps if wanted in (a.key.casefold(), a.name.casefold()))

    @cached_property
    def app_ids(self) -> Callable[[frozenset[str]], frozenset[str]]:
        """Ids of the apps that any of these names stands for."""
        return cache(lambda names: frozenset(app.id for name in names for app in self.apps_named(name)))

    @cached_property
    def cutoff(self) -> Callable[[Duration], datetime]:
        """The instant that long before now."""
        return cache(lambda duration: duration.before(self.now))

    def _groups_giving(self, fits: Callable[[Grant], bool]) -> frozenset[str]:
        return frozenset(
            group.id
            for group in self.snapshot.groups
            if not isinstance(group.grants, Unknown) and any(fits(grant) for grant in group.grants)
        )

    def groups_granting(self, app_id: str) -> frozenset[str]:
        """Ids of the groups whose members use the app."""
        return self.groups_granting_any(frozenset({app_id}))

    @cached_property
    def groups_granting_any(self) -> Callable[[frozenset[str]], frozenset[str]]:
        """Ids of the groups whose members use one of the apps at least."""
        return cache(lambda app_ids: self._groups_giving(lambda grant: grant.app in app_ids and grant.uses))

    @cached_property
    def groups_with_role(self) -> Callable[[frozenset[str], frozenset[str]], frozenset[str]]:
        """Ids of the groups whose members have one of these (case-folded) roles on one of the apps."""
        return cache(lambda roles, ids: self._groups_giving(lambda g: g.app in ids and g.role.casefold() in roles))

    @cached_property
    def groups_seating(self) -> Callable[[str], frozenset[str]]:
        """Ids of the groups whose active members hold a seat of the app."""
        return cache(lambda app_id: self._groups_giving(lambda g: g.app == app_id and g.role in SEAT_ROLES))

    @cached_property
    def known_groups(self) -> frozenset[str]:
        """Ids of the groups of which it is known what they grant."""
        return frozenset(g.id for g in self.snapshot.groups if g.grants is not UNKNOWN)

    def knows_grants(self, user: User, app_ids: frozenset[str]) -> bool:
        """Whether it is known which of these apps the person's groups grant, and in which roles."""
        if isinstance(user.groups, Unknown):
            return False
        return app_ids <= self.snapshot.granting_known or user.groups <= self.known_groups

    def uses(self, user: User, app_id: str) -> Truth:
        """Whether the person can use the app: by a group that grants it, or by a direct role."""
        return self.uses_any(user, frozenset({app_id}))

    def uses_any(self, user: User, app_ids: frozenset[str]) -> Truth:
        """Whether the person can use one of the apps at least."""
        groups, direct, proven = user.groups, user.direct_access, self.snapshot.direct_use
        if not isinstance(groups, Unknown) and not self.groups_granting_any(app_ids).isdisjoint(groups):
            return True
        if isinstance(direct, Unknown):
            if any(user.account_id in proven[app_id] for app_id in app_ids & proven.keys()):
                return True
        elif direct and any(grant.app in app_ids and grant.uses for grant in direct):
            return True
        if app_ids and not self.knows_grants(user, app_ids):
            return None
        return None if isinstance(direct, Unknown) and not app_ids <= proven.keys() else False

    def grants_of(self, user: User) -> frozenset[Grant] | Unknown:
        """All roles on apps that a person has, through groups and directly; unknown where some of them are."""
        if isinstance(user.groups, Unknown) or not user.groups <= self.known_groups:
            return UNKNOWN
        return UNKNOWN if isinstance(user.direct_access, Unknown) else self.known_grants(user)

    def known_grants(self, user: User) -> frozenset[Grant]:
        """The roles on apps that a person is known to have; there may be more."""
        found = set() if isinstance(user.direct_access, Unknown) else set(user.direct_access)
        for group_id in () if isinstance(user.groups, Unknown) else user.groups:
            group = self.groups.get(group_id)
            if group is not None and not isinstance(group.grants, Unknown):
                found |= group.grants
        return frozenset(found)

    def holds_seat(self, user: User, app_id: str) -> Truth:
        """Whether the person takes a paid seat of the app: active, with the role ``user`` or ``admin``."""
        if not isinstance(user.status, Unknown) and user.status != "active":
            return False
        held = self._holds_seat_role(user, app_id)
        return None if held and isinstance(user.status, Unknown) else held

    def _holds_seat_role(self, user: User, app_id: str) -> Truth:
        groups, direct = user.groups, user.direct_access
        if not isinstance(groups, Unknown) and not self.groups_seating(app_id).isdisjoint(groups):
            return True
        if not isinstance(direct, Unknown) and any(g.app == app_id and g.role in SEAT_ROLES for g in direct):
            return True
        if not self.knows_grants(user, frozenset({app_id})):
            return None
        # A proof names those who use the app by a direct role alone; who uses it by a group may have one besides.
        proven = self.snapshot.direct_use.get(app_id)
        no_more = proven is not None and self.uses(user, app_id) is False
        return False if no_more or not isinstance(direct, Unknown) else None

    def last_used(self, user: User, app_id: str) -> datetime | None | Unknown:
        """When the person last used the app; None for never, unknown for a time in the future."""
        if isinstance(user.last_active, Unknown):
            return UNKNOWN
        used = user.last_active.get(app_id)
        return UNKNOWN if isinstance(used, datetime) and used > self.now else used

    def latest_use(self, user: User, app_ids: Iterable[str] | None) -> LatestUse:
        """The latest use of any of these apps; for None, of anything at all."""
        uses, now = user.last_active, self.now
        if isinstance(uses, Unknown):
            return _NOT_KNOWN
        latest, certain = None, True
        for used in uses.values() if app_ids is None else map(uses.get, app_ids):
            if used is None:
                continue
            if used is UNKNOWN or used > now:
                certain = False
            elif latest is None or used > latest:
                latest = used
        return LatestUse(latest, certain) if latest is not None else _NEVER if certain else _NOT_KNOWN

    def added(self, user: User) -> datetime | Unknown:
        """When the person joined the organization; unknown for a time in the future."""
        return user.added if isinstance(user.added, Unknown) or user.added <= self.now else UNKNOWN

    def lacks(self, user: User, fact: str) -> bool:
        """Whether anything of a fact (a field of User) is unknown: not read, or a time in the future."""
        if fact == "added":
            return self.added(user) is UNKNOWN
        if fact == "last_active":
            return not self.latest_use(user, None).certain
        if fact == "groups" and not isinstance(user.groups, Unknown):
            return not user.groups <= self.known_groups
        return getattr(user, fact) is UNKNOWN

    @cached_property
    def changes(self) -> Mapping[str, tuple[PastChange, ...]]:
        """What earlier runs changed, oldest first, by account id."""
        found: dict[str, list[PastChange]] = {}
        for change in self.history.changes:
            found.setdefault(change.account_id, []).append(change)
        return {account: tuple(changes) for account, changes in found.items()}
