"""``run``: the due tasks from end to end; what CI calls."""

from __future__ import annotations

import argparse

from runner.cli.carrying_out import carry_out
from runner.cli.workplace import Workplace
from runner.run.choosing import Wanted
from runner.run.errand import TasksErrand

HELP = "carry out whatever is due (for CI)"
ABOUT = """
Everything from end to end: close what the last run left open, choose the tasks that are due by the journal, plan, put
the plan before the rails, apply, verify, report. Call it as often as you like: late, missed and doubled calls all lead
to one run, and when nothing is due it says so, leaves no trace and exits with 0.

examples:
  policy-runner run
  policy-runner run --audit-branch audit                                keep the journal on a branch, as CI does
  policy-runner run --directory acme.json --now 2026-11-23T06:00:00Z    try out what Monday brings
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command: it takes none of its own."""
    del parser


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    del args
    return carry_out(TasksErrand(Wanted(due_only=True)), "run", place, idle="nothing is due")
