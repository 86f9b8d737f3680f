"""The way back as people take it: who changed since is left alone and named, and people are found without names."""

from __future__ import annotations

import json
from typing import Any

from tests.journeys.command import Desk, run_command

OLD, NEW = "0123456789abcdef-old", "0123456789abcdef-new"

JOIN = """\
description: A person who joins a group
owner: it-admins@acme.example
match: {{email: dana.reed@contractor.acme.example}}
actions: [{{add_to_groups: {group}}}]
schedule: {{manual: true}}
"""


def suspended_by(desk: Desk) -> list[dict[str, Any]]:
    """The people whom a run of the contractors' task has suspended."""
    changes = desk.run("apply", "contractors-30d", "--json").form["changes"]
    people = desk.people()
    return [people[change["account_id"]] for change in changes if change["verb"] == "suspend"]


def edit(desk: Desk, account_id: str, **facts: Any) -> None:
    """Somebody changes a person by hand."""
    organization = desk.read()
    next(user for user in organization["users"] if user["account_id"] == account_id).update(facts)
    desk.write(organization)


def test_an_undo_names_whom_it_leaves_alone(desk: Desk) -> None:
    """One was deactivated by hand since, one was put back by hand: both stay, with what was found, and the rest go
    back."""
    first, second, *rest = suspended_by(desk)
    edit(desk, first["account_id"], status="deactivated")
    edit(desk, second["account_id"], status="active")
    shown = desk.run("undo", "last").out
    assert f"{first['email']}: changed since" in shown
    assert "now it is deactivated" in shown
    assert f"{second['email']}: already so" in shown
    assert desk.run("undo", "last", "--apply").code == 0
    now = desk.people()
    assert now[first["account_id"]]["status"] == "deactivated"
    assert {now[person["account_id"]]["status"] for person in (second, *rest)} == {"active"}


def test_a_journal_without_names_is_undone_and_checked_with_its_key_and_after_a_new_one(desk: Desk) -> None:
    """`undo --user` and `verify --directory` find people by whichever key their run was written with."""
    settings = (desk.policies / "settings.yaml").read_text(encoding="utf-8")
    desk.write_policy("settings.yaml", settings.replace("privacy: plain", "privacy: pseudonymous"))
    desk.environ["POLICY_RUNNER_PSEUDONYM_KEY"] = OLD
    first, *rest = suspended_by(desk)
    edit(desk, first["account_id"], status="active")
    done = desk.run("verify", "--json")
    assert (done.code, done.reason) == (4, "directory_differs")
    assert done.form["findings"][0]["message"].startswith(first["account_id"])
    edit(desk, first["account_id"], status="suspended")
    desk.environ["POLICY_RUNNER_PSEUDONYM_KEY"] = f"{NEW},{OLD}"
    assert desk.run("undo", "last", "--user", first["email"], "--apply").code == 0
    assert desk.people()[first["account_id"]]["status"] == "active"
    assert {desk.people()[person["account_id"]]["status"] for person in rest} == {"suspended"}
    assert desk.run("verify").code == 0


def test_the_journal_is_checked_without_policies_and_without_the_key(desk: Desk) -> None:
    """Whoever audits needs neither; only to find people again they do."""
    settings = (desk.policies / "settings.yaml").read_text(encoding="utf-8")
    desk.write_policy("settings.yaml", settings.replace("privacy: plain", "privacy: pseudonymous"))
    desk.environ["POLICY_RUNNER_PSEUDONYM_KEY"] = OLD
    assert suspended_by(desk)
    done = run_command("verify", "--journal", str(desk.journal), "--policies", str(desk.folder / "none"))
    assert done.code == 0, done.err
    del desk.environ["POLICY_RUNNER_PSEUDONYM_KEY"]
    done = desk.run("verify", "--json")
    assert (done.code, done.reason) == (2, "pseudonym_key")


def test_an_override_allows_an_undo_what_its_refusal_says(desk: Desk) -> None:
    """A group was below its floor before, and is again without whom the run added: the refusal names the undo where it
    names a task, and so does the override."""
    organization = desk.read()
    group = next(g for g in organization["groups"] if not g["grants"] and not g["managed_by_idp"])
    settings = (desk.policies / "settings.yaml").read_text(encoding="utf-8")
    many = len(organization["users"])
    raised = settings.replace("min_members: {", f"min_members: {{{json.dumps(group['name'])}: {many}, ")
    assert raised != settings
    desk.write_policy("settings.yaml", raised)
    desk.write_policy("tasks/join.yaml", JOIN.format(group=json.dumps(group["name"])))
    run = desk.run("apply", "join", "--json").form["run"]
    refused = desk.run("undo", run, "--apply", "--json")
    (refusal,) = refused.form["refusals"]
    assert (refused.code, refusal["rail"], refusal["task"]) == (3, "members_floor", f"undo:{run}")
    override = f"digest: {refusal['digest']}\nrail: members_floor\ntask: {refusal['task']}\n"
    more = "reason: The group was as small before\napproved_by: head-of-it@acme.example\nexpires: 2026-12-31\n"
    desk.write_policy("overrides/back.yaml", override + more)
    assert desk.run("validate").code == 0
    done = desk.run("undo", run, "--apply", "--json")
    assert (done.code, set(done.form["outcomes"])) == (0, {"applied"})
