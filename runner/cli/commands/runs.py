"""``runs``: what happened, run by run."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from runner.cli.numbers import at_least_one
from runner.cli.table import render_table
from runner.cli.workplace import Workplace
from runner.errors import FINE
from runner.model.canonical import iso
from runner.model.record import RunRecord
from runner.report.sentence import result

HELP = "list the runs"
ABOUT = """
List the runs of the journal, newest first: when, how, by whom, what came out.

examples:
  policy-runner runs --limit 5
  policy-runner runs --json
  policy-runner report last
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command."""
    parser.add_argument("--limit", type=at_least_one, metavar="N", help="only the newest N")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    found = tuple(reversed(place.archive.read_past().runs))
    runs = found[: args.limit]
    if place.console.json:
        place.console.result_json([_form(record) for record in runs])
        return FINE
    if not runs:
        place.console.say("no runs yet")
        return FINE
    head = ("RUN", "TIME", "MODE", "ENDED", "RESULT", "BY", "TASKS")
    first, *rest = render_table(
        head, [_row(record) for record in runs], place.console.width, firm={1, 2, 3, 4}, whole={0}
    )
    place.console.result("\n".join([place.console.paint(first, "heading"), *rest]))
    if len(found) > len(runs):
        place.console.say(f"and {len(found) - len(runs)} earlier ones")
    return FINE


def _row(record: RunRecord) -> tuple[str, ...]:
    reason = record.ending.reason if record.ending else ""
    ended = f"{record.ended} ({reason})" if reason not in ("", record.ended) else record.ended
    tasks = ", ".join(record.planned.tasks) if record.planned else ""
    at = f"{record.start.now:%Y-%m-%d %H:%MZ}"
    return (record.run, at, record.start.mode, ended, result(record), record.start.actor, tasks)


def _form(record: RunRecord) -> Mapping[str, Any]:
    ending, planned = record.ending, record.planned
    return {
        "run": record.run,
        "mode": record.start.mode,
        "actor": record.start.actor,
        "now": iso(record.start.now),
        "started_at": iso(record.started_at),
        "finished_at": iso(record.finished_at) if record.finished_at else None,
        "ended": record.ended,
        "exit_code": ending.exit_code if ending else None,
        "reason": ending.reason if ending else "",
        "digest": planned.digest if planned else None,
        "tasks": list(planned.tasks) if planned else [],
        "outcomes": dict(record.outcome_counts),
        "recovered": len(record.recovered),
        "open_intents": len(record.open_intents),
        "refusals": [{"rail": refusal.rail, "task": refusal.task} for refusal in record.refusals],
        "head": record.head,
    }
