"""``apply``: carries out a saved plan, or plans and applies tasks."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from runner.cli.carrying_out import carry_out
from runner.cli.files import read_given
from runner.cli.workplace import Workplace
from runner.engine.planfile import read_plan_json
from runner.errors import InputError
from runner.run.choosing import Wanted
from runner.run.errand import TasksErrand
from runner.run.planning import chosen_tasks

HELP = "carry out a saved plan, or tasks"
ABOUT = """
Make the organization agree with the policies: what a saved plan says, or what the named tasks want now. Everybody is
looked at once more just before they are changed, every change is in the journal before it is sent, and the report says
what became of it.

examples:
  policy-runner apply plan.json                    exactly what `plan --out plan.json` has shown
  policy-runner apply jira-90d-reclaim             plan and apply one task
  policy-runner apply --due                        the tasks that are due
  policy-runner apply --all                        all enabled tasks
  policy-runner apply --all --digest sha256:...    only if the plan is the one that was approved

A saved plan works once, for a day, and only for the policies and the organization it was made for. Ctrl-C ends a run
cleanly; the next one picks up. Exit code 3 means that a rail refused, 5 that some changes failed or are unknown.
"""
_USAGE = "name a plan (plan.json), tasks, --due or --all"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command."""
    parser.add_argument("what", nargs="*", metavar="PLAN|TASK", help="a saved plan, or the tasks to carry out")
    parser.add_argument("--due", action="store_true", help="the tasks that are due (of the named ones, or all)")
    parser.add_argument("--all", action="store_true", help="all enabled tasks")
    parser.add_argument("--digest", metavar="DIGEST", help="refuse any other plan than the one of this digest")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    plan = args.what[0] if len(args.what) == 1 and _is_plan(args.what[0], place) else None
    if args.all and (args.what or args.due):
        raise InputError("usage", "--all cannot be combined with anything else", hint=_USAGE)
    if plan is not None and args.due:
        raise InputError("usage", "a saved plan cannot be combined with --due", hint=_USAGE)
    if not (args.what or args.due or args.all):
        raise InputError("usage", "nothing says what to apply", hint=_USAGE)
    idle = "nothing is due" if args.due else "nothing to apply"
    if plan is None:
        chosen_tasks(place.policies, args.what)  # a misspelt one is told before the organization is asked
    errand = TasksErrand(Wanted(tuple(args.what), due_only=args.due)) if plan is None else _saved(Path(plan))
    return carry_out(replace(errand, digest=args.digest), "apply", place, idle=idle)


def _is_plan(word: str, place: Workplace) -> bool:
    """Whether a word means a file: no task has a name with a dot or a slash, and where a task and a file have one name,
    the task is meant."""
    return "." in word or "/" in word or (word not in place.policies.tasks and Path(word).is_file())


def _saved(path: Path) -> TasksErrand:
    """The errand of a saved plan; one that names no task has nothing due and nothing to do."""
    plan = read_plan_json(read_given(path), source=str(path))
    return TasksErrand(Wanted(plan.tasks, due_only=not plan.tasks), plan)
