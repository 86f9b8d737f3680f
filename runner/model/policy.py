"""Policies as values: tasks, schedules, exemptions, settings, overrides and tests, after reading and checking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from runner.model.action import Action
from runner.model.condition import Condition
from runner.model.duration import Duration
from runner.model.plan import Provenance
from runner.model.problem import Place, Problem

UNDO = "undo:"
"""How the name begins that stands for the way back from a run where plans name a task; no task can be called so."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most people one run of a task may touch; both hold, None means the organization's limit alone."""

    users: int | None = None
    percent: float | None = None


@dataclass(frozen=True, slots=True)
class Select:
    """Take only some of those whom a task would really change.

    Exactly one of ``first``, ``keep_free_seats`` and ``keep_free_percent`` is given; the latter two with
    ``keep_free_app``. ``order`` is longest_inactive, oldest_account or newest_account; ``app`` is for longest_inactive.
    """

    order: str = "longest_inactive"
    app: str | None = None
    first: int | None = None
    keep_free_app: str | None = None
    keep_free_seats: int | None = None
    keep_free_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a task is planned to run. ``kind`` is manual, once, every, daily, weekly, monthly or cron.

    ``at`` is (hour, minute) for daily, weekly and monthly; ``days`` are weekdays with Monday 0; ``day`` is a day of the
    month or 0 for the last; ``once`` is a local time without a zone unless it was written with one. ``start`` and
    ``end`` bound the planned times (local days, both included), and so do the pauses of ``not_during``.
    """

    kind: str
    at: tuple[int, int] = (0, 0)
    days: tuple[int, ...] = ()
    day: int = 0
    once: datetime | None = None
    every: Duration | None = None
    cron: str = ""
    timezone: str = "UTC"
    start: date | None = None
    end: date | None = None
    not_during: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Notify:
    """Telling a person: ``message`` is the name of a text, ``via`` is email or webhook."""

    message: str
    via: str
    place: Place


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an escalation: what happens ``after`` this long since the step before."""

    after: Duration | None
    actions: tuple[Action, ...]
    notify: Notify | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """An automated task. Exactly one of ``actions`` (with ``notify``) and ``escalation`` is not empty."""

    name: str
    description: str
    owner: str
    condition: Condition
    filter_name: str | None
    actions: tuple[Action, ...]
    schedule: Schedule
    place: Place
    enabled: bool = True
    report_only: bool = False
    limits: Limits = Limits()
    select: Select | None = None
    shared_groups: bool = False
    may_empty: bool = False
    approval_required: bool = False
    tests_required: bool = False
    escalation: tuple[Step, ...] = ()
    cool_down: Duration | None = None
    notify: tuple[Notify, ...] = ()
    enabled_since: datetime | None = None
    """The commit that added or enabled the task; None in a folder without history."""


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A saved filter."""

    name: str
    description: str
    condition: Condition
    place: Place


@dataclass(frozen=True, slots=True)
class Exemption:
    """Somebody who is left alone. Exactly one of ``user``, ``group``, ``email_domain`` and ``filter`` is given.

    ``tasks`` is None for all of them. It holds from the start of ``start`` to the end of ``expires``, in UTC.
    """

    reason: str
    owner: str
    expires: date
    place: Place
    user: str | None = None
    group: str | None = None
    email_domain: str | None = None
    filter: str | None = None
    tasks: frozenset[str] | None = None
    start: date | None = None


@dataclass(frozen=True, slots=True)
class Protect:
    """Who is never touched, besides org admins. Users are e-mail addresses or account ids, groups are names."""

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    min_org_admins: int = 2
    min_members: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunLimits:
    """Limits of a whole run, with the defaults of the language."""

    users_per_run: int = 25
    percent_per_run: float = 10
    percent_per_day: float = 20
    population_drop_percent: float = 10


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of an organization. ``prices`` are a seat a month by the app's key, in ``currency``."""

    organization: str | None = None
    directory: str | None = None
    protect: Protect = Protect()
    limits: RunLimits = RunLimits()
    prices: Mapping[str, float] = field(default_factory=dict)
    currency: str | None = None
    privacy: str = "plain"
    branch: str = "audit"
    email_from: str | None = None
    webhook_allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Override:
    """A rail lifted once, for the plan with one digest."""

    name: str
    digest: str
    rail: str
    task: str | None
    reason: str
    approved_by: str
    expires: date
    place: Place


@dataclass(frozen=True, slots=True)
class PolicyTest:
    """A test of a filter or a task. ``users`` and ``changes`` stay as they were written (see the policy language)."""

    name: str
    task: str | None
    filter: str | None
    now: datetime
    users: tuple[Mapping[str, Any], ...]
    directory: str | None
    match: tuple[str, ...] | None
    changes: tuple[Mapping[str, Any], ...] | None
    place: Place
    apps: Mapping[str, Any] = field(default_factory=dict)
    groups: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policies:
    """Everything under one policies folder."""

    settings: Settings
    filters: Mapping[str, SavedFilter]
    tasks: Mapping[str, Task]
    exemptions: tuple[Exemption, ...]
    lists: Mapping[str, frozenset[str]]
    messages: Mapping[str, str]
    overrides: tuple[Override, ...]
    tests: tuple[PolicyTest, ...]
    provenance: Provenance
    stopped: bool = False
    """Whether ``policies/STOP`` is there."""
    warnings: tuple[Problem, ...] = ()
    keepers: frozenset[str] = frozenset()
    """Addresses, in lower case, of who last changed the schedule that runs come from: suspended, they would end it."""
