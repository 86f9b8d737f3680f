"""``give_back.py POLICIES COMMAND``: answers "give me back what I had" with an undo that a maintainer has to start.

``COMMAND`` is the installed policy-runner, which knows from the policies what the audit branch is called.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator

from github_api import api_of_the_workflow, say
from issue import read_issue

_NEWEST, _SHOWN = 300, 3
"""Runs that are looked through, and that are shown."""


def main(policies: str, command: str) -> None:
    """Answer the issue."""
    api, issue = api_of_the_workflow(), read_issue()
    user = issue.address("Whose access")
    if user is None:
        issue.answer(api, "What stands under “Whose access” is not an e-mail address. Please open a new issue.")
        return
    runs = list(runs_of(user, f"refs/remotes/origin/{_read_branch(policies, command)}"))
    issue.answer(api, answer(user, runs[:_SHOWN], api.repository))
    say(f"answered with {len(runs)} runs")


def _read_branch(policies: str, command: str) -> str:
    arguments = [command, "settings", "reports.branch", "--policies", policies]
    clean = {key: value for key, value in os.environ.items() if key != "GITHUB_TOKEN"}
    return subprocess.run(arguments, check=True, stdout=subprocess.PIPE, text=True, env=clean).stdout.strip()


def runs_of(user: str, revision: str) -> Iterator[str]:
    """The runs whose plans changed a person, newest first; none where the journal names nobody."""
    listing = _git("ls-tree", "-r", "--name-only", revision, "--", "runs").splitlines()
    plans = sorted((path for path in listing if path.endswith("/plan.json")), reverse=True)
    for path in plans[:_NEWEST]:
        plan = json.loads(_git("show", f"{revision}:{path}"))
        if any((c["email"] or "").casefold() == user.casefold() and not c["blocked"] for c in plan["changes"]):
            yield path.split("/")[-2]


def _git(*arguments: str) -> str:
    """What git prints; nothing where there is no such branch yet."""
    return subprocess.run(["git", *arguments], check=False, capture_output=True, text=True).stdout


def answer(user: str, runs: list[str], repository: str) -> str:
    """The comment. The address is one of the form's, of plain letters and signs only, and quoted for a shell."""
    page = f"{os.environ['GITHUB_SERVER_URL']}/{repository}/actions/workflows/run.yml"
    commands = [f"gh workflow run run.yml -f mode=undo -f run={run} -f {shlex.quote(f'user={user}')}" for run in runs]
    if not runs:
        return (
            "The journal names no run that changed this person (it names nobody where reports are pseudonymous). "
            f"A maintainer finds it with `policy-runner runs` and starts `undo` on [the workflow's page]({page}).\n"
        )
    return (
        "These runs changed this person, the newest first. A maintainer who agrees starts the undo of one, "
        f"for this person alone, on [the page of the workflow]({page}) or with:\n\n"
        "```sh\n" + "\n".join(commands) + "\n```\n\n"
        "It goes through the same safety rails; what somebody changed since stays as it is and is listed. "
        "Without an exemption the policies will take the same away again.\n"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
