"""The watch and the issue forms, executed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.journeys.github.conftest import POLICIES, Opened
from tests.journeys.github.hub import ANN, BOT, account, git
from tests.journeys.github.workshop import Acted, Workshop


def ago(hours: float) -> str:
    """A time as GitHub writes it."""
    return (datetime.now(UTC) - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def workflow(state: str = "active") -> dict[str, Any]:
    """The workflow as the API describes it."""
    return {"state": state, "path": ".github/workflows/run.yml", "created_at": ago(2000)}


def test_the_watch_opens_one_issue_and_closes_it_again(workshop: Workshop) -> None:
    """Switched off or too old: one issue, refreshed and not repeated; closed when all is well."""
    hub = workshop.hub
    hub.issues.append(
        {"number": 1, "user": account(ANN), "state": "open", "title": "?", "body": "<!-- policy-runner: watch -->\n"}
    )
    for state, hours, expected in (
        ("active", 2, None),
        ("active", 50, "50 hours ago"),
        ("disabled_inactivity", 70, "switched it off because nothing happened"),
        ("active", 1, "closed"),
    ):
        hub.workflow, hub.good_runs = workflow(state), [{"created_at": ago(hours)}]
        done = workshop.act("schedule", "watch.yml", {"schedule": "41 5 * * *"})
        assert (done.code, done.jobs) == (0, {"watch": "success"}), done.said
        ours = [issue for issue in hub.issues if issue["user"] == BOT]
        assert len(ours) == (expected is not None)
        if expected:
            assert ours[0]["state"] == expected if expected == "closed" else expected in ours[0]["body"]
    assert hub.issues[0]["state"] == "open", "somebody else's issue was taken for ours"
    assert hub.comments[-1]["body"] == "All is well again."


def opened(workshop: Workshop, body: str) -> Acted:
    """Ann opens an issue."""
    issue = {"number": 5, "user": account(ANN), "body": body, "title": "Keep my seat"}
    return workshop.act("issues", "requests.yml", {"action": "opened", "issue": issue})


def keep(email: str, until: str, why: str) -> str:
    """What the form makes of its answers."""
    return f"### Whose seat\n\n{email}\n\n### Until when\n\n{until}\n\n### Why\n\n{why}\n"


def test_keep_my_seat_becomes_a_pull_request_that_expires(workshop: Workshop) -> None:
    """The exemption is what was asked for, as data, however it is written; once merged it holds."""
    until = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()
    why = 'Leave: "until $(touch PWNED) `id` ${{ secrets.X }} @bob #1\n\n### Until when\n\n2099-01-01\n- user: x'
    done = opened(workshop, keep("idle03@acme.example", until, why))
    assert (done.code, done.jobs["keep"]) == (0, "success"), done.said
    [pull] = workshop.hub.pulls
    text = git(workshop.origin, "show", f"{pull['head']['sha']}:policies/exemptions.yaml")
    reason = '"Leave: \\"until $(touch PWNED) `id` ${{ secrets.X }} @bob #1"'
    assert text == (
        f'- user: "idle03@acme.example"\n  reason: {reason}\n  owner: "{ANN} on GitHub"\n  expires: {until}'
    )
    assert git(workshop.origin, "log", "-1", "--format=%ae", pull["head"]["sha"]).startswith("101+ann@")
    assert pull["html_url"] in workshop.hub.comments[0]["body"]
    assert not list(workshop.folder.rglob("PWNED"))
    workshop.hub.merge(1, "bob")
    assert workshop.schedule().code == 0
    assert "u-idle03" not in {account_id for account_id, _, _ in workshop.happened()}


def test_a_workflow_that_may_open_no_pull_request_gives_the_page_that_does(workshop: Workshop) -> None:
    """Where the repository's settings forbid it, the branch is there and the issue has the link."""
    workshop.hub.pulls_allowed = False
    until = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()
    done = opened(workshop, keep("idle03@acme.example", until, "Leave"))
    assert done.jobs["keep"] == "success", done.said
    assert "/compare/main...policy-runner/exemption-5?expand=1" in workshop.hub.comments[0]["body"]


@pytest.mark.parametrize(
    ("email", "until", "why", "expected"),
    [
        ("idle03", "2026-12-24", "Leave", "not an e-mail address"),
        ("a@acme.example\n::error::x", "2026-12-24", "Leave", "not an e-mail address"),
        ("idle03@acme.example", "next year", "Leave", "not a day"),
        ("idle03@acme.example", "2999-01-01", "Leave", "must lie between"),
        ("idle03@acme.example", "2001-01-01", "Leave", "must lie between"),
        ("idle03@acme.example", "{soon}", "", "does not say why"),
    ],
)
def test_what_cannot_be_an_exemption_is_answered(
    workshop: Workshop, email: str, until: str, why: str, expected: str
) -> None:
    """The person who asked reads what was wrong; no branch is made."""
    soon = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    done = opened(workshop, keep(email, until.replace("{soon}", soon), why))
    assert done.jobs["keep"] == "success", done.said
    assert expected in workshop.hub.comments[0]["body"]
    assert workshop.hub.pulls == []
    assert git(workshop.origin, "for-each-ref", "--format=%(refname)").splitlines() == ["refs/heads/main"]


def test_give_back_is_answered_with_the_undo_to_start(open_workshop: Opened) -> None:
    """The comment names the run that changed this person; started, it brings back this person alone. The journal is
    where the settings say, in every workflow."""
    workshop = open_workshop({"settings.yaml": f"{POLICIES['settings.yaml']}reports: {{branch: records/atlassian}}\n"})
    workshop.branch = "records/atlassian"
    taken = workshop.schedule()
    assert taken.outputs["report"] == f"{workshop.runs()[0]}/report.md on the branch records/atlassian"
    assert "audit" not in git(workshop.origin, "for-each-ref", "--format=%(refname)")
    done = opened(workshop, "### Whose access\n\nIdle03@acme.example\n\n### What is missing\n\nJira; `id`\n")
    assert (done.code, done.jobs["give-back"]) == (0, "success"), done.said
    run = taken.outputs["run"]
    said = workshop.hub.comments[0]["body"]
    assert f"gh workflow run run.yml -f mode=undo -f run={run} -f user=Idle03@acme.example" in said
    back = workshop.dispatch(mode="undo", run=run, user="Idle03@acme.example")
    assert back.jobs == {"carry-out": "success"}, back.said
    assert [c for c in workshop.happened() if c[1] == "add_to_group"] == [("u-idle03", "add_to_group", "g-jira")]
