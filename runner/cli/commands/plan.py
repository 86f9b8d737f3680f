"""``plan``: what would change; it reads and never writes."""

from __future__ import annotations

import argparse
from pathlib import Path

from runner.cli.console import json_text
from runner.cli.files import check_place, write_whole
from runner.cli.github import write_summary
from runner.cli.outputs import plan_outputs
from runner.cli.table import render_table
from runner.cli.workplace import Workplace
from runner.directory.calls import Calls, calls_made
from runner.engine.planfile import plan_json
from runner.errors import CHANGES, FINE, REFUSED
from runner.model.plan import Plan
from runner.model.policy import Task
from runner.model.report import People
from runner.report.planned import plan_markdown
from runner.report.terminal import plan_text
from runner.run.choosing import Wanted, choose
from runner.run.costing import explain_cost
from runner.run.planning import chosen_tasks, make_plan
from runner.run.surroundings import people_named

HELP = "show what would change"
ABOUT = """
Work out what differs from what the policies want, put it before the safety rails, and show it. It never writes.

examples:
  policy-runner plan --directory examples/acme.json    all enabled tasks
  policy-runner plan jira-90d-reclaim                  one task, also a paused one
  policy-runner plan --due                             the tasks that are due now
  policy-runner plan --out plan.json                   save it, to be carried out by `apply plan.json`
  policy-runner plan --format markdown                 as a comment in a pull request
  policy-runner plan --explain-cost                    only how many calls to the API it would take

Exit code 3 means that a rail refused something; what it refused is shown all the same. With --exit-code, 10 means that
there are changes and nothing was refused.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command."""
    parser.add_argument("tasks", nargs="*", metavar="TASK", help="the tasks to plan (all enabled ones)")
    parser.add_argument("--due", action="store_true", help="only those that are due now")
    parser.add_argument("--out", type=Path, metavar="FILE", help="save the plan as plan.json")
    parser.add_argument("--format", choices=["text", "markdown", "json"], default="text", help="how to show it (text)")
    parser.add_argument("--explain-cost", action="store_true", help="say how many calls it would take, and end")
    parser.add_argument("--exit-code", action="store_true", help="exit with 10 if there are changes")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    if args.out is not None:
        check_place(args.out)
    chosen_tasks(place.policies, args.tasks)  # a misspelt one is told before the organization is asked
    session = place.session
    history = place.journal.read_past().history
    choice = choose(Wanted(tuple(args.tasks), due_only=args.due), session, history)
    if args.explain_cost:
        return _explain_cost(choice.tasks, place)
    made = make_plan(session, choice.tasks, history)
    plan, people = made.plan, people_named(made.plan, made.world)
    place.progress.wipe()
    if args.due and not choice.tasks:
        place.console.say("nothing is due")
    if args.out is not None:
        write_whole(args.out, json_text(plan_json(plan)))
        place.console.say(f"saved in {args.out}; carry it out with: policy-runner apply {args.out}")
    _show(plan, people, "json" if args.json else args.format, place)
    calls = calls_made(place.reader, made.world.snapshot)
    if calls is not None:
        place.console.say(_calls_text(calls))
        place.outputs |= {"calls": calls.made}
    code = REFUSED if plan.refusals else CHANGES if args.exit_code and plan.pending else FINE
    place.outputs |= plan_outputs(plan)
    names = place.policies.settings.privacy == "plain"
    write_summary(place.environ, lambda: plan_markdown(plan, names=names, people=people))
    return code


def _show(plan: Plan, people: People, kind: str, place: Workplace) -> None:
    console = place.console
    if kind == "json":
        console.result_json(plan_json(plan))
    elif kind == "markdown":
        names = place.policies.settings.privacy == "plain"
        console.document(plan_markdown(plan, names=names, people=people))
    else:
        console.result(plan_text(plan, console.width, paint=console.paint, people=people, most=console.most))


def _calls_text(calls: Calls) -> str:
    """The calls that were made and those that were not, in a line."""
    reasons = (
        (calls.by_pages, "by reading people in pages"),
        (calls.by_narrowing, "by reading only whom the tasks can be about"),
        (calls.by_few, "by asking for direct roles only where they decide"),
    )
    saved = ", ".join(f"{count:,} {how}" for count, how in reasons if count)
    return f"{calls.made:,} calls to the API" + (f"; saved: {saved}" if saved else "")


def _explain_cost(tasks: tuple[Task, ...], place: Workplace) -> int:
    cost = explain_cost(place.session, tasks)
    place.progress.wipe()
    lines = () if cost is None else cost.lines
    calls, asked = (0, 0) if cost is None else (cost.calls, cost.asked)
    if place.console.json:
        form = [{"what": line.what, "calls": line.calls, "why": line.why} for line in lines]
        place.console.result_json({"calls": calls, "asked": asked, "lines": form})
        return FINE
    rows = [(f"{line.calls:,}", line.what, line.why) for line in lines]
    table = render_table(("CALLS", "FOR", "BECAUSE"), rows, place.console.width, firm={0}) if rows else []
    total = f"{calls:,} calls at most; finding out took {asked:,}" if cost else "a file takes no calls"
    place.console.result("\n".join([*table, total]))
    return FINE
