"""``diff``: whom a change of policies touches."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from runner.cli.github import write_summary
from runner.cli.workplace import Workplace
from runner.engine.planfile import change_json, plan_json
from runner.errors import FINE
from runner.model.difference import TaskDiff
from runner.model.policy import Policies
from runner.policy.load import load
from runner.policy.version import write_version
from runner.report.difference import diff_markdown, diff_text
from runner.run.diffing import Compared, compare

HELP = "show whom a change of policies touches"
ABOUT = """
Evaluate two versions of the policies on one snapshot: those of a branch, tag or commit (--base), and the ones here.
Shows per task who is newly matched, released, or treated more strongly or more gently, with seats and money, what would
happen on merge, and which rails would refuse.

examples:
  policy-runner diff --base main --directory ours.json    on a recorded organization, without a key
  policy-runner diff --base origin/main                   on the organization as it is now
  policy-runner diff --base main --format markdown        the comment on a pull request: how many, never who
  policy-runner diff --base main --format markdown --names

Rails that would refuse are shown, but the exit code is 0: the question was only whom it touches.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command."""
    parser.add_argument("--base", required=True, metavar="REV", help="the version to compare with")
    parser.add_argument("--format", choices=["text", "markdown", "json"], default="text", help="how to show it (text)")
    parser.add_argument("--names", action="store_true", help="say who they are in Markdown too")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    compared = compare(place.session, _base(args.base, place), place.journal.read_past().history)
    place.progress.wipe()
    console = place.console

    def comment() -> str:
        return diff_markdown(
            compared.difference,
            names=args.names and place.policies.settings.privacy == "plain",
            people=compared.people,
            seats=compared.seats,
            next_runs=compared.next_runs,
        )

    if args.json or args.format == "json":
        console.result_json(_json(compared))
    elif args.format == "markdown":
        console.document(comment())
    else:
        console.result(diff_text(compared.difference, compared.people, compared.seats, console.width))
    write_summary(place.environ, comment)
    return FINE


def _base(revision: str, place: Workplace) -> Policies:
    """The other version. Raises InputError ``unknown_revision``, and PolicyError where that version is not sound."""
    with tempfile.TemporaryDirectory(prefix="policy-runner-base-") as folder:
        base = load(write_version(place.options.policies, revision, Path(folder)), today=place.now.date())
    return replace(base, keepers=place.policies.keepers)  # only a whole repository knows them


def _json(compared: Compared) -> Mapping[str, Any]:
    difference = compared.difference
    return {
        "tasks": [_task_json(task) for task in difference.tasks],
        "appearing": [change_json(change) for change in difference.appearing],
        "vanishing": [change_json(change) for change in difference.vanishing],
        "seats": [
            {"app": s.app, "freed": s.freed, "taken": s.taken, "price": s.price, "currency": s.currency}
            for s in compared.seats
        ],
        "warnings": list(difference.warnings),
        "plan": plan_json(difference.after),
    }


def _task_json(task: TaskDiff) -> Mapping[str, Any]:
    return {
        "task": task.task,
        "status": task.status,
        "matched": task.matched,
        "newly": list(task.newly),
        "released": list(task.released),
        "stronger": list(task.stronger),
        "gentler": list(task.gentler),
    }
