"""What ``doctor`` asks of GitHub: which repository it is, and with whose token."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from runner.cli.repository import GITHUB, repository_at
from runner.cli.workplace import Workplace
from runner.model.people import Snapshot
from runner.model.policy import Policies
from runner.policy.git import carries_out, read_origin
from runner.run.diagnosis import GOOD, Line
from runner.run.github_api import Api, ApiError
from runner.run.github_lines import blind_lines, keeper_lines, not_known, setup_lines
from runner.run.github_setup import fetch_setup
from runner.text import markdown


def read_github_lines(
    place: Workplace, policies: Policies, workflows: Mapping[str, str], snapshot: Snapshot | None
) -> Iterator[Line]:
    """How the repository on GitHub is set up; nothing where no workflow there carries out the policies."""
    ours = [name for name, text in workflows.items() if carries_out(text)]
    if not ours:
        return
    yield from keeper_lines(policies, snapshot)
    token = place.environ.get("GITHUB_TOKEN") or place.environ.get("GH_TOKEN") or ""
    where = _repository(place)
    if where is None:
        yield from blind_lines("no repository on GitHub is known here")
    elif not token:
        yield from blind_lines("GITHUB_TOKEN is not set")
    else:
        try:
            setup = fetch_setup(Api(where[0], token, where[1]), ours, policies.settings.branch)
        except ApiError as error:
            yield not_known("github", str(error), "correct GITHUB_API_URL")
        else:
            yield from setup_lines(setup, policies, place.clocks.now())


def _repository(place: Workplace) -> tuple[str, str] | None:
    """The address of the API and ``owner/name``: what a workflow's variables say, else the remote ``origin``."""
    api, name = place.environ.get("GITHUB_API_URL", ""), place.environ.get("GITHUB_REPOSITORY", "")
    if name:
        return api or f"https://api.{GITHUB}", name
    found = repository_at(read_origin(place.options.policies) or "", place.environ)
    return None if found is None else (api or found.api, found.name)


def findings_markdown(lines: Iterable[Line]) -> str:
    """All findings of doctor as a table, for the page of a workflow's run."""
    cells = ([line.state, line.topic, line.found, line.remedy if line.state != GOOD else ""] for line in lines)
    table = [f"| {' | '.join(markdown(cell) for cell in row)} |" for row in cells]
    return "\n".join(["| | | Found | What to do |", "| --- | --- | --- | --- |", *table]) + "\n"
