"""``users``: the user browser."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Sequence

from runner.cli.asking import asked_condition, described, save_filter
from runner.cli.columns import COLUMNS, DEFAULT, NOTHING_SHOWN, ordered
from runner.cli.numbers import at_least_one
from runner.cli.table import render_table
from runner.cli.workplace import Workplace
from runner.directory.parse import user_to_json
from runner.engine.evaluate import Evaluation
from runner.engine.names import condition_problems
from runner.errors import FINE, InputError
from runner.model.condition import Condition
from runner.model.people import User
from runner.model.verdicts import members
from runner.model.world import World
from runner.policy.problems import PolicyError, did_you_mean, shown
from runner.report.words import count
from runner.text import csv_cell

HELP = "browse the people: search, filter, sort, and save what you found as a filter"
ABOUT = """
List people: all of them, those of a saved filter, or those of a condition given here. Everything given must hold.

examples:
  policy-runner users idle-in-jira                              who a saved filter matches
  policy-runner users --match 'inactive: {for: 90d}'            a condition of the policy language
  policy-runner users --match '{not: {group: "jira*"}}' --search okafor
  policy-runner users --sort last_active --reverse --limit 20 --columns name,email,last_active,groups
  policy-runner users --match 'added: {over: 1y}' --save long-timers     saved as a filter, for tasks
  policy-runner users --format csv > people.csv

`?` is a fact that is not known, `-` a known nothing. With --format json each person has the fields of the directory
format. People of whom it is not known whether they match are not listed; how many they are is said at the end.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command."""
    parser.add_argument("filter", nargs="?", metavar="FILTER", help="a saved filter")
    parser.add_argument("--match", metavar="EXPR", help="a condition, as in a policy")
    parser.add_argument("--search", metavar="TEXT", help="whose name or e-mail address contains this")
    parser.add_argument("--sort", metavar="COLUMN", default="name", help="the order (name)")
    parser.add_argument("--reverse", action="store_true", help="the other way round")
    parser.add_argument("--columns", metavar="A,B,...", help=f"what to show: {', '.join(COLUMNS)}")
    parser.add_argument("--limit", type=at_least_one, metavar="N", help="at most so many")
    parser.add_argument("--format", choices=["table", "csv", "json"], default="table", help="how to show it (table)")
    parser.add_argument("--save", metavar="NAME", help="save what was asked for as policies/filters/NAME.yaml")
    parser.add_argument("--description", metavar="TEXT", help="the description of the saved filter")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    columns, sort = _columns(args.columns), _column(args.sort)
    condition = asked_condition(place.policies, name=args.filter, match=args.match, search=args.search)
    if args.save is not None and condition is None:
        raise InputError("usage", "there is nothing to save", hint="give a FILTER, --match or --search")
    world = place.world
    found = ordered(_found(condition, world, place), sort, world, reverse=args.reverse)
    if args.save is not None and condition is not None:
        _save(args, condition, place)
    people = found[: args.limit]
    _show(people, columns, "json" if args.json else args.format, place)
    more = f", {len(people)} of them shown" if len(people) < len(found) else ""
    place.console.say(f"{count(len(found), 'person', 'people')} of {world.snapshot.population}{more}")
    return FINE


def _save(args: argparse.Namespace, condition: Condition, place: Workplace) -> None:
    given = {"filter": args.filter, "match": args.match, "search": args.search}
    text = args.description or described(given)
    path = save_filter(place.options.policies, args.save, condition, text, place.now.date())
    place.console.say(f"saved as {path}; a task uses it with `filter: {args.save}`")


def _columns(text: str | None) -> tuple[str, ...]:
    return DEFAULT if text is None else tuple(_column(word.strip()) for word in text.split(","))


def _column(word: str) -> str:
    if word not in COLUMNS:
        raise InputError("usage", f"there is no column {shown(word)}", hint=did_you_mean(word, COLUMNS, listed=30))
    return word


def _found(condition: Condition | None, world: World, place: Workplace) -> list[User]:
    """Who matches; what is odd about the question, and of whom there is no answer, is said."""
    place.progress.wipe()
    for problem in world.snapshot.problems:
        place.console.complain(f"warning: {problem}", "unsure")
    users = world.snapshot.users
    if condition is None:
        return list(users)
    unknown = tuple(condition_problems(condition, world))
    if unknown and world.snapshot.complete:  # else they may be what is missing
        raise PolicyError(unknown)
    evaluation = Evaluation(world)
    for warning in evaluation.warnings([condition]):
        place.console.complain(f"warning: {warning}", "unsure")
    verdicts = evaluation.verdicts(condition)
    unsure = [users[index] for index in members(verdicts.unknown)]
    if unsure:
        facts = sorted({fact for user in unsure for fact in evaluation.missing(condition, user)})
        place.console.say(f"of {len(unsure)} more it is not known whether they match; missing: {', '.join(facts)}")
    return [users[index] for index in members(verdicts.yes)]


def _show(people: Sequence[User], columns: Sequence[str], kind: str, place: Workplace) -> None:
    console, world = place.console, place.world
    if kind == "json":
        console.result_json([user_to_json(user) for user in people])
        return
    rows = [[COLUMNS[column](user, world) for column in columns] for user in people]
    if kind == "csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([csv_cell("" if cell == NOTHING_SHOWN else cell) for cell in row] for row in rows)
        console.result(text.getvalue())
        return
    first, *rest = render_table([column.upper() for column in columns], rows, console.width)
    console.result("\n".join([console.paint(first, "heading"), *rest]))
