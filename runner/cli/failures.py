"""How a command says that it could not go on: one clear error, never a traceback."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from runner.cli.console import Console
from runner.errors import BUG, RunnerError
from runner.model.problem import Problem
from runner.policy.problems import PolicyError


def tell_failure(error: RunnerError, console: Console) -> None:
    """The error for people on stderr and, with ``--json``, for machines on stdout."""
    if isinstance(error, PolicyError):
        tell_problems(error.problems, console)
    else:
        place = f"{error.place}: " if error.place and error.place not in error.message else ""
        console.complain(f"error: {place}{error.message}", "remove")
        if error.hint:
            console.complain(f"hint: {error.hint}")
    if console.json and not console.answered:
        console.result_json(failure_form(error))


def tell_problems(problems: Iterable[Problem], console: Console) -> None:
    """Every problem with its place, for people."""
    for problem in problems:
        console.complain(f"{problem.place}: {problem.message}", "remove")
        if problem.hint:
            console.complain(f"  hint: {problem.hint}")


def failure_form(error: RunnerError) -> Mapping[str, Any]:
    """The error as JSON has it."""
    form = {
        "ok": False,
        "reason": error.reason,
        "exit_code": error.exit_code,
        "message": error.message,
        "hint": error.hint,
        "place": error.place,
    }
    if isinstance(error, PolicyError):
        form["errors"] = [problem_form(problem) for problem in error.problems]
    return form


def problem_form(problem: Problem) -> Mapping[str, Any]:
    """One problem as ``validate --format json`` has it."""
    return {
        "file": problem.place.file,
        "line": problem.place.line,
        "column": problem.place.column,
        "code": problem.code,
        "message": problem.message,
        "hint": problem.hint,
    }


def bug_from(error: Exception) -> RunnerError:
    """Whatever should never have happened, as an error that says so."""
    found = RunnerError(
        "bug",
        f"this is a bug in policy-runner: {type(error).__name__}: {str(error)[:300]}",
        hint="set POLICY_RUNNER_DEBUG=1 to see where it happened, and please report it",
    )
    assert found.exit_code == BUG
    return found
