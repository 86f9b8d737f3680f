"""Saved plans under any name."""

from __future__ import annotations

import pytest

from tests.journeys.command import Desk


@pytest.mark.parametrize("name", ["plan.json", "approved.plan", "approved"])
def test_a_saved_plan_may_have_any_name(desk: Desk, name: str) -> None:
    """What `plan --out` wrote `apply` carries out, whatever the file is called."""
    saved = str(desk.folder / name)
    assert desk.run("plan", "contractors-30d", "--out", saved).code == 0
    done = desk.run("apply", saved, "--json")
    assert (done.code, done.form["tasks"]) == (0, ["contractors-30d"]), done.err


def test_a_task_wins_over_a_file_of_its_name(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file beside the policies that is called like a task does not get in its way; any other word may be a file."""
    monkeypatch.chdir(desk.folder)
    (desk.folder / "contractors-30d").write_text("no plan", encoding="utf-8")
    assert desk.run("apply", "contractors-30d", "--json").form["tasks"] == ["contractors-30d"]
    (desk.folder / "something").write_text("no plan", encoding="utf-8")
    assert desk.run("apply", "something", "--json").reason == "plan_unreadable"
    assert desk.run("apply", "no-such-thing", "--json").reason == "unknown_task"


def test_a_plan_has_the_keys_of_the_contract_and_no_others(desk: Desk) -> None:
    """plan.json is read by other people's programs; an override that lifted a rail is named only where there is one."""
    plan = desk.run("plan", "--json").form
    assert list(plan) == [
        "format", "digest", "organization", "created_at", "policies", "snapshot", "tasks",
        "changes", "skips", "notices", "handover", "reported", "refusals", "warnings",
    ]  # fmt: skip
