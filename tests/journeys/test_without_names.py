"""A journal without names, as a whole: what policies say about people is not repeated in it either."""

from __future__ import annotations

import subprocess

from runner.journal.privacy import pseudonym
from tests.journeys.command import Desk

KEY = "0123456789abcdef"

SUSPENDED = """\
description: Whom the contractors' task has suspended
match: {acted_on: {task: contractors-30d, action: suspend}}
"""
LISTED = """\
description: Whom the contractors' task has suspended
owner: it-admins@acme.example
match: {filter: suspended-by-us}
actions: [report]
schedule: {manual: true}
"""


def test_an_exemption_names_nobody_in_the_journal(desk: Desk) -> None:
    """Not by the account id that it is for, nor by the name in its reason; who has the key finds them by their number,
    and the report is what its records say."""
    desk.environ["POLICY_RUNNER_PSEUDONYM_KEY"] = KEY
    settings = (desk.policies / "settings.yaml").read_text(encoding="utf-8")
    desk.write_policy("settings.yaml", settings.replace("privacy: plain", "privacy: pseudonymous"))
    dana = next(user for user in desk.people().values() if user["email"] == "dana.reed@contractor.acme.example")
    exemption = (
        f"- {{user: '{dana['account_id']}', reason: {dana['name']} is on leave, owner: it, expires: 2026-12-01}}\n"
    )
    desk.write_policy("exemptions.yaml", exemption)
    assert desk.run("apply", "contractors-30d").code == 0
    written = {file.name: file.read_text(encoding="utf-8") for file in desk.journal.rglob("*") if file.is_file()}
    for name, text in written.items():
        assert not any(dana[word] in text for word in ("name", "email", "account_id")), name
    for name in ("report.md", "README.md"):
        assert pseudonym(KEY.encode(), dana["account_id"]) in written[name]
    assert desk.run("verify").code == 0


def test_whoever_has_the_key_sees_whom_earlier_runs_acted_on(desk: Desk) -> None:
    """In the user browser and where two versions of the policies are compared, as in a journal with names."""
    desk.environ["POLICY_RUNNER_PSEUDONYM_KEY"] = KEY
    settings = (desk.policies / "settings.yaml").read_text(encoding="utf-8")
    desk.write_policy("settings.yaml", settings.replace("privacy: plain", "privacy: pseudonymous"))
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@acme.example", "-c", "init.defaultBranch=main"]
    for command in (["init", "--quiet"], ["add", "policies"], ["commit", "--quiet", "--message", "before"]):
        subprocess.run(["git", *who, *command], cwd=desk.folder, check=True)
    changes = desk.run("apply", "contractors-30d", "--json").form["changes"]
    suspended = {change["account_id"] for change in changes if change["verb"] == "suspend"}
    desk.write_policy("filters/suspended-by-us.yaml", SUSPENDED)
    assert {user["account_id"] for user in desk.run("users", "suspended-by-us", "--json").form} == suspended
    desk.write_policy("tasks/suspended.yaml", LISTED)
    tasks = desk.run("diff", "--base", "main", "--json").form["tasks"]
    assert [set(task["newly"]) for task in tasks if task["task"] == "suspended"] == [suspended]
