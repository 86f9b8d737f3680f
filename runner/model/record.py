"""What the journal holds of one run: all that a report, ``undo`` and the next run need beside the plan.

A record names people by account id (or pseudonym) and targets by id; the names that go with them are in the run's
``plan.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from runner.model.plan import Provenance, Refusal, SnapshotSummary

DONE, REFUSED, PARTLY, FAILED, CANCELLED = "done", "refused", "partly", "failed", "cancelled"
"""How a run can end: all done, a rail refused something, some changes failed or are unknown, it could not go on (the
other side, the breaker, STOP), or somebody stopped it. A run without an end was killed."""


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """A change as the journal names it. ``target`` is the id of the group or app, ``role`` of the verbs about roles."""

    id: str
    account_id: str
    verb: str
    target: str | None
    role: str | None
    before: bool | str
    after: bool | str
    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordedOutcome:
    """What became of a change; ``status`` as in Outcome, ``at`` by the wall clock.

    ``intent_run`` is the run that had announced the change, where this run only found out how it had ended.
    """

    change: RecordedChange
    status: str
    at: datetime
    detail: str = ""
    intent_run: str | None = None


@dataclass(frozen=True, slots=True)
class OpenIntent:
    """A change that ``run`` announced and whose end nobody recorded; it may or may not have happened."""

    run: str
    change: RecordedChange


@dataclass(frozen=True, slots=True)
class RecordedNotice:
    """A message that was sent to a person, or could not be; ``status`` is sent, failed or unknown."""

    account_id: str
    task: str
    message: str
    via: str
    status: str
    at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """A task that was due, and the planned time it was due at; how late it ran follows from the run's clock."""

    task: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """How many there are of each thing in a plan; ``changes`` counts those that are not blocked."""

    changes: int = 0
    blocked: int = 0
    skips: int = 0
    notices: int = 0
    handover: int = 0
    reported: int = 0
    refusals: int = 0


@dataclass(frozen=True, slots=True)
class Start:
    """What is known when a run starts. ``now`` is its logical clock (the wall clock, or what ``--now`` says)."""

    mode: str
    actor: str
    now: datetime
    policies: Provenance
    tool_version: str
    organization: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """What a run set out to do. ``saved_plan`` is ``DIGEST@TIME`` of the saved plan it carries out, ``overrides`` are
    named as in History, ``released`` are tasks that an override lets out of quarantine."""

    digest: str
    tasks: tuple[str, ...]
    counts: PlanCounts = PlanCounts()
    due: tuple[Due, ...] = ()
    overrides: tuple[str, ...] = ()
    released: tuple[str, ...] = ()
    saved_plan: str | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended. ``reason`` is the short stable word of a refusal or failure, ``tasks`` are those that had their
    turn (the others are still due), ``quarantined`` the tasks that this run put in quarantine, with the reason."""

    ended: str
    exit_code: int
    tasks: tuple[str, ...] = ()
    reason: str = ""
    quarantined: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run, folded from its records. What never came is None or empty: a killed run has no ``ending``.

    ``started_at`` and ``finished_at`` are the wall clock; ``head`` is the hash of the run's last record;
    ``outcomes`` are those of this run's own intents, ``recovered`` those of earlier runs' intents.
    """

    run: str
    started_at: datetime
    start: Start
    head: str
    snapshot: SnapshotSummary | None = None
    pages: int = 0
    planned: Planned | None = None
    refusals: tuple[Refusal, ...] = ()
    intents: tuple[RecordedChange, ...] = ()
    outcomes: tuple[RecordedOutcome, ...] = ()
    recovered: tuple[RecordedOutcome, ...] = ()
    notified: tuple[RecordedNotice, ...] = ()
    ending: Ending | None = None
    finished_at: datetime | None = None

    @property
    def ended(self) -> str:
        """The word for how it ended; ``killed`` where nothing says so."""
        return self.ending.ended if self.ending else "killed"

    @property
    def outcome_counts(self) -> Mapping[str, int]:
        """How many of this run's own changes ended in which way."""
        statuses = [outcome.status for outcome in self.outcomes]
        return {status: statuses.count(status) for status in sorted(set(statuses))}

    @property
    def open_intents(self) -> tuple[RecordedChange, ...]:
        """The changes that it announced and of which it recorded no end."""
        closed = {outcome.change.id for outcome in self.outcomes}
        return tuple(change for change in self.intents if change.id not in closed)
