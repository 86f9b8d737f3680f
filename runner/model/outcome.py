"""What became of a change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from runner.model.plan import Change

APPLIED, ALREADY, FAILED, UNKNOWN_OUTCOME, CHANGED_SINCE = "applied", "already", "failed", "unknown", "changed_since"
NOT_SENT = "not_sent"
"""How the detail of a failed change begins that never left: the run was told to end, or the request was not one of
ours."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one change ended. ``status`` is applied, already, failed, unknown (a reply that never came, or a state that
    could not be read back) or changed_since (not sent: the person had changed)."""

    change: Change
    status: str
    at: datetime
    detail: str = ""
