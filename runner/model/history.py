"""What the journal says of the past, as far as a plan may need it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PastChange:
    """A change that earlier runs made (outcome applied), oldest first in a History. ``at`` is the run's own clock."""

    account_id: str
    verb: str
    target: str | None
    role: str | None
    after: bool | str
    tasks: tuple[str, ...]
    at: datetime
    run: str
    before: bool | str = False


@dataclass(frozen=True, slots=True)
class PastRun:
    """How a task last ran: ``ended`` is the word of the run's ``finished`` record, ``at`` the run's own clock."""

    run: str
    at: datetime
    ended: str


@dataclass(frozen=True, slots=True)
class History:
    """The past: changes in order, the last finished run of each task, and what was used up."""

    changes: tuple[PastChange, ...] = ()
    last_runs: Mapping[str, PastRun] = field(default_factory=dict)
    last_population: int | None = None
    """People in the snapshot of the last run that ended well."""
    used_overrides: frozenset[str] = frozenset()
    """Overrides that a run has used, as the names of their files followed by ``:`` and a digest of what they say."""
    used_plans: frozenset[str] = frozenset()
    """Digest and creation time (``DIGEST@TIME``) of saved plans that were applied."""
    quarantined: Mapping[str, str] = field(default_factory=dict)
    """Tasks in quarantine, with the reason."""
    over_budget: frozenset[str] = frozenset()
    """Those of them that are there because they wanted more than the day's budget."""
    unresolved: tuple[PastChange, ...] = ()
    """Changes that were announced and of which nobody knows whether they happened."""
