"""What a report says besides the run's records and its plan, and the three of them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from runner.model.plan import Plan
from runner.model.record import RunRecord


@dataclass(frozen=True, slots=True)
class Person:
    """How a person is called, for accounts that a plan names by id alone (skips, hand-over, notices)."""

    name: str | None
    email: str | None


People = Mapping[str, Person]
"""People by account id."""


@dataclass(frozen=True, slots=True)
class SeatChange:
    """Seats of one app (``jira-software@acme``) that the changes freed and took. ``price`` is a seat a month."""

    app: str
    freed: int
    taken: int
    price: float | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class ExemptionUse:
    """An exemption that kept ``people`` persons from a task, or is about to run out.

    ``who`` is as it was written (an address, or ``group: sales``); ``tasks`` is None for all of them; ``people`` is
    None where nobody counted.
    """

    who: str
    reason: str
    owner: str
    expires: date
    tasks: tuple[str, ...] | None = None
    people: int | None = None


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One past run: changes that were made, and the seats held in all apps together (None where not known)."""

    run: str
    day: date
    changes: int
    held: int | None = None


@dataclass(frozen=True, slots=True)
class NextRun:
    """When a task is due next; ``at`` is None for a task that is run by hand, is paused or is over. What it is for and
    who answers for it is kept for the journal's index."""

    task: str
    at: datetime | None
    note: str = ""
    description: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class TaskNote:
    """What a task is for and who answers for it."""

    name: str
    description: str
    owner: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything else that a report says. It is kept in ``surroundings.json``, so that the report can be made again.

    ``seats`` are those of the changes that were really made, ``month_seats`` those of all runs of this month so far;
    ``trend`` is oldest first and ends with this run; ``link`` is the https address of the full report, where there is
    one, and ``job`` that of the workflow's run; ``privacy`` is plain or pseudonymous, and then no name or address is
    shown even if the plan has one.
    """

    tasks: tuple[TaskNote, ...] = ()
    exemptions_used: tuple[ExemptionUse, ...] = ()
    exemptions_expiring: tuple[ExemptionUse, ...] = ()
    seats: tuple[SeatChange, ...] = ()
    trend: tuple[TrendPoint, ...] = ()
    next_runs: tuple[NextRun, ...] = ()
    people: People = field(default_factory=dict)
    privacy: str = "plain"
    link: str = ""
    job: str = ""
    month_seats: tuple[SeatChange, ...] = ()


@dataclass(frozen=True, slots=True)
class RunReport:
    """All that a report is made of. ``plan`` is None where the run ended before there was one."""

    record: RunRecord
    plan: Plan | None
    around: Surroundings = Surroundings()


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task in the index of the audit branch. ``last_run`` and ``ended`` are empty for one that never ran;
    ``quarantine`` is the reason, where it is in quarantine."""

    name: str
    description: str
    owner: str
    enabled: bool
    last_run: str = ""
    ended: str = ""
    next_at: datetime | None = None
    quarantine: str = ""


@dataclass(frozen=True, slots=True)
class AuditIndex:
    """What the index of the audit branch is made of: runs newest first, the seats of this month's runs.

    With ``privacy`` pseudonymous no address is shown.
    """

    organization: str
    runs: tuple[RunRecord, ...]
    tasks: tuple[TaskState, ...] = ()
    seats: tuple[SeatChange, ...] = ()
    trend: tuple[TrendPoint, ...] = ()
    exemptions_expiring: tuple[ExemptionUse, ...] = ()
    privacy: str = "plain"
