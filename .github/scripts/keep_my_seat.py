"""``keep_my_seat.py POLICIES COMMAND``: a pull request with the exemption that an issue asks for.

Whether the person who asks may have it is for whoever merges the pull request to say. ``COMMAND`` is the installed
policy-runner, which says first whether the exemption is sound.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from github_api import api_of_the_workflow, say
from issue import Issue, read_issue
from proposal import NO_CHECK, propose

from runner.text import markdown, terminal

LONGEST = timedelta(days=180)
_SEAT, _UNTIL, _WHY = "Whose seat", "Until when", "Why"
_REASON = 300


def main(policies: str, command: str) -> None:
    """Propose the exemption, or say in the issue what is wrong with it."""
    api, issue = api_of_the_workflow(), read_issue()
    try:
        entry = exemption(issue, datetime.now(UTC).date())
        file = Path(policies, "exemptions.yaml")
        file.write_text(extended(file.read_text("utf-8") if file.exists() else "", entry), "utf-8")
        _check(policies, command)
    except ValueError as error:
        issue.answer(api, f"This could not be turned into an exemption: {error}. Please open a new issue.")
        say(f"not proposed: {error}")
        return
    title = f"Exemption asked for in issue #{issue.number}"
    files = {file.as_posix(): file.read_text("utf-8")}
    address = propose(api, issue.asker, f"policy-runner/exemption-{issue.number}", files, title, _body(issue))
    issue.answer(api, f"Thank you. Once {address} is merged, the seat is left alone until the day you named.")
    say(f"proposed: {address}")


def exemption(issue: Issue, today: date) -> str:
    """The entry of exemptions.yaml. Raises ValueError that says what is wrong, for the person who asked."""
    user, reason = issue.address(_SEAT), terminal(issue.line(_WHY))
    if user is None:
        raise ValueError("what stands under “Whose seat” is not an e-mail address")
    if not reason:
        raise ValueError("it does not say why")
    try:
        until = date.fromisoformat(issue.line(_UNTIL))
    except ValueError:
        raise ValueError("what stands under “Until when” is not a day such as 2027-01-31") from None
    if not today <= until <= today + LONGEST:
        raise ValueError(f"the last day must lie between {today} and {today + LONGEST}")
    values = {"user": user, "reason": reason[:_REASON], "owner": f"{issue.asker.login} on GitHub"}
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "- " + "\n  ".join([*lines, f"expires: {until}"]) + "\n"


def extended(text: str, entry: str) -> str:
    """The file with one more entry; its other lines stay as they are."""
    said = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if said in ([], ["[]"]):
        text = "".join(f"{line}\n" for line in text.splitlines() if line.lstrip().startswith("#"))
        return text + entry
    return text.rstrip("\n") + "\n\n" + entry


def _check(policies: str, command: str) -> None:
    """Raise ValueError with what the runner says of the policies, now that the entry is in them."""
    arguments = [command, "validate", "--policies", policies, "--json", "--quiet"]
    clean = {key: value for key, value in os.environ.items() if key != "GITHUB_TOKEN"}
    done = subprocess.run(arguments, check=False, capture_output=True, text=True, env=clean)
    if done.returncode:
        errors = json.loads(done.stdout)["errors"]
        raise ValueError("; ".join(markdown(f"{error['file']}: {error['message']}") for error in errors[:3]))


def _body(issue: Issue) -> str:
    return (
        f"Asked for by {markdown(issue.asker.login)} in issue #{issue.number}.\n\n"
        f"- Whose seat: {markdown(issue.line(_SEAT))}\n- Until: {markdown(issue.line(_UNTIL))}\n"
        f"- Why: {markdown(issue.line(_WHY)[:_REASON])}\n\n"
        "Before you merge it: may this person ask for this account? `policy-runner validate` found nothing wrong.\n\n"
        f"{NO_CHECK}\n\nCloses #{issue.number}\n"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
