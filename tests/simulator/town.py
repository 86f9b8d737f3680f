"""An organization in memory, behind the two halves of a directory, with a log of its own of what really happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from runner.directory.aspect import STATUS_VERBS, present_value
from runner.directory.interface import FORBIDDEN, Gate, Need, open_gate
from runner.errors import OtherSideError
from runner.model.outcome import ALREADY, APPLIED, CHANGED_SINCE, FAILED, NOT_SENT, UNKNOWN_OUTCOME, Outcome
from runner.model.people import App, Grant, Group, Snapshot, User
from runner.model.plan import Change
from runner.model.unknown import UNKNOWN, Unknown
from tests.simulator.fate import WRITE, Fate

APP = "ari:cloud:jira-software::site/1"
LOSSES = tuple(
    f"{kind} {when}" for kind in ("reply lost", "reset", "5xx", "cut", "html") for when in ("before", "after")
)
WRITE_FAULTS = (*LOSSES, "refused", "forbidden", "seen late")
READ_FAULTS = ("read fails",)
LOOKS_S = (0.0, 1.0, 2.0, 4.0)
LONGEST_LAG_S = 29

Effects = list[dict[str, Any]]
Witness = Callable[[str, str, str | None], dict[str, Any]]
"""What the audit store holds at that very instant: whether such a change is announced, by which run at last, and the
fence of the lease."""


@dataclass
class Town:
    """The truth: people by account id. ``effects`` is the server's own log, in the order of what happened."""

    fate: Fate
    people: dict[str, User]
    witness: Witness
    organization: str = "acme"
    live: bool = True
    effects: Effects = field(default_factory=list)
    stale: dict[str, tuple[datetime, User]] = field(default_factory=dict)

    def seen(self, account_id: str) -> User:
        """A person as readers see them: what was written lately may not show yet."""
        until, old = self.stale.get(account_id, (self.fate.clock.now, None))
        return old if old is not None and self.fate.clock.now < until else self.people[account_id]

    def carry_out(self, change: Change, lag_s: float) -> str:
        """Make a change really happen: what the server answers, ``""`` where it is fine."""
        user = self.people[change.account_id]
        before = present_value(user, change)
        if before == change.after:
            return "" if change.verb in STATUS_VERBS else "409"
        if before != change.before:
            return "400"
        if lag_s:
            until = self.fate.clock.now + timedelta(seconds=lag_s)
            self.stale[change.account_id] = (until, self.seen(change.account_id))
        self.people[change.account_id] = changed(user, change)
        target = change.target.id if change.target else None
        self.effects.append(
            {
                "account_id": change.account_id,
                "verb": change.verb,
                "target": target,
                "before": before,
                "after": change.after,
                "at": self.fate.clock.now,
                **self.witness(change.account_id, change.verb, target),
            }
        )
        return ""


def changed(user: User, change: Change) -> User:
    """The person after a change."""
    if change.verb in STATUS_VERBS:
        return replace(user, status=str(change.after))
    assert change.target is not None
    if change.verb.endswith("_group"):
        assert isinstance(user.groups, frozenset)
        one = frozenset({change.target.id})
        return replace(user, groups=user.groups | one if change.after else user.groups - one)
    assert isinstance(user.direct_access, frozenset)
    grant = frozenset({Grant(change.target.id, change.target.role or "user")})
    return replace(user, direct_access=user.direct_access | grant if change.after else user.direct_access - grant)


