"""What a plan would cost in calls to the API, before it is made."""

from __future__ import annotations

from collections.abc import Sequence

from runner.directory.calls import Cost, fetch_cost
from runner.model.policy import Task
from runner.run.planning import need_of
from runner.run.session import Session


def explain_cost(session: Session, tasks: Sequence[Task]) -> Cost | None:
    """The calls that a plan of these tasks takes, purpose by purpose; None where nothing is called."""
    acting = [action for task in tasks for action in task.actions if "direct_access" in action.facts]
    apps = {name for action in acting for name in action.apps()}
    return fetch_cost(session.reader, need_of(tasks, session.policies), apps)
