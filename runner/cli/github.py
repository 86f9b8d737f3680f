"""What a step of a GitHub workflow hands on: outputs for other steps, and the summary that people read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

from runner.cli.repository import repository_page
from runner.errors import InputError
from runner.text import terminal


def render_outputs(values: Mapping[str, object]) -> str:
    """The lines for ``GITHUB_OUTPUT``: one a value, so that no value can begin another (it holds no line break)."""
    return "".join(f"{name}={terminal(_text(value))}\n" for name, value in values.items())


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def write_outputs(environ: Mapping[str, str], values: Mapping[str, object]) -> None:
    """Hand values on to other steps; nothing outside a workflow."""
    _write_more(environ.get("GITHUB_OUTPUT"), render_outputs(values))


def write_summary(environ: Mapping[str, str], render: Callable[[], str]) -> None:
    """Show Markdown on the page of the workflow's run; outside a workflow it is not even made."""
    path = environ.get("GITHUB_STEP_SUMMARY")
    if path:
        _write_more(path, render())


def job_address(environ: Mapping[str, str]) -> str:
    """The page of this workflow's run; empty outside a workflow, and for variables that are not what GitHub sets."""
    repository, run = repository_page(environ), environ.get("GITHUB_RUN_ID", "")
    return f"{repository}/actions/runs/{run}" if repository and re.fullmatch("[0-9]+", run) else ""


def branch_address(environ: Mapping[str, str], branch: str) -> str:
    """The address below which the files of a branch are read; empty outside a workflow, or without a branch."""
    repository = repository_page(environ)
    return f"{repository}/blob/{quote(branch)}" if repository and branch else ""


def _write_more(path: str | None, text: str) -> None:
    if not path or not text:
        return
    try:
        with Path(path).open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise InputError("workflow_file", f"the workflow's file cannot be written: {error.strerror}") from error