@dataclass
class TownReader:
    """See Reader. ``spoil`` makes another snapshot of one: empty, shrunken, partial."""

    town: Town
    spoil: Callable[[Snapshot], Snapshot] = field(default=lambda snapshot: snapshot)

    def read_snapshot(self, need: Need) -> Snapshot:  # noqa: ARG002
        """See Reader."""
        self._touch("read snapshot")
        town = self.town
        users = tuple(town.seen(account_id) for account_id in sorted(town.people))
        apps = (App(APP, "jira-software", "acme"),)
        groups = (group("old"), group("new"), group("guard"), group("users", Grant(APP)))
        now = town.fate.clock()
        return self.spoil(
            Snapshot(now, town.organization, True, apps, groups, users, len(users), "sha256:1", live=town.live)
        )

    def read_users(self, account_ids: Iterable[str]) -> tuple[User, ...]:
        """See Reader."""
        self._touch("read people")
        return tuple(self.town.seen(account_id) for account_id in sorted(account_ids) if account_id in self.town.people)

    def read_direct_access(self, account_ids: Iterable[str]) -> Mapping[str, frozenset[Grant] | Unknown]:
        """See Reader."""
        return {user.account_id: user.direct_access for user in self.read_users(account_ids)}

    def read_last_active(self, account_ids: Iterable[str]) -> Mapping[str, Mapping[str, datetime | Unknown] | Unknown]:
        """See Reader."""
        return {user.account_id: user.last_active for user in self.read_users(account_ids)}

    def read_synced(self, account_ids: Iterable[str]) -> Mapping[str, bool | Unknown]:
        """See Reader."""
        return {user.account_id: user.synced for user in self.read_users(account_ids)}

    def _touch(self, what: str) -> None:
        if self.town.fate.touch(what, READ_FAULTS):
            raise OtherSideError("unavailable", f"{what}: 503")


def group(name: str, *grants: Grant) -> Group:
    """A group that we manage; its name is its id."""
    return Group(name, name, frozenset(grants), frozenset(), managed_by_idp=False)


@dataclass
class TownWriter:
    """See Writer. Like the real one it sends a change once, and only what reads show afterwards counts as done."""

    town: Town

    def apply_change(self, change: Change) -> Outcome:
        """See Writer."""
        return next(self.apply_changes([change]))

    def apply_changes(self, changes: Sequence[Change], gate: Gate = open_gate) -> Iterator[Outcome]:
        """See Writer."""
        refused = False
        for change in changes:
            self.town.fate.touch("before a write")
            closed = "the key was refused before" if refused else gate()
            status, detail = (FAILED, f"{NOT_SENT}: {closed}") if closed else self._send(change)
            refused = refused or detail.startswith(FORBIDDEN)
            yield Outcome(change, status, self.town.fate.clock(), detail)

    def _send(self, change: Change) -> tuple[str, str]:
        """Between the gate and the effect a process may die, but not sleep: see What the journal proves."""
        town = self.town
        seen = present_value(town.seen(change.account_id), change)
        if seen != change.before:
            return (ALREADY, "") if seen == change.after else (CHANGED_SINCE, f"is {seen}")
        fault = town.fate.touch(WRITE, WRITE_FAULTS)
        if fault in ("refused", "forbidden"):
            return FAILED, f"{fault}: the server says no"
        answer = ""
        if not fault.endswith(" before"):
            answer = town.carry_out(change, town.fate.random.uniform(1, LONGEST_LAG_S) if fault == "seen late" else 0)
        town.fate.touch("after a write")
        if answer:
            found = self._look(change, (0.0,))
            return (ALREADY, "") if found == change.after else (FAILED, f"refused: {answer}")
        lost = fault in LOSSES
        found = self._look(change, LOOKS_S if lost else (*LOOKS_S, 8.0, 16.0, 30.0))
        return (APPLIED, "") if found == change.after else (UNKNOWN_OUTCOME, "not to be seen yet")

    def _look(self, change: Change, waits_s: Sequence[float]) -> object:
        found: object = UNKNOWN
        for wait_s in waits_s:
            self.town.fate.clock.wait(wait_s)
            if not self.town.fate.touch("look", ("look fails",)):
                found = present_value(self.town.seen(change.account_id), change)
            if found == change.after:
                break
        return found

    def read_back(self, change: Change) -> bool | str | Unknown:
        """See Writer."""
        if self.town.fate.touch("read back", ("look fails",)) or change.account_id not in self.town.people:
            return UNKNOWN
        return present_value(self.town.seen(change.account_id), change)
