"""``propose.py``: a pull request with the override of a refusal; merging it is the approval of exactly that plan.

``REFUSALS`` is what ``refusals.py`` handed on. ``DIGEST`` chooses one of them; without it, all that wait for an
approval are proposed. ``REASON`` is the text that somebody typed.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

from github_api import api_of_the_workflow, say
from proposal import NO_CHECK, Asker, propose

from runner.text import annotation, markdown, terminal

DAYS = 7
"""How long the override may be used; it works once."""


def main() -> None:
    """Open the pull request, or say why there is nothing to open."""
    refusals, digest = json.loads(os.environ["REFUSALS"]), os.environ["DIGEST"].strip()
    chosen = [r for r in refusals if (r["digest"] == digest if digest else r["rail"] == "approval_required")]
    reason = " ".join(os.environ["REASON"].split()) or "asked for without a reason"
    if not chosen:
        known = ", ".join(f"{r['rail']} {r['digest']}" for r in refusals) or "none"
        text = f"no refusal has that digest now; there are: {known}"
        sys.exit(annotation("error", text, file=".github/workflows/run.yml", line=1, column=1))
    asker = Asker(os.environ["GITHUB_ACTOR"], int(os.environ["GITHUB_ACTOR_ID"]))
    today = datetime.now(UTC).date()
    files = {f"policies/overrides/{name_of(r)}.yaml": override(r, reason, asker.login, today) for r in chosen}
    branch = f"policy-runner/override-{os.environ['GITHUB_RUN_ID']}-{os.environ['GITHUB_RUN_ATTEMPT']}"
    title = "Allow once: " + ", ".join(f"{r['rail']} of {r['task'] or 'the run'}" for r in chosen)
    say("proposed: " + propose(api_of_the_workflow(), asker, branch, files, title, body(chosen, reason, asker.login)))


def name_of(refusal: Any) -> str:
    """The override's name: what it lifts, for which plan."""
    rail = refusal["rail"].replace("_", "-")
    return "-".join(part for part in (refusal["task"], rail, refusal["digest"].removeprefix("sha256:")[:8]) if part)


def override(refusal: Any, reason: str, login: str, today: date) -> str:
    """The override's file; JSON's strings are YAML's too."""
    values = {
        "digest": refusal["digest"],
        "rail": refusal["rail"],
        **({"task": refusal["task"]} if refusal["task"] else {}),
        "reason": reason[:1000],
        "approved_by": f"whoever merged the pull request that {login} asked for",
    }
    lines = [f"{key}: {json.dumps(terminal(value), ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join([*lines, f"expires: {today + timedelta(days=DAYS)}"]) + "\n"


def body(chosen: list[Any], reason: str, login: str) -> str:
    """What the pull request says."""
    lines = [
        f"- `{r['rail']}` of {'`' + r['task'] + '`' if r['task'] else 'the whole run'}: `{r['digest']}`" for r in chosen
    ]
    return (
        f"{markdown(login)} asks to allow once what a safety rail refused:\n\n" + "\n".join(lines) + "\n\n"
        f"Reason: {markdown(reason)}\n\n"
        "Whoever merges this, or approves it before it is merged, says that exactly these plans may be carried out. "
        f"It must be somebody else than {markdown(login)}. The next run does it if the plan is still the same then; "
        f"after {DAYS} days the file has no effect. The plan itself stands in the summary of the workflow's run.\n\n"
        f"{NO_CHECK}\n"
    )


if __name__ == "__main__":
    main()
