"""``validate``: every error of every file."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from runner.cli.failures import problem_form
from runner.cli.workplace import Workplace
from runner.engine.names import check_names, condition_problems, task_problems
from runner.errors import FINE, INPUT
from runner.model.policy import Policies, Task
from runner.model.problem import Place, Problem
from runner.model.world import World
from runner.policy.problems import PolicyError
from runner.report.words import count
from runner.text import annotation, terminal

HELP = "find every error in the policies"
ABOUT = """
Read every file below policies/ and tell everything that is wrong with it, all at once, as file:line:column.

examples:
  policy-runner validate
  policy-runner validate --directory examples/acme.json   also: do all apps and groups exist?
  policy-runner validate --format github                  marks the lines in a pull request

Without --directory nothing of the organization is read. Exit code 2 means that there are errors.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command."""
    parser.add_argument("--format", choices=["text", "json", "github"], default="text", help="how to tell it (text)")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    errors, warnings, done = _found(place)
    kind = "json" if args.json else args.format
    if kind == "json":
        form = {"ok": not errors, "errors": _forms(errors), "warnings": _forms(warnings)}
        place.console.result_json(form)
    elif kind == "github":
        lines = [*_annotations("error", errors, place), *_annotations("warning", warnings, place)]
        if lines:
            place.console.document("\n".join(lines) + "\n")
    else:
        _tell(errors, warnings, place)
    place.console.say(_summary(errors, warnings) or done)
    place.outputs |= {"reason": "policies" if errors else "", "errors": len(errors), "warnings": len(warnings)}
    return INPUT if errors else FINE


def _found(place: Workplace) -> tuple[tuple[Problem, ...], tuple[Problem, ...], str]:
    """Errors, warnings, and the words for a folder that has neither."""
    try:
        policies = place.policies
    except PolicyError as error:
        return error.problems, error.warnings, ""
    kinds = ((policies.tasks, "task"), (policies.filters, "filter"), (policies.tests, "test"))
    done = "fine: " + ", ".join(count(len(found), what) for found, what in kinds)
    if place.options.directory is None:
        return (), policies.warnings, done
    world = place.world
    checks = [(task, check_names(policies, [task], world)) for task in policies.tasks.values()]
    errors = {problem for _, check in checks for problem in check.errors}
    paused = {p for task in policies.tasks.values() if not task.enabled for p in task_problems(task, world)}
    errors |= {p for saved in policies.filters.values() for p in condition_problems(saved.condition, world)} - paused
    odd = {_odd(text, task, policies) for task, check in checks for text in check.warnings}
    odd |= {Problem(Place(str(place.options.directory)), "directory", text) for text in _about(world)}
    return tuple(sorted(errors)), tuple(sorted({*policies.warnings, *odd})), done


def _odd(text: str, task: Task, policies: Policies) -> Problem:
    """A warning about names, at the file that it is about."""
    about_exemptions = text.startswith("exemptions:") and policies.exemptions
    return Problem(policies.exemptions[0].place if about_exemptions else task.place, "odd_name", text)


def _about(world: World) -> Iterable[str]:
    return (*world.snapshot.warnings, *world.snapshot.problems)


def _summary(errors: Sequence[Problem], warnings: Sequence[Problem]) -> str:
    return ", ".join(count(len(found), what) for found, what in ((errors, "error"), (warnings, "warning")) if found)


def _forms(problems: Iterable[Problem]) -> list[object]:
    return [problem_form(problem) for problem in problems]


def _tell(errors: Iterable[Problem], warnings: Iterable[Problem], place: Workplace) -> None:
    lines = []
    for level, problems, style in (("", errors, "remove"), ("warning: ", warnings, "unsure")):
        for problem in problems:
            lines.append(place.console.paint(terminal(f"{problem.place}: {level}{problem.message}"), style))
            if problem.hint:
                lines.append(terminal(f"  hint: {problem.hint}"))
    if lines:
        place.console.result("\n".join(lines))


def _annotations(level: str, problems: Iterable[Problem], place: Workplace) -> Iterator[str]:
    """Workflow commands; their files are seen from where the command runs, which is the repository's root."""
    folder = place.options.policies
    above = "" if folder.is_absolute() or folder.parent == Path() else f"{folder.parent.as_posix()}/"
    for problem in problems:
        where = problem.place
        text = f"{problem.message} ({problem.hint})" if problem.hint else problem.message
        yield annotation(level, text, file=above + where.file, line=where.line, column=where.column)
