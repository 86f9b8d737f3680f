"""``tasks``: what there is, how it last ran, when it runs next."""

from __future__ import annotations

import argparse
from datetime import datetime

from runner.cli.table import render_table
from runner.cli.workplace import Workplace
from runner.errors import FINE
from runner.model.canonical import iso
from runner.model.history import History, PastRun
from runner.model.policy import Schedule, Task
from runner.policy.schedule import due, next_planned

HELP = "list the tasks: what they do, how they last ran, when they run next"
ABOUT = """
List every task with its owner, what it does, its schedule, how it last ran and when it is planned next. The past comes
from the journal; nothing of the organization is read.

examples:
  policy-runner tasks
  policy-runner tasks --json
"""
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command: it takes none of its own."""
    del parser


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    del args
    history = place.journal.read_past().history
    tasks = tuple(place.policies.tasks.values())
    if place.console.json:
        place.console.result_json([_form(task, history, place.now) for task in tasks])
        return FINE
    head = ("TASK", "STATE", "LAST RUN", "NEXT RUN", "DOES", "SCHEDULE", "OWNER")
    rows = [_row(task, history, place.now) for task in tasks]
    first, *rest = render_table(head, rows, place.console.width, firm={0, 1, 2, 3}, spare={2, 3, 4, 5, 6})
    place.console.result("\n".join([place.console.paint(first, "heading"), *rest]))
    return FINE


def _row(task: Task, history: History, now: datetime) -> tuple[str, ...]:
    last = history.last_runs.get(task.name)
    planned = _next(task, now)
    return (
        task.name,
        _state(task, history),
        f"{last.at:%Y-%m-%d} {last.ended}" if last else "never",
        "now" if _due(task, last, now) else f"{planned:%Y-%m-%d %H:%MZ}" if planned else "-",
        ", ".join(deeds(task)),
        schedule_text(task.schedule),
        task.owner,
    )


def _state(task: Task, history: History) -> str:
    if task.name in history.quarantined:
        return "quarantine"
    return ("report" if task.report_only else "enabled") if task.enabled else "paused"


def deeds(task: Task) -> tuple[str, ...]:
    """What a task does, as it is written; the steps of a ladder one after the other."""
    told = tuple(f"notify: {notice.message}" for notice in task.notify)
    steps = tuple(
        word
        for step in task.escalation
        for word in (
            *((f"after {step.after}",) if step.after else ()),
            *((f"notify: {step.notify.message}",) if step.notify else ()),
            *(action.written or action.name for action in step.actions),
        )
    )
    return (*(action.written or action.name for action in task.actions), *told, *steps)


def _due(task: Task, last: PastRun | None, now: datetime) -> datetime | None:
    return due(task, now, last.at if last else None) if task.enabled else None


def _next(task: Task, now: datetime) -> datetime | None:
    return next_planned(task.schedule, now) if task.enabled else None


def schedule_text(schedule: Schedule) -> str:
    """A schedule in a few words: ``weekly monday 06:00 Europe/Berlin``."""
    at = f"{schedule.at[0]:02}:{schedule.at[1]:02}"
    days = ",".join(_DAYS[day] for day in schedule.days)
    words = {
        "manual": "by hand",
        "once": f"once {schedule.once:%Y-%m-%d %H:%M}" if schedule.once else "once",
        "every": f"every {schedule.every}",
        "daily": f"daily {at}",
        "weekly": f"weekly {days} {at}",
        "monthly": f"monthly {schedule.day or 'last day'} {at}",
        "cron": f"cron {schedule.cron}",
    }[schedule.kind]
    return words if schedule.timezone == "UTC" or schedule.kind == "manual" else f"{words} {schedule.timezone}"


def _form(task: Task, history: History, now: datetime) -> dict[str, object]:
    last, planned = history.last_runs.get(task.name), _next(task, now)
    due_since = _due(task, last, now)
    return {
        "name": task.name,
        "description": task.description,
        "owner": task.owner,
        "enabled": task.enabled,
        "mode": "report" if task.report_only else "apply",
        "filter": task.filter_name,
        "match": task.condition.written,
        "actions": list(deeds(task)),
        "schedule": schedule_text(task.schedule),
        "last_run": {"run": last.run, "at": iso(last.at), "ended": last.ended} if last else None,
        "due_since": iso(due_since) if due_since else None,
        "next_run": iso(planned) if planned else None,
        "quarantine": history.quarantined.get(task.name),
    }
