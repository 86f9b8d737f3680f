"""When a run ends early: too many failures, the kill switch, or a signal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runner.directory.interface import ends_the_run, refuses_the_key
from runner.engine.case import at_most
from runner.model.outcome import FAILED, UNKNOWN_OUTCOME, Outcome

FIRST_BATCH, BATCH = 5, 50
"""People in the first batch, which is verified before the rest, and in each later one."""
IN_A_ROW = 3
FAILED_PERCENT = 5
NEW_KEY = "put an API key without scopes, of an organization admin, into ATLASSIAN_API_KEY, then run again"


@dataclass(frozen=True, slots=True)
class Trip:
    """Why the breaker ended the run, and what to do then."""

    found: str
    limit: str
    how: str = "find out why, then run again"


def tripped(outcomes: Sequence[Outcome], planned: int) -> Trip | None:
    """Whether these outcomes, in the order they came, end the run; ``planned`` is the number of all its changes."""
    refused = next((outcome for outcome in outcomes if ends_the_run(outcome)), None)
    if refused is not None:
        found, limit = f"the other side refused the key: {refused.detail}", "no 401 or 403"
        return Trip(found, limit, NEW_KEY) if refuses_the_key(refused) else Trip(found, limit)
    bad = [outcome.status in (FAILED, UNKNOWN_OUTCOME) for outcome in outcomes]
    if any(all(bad[i : i + IN_A_ROW]) for i in range(len(bad) - IN_A_ROW + 1)):
        return Trip(f"{IN_A_ROW} changes in a row failed", f"fewer than {IN_A_ROW} in a row")
    allowed = at_most(FAILED_PERCENT, planned)
    if sum(bad) > allowed:
        return Trip(f"{sum(bad)} of {planned} changes failed", f"{allowed} changes ({FAILED_PERCENT} %)")
    return None
