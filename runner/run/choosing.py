"""Which tasks run now, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runner.model.history import History
from runner.model.policy import Policies, Task
from runner.model.record import Due
from runner.policy.schedule import due
from runner.run.planning import chosen_tasks
from runner.run.session import Session


@dataclass(frozen=True)
class Choice:
    """The tasks of a run; ``due`` are the planned times that made them due, empty where they were named by hand."""

    tasks: tuple[Task, ...]
    due: tuple[Due, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """What was asked for: tasks by name, those that are due (of the named ones, or of all), or all enabled ones."""

    names: tuple[str, ...] = ()
    due_only: bool = False


def choose(wanted: Wanted, session: Session, history: History) -> Choice:
    """The tasks that were asked for. Raises InputError ``unknown_task``."""
    tasks = chosen_tasks(session.policies, wanted.names)
    if not wanted.due_only:
        return Choice(tasks)
    found = due_tasks(tasks, session, history)
    names = {entry.task for entry in found}
    return Choice(tuple(task for task in tasks if task.name in names), found)


def due_tasks(tasks: Sequence[Task], session: Session, history: History) -> tuple[Due, ...]:
    """The enabled tasks that are due, with the planned time that each has not had its turn for."""
    found = []
    for task in tasks:
        last = history.last_runs.get(task.name)
        at = due(task, session.now, last.at if last else None) if task.enabled else None
        if at is not None:
            found.append(Due(task.name, at))
    return tuple(found)


def known_tasks(policies: Policies) -> tuple[str, ...]:
    """The names of all tasks, for hints and completion."""
    return tuple(policies.tasks)
