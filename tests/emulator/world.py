"""What a handler is given: the organization, the clock, and one authenticated request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tests.emulator.accounts import Account
from tests.emulator.log import Effect, Log
from tests.emulator.paging import Cursors
from tests.emulator.state import Group, State
from tests.emulator.wire import Json, Problem, errors, gateway


@dataclass(frozen=True, slots=True)
class Key:
    """An API key; `is_scoped` ones read and never write (Atlassian facts, section 0.5)."""

    token: str
    key_id: str
    label: str
    is_scoped: bool = False
    expires_at: str = "2027-06-30T00:00:00.000Z"


@dataclass(frozen=True, slots=True)
class Options:
    """Traits in which real organizations differ.

    `directories`: directory id -> the sites whose groups lie in it. `activity_ids`: `same` as the workspace's,
    or `family` (`ari:cloud:jira::...` for Jira; sections 2.6 and 3 of the Atlassian facts). `workspace_next`:
    `token` or `url` (2.17). `revoke_leaves_groups`: whether `roles/revoke` takes only the direct role, or, like
    the user interface, also ends memberships that grant the role (section 3, candidate A).
    """

    directories: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {"dir-1": ()})
    activity_ids: str = "same"
    workspace_next: str = "token"
    revoke_leaves_groups: bool = True


@dataclass(slots=True)
class World:
    """Everything that outlives a request. `lag_reads`: how many reads pass before a write is seen."""

    org_id: str
    state: State
    options: Options
    keys: tuple[Key, ...]
    clock: Callable[[], datetime]
    log: Log = field(default_factory=Log)
    cursors: Cursors = field(default_factory=Cursors)
    lag_reads: int = 0

    def now(self) -> str:
        """The time as Atlassian writes it: UTC, milliseconds, `Z`."""
        return self.clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a known operation by a key that may make it; `seq` is its number in the log."""

    world: World
    key: Key
    seq: int
    url: str
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    body: Json

    @property
    def state(self) -> State:
        """The organization."""
        return self.world.state

    def directory(self, *, may_be_all: bool = True) -> str | None:
        """The directory of the path; None for `-`, which writes do not take (Atlassian facts, section 2)."""
        name = self.path["directory"]
        if name == "-" and may_be_all:
            return None
        if name not in self.state.directories:
            raise errors(404, "ADMIN-404-9", "Directory not found")
        return name

    def seen_account(self) -> Account:
        """The account of the path as readers see it, or a 404."""
        found = self.state.seen(self.path["account"])
        if found is None:
            raise errors(404, "ADMIN-404-8", "User not found")
        return found

    def account(self) -> Account:
        """The true account of the path, to write to, or a 404."""
        found = self.state.accounts.get(self.path["account"])
        if found is None:
            raise errors(404, "ADMIN-404-8", "User not found")
        return found

    def group(self) -> Group:
        """The group of the path, which must lie in the directory of the path, or a 404."""
        found = self.state.groups.get(self.path["group"])
        if found is None or self.path["directory"] not in {"-", found.directory}:
            raise errors(404, "ADMIN-404-10", "Group not found")
        return found

    def refusal(self, message: str) -> Problem:
        """A 403 in the gateway's shape."""
        return gateway(403, message, self.url, self.world.now())

    def effect(
        self,
        owner: Account,
        verb: str,
        target: str | None,
        change: tuple[bool | str | None, bool | str | None],
        *,
        role: str | None = None,
        directory: str | None = None,
    ) -> None:
        """Record a change that was just made; `change` is before and after."""
        log = self.world.log
        before, after = change
        log.add_effect(
            Effect(
                log.effect_count + 1,
                self.world.now(),
                self.seq,
                owner.account_id,
                verb,
                target,
                before,
                after,
                role,
                directory,
                self.key.key_id,
            )
        )
