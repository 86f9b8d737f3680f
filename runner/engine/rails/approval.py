"""A task may demand that another person approves each plan."""

from __future__ import annotations

from collections.abc import Iterator

from runner.engine.case import Case, Finding


def check_approval(case: Case) -> Iterator[Finding]:
    """``approval_required``: the task says so, and there is something to approve."""
    for task in case.writing:
        changes = case.changes_of(task)
        if task.approval_required and changes:
            found = f"{len(changes)} {'change' if len(changes) == 1 else 'changes'} not approved"
            yield Finding("approval_required", task.name, found, "an approval")
