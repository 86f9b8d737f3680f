"""``explain``: for a matched, an exempt, a protected, an unknown and an unmatched person."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.command import Desk

TASK = "jira-90d-reclaim"
POLICY = f"tasks/{TASK}.yaml"


def explained(desk: Desk, user: str, task: str = TASK) -> Any:
    """The JSON of one task's explanation."""
    done = desk.run("explain", user, task, "--json")
    assert done.code == 0, done.err
    (answer,) = done.form["tasks"]
    return answer


def user_with(desk: Desk, why: str, task: str = TASK) -> str:
    """Somebody whom the task leaves alone for this reason."""
    skips = desk.run("plan", task, "--json").form["skips"]
    return str(next(skip["account_id"] for skip in skips if (skip["task"], skip["why"]) == (task, why)))


def test_a_matched_person_is_shown_with_what_would_happen(desk: Desk) -> None:
    """Every condition of the tree has its value, and the change is named."""
    change = next(c for c in desk.run("plan", TASK, "--json").form["changes"] if c["verb"] == "remove_from_group")
    answer = explained(desk, change["email"])
    assert (answer["matches"], answer["filter"]["holds"]) == (True, True)
    assert answer["changes"][0]["target"] == change["target"]
    text = desk.run("explain", change["email"], TASK).out
    assert f"{TASK}: matches" in text
    assert "✓ inactive: {app: jira-software, for: 90d}   jira-software last used " in text
    assert f"would remove from {change['target']['name']}" in text


def test_an_exempt_person_is_shown_with_the_reason(desk: Desk) -> None:
    """The exemption's own words say why nothing happens."""
    answer = explained(desk, "lena.okafor@acme.example")
    assert answer["matches"] is True
    assert answer["exempt"]["holds"] is True
    assert answer["exempt"]["reason"].startswith("Parental leave")
    assert [skip["why"] for skip in answer["skips"]] == ["exempt"]
    assert "exempt: Parental leave" in desk.run("explain", "lena.okafor@acme.example", TASK).out


def test_a_protected_person_is_shown_with_what_protects_them(desk: Desk) -> None:
    """An org admin who matches is told from one who does not."""
    admin = user_with(desk, "protected")
    answer = explained(desk, admin)
    assert (answer["matches"], answer["protected"]) == (True, {"holds": True, "reason": "org-admin"})
    assert "protected: org-admin" in desk.run("explain", admin, TASK).out


def test_an_unknown_person_is_shown_with_the_missing_fact(desk: Desk) -> None:
    """A question mark and the name of the fact, in the tree and as the reason."""
    somebody = user_with(desk, "unknown")
    answer = explained(desk, somebody)
    assert answer["matches"] is None
    text = desk.run("explain", somebody, TASK).out
    assert f"{TASK}: not known whether they match" in text
    assert "? " in text
    assert "(missing: " in text


def test_an_unmatched_person_is_shown_with_what_does_not_hold(desk: Desk) -> None:
    """The crosses say which conditions fail, and that nothing happens."""
    busy = next(user for user in desk.people().values() if user.get("name") == "Zoe Quill")
    answer = explained(desk, busy["account_id"], "contractors-30d")
    assert (answer["matches"], answer["changes"], answer["skips"]) == (False, [], [])
    text = desk.run("explain", busy["email"], "contractors-30d").out
    assert "contractors-30d: does not match" in text
    assert "✗ email_domain: contractor.acme.example" in text
    assert "→ nothing happens to them" in text


def test_all_enabled_tasks_are_explained_and_a_paused_one_when_it_is_named(desk: Desk) -> None:
    """Without a task every enabled one is there; a paused one is named, and explained on request."""
    done = desk.run("explain", "lena.okafor@acme.example")
    assert done.out.count("\n\n") == 8
    assert "paused, and not shown: warn-then-suspend" in done.err
    assert explained(desk, "lena.okafor@acme.example", "warn-then-suspend")["enabled"] is False


@pytest.mark.parametrize(
    "word", ["LENA.OKAFOR@ACME.EXAMPLE", "lena oka", "712020:d6268856-10b1-2f2b-5fbe-8cbd7229253c"]
)
def test_a_person_is_found_by_address_id_or_part_of_the_name(desk: Desk, word: str) -> None:
    """Whatever the case of the letters."""
    assert desk.run("explain", word, TASK, "--json").form["user"]["email"] == "lena.okafor@acme.example"


def test_a_refused_change_is_explained_as_refused(desk: Desk) -> None:
    """Whoever a rail keeps from a change sees which one."""
    policy = (desk.policies / POLICY).read_text(encoding="utf-8")
    desk.write_policy(POLICY, policy.replace("limits: {users: 25, percent: 5}", "limits: {users: 1}"))
    change = desk.run("plan", TASK, "--json").form["changes"][0]
    assert "refused by task_limit: remove from " in desk.run("explain", change["account_id"], TASK).out


def test_why_somebody_is_left_alone_is_said_in_words(desk: Desk) -> None:
    """The tree ends in a sentence that needs no table of words; JSON keeps the word."""
    argv = ("explain", "sunniva.holt@labs.acme.example", TASK)
    assert "left alone, group owned by the identity provider: idp-labs" in desk.run(*argv).out
    assert desk.run(*argv, "--json").form["tasks"][0]["skips"][0]["why"] == "synced_group"
