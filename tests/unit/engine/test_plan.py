"""What a plan says besides its changes: reasons of those who do not match, and names that paused tasks get wrong."""

from __future__ import annotations

from dataclasses import replace

from runner.engine.plan import build_plan
from runner.model.world import World
from tests.unit.engine.made import JIRA, NOW, group, plan, policies, snapshot, task, user

READ = snapshot([user("u-1", groups=["g"]), user("u-2", groups=["g"]), user("u-3", groups=["g"])], [group("g")])


def test_whoever_a_sync_removes_is_told_that_they_do_not_match() -> None:
    """Whom it adds, which conditions held."""
    read = snapshot([user("u-1"), user("u-2", groups=["g"]), user("u-3", groups=["g"])], [group("g")])
    found = policies(task("team", {"account_id": ["u-1", "u-2"]}, {"sync_groups": "g"}))
    reasons = {change.account_id: change.reasons for change in plan(found, read).plan.changes}
    assert reasons.keys() == {"u-1", "u-3"}
    assert reasons["u-3"] == ("does not match the filter of team",)
    assert not any("does not match" in reason for reason in reasons["u-1"])


def test_a_paused_tasks_wrong_name_is_a_warning_and_an_enabled_ones_an_error() -> None:
    """Said once, whether the paused one is planned or not; a sound task's names are said nothing of."""
    asleep = task("asleep", {"status": "active"}, {"add_to_groups": "gone"}, enabled=False)
    awake = task("awake", {"account_id": "u-1"}, {"remove_from_groups": "g"}, may_empty=True)
    found, world = policies(asleep, awake), World(READ, NOW, {})
    for planned in ([awake], [asleep]):
        names = build_plan(found, planned, world).names
        assert (len(names.errors), len(names.warnings)) == (0, 1)
    wrong = replace(asleep, enabled=True)
    assert len(build_plan(policies(wrong, awake), [wrong], world).names.errors) == 1
    assert build_plan(policies(wrong, awake), [awake], world).names.errors == ()


def test_of_a_paused_task_nothing_is_said_where_not_all_was_read() -> None:
    """Its groups may be among those that this plan did not need."""
    asleep = task("asleep", {"status": "active"}, {"add_to_groups": "gone"}, enabled=False)
    awake = task("awake", {"account_id": "u-1"}, {"remove_from_groups": "g"}, may_empty=True)
    narrowed = World(replace(READ, narrowed=True), NOW, {})
    assert build_plan(policies(asleep, awake), [awake], narrowed).names.warnings == ()


def test_only_what_no_undo_brings_back_is_warned_of() -> None:
    """Neither a membership nor a status nor a role that can be given again."""
    held = [{"app": JIRA, "role": "viewer"}, {"app": JIRA, "role": "admin"}]
    read = snapshot([user("u-1", groups=["g"], direct_access=held), user("u-2", groups=["g"])], [group("g", JIRA)])
    out = task("out", {"account_id": "u-1"}, {"remove_app_access": "jira"}, "suspend")
    made = plan(policies(out), read).plan
    assert [change.verb for change in made.changes] == ["remove_from_group", "revoke_role", "revoke_role", "suspend"]
    assert made.warnings == (
        "cannot be undone: u-1 loses the role viewer in jira@acme, which can only be given by hand",
    )
