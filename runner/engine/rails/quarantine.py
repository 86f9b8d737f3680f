"""A task in quarantine does nothing until somebody has looked at it."""

from __future__ import annotations

from collections.abc import Iterator

from runner.engine.case import Case, Finding


def check_quarantine(case: Case) -> Iterator[Finding]:
    """``quarantine``: an earlier run ended this task's work, and no reviewed override has let it out since."""
    quarantined = case.world.history.quarantined
    for task in case.writing:
        if task.name in quarantined and case.changes_of(task):
            yield Finding("quarantine", task.name, quarantined[task.name], "no open quarantine")
