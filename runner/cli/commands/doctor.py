"""``doctor``: whether everything is set up, and what to do where it is not."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from runner.cli.github import write_summary
from runner.cli.hub import findings_markdown, read_github_lines
from runner.cli.workplace import Workplace
from runner.directory.atlassian.probe import fetch_answers, fetch_reach
from runner.directory.atlassian.read import AtlassianReader
from runner.directory.interface import EVERYTHING
from runner.engine.names import check_names
from runner.errors import INPUT, RunnerError
from runner.journal.mask import PLAIN
from runner.model.people import Snapshot
from runner.model.policy import Policies
from runner.model.world import World
from runner.policy.problems import PolicyError
from runner.run.diagnosis import (
    BAD,
    GOOD,
    NOTE,
    WARN,
    Line,
    clock_line,
    exit_code,
    failure,
    reach_lines,
    run_lines,
    snapshot_lines,
    workflow_lines,
)
from runner.run.open_questions import answer_lines, write_lines
from runner.text import wrap

HELP = "check the key, the clock, the organization, the policies and the workflows"
ABOUT = """
Look at everything that a run needs: whether the key works, may read, may write and expires soon; whether the clock is
right; whether everything of the organization can be read, and which facts are missing; what Atlassian's descriptions
leave open; whether the policies fit; whether runs take place. Each line says what to do. Nothing is ever written.

examples:
  policy-runner doctor                              the organization of ATLASSIAN_API_KEY and ATLASSIAN_ORG_ID
  policy-runner doctor --directory acme.json        a recorded one, as far as that makes sense
  policy-runner doctor --json

Exit code 2 means that something is set up wrongly here, 4 that the other side refuses or fails.
"""
_STYLES = {GOOD: "good", NOTE: "dim", WARN: "unsure", BAD: "remove"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command: it takes none of its own."""
    del parser


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    del args
    lines = tuple(_lines(place))
    place.progress.wipe()
    code = exit_code(lines)
    place.outputs |= {"warnings": sum(line.state in (WARN, BAD) for line in lines)}
    write_summary(place.environ, lambda: findings_markdown(lines))
    if place.console.json:
        place.console.result_json({"ok": code == 0, "exit_code": code, "lines": [_form(line) for line in lines]})
    else:
        place.console.result("\n".join(text for line in lines for text in _texts(line, place)))
    return code


def _lines(place: Workplace) -> Iterator[Line]:
    policies, problem = _policies(place)
    snapshot = None
    for line in _directory_lines(place, policies):
        if isinstance(line, Snapshot):
            snapshot = line
        else:
            yield line
    if problem is not None:
        yield problem
    if policies is not None:
        yield from _policy_lines(place, policies, snapshot)
        yield from _run_lines(place, policies)
        workflows = read_workflows(place.options.policies)
        yield from workflow_lines(workflows, policies)
        yield from read_github_lines(place, policies, workflows, snapshot)


def _policies(place: Workplace) -> tuple[Policies | None, Line | None]:
    """The policies, or what is wrong with them; there may be none yet."""
    folder = place.options.policies
    if not folder.is_dir():
        return None, Line("policies", BAD, f"there is no folder {folder}", "policy-runner init writes a start", INPUT)
    try:
        return place.policies, None
    except PolicyError as error:
        found = f"{len(error.problems)} problems, the first: {error.problems[0].place}: {error.problems[0].message}"
        return None, Line("policies", BAD, found, "policy-runner validate shows all of them", INPUT)


def _directory_lines(place: Workplace, policies: Policies | None) -> Iterator[Line | Snapshot]:
    """What can be said of the organization, and the snapshot, if one could be read."""
    try:
        reader = place.reader if policies is not None else place.bare_reader
        if isinstance(reader, AtlassianReader):
            yield from reach_lines(fetch_reach(reader.client), place.now)
            found = ", ".join(reader.read_directories())
            yield Line("directories", GOOD, found)
        snapshot = reader.read_snapshot(EVERYTHING)
        yield snapshot
        if isinstance(reader, AtlassianReader):
            yield clock_line(reader.client.skew_s)
        yield from snapshot_lines(snapshot)
        if isinstance(reader, AtlassianReader):
            yield from answer_lines(fetch_answers(reader, snapshot))
    except RunnerError as error:
        yield failure("organization", error)


def _policy_lines(place: Workplace, policies: Policies, snapshot: Snapshot | None) -> Iterator[Line]:
    """Whether the policies are sound, and name what there is."""
    enabled = sum(task.enabled for task in policies.tasks.values())
    yield Line("policies", GOOD, f"{len(policies.tasks)} tasks, {enabled} of them enabled")
    if place.stopped():
        yield Line("stop", WARN, place.stopped(), "nothing is written until it is taken away")
    try:
        yield Line("journal", GOOD, "it names people" if place.mask is PLAIN else "it hides people under pseudonyms")
    except RunnerError as error:
        yield failure("journal", error)
    for warning in policies.warnings:
        yield Line("policies", WARN, f"{warning.place}: {warning.message}", warning.hint)
    if snapshot is None:
        return
    if policies.settings.organization not in (None, snapshot.organization):
        found = f"they are for {policies.settings.organization}, the directory is of {snapshot.organization}"
        yield Line("policies", BAD, found, "correct organization.id in policies/settings.yaml", INPUT)
    names = check_names(policies, tuple(policies.tasks.values()), World(snapshot, place.now, policies.lists))
    for problem in names.errors:
        yield Line("names", BAD, f"{problem.place}: {problem.message}", problem.hint, INPUT)
    for text in names.warnings:
        yield Line("names", WARN, text, "correct it, or take it out")


def _run_lines(place: Workplace, policies: Policies) -> Iterator[Line]:
    try:
        past = place.journal.read_past()
        yield from run_lines(past.runs, past.history, policies, place.now)
        if place.options.directory is None:
            yield from write_lines(past.runs)
    except RunnerError as error:
        yield failure("journal", error)


def read_workflows(policies: Path) -> dict[str, str]:
    """The texts of the workflows of the repository that the policies lie in, by file name."""
    folder = policies.resolve().parent / ".github" / "workflows"
    files = sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")]) if folder.is_dir() else []
    return {file.name: file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file()}


def _texts(line: Line, place: Workplace) -> Iterator[str]:
    """A finding as it is printed, what to do below it."""
    width, state = place.console.width, f"{line.state:<8} "
    first, *more = wrap(f"{line.topic}: {line.found}", width, state, f"{'':<11}")
    yield place.console.paint(state, _STYLES[line.state]) + first.removeprefix(state)
    yield from more
    if line.remedy and line.state != GOOD:
        yield from wrap(line.remedy, width, f"{'':<8} -> ", f"{'':<12}")


def _form(line: Line) -> dict[str, object]:
    return {"topic": line.topic, "state": line.state, "found": line.found, "remedy": line.remedy}
