"""``approvals.py POLICIES``: takes away, for this run, every override that nobody but its author approved.

An override lifts a safety rail, so two people must want it: those who wrote it and asked for it, and another one who
approved its pull request as it was merged, or merged it. What GitHub does not show is not approved. In a repository of
one person the variable ``POLICY_RUNNER_SOLO`` set to ``true`` switches this off.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from github_api import Api, ApiError, api_of_the_workflow, say

from runner.text import annotation


def main(policies: str) -> None:
    """Look at every override; nothing to do where there is none."""
    overrides = sorted(Path(policies, "overrides").glob("*.yaml"))
    if not overrides:
        return
    if os.environ.get("SOLO") == "true":
        say("POLICY_RUNNER_SOLO is set: overrides need no second person")
        return
    api = api_of_the_workflow()
    for path in overrides:
        try:
            why = objection(api, _read_commit(path))
        except ApiError as error:
            why = f"GitHub could not say who approved it ({error})"
        if why:
            path.unlink()
            text = f"this override is left out of the run: {why}"
            sys.stdout.write(annotation("warning", text, file=str(path), line=1, column=1) + "\n")
        else:
            say(f"{path} was approved by a second person")


def _read_commit(path: Path) -> str:
    """The newest commit that changed a file; a merge counts for what it brought in."""
    command = ["git", "log", "-1", "--format=%H", "--", str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def objection(api: Api, commit: str) -> str:
    """Why a commit counts as approved by nobody else, or an empty text. Raises ApiError."""
    if not commit:
        return "it is in no commit"
    merged = [pull for pull in api.get(f"/commits/{commit}/pulls") if pull["merged_at"]]
    if not merged:
        return "it did not come through a pull request"
    for pull in merged:
        number = pull["number"]
        whole = api.get(f"/pulls/{number}")
        writers = _people([whole["user"], *(c["author"] for c in api.each(f"/pulls/{number}/commits"))])
        reviews = [
            review["user"]
            for review in api.each(f"/pulls/{number}/reviews")
            if review["state"] == "APPROVED" and review["commit_id"] == whole["head"]["sha"]
        ]
        if _people([*reviews, whole["merged_by"]]) - writers:
            return ""
    return f"nobody but its author approved or merged pull request {merged[0]['number']}"


def _people(accounts: Iterable[Any]) -> set[str]:
    """Logins of people: neither bots, nor commits that belong to no account."""
    return {account["login"] for account in accounts if account and account["type"] == "User"}


if __name__ == "__main__":
    main(*sys.argv[1:])
