"""The organization behind the API: tables, the indexes that keep reads linear, and delayed visibility."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.emulator.accounts import Account, Grant, account, grant, user
from tests.emulator.wire import Json


@dataclass(slots=True)
class Group:
    """A group of the file with its grants read and the directory that it lies in."""

    group_id: str
    facts: Json
    grants: tuple[Grant, ...]
    directory: str
    members: dict[str, None]

    @property
    def is_external(self) -> bool:
        """Whether an identity provider owns it."""
        return bool(self.facts.get("managed_by_idp"))


@dataclass(slots=True)
class _Stale:
    seen: Account
    reads: int


class State:
    """All of one organization. `directories` maps a directory's id to the sites whose groups lie in it.

    Groups of no site, and people of no group, are in the first directory. What the file leaves out stays
    unknown: it is never invented.
    """

    def __init__(self, organization: Json, directories: Mapping[str, tuple[str, ...]]) -> None:
        """Read our directory format; the dict given is never changed."""
        self.head = {key: value for key, value in organization.items() if key not in {"apps", "groups", "users"}}
        self.apps: dict[str, Json] = {app["id"]: app for app in organization.get("apps", ())}
        self.directories = tuple(directories)
        self._homes = {site: name for name, sites in directories.items() for site in sites}
        self.groups = {item["id"]: self._group(item) for item in organization.get("groups", ())}
        self.accounts: dict[str, Account] = {}
        self._direct: dict[str, dict[str, None]] = {}
        self._stale: dict[str, _Stale] = {}
        self._seats: dict[str, frozenset[str]] = {}
        self._taken: Counter[str] = Counter()
        self._places = itertools.count()
        for item in organization.get("users", ()):
            self.put(item)

    def _group(self, item: Json) -> Group:
        grants = tuple(grant(given) for given in item.get("grants") or ())
        return Group(item["id"], item, grants, self._home(grants), {})

    def _home(self, grants: Iterable[Grant]) -> str:
        sites = (self.apps.get(given.app, {}).get("site") for given in grants)
        return next((self._homes[site] for site in sites if site in self._homes), self.directories[0])

    def put(self, item: Json) -> Account:
        """Add a user of the file, or put it in the place of the one with the same id."""
        old = self.accounts.get(item["account_id"])
        if old is not None:
            self._unlink(old)
        homes = [self.groups[name].directory for name in item.get("groups") or () if name in self.groups]
        homes += [self._home([grant(given)]) for given in item.get("direct_access") or ()]
        owned = tuple(name for name in self.directories if name in homes) or self.directories[:1]
        new = account(item, next(self._places) if old is None else old.position, owned)
        self.accounts[new.account_id] = new
        self._link(new)
        return new

    def remove(self, account_id: str) -> None:
        """Take an account out of the organization altogether."""
        self._unlink(self.accounts.pop(account_id))

    def _link(self, owner: Account) -> None:
        for name in owner.groups or ():
            if name in self.groups:
                self.groups[name].members[owner.account_id] = None
        for given in owner.direct or ():
            self._direct.setdefault(given.app, {})[owner.account_id] = None
        self._recount(owner)

    def _unlink(self, owner: Account) -> None:
        for name in owner.groups or ():
            if name in self.groups:
                self.groups[name].members.pop(owner.account_id, None)
        for given in owner.direct or ():
            self._direct.get(given.app, {}).pop(owner.account_id, None)
        self._taken.subtract(self._seats.pop(owner.account_id, ()))

    def _recount(self, owner: Account) -> None:
        """Note which seats the account holds now, so that a full app is known without counting everybody."""
        held = {given.app for given, _ in self.grants(owner) if given.takes_seat} if owner.status == "active" else ()
        self._taken.subtract(self._seats.get(owner.account_id, ()))
        self._taken.update(held)
        self._seats[owner.account_id] = frozenset(held)

    def join(self, owner: Account, group: Group) -> None:
        """Make the account a member."""
        owner.groups = {**(owner.groups or {}), group.group_id: None}
        group.members[owner.account_id] = None
        self._recount(owner)

    def leave(self, owner: Account, group: Group) -> None:
        """End a membership."""
        owner.groups = {name: None for name in owner.groups or () if name != group.group_id}
        group.members.pop(owner.account_id, None)
        self._recount(owner)

    def assign(self, owner: Account, given: Grant) -> None:
        """Give a role directly."""
        owner.direct = {**(owner.direct or {}), given: None}
        self._direct.setdefault(given.app, {})[owner.account_id] = None
        self._recount(owner)

    def revoke(self, owner: Account, given: Grant) -> None:
        """Take a direct role away."""
        owner.direct = {item: None for item in owner.direct or () if item != given}
        if all(item.app != given.app for item in owner.direct):
            self._direct.get(given.app, {}).pop(owner.account_id, None)
        self._recount(owner)

    def suspend_in(self, owner: Account, directories: frozenset[str]) -> None:
        """Make these the directories that the account is suspended in."""
        owner.suspended_in = directories
        self._recount(owner)

    def switch(self, owner: Account, state: str) -> None:
        """Make the account itself `active` or `inactive`."""
        owner.state = state
        self._recount(owner)

    def grants(self, owner: Account) -> Iterator[tuple[Grant, Group | None]]:
        """What the account may use, each with the group that it comes through (None: given directly)."""
        for given in owner.direct or ():
            yield given, None
        for name in owner.groups or ():
            group = self.groups.get(name)
            for given in group.grants if group else ():
                yield given, group

    def granting(self, app: str) -> list[Group]:
        """The groups with any role on the app."""
        return [group for group in self.groups.values() if any(given.app == app for given in group.grants)]

    def users_of(self, app: str) -> set[str]:
        """The ids of all who hold any role on the app, however they came by it."""
        found = set(self._direct.get(app, ()))
        return found.union(*(group.members for group in self.granting(app)))

    def holds_seat(self, owner: Account, app: str) -> bool:
        """Whether the account, being active, holds a billable role on the app."""
        return app in self._seats[owner.account_id]

    def is_full(self, app: str) -> bool:
        """Whether no seat of the app is free; one without a number of seats never is."""
        seats = self.apps.get(app, {}).get("seats")
        return seats is not None and self._taken[app] >= int(seats)

    def hold_back(self, owner: Account, reads: int) -> None:
        """Let the next `reads` reads see the account as it is now, whatever is written meanwhile."""
        if reads > 0:
            self._stale.setdefault(owner.account_id, _Stale(owner.copy(), 0)).reads = reads

    def count_read(self) -> None:
        """One read has been answered: what was held back comes nearer to being seen."""
        for name, held in list(self._stale.items()):
            held.reads -= 1
            if held.reads <= 0:
                del self._stale[name]

    def seen(self, account_id: str) -> Account | None:
        """The account as a reader sees it now."""
        held = self._stale.get(account_id)
        return held.seen if held else self.accounts.get(account_id)

    def held_back(self) -> set[str]:
        """The ids of the accounts whose latest writes readers do not see yet."""
        return set(self._stale)

    def organization(self) -> Json:
        """The true state in our directory format, lists of groups and roles sorted."""
        users = [user(owner) for owner in self.accounts.values()]
        return {
            **self.head,
            "apps": list(self.apps.values()),
            "groups": [g.facts for g in self.groups.values()],
            "users": users,
        }
