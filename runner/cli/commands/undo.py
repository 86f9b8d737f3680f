"""``undo``: the way back from a run, as an ordinary plan."""

from __future__ import annotations

import argparse

from runner.cli.carrying_out import carry_out
from runner.cli.outputs import plan_outputs
from runner.cli.workplace import Workplace
from runner.engine.planfile import plan_json
from runner.errors import FINE, REFUSED
from runner.report import words
from runner.report.terminal import plan_text
from runner.run.errand import UndoErrand
from runner.run.surroundings import people_named
from runner.text import terminal

HELP = "take back what a run changed"
ABOUT = """
Plan the inverse of every change that a run made, through the same rails. Without --apply it only shows the plan. People
who were changed by somebody else since are left alone and listed.

examples:
  policy-runner undo last                                  what taking the last run back would mean
  policy-runner undo 20261122-060000-7f3a9c --apply        do it, with a report of its own
  policy-runner undo last --user ann@acme.example --apply  for one person only

`policy-runner runs` lists the runs. While everything is stopped, undo is too, unless the text of policies/STOP, or of
POLICY_RUNNER_STOP, is just: undo only
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command."""
    parser.add_argument("run", metavar="RUN", help="the run's name, the end of it, or `last`")
    parser.add_argument("--user", metavar="USER", help="only this person (e-mail address or account id)")
    parser.add_argument("--apply", action="store_true", help="carry the plan out")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    errand = UndoErrand(args.run, args.user)
    place.undoing = True
    if args.apply:
        return carry_out(errand, "undo", place, idle="nothing to take back")
    made = errand.look_ahead(place.session, place.journal.read_past()).made
    place.progress.wipe()
    console = place.console
    if console.json:
        console.result_json(plan_json(made.plan))
    else:
        people = people_named(made.plan, made.world)
        console.result(plan_text(made.plan, console.width, paint=console.paint, people=people, most=console.most))
        for skip in made.plan.skips:
            person = people.get(skip.account_id)
            who = (person and (person.email or person.name)) or skip.account_id
            console.result(terminal(f"  left alone: {who}: {words.SKIPS.get(skip.why, skip.why)}: {skip.detail}"))
        console.say(f"carry it out with: policy-runner undo {args.run} --apply")
    place.outputs |= plan_outputs(made.plan)
    return REFUSED if made.plan.refusals else FINE
