"""A plan rests on a snapshot that is whole, plausible and fresh, or it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from runner.engine.case import Case, Finding

FRESH = timedelta(hours=1)


def check_incomplete(case: Case) -> Iterator[Finding]:
    """``snapshot_incomplete``: a page is missing, a cursor came twice, a count disagrees."""
    snapshot = case.world.snapshot
    if not snapshot.complete or snapshot.problems:
        found = "; ".join(snapshot.problems) or "the snapshot says that it is not complete"
        yield Finding("snapshot_incomplete", None, found, "a complete snapshot", "read the organization again")


def check_empty(case: Case) -> Iterator[Finding]:
    """``snapshot_empty``: nobody at all."""
    if not case.world.snapshot.users and not (case.world.snapshot.narrowed and case.population):
        remedy = "check the organization id, the directory and the key"
        yield Finding("snapshot_empty", None, "0 people", "at least 1", remedy)


def check_population_drop(case: Case) -> Iterator[Finding]:
    """``population_drop``: far fewer people than in the last good run."""
    last, now = case.world.history.last_population, case.population
    percent = case.policies.settings.limits.population_drop_percent
    if last and 100 * (last - now) > percent * last:
        drop = 100 * (last - now) / last
        yield Finding(
            "population_drop", None, f"{now} people, {last} in the last good run: {drop:.1f} % fewer", f"{percent:g} %"
        )


def check_stale(case: Case) -> Iterator[Finding]:
    """``snapshot_stale``: older than an hour when applying; a file directory is its own present."""
    snapshot, at = case.world.snapshot, case.applying_at
    if at is not None and snapshot.live and at - snapshot.taken_at > FRESH:
        minutes = int((at - snapshot.taken_at).total_seconds() // 60)
        remedy = "run again, with fewer tasks at once or narrower filters where reading took that long"
        yield Finding("snapshot_stale", None, f"{minutes} minutes old", "60 minutes", remedy)
