"""A run at work in memory: an organization that does what it is told, and a session that may write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from runner.directory.interface import EVERYTHING, Gate, Need, Progress, no_progress, open_gate
from runner.journal.journal import Journal
from runner.journal.writing import OpenRun
from runner.model.outcome import APPLIED, FAILED, Outcome
from runner.model.people import Grant, Snapshot, User
from runner.model.plan import Change
from runner.model.unknown import UNKNOWN, Unknown
from runner.run.session import Session, WritingSession, never
from tests.unit.engine.made import policies
from tests.unit.engine.made import snapshot as snapshot_of
from tests.unit.engine.made import user as user_form
from tests.unit.journal.made import Clock, MemoryStore, journal, start

NAMES = tuple(f"u-{number}" for number in range(1, 121))


@dataclass
class Organization:
    """Reads and writes people ``u-1`` to ``u-120``. ``ends`` are outcomes that are not ``applied``, ``states`` what is
    read back, each by account id; ``seen`` is told of every change right before it is made."""

    ends: dict[str, tuple[str, str]] = field(default_factory=dict)
    states: dict[str, bool | str | Unknown] = field(default_factory=dict)
    seen: Callable[[Change], object] = lambda _: None
    read: list[tuple[str, ...]] = field(default_factory=list)
    sent: list[tuple[str, ...]] = field(default_factory=list)
    gates: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)

    def read_snapshot(self, need: Need) -> Snapshot:
        """See Reader."""
        assert need == EVERYTHING
        return snapshot_of([user_form(name) for name in NAMES])

    def read_users(self, account_ids: Iterable[str]) -> tuple[User, ...]:
        """See Reader."""
        asked = tuple(account_ids)
        self.read.append(asked)
        return tuple(user for user in self.read_snapshot(EVERYTHING).users if user.account_id in asked)

    def read_direct_access(self, account_ids: Iterable[str]) -> Mapping[str, frozenset[Grant] | Unknown]:
        """See Reader."""
        return dict.fromkeys(account_ids, UNKNOWN)

    def read_last_active(self, account_ids: Iterable[str]) -> Mapping[str, Mapping[str, datetime | Unknown] | Unknown]:
        """See Reader."""
        return dict.fromkeys(account_ids, UNKNOWN)

    def read_synced(self, account_ids: Iterable[str]) -> Mapping[str, bool | Unknown]:
        """See Reader."""
        return dict.fromkeys(account_ids, UNKNOWN)

    def apply_change(self, change: Change) -> Outcome:
        """See Writer."""
        self.seen(change)
        return Outcome(change, *self._end(change))

    def apply_changes(self, changes: Sequence[Change], gate: Gate = open_gate) -> Iterator[Outcome]:
        """See Writer."""
        self.sent.append(tuple(change.account_id for change in changes))
        for change in changes:
            closed = gate()
            self.gates.append(closed)
            yield Outcome(change, FAILED, _now(), f"not_sent: {closed}") if closed else self.apply_change(change)

    def read_back(self, change: Change) -> bool | str | Unknown:
        """See Writer."""
        self.back.append(change.account_id)
        return self.states[change.account_id]

    def _end(self, change: Change) -> tuple[str, datetime, str]:
        status, detail = self.ends.get(change.account_id, (APPLIED, ""))
        return status, _now(), detail


def _now() -> datetime:
    return datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class Bench:
    """One open run over a store in memory, with a clock that stands unless somebody looks at it."""

    organization: Organization = field(default_factory=Organization)
    clock: Clock = field(default_factory=Clock)
    stopped: Callable[[], str] = never
    cancelled: Callable[[], str] = never
    progress: Progress = no_progress
    wait: Callable[[float], None] = lambda _: None
    store: MemoryStore = field(default_factory=MemoryStore)

    def __post_init__(self) -> None:
        """Open the run."""
        self.journal: Journal = journal(self.store, self.clock)
        self.run: OpenRun = self.journal.open_run(start(), "aaaa")[0]

    @property
    def writing(self) -> WritingSession:
        """All that a run is given."""
        world, now = self.organization, self.clock.now
        session = Session(policies(), world, now, self.clock, self.stopped, self.cancelled, self.progress)
        return WritingSession(session, world, self.journal, "ann", "aaaa", "1.0", wait=self.wait)

    def kinds(self) -> list[str]:
        """The kinds of records so far, each with the account it is about, where it is about one."""
        run = self.journal.read_past().runs[-1]
        return [f"intent {c.account_id}" for c in run.intents] + [
            f"{o.status} {o.change.account_id}" for o in (*run.outcomes, *run.recovered)
        ]
