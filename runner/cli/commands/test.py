"""``test``: the policy tests."""

from __future__ import annotations

import argparse

from runner.cli.trial import Trial, try_out
from runner.cli.workplace import Workplace
from runner.errors import FINE, INPUT, InputError
from runner.policy.problems import did_you_mean, shown
from runner.report.words import count
from runner.text import terminal

HELP = "run the policy tests"
ABOUT = """
Run policies/tests: made-up or recorded people go through a filter or a task at the test's own time. Exactly the people
under `match` must match; of those under `changes` everything written there must be done, and nothing of anybody else.
Nothing of the organization is read.

examples:
  policy-runner test
  policy-runner test jira-90d-reclaim      one test, by its file's name

A line that begins with - was expected and is not there, one with + is there and was not expected. Exit code 2 means
that a test failed.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command."""
    parser.add_argument("tests", nargs="*", metavar="TEST", help="the tests to run (all)")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    tests = {test.name: test for test in place.policies.tests}
    for name in args.tests:
        if name not in tests:
            hint = did_you_mean(name, tests)
            raise InputError("unknown_test", f"there is no test {shown(name)}", hint=hint)
    chosen = [tests[name] for name in dict.fromkeys(args.tests)] or list(tests.values())
    trials = [try_out(test, place.policies, place.options.policies) for test in chosen]
    failed = sum(bool(trial.failures) for trial in trials)
    if place.console.json:
        place.console.result_json({"ok": not failed, "tests": [_form(trial) for trial in trials]})
    elif trials:
        place.console.result("\n".join(line for trial in trials for line in _told(trial, place)))
    place.console.say(f"{count(len(trials), 'test')}, {failed} failed" if trials else "there are no policy tests")
    place.outputs |= {"reason": "tests_failed" if failed else ""}
    return INPUT if failed else FINE


def _told(trial: Trial, place: Workplace) -> list[str]:
    console, test = place.console, trial.test
    about = f"{test.name} ({f'task {test.task}' if test.task else f'filter {test.filter}'})"
    if not trial.failures:
        return [console.paint(f"ok      {about}", "good")]
    lines = [console.paint(terminal(f"FAILED  {about}  {test.place}"), "refused")]
    return lines + [console.paint(terminal(f"  {line}"), "remove") for line in trial.failures]


def _form(trial: Trial) -> dict[str, object]:
    test = trial.test
    return {
        "name": test.name,
        "task": test.task,
        "filter": test.filter,
        "people": trial.people,
        "ok": not trial.failures,
        "failures": list(trial.failures),
    }
