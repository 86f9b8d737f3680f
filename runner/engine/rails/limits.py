"""No more people than the limits, in number and in percent; removals are counted apart from additions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from runner.engine.case import Case, Finding, at_most, share
from runner.model.plan import REMOVALS, Change

DAY = timedelta(hours=24)


def check_task_limit(case: Case) -> Iterator[Finding]:
    """``task_limit``: the limits of one task, both."""
    for task in case.writing:
        for kind, people in _people(case.changes_of(task)):
            limits = []
            if task.limits.users is not None and len(people) > task.limits.users:
                limits.append(f"{task.limits.users} people")
            percent = task.limits.percent
            if percent is not None and len(people) > at_most(percent, case.population):
                limits.append(_percent(percent, case.population))
            if limits:
                yield Finding("task_limit", task.name, _found(kind, people, case), " and ".join(limits))


def check_run_limit(case: Case) -> Iterator[Finding]:
    """``run_limit``: the limits of the whole run, both, over what the task rails left."""
    limits = case.policies.settings.limits
    for kind, people in _people(case.pending):
        over = []
        if len(people) > limits.users_per_run:
            over.append(f"{limits.users_per_run} people a run")
        if len(people) > at_most(limits.percent_per_run, case.population):
            over.append(_percent(limits.percent_per_run, case.population) + " a run")
        if over:
            yield Finding("run_limit", None, _found(kind, people, case), " and ".join(over))


def check_day_limit(case: Case) -> Iterator[Finding]:
    """``day_limit``: everybody touched in the 24 hours up to now and in this plan together; a change that nobody knows
    the end of counts as made. The tasks that want more than is left are to blame."""
    percent = case.policies.settings.limits.percent_per_day
    now = case.world.now
    history = case.world.history
    recent = [change for change in (*history.changes, *history.unresolved) if change.at > now - DAY]
    for kind, people in _people(case.pending):
        before = {p.account_id for p in recent if (p.verb in REMOVALS) == (kind == "removals")}
        together = people | before
        if len(together) > at_most(percent, case.population):
            found = f"{_found(kind, together, case)}, {len(before)} of them in the last 24 hours"
            limit = _percent(percent, case.population) + " in 24 hours"
            asking = {task for c in case.pending if c.removal == (kind == "removals") for task in c.tasks}
            yield Finding("day_limit", None, found, limit, blames=tuple(sorted(asking)))


def _people(changes: Iterable[Change]) -> tuple[tuple[str, set[str]], ...]:
    """The people with removals and those with additions, where there are any."""
    removals: set[str] = set()
    additions: set[str] = set()
    for change in changes:
        (removals if change.removal else additions).add(change.account_id)
    return tuple((kind, people) for kind, people in (("removals", removals), ("additions", additions)) if people)


def _found(kind: str, people: set[str], case: Case) -> str:
    return f"{share(len(people), case.population)} ({kind})"


def _percent(percent: float, population: int) -> str:
    return f"{at_most(percent, population)} people ({percent:g} %)"
