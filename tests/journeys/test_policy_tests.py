"""``test``: whoever matches must be exactly who is named, and everything that is expected must be done."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from tests.journeys.command import ROOT, Desk

TASK = """\
description: Take Jira from whoever is idle
owner: it@acme.example
match: {inactive: {app: jira-software, for: 90d}}
actions: [{remove_app_access: jira-software}, {add_to_groups: reclaimed}]
schedule: {manual: true}
"""
IDLE = {"email": "idle@acme.example", "apps": {"jira-software": "2026-05-01"}}
BUSY = {"email": "busy@acme.example", "apps": {"jira-software": "2026-11-20"}}
BOSS = {"email": "boss@acme.example", "apps": {"jira-software": "2026-05-01"}, "roles": ["org-admin"]}
BLANK = {"email": "blank@acme.example", "apps": {"jira-software": "unknown"}}
TAKE = {"user": "idle@acme.example", "remove_app_access": "jira-software"}
MARK = {"user": "idle@acme.example", "add_to_groups": "reclaimed"}


@pytest.fixture
def desk(tmp_path: Any) -> Desk:
    """One task, and settings that any plan of two people would break."""
    made = Desk(tmp_path)
    made.write_policy("settings.yaml", "limits: {users_per_run: 1, percent_per_run: 1}\n")
    made.write_policy("tasks/reclaim.yaml", TASK)
    return made


def failures(desk: Desk, users: Sequence[Any], expect: Any, **more: Any) -> list[str]:
    """What a test of the task complains about."""
    body = {"task": "reclaim", "now": "2026-11-22T06:00:00Z", "users": users, "expect": expect, **more}
    desk.write_policy("tests/one.yaml", json.dumps(body))
    done = desk.run("test", "--json")
    (trial,) = done.form["tests"]
    assert (done.code, done.form["ok"]) == ((2, False) if trial["failures"] else (0, True)), done.err
    return list(trial["failures"])


def test_a_test_that_is_right_passes_whatever_the_rails_say(desk: Desk) -> None:
    """Made-up people are too few for limits and floors: what a rail would block counts as done."""
    expect = {"match": ["idle@acme.example", "boss@acme.example"], "changes": [TAKE, MARK]}
    assert failures(desk, [IDLE, BUSY, BOSS, BLANK], expect) == []


@pytest.mark.parametrize(
    ("match", "complaint"),
    [
        (["idle@acme.example", "busy@acme.example"], "- match: busy@acme.example: jira-software last used 2026-11-20"),
        (["idle@acme.example", "blank@acme.example"], "- match: blank@acme.example: not known (last_active)"),
        (["idle@acme.example", "nobody@acme.example"], "- match: nobody@acme.example: there is no such person"),
        ([], "+ match: idle@acme.example: jira-software last used 2026-05-01"),
    ],
)
def test_a_wrong_match_is_shown_with_its_reason(desk: Desk, match: list[str], complaint: str) -> None:
    """Who was expected and does not match, and who matches and was not named."""
    (found,) = failures(desk, [IDLE, BUSY, BLANK], {"match": match})
    assert found.startswith(complaint)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ([TAKE, MARK, {"user": "idle@acme.example", "suspend": True}], "- changes: idle@acme.example: suspend: true"),
        ([TAKE, MARK, {**TAKE, "user": "busy@acme.example"}], "- changes: busy@acme.example: remove_app_access"),
        ([TAKE, MARK, {**TAKE, "user": "boss@acme.example"}], "- changes: boss@acme.example: remove_app_access"),
        ([TAKE, MARK, {**TAKE, "user": "nobody@acme.example"}], "- changes: nobody@acme.example: there is no such"),
        ([TAKE, MARK, {**TAKE, "remove_app_access": "confluence"}], "- changes: idle@acme.example: remove_app_access"),
    ],
)
def test_a_wrong_change_is_shown(desk: Desk, changes: list[Any], complaint: str) -> None:
    """Every expectation that nothing used."""
    users = [IDLE, BUSY, BOSS]
    (found,) = failures(desk, users, {"changes": changes}, apps={"confluence": {"seats": 5}})
    assert found.startswith(complaint)


def test_a_change_of_somebody_who_is_not_named_is_shown(desk: Desk) -> None:
    """Nothing is done to anybody whom ``changes`` does not name; an empty list says that nothing is done at all."""
    found = failures(desk, [IDLE, BUSY], {"match": ["idle@acme.example"], "changes": []})
    assert [line.split(": ")[:2] for line in found] == [["+ changes", "idle@acme.example"]] * 2


def test_the_test_in_the_description_of_the_language_passes(desk: Desk) -> None:
    """It expects one of the task's two actions: what else is done to the person it names is let be."""
    fresh = {"email": "fresh@acme.example", "apps": {"jira-software": "never"}, "added": "2026-11-20"}
    assert failures(desk, [IDLE, fresh], {"match": "idle@acme.example", "changes": [TAKE]}) == []


def test_actions_that_want_something_of_others_or_nothing_can_be_expected(desk: Desk) -> None:
    """``sync_groups`` of whom it takes out, and ``report`` of whom it lists."""
    lists = TASK.replace("[{remove_app_access: jira-software}, {add_to_groups: reclaimed}]", "[sync_groups: g, report]")
    desk.write_policy("tasks/reclaim.yaml", lists)
    users = [{**IDLE, "groups": "g"}, {**BUSY, "groups": ["g"]}, {**BOSS}]
    expect: list[Any] = [{"user": "busy@acme.example", "sync_groups": "g"}]
    expect += [{"user": "idle@acme.example", "report": True}, {"user": "boss@acme.example", "report": True}]
    assert failures(desk, users, {"changes": expect}) == []
    (found,) = failures(desk, users, {"changes": [*expect, {"user": "busy@acme.example", "report": True}]})
    assert found.startswith("- changes: busy@acme.example: report")


def test_a_recorded_directory_is_tested_on(desk: Desk) -> None:
    """`directory:` names a file beside the policies folder; people are named by address or account id."""
    (desk.folder / "acme.json").write_bytes((ROOT / "examples" / "acme.json").read_bytes())
    body = {"task": "reclaim", "now": "2026-11-22T06:00:00Z", "directory": "acme.json", "expect": {"match": []}}
    desk.write_policy("tests/one.yaml", json.dumps(body))
    desk.write_policy("tasks/reclaim.yaml", TASK.replace("reclaimed", "all-staff"))
    done = desk.run("test")
    assert done.code == 2
    assert "+ match: lena.okafor@acme.example: jira-software last used 2026-03-17" in done.out


def test_the_sample_policies_pass_their_tests(tmp_path: Any) -> None:
    """Every task that ships has a test, and it passes."""
    done = Desk(ROOT).run("test")
    assert done.code == 0, done.out
    assert done.out.count("ok ") == 9
