"""Policy tests: the short form of people, and what is expected."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from runner.directory.parse import snapshot_from_json
from runner.policy.load import load
from runner.policy.problems import PolicyError
from runner.policy.testing import directory_of, expected_changes

FILTER = "description: d\nmatch: {app: [jira-software, confluence@two]}\n"
TASK = """\
description: d
owner: o
filter: f
actions: [{remove_from_groups: inactive}, {deactivate: {message: bye}}]
schedule: {manual: true}
"""
JIRA = "ari:cloud:jira-software::site/acme"
CONFLUENCE = "ari:cloud:confluence::site/two"


def made(tmp_path: Path, text: str, settings: str = "{}") -> dict[str, Any]:
    """The directory of a test of the task above."""
    files = {"filters/f.yaml": FILTER, "tasks/t.yaml": TASK, "settings.yaml": settings, "tests/t.yaml": text}
    for name, content in files.items():
        path = tmp_path / "policies" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    policies = load(tmp_path / "policies", today=date(2026, 11, 22))
    return directory_of(policies.tests[0], policies)


def people(users: str, more: str = "") -> str:
    """A test of the task above with these people."""
    return f"task: t\nnow: 2026-11-22T06:00:00Z\nusers: [{users}]\nexpect: {{match: []}}\n{more}"


def test_what_is_left_out_is_plain_and_known(tmp_path: Path) -> None:
    """Active, managed, not synced, no roles, in no group, nothing used: a person about whom everything is known."""
    directory = made(tmp_path, people("{email: a@acme.example}"))
    assert directory["users"] == [{
        "account_id": "a@acme.example", "email": "a@acme.example", "name": "a@acme.example", "status": "active",
        "managed": True, "synced": False, "mfa": True, "added": "2000-01-01T00:00:00Z", "roles": [], "last_active": {},
        "groups": [], "direct_access": [], "job_title": None, "department": None, "organization": None,
        "location": None, "time_zone": None,
    }]  # fmt: skip
    assert (directory["format"], directory["taken_at"], directory["complete"]) == (1, "2026-11-22T06:00:00Z", True)


def test_null_is_unknown_as_it_is_everywhere(tmp_path: Path) -> None:
    """Of any fact but those of the profile, where it is a known nothing; ``unknown`` says the same."""
    facts = ("name", "status", "managed", "synced", "mfa", "added", "roles", "last_active", "groups")
    nulls = ", ".join(f"{fact}: null" for fact in facts)
    (user,) = made(tmp_path, people(f"{{email: a@acme.example, {nulls}, department: null}}"))["users"]
    assert not set(facts) & user.keys()
    assert user["department"] is None
    (same,) = made(tmp_path, people(f"{{email: a@acme.example, unknown: [{', '.join(facts)}]}}"))["users"]
    assert same == user
    (used,) = made(tmp_path, people("{email: a@acme.example, apps: {jira-software: null}}"))["users"]
    assert used["last_active"] == {JIRA: None}


def test_apps_are_held_through_their_default_groups(tmp_path: Path) -> None:
    """A day is the last use; never and unknown are said; other roles and direct ones are possible."""
    apps = (
        "{jira-software: 2026-05-01, confluence@two: {role: guest, direct: true, last_active: unknown}, trello: never}"
    )
    directory = made(tmp_path, people(f"{{email: a@acme.example, apps: {apps}, groups: [Mine, mine]}}"))
    (user,) = directory["users"]
    assert user["groups"] == ["Mine", "jira-software-users-acme", "trello-users-acme"]
    assert user["direct_access"] == [{"app": CONFLUENCE, "role": "guest"}]
    assert user["last_active"] == {JIRA: "2026-05-01T00:00:00Z", CONFLUENCE: None}
    jira = next(group for group in directory["groups"] if group["name"] == "jira-software-users-acme")
    assert (jira["grants"], jira["default_for"]) == ([{"app": JIRA, "role": "user"}], [JIRA])


def test_unknown_facts_are_left_out(tmp_path: Path) -> None:
    """That is how the directory format says unknown."""
    (user,) = made(tmp_path, people("{account_id: x, unknown: [groups, mfa]}"))["users"]
    assert not {"groups", "mfa", "email"} & user.keys()
    assert (user["account_id"], user["name"]) == ("x", "x")


def test_groups_may_be_more_than_a_name(tmp_path: Path) -> None:
    """A group that grants two apps and is the default of one is the one through which people hold that."""
    more = "groups: {both: {grants: [jira-software, trello], default_for: jira-software, managed_by_idp: true}}\n"
    more += "apps: {jira-software: {seats: 10}}\n"
    directory = made(tmp_path, people("{email: a@acme.example, apps: {jira-software: never}}", more))
    assert directory["users"][0]["groups"] == ["both"]
    group = directory["groups"][0]
    assert (group["managed_by_idp"], group["default_for"]) == (True, [JIRA])
    assert [grant["app"] for grant in group["grants"]] == [JIRA, "ari:cloud:trello::site/acme"]
    assert next(app for app in directory["apps"] if app["id"] == JIRA)["seats"] == 10


def test_what_the_policies_name_is_there(tmp_path: Path) -> None:
    """Apps of the condition, groups of the actions and of ``protect`` exist: nothing is refused as unheard of."""
    directory = made(tmp_path, people("{email: a@acme.example}"), "protect: {groups: [break-glass]}")
    assert {app["id"] for app in directory["apps"]} == {JIRA, CONFLUENCE}
    assert {group["name"] for group in directory["groups"]} == {"inactive", "break-glass"}


def test_the_directory_is_one_that_can_be_read(tmp_path: Path) -> None:
    """The reader of file directories takes it, with everything known that is not said to be unknown."""
    users = "{email: a@acme.example, apps: {jira-software: 2026-05-01}, unknown: mfa}, {email: b@acme.example}"
    snapshot = snapshot_from_json(made(tmp_path, people(users)), source="test")
    assert [user.account_id for user in snapshot.users] == ["a@acme.example", "b@acme.example"]


def test_expected_actions_are_actions_of_the_catalog(tmp_path: Path) -> None:
    """A bare word is written with true; parameters are those of the action."""
    changes = "[{user: a, deactivate: true}, {user: a, deactivate: {message: x}}, {user: a, remove_from_groups: g}]"
    made(tmp_path, people("{email: a}").replace("{match: []}", f"{{changes: {changes}}}"))
    (test,) = load(tmp_path / "policies", today=date(2026, 11, 22)).tests
    expected = expected_changes(test)
    assert expected is not None
    assert [(one.user, one.action.name, one.action.groups()) for one in expected] == [
        ("a", "deactivate", ()), ("a", "deactivate", ()), ("a", "remove_from_groups", ("g",)),
    ]  # fmt: skip
    assert test.match is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (people("{name: x}"), "`email` or `account_id` is missing"),
        (people("{email: a}, {email: A}"), "'A' is there twice"),
        (people("{email: a, apps: {jira-software: yesterday}}"), "'yesterday' cannot be written here"),
        (people("{email: a}").replace("task: t", "filter: f").replace("match", "changes"), "a filter changes nothing"),
        (people("{email: a}").replace("users: [{email: a}]", "directory: ../a.json"), "there is no file ../a.json"),
        (people("{email: a}").replace("{match: []}", "{changes: [{user: a}]}"), "the mapping is empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told(tmp_path: Path, text: str, message: str) -> None:
    """At validation, not when tests run."""
    with pytest.raises(PolicyError) as caught:
        made(tmp_path, text)
    assert caught.value.problems[0].message.startswith(message)
