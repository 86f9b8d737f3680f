"""Whom a change of policies touches, and which shapes are named in a review."""

from __future__ import annotations

from dataclasses import replace

from runner.engine.diff import diff_policies
from runner.model.difference import Difference
from runner.model.policy import Policies
from runner.model.world import World
from tests.unit.engine.made import NOW, WIDE, crowd, group, limits, policies, snapshot, task, user

READ = snapshot([*crowd(8, groups=["g"]), user("a-1", roles=["org-admin"], groups=["g"])], [group("g"), group("h")])


def difference(before: Policies, after: Policies) -> Difference:
    """Both versions on the same nine people."""
    return diff_policies(before, after, World(READ, NOW))


def test_newly_matched_and_released_people_are_told_per_task() -> None:
    """A filter that moves on touches those it gains and those it loses, and nobody else."""
    before = policies(task("t", {"account_id": ["p-000", "p-001"]}, "suspend"))
    after = policies(task("t", {"account_id": ["p-001", "p-002"]}, "suspend"))
    found = difference(before, after).tasks[0]
    assert (found.status, found.newly, found.released) == ("changed", ("p-002",), ("p-000",))
    assert (found.stronger, found.gentler) == ((), ())


def test_a_stronger_action_for_the_same_people_is_no_new_match() -> None:
    """Suspended instead of removed is stronger, and the other way round gentler."""
    soft = policies(task("t", {"account_id": "p-000"}, {"remove_from_groups": "g"}))
    hard = policies(task("t", {"account_id": "p-000"}, "suspend"))
    assert difference(soft, hard).tasks[0].stronger == ("p-000",)
    assert difference(hard, soft).tasks[0].gentler == ("p-000",)


def test_a_task_added_removed_paused_or_untouched_says_so() -> None:
    """A paused task matches nobody: its people are released."""
    one = task("t", {"account_id": "p-000"}, "suspend")
    none = policies()
    assert [t.status for t in difference(none, policies(one)).tasks] == ["added"]
    assert [t.status for t in difference(policies(one), none).tasks] == ["removed"]
    paused = difference(policies(one), policies(replace(one, enabled=False))).tasks[0]
    assert (paused.status, paused.released, paused.matched) == ("paused", ("p-000",), 0)
    same = difference(policies(one), policies(one)).tasks[0]
    assert same.status == "same"
    assert same.quiet


def test_changes_that_appear_and_vanish_are_those_of_one_version_only() -> None:
    """What both versions would do is not the pull request's doing."""
    before = policies(task("t", {"account_id": ["p-000", "p-001"]}, "suspend"))
    after = policies(task("t", {"account_id": ["p-001", "p-002"]}, "suspend"))
    found = difference(before, after)
    assert [c.account_id for c in found.appearing] == ["p-002"]
    assert [c.account_id for c in found.vanishing] == ["p-000"]


def test_protected_people_match_but_are_treated_as_before() -> None:
    """An org admin who comes to match is newly matched; there is no change for them."""
    found = difference(policies(), policies(task("t", {"account_id": "a-1"}, "suspend")))
    assert found.tasks[0].newly == ("a-1",)
    assert found.appearing == ()


def test_dangerous_shapes_are_named() -> None:
    """A wide filter, no word about service accounts, a raised limit, and less protection."""
    old = task("t", {"account_id": "p-000"}, "suspend", limits=limits(users=1))
    new = task("t", {"status": "active"}, "suspend", limits=limits(users=9))
    before = policies(old, users=("p-001",), groups=("h",), min_members={"g": 3}, limits=replace(WIDE, users_per_run=5))
    after = policies(new, min_org_admins=1)
    said = "\n".join(difference(before, after).warnings)
    for words in (
        "t: the filter matches 9 of 9 people (100 %)",
        "t: nothing in the filter spares service accounts",
        "t: limits: users rises from 1 to 9",
        "settings: limits: users_per_run rises from 5 to 10000",
        "settings: p-001 is no longer protected",
        "settings: the group h is no longer protected",
        "settings: min_org_admins falls from 2 to 1",
        "settings: min_members of g falls from 3 to 0",
    ):
        assert words in said


def test_a_shape_that_was_there_before_is_not_named_in_every_review() -> None:
    """A wide task that stays as it was is no news for whoever reviews another one; once it changes, it is again."""
    wide, other = task("wide", {"status": "active"}, "suspend"), task("other", {"account_id": "p-000"}, "report")
    assert difference(policies(wide), policies(wide, other)).warnings == ()
    assert len(difference(policies(replace(wide, enabled=False)), policies(wide)).warnings) == 2
    touched = replace(wide, may_empty=True)
    assert len(difference(policies(wide), policies(touched)).warnings) == 3
    spared = policies(wide, groups=("service-accounts",))
    said = difference(spared, policies(wide)).warnings
    assert said == (
        "wide: nothing in the filter spares service accounts, which look idle when they only call the API",
        "settings: the group service-accounts is no longer protected",
    )


def test_nothing_is_said_of_what_did_not_get_more_dangerous() -> None:
    """A narrow filter that spares service accounts, and lower limits."""
    match = {"all": [{"account_id": "p-000"}, {"not": {"group": "service-accounts"}}]}
    before = policies(task("t", match, "suspend", limits=limits(users=9)))
    after = policies(task("t", match, "suspend", limits=limits(users=1)), users=("p-001",))
    assert difference(before, after).warnings == ()
