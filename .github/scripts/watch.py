"""``watch.py WORKFLOW HOURS``: an open issue as long as a workflow is switched off or its last good run is too old."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from github_api import Api, api_of_the_workflow, is_ours, say

MARKER = "<!-- policy-runner: watch -->\n"
TITLE = "The policies are not being carried out"
_HELP = (
    "While this is so, nobody is warned, suspended or given anything, and nothing is undone either. "
    "What to do stands in docs/how-to/github-bad-day.md. This issue closes itself when all is well again."
)


def main(workflow: str, hours: str) -> None:
    """Open, refresh or close the issue."""
    api = api_of_the_workflow()
    state = api.get(f"/actions/workflows/{workflow}")
    good = api.get(f"/actions/workflows/{workflow}/runs", status="success", per_page="1")["workflow_runs"]
    troubles = list(found(state, good, datetime.now(UTC), timedelta(hours=float(hours))))
    issues = api.each("/issues", state="open", creator="github-actions[bot]")
    open_issue = next((issue for issue in issues if is_ours(issue, MARKER)), None)
    for trouble in troubles:
        say(trouble)
    if troubles:
        _tell(api, open_issue, "".join(f"- {trouble}\n" for trouble in troubles))
    elif open_issue:
        api.call("POST", f"/issues/{open_issue['number']}/comments", {"body": "All is well again."})
        api.call("PATCH", f"/issues/{open_issue['number']}", {"state": "closed"})
        say("all is well again")
    else:
        say("all is well")


def found(state: Any, good: Any, now: datetime, longest: timedelta) -> Iterator[str]:
    """What is wrong: ``state`` is the workflow as the API describes it, ``good`` its newest good runs."""
    if state["state"] != "active":
        why = {
            "disabled_inactivity": "GitHub switched it off because nothing happened in the repository for 60 days",
            "disabled_manually": "somebody switched it off",
        }.get(state["state"], "it is switched off")
        yield f"The workflow `{state['path']}` does not run: {why}."
    last = max((datetime.fromisoformat(run["created_at"]) for run in good), default=None)
    since = last or datetime.fromisoformat(state["created_at"])
    if now - since > longest:
        age = f"{(now - since) / timedelta(hours=1):.0f} hours ago"
        what = f"Its last good run began {age}" if last else f"It has no good run; it was set up {age}"
        yield f"{what}, at most {longest / timedelta(hours=1):g} hours are allowed."


def _tell(api: Api, open_issue: Any, list_of_troubles: str) -> None:
    body = f"{MARKER}{list_of_troubles}\n{_HELP}\n"
    if open_issue:
        api.call("PATCH", f"/issues/{open_issue['number']}", {"body": body})
    else:
        api.call("POST", "/issues", {"title": TITLE, "body": body})


if __name__ == "__main__":
    main(*sys.argv[1:])
