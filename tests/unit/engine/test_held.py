"""Tasks that undo each other stop by themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from runner.model.history import History, PastChange
from tests.unit.engine.made import NOW, group, made, plan, policies, snapshot, task, user, whys

READ = snapshot([user("u-1"), user("u-2", groups=["plain"])], [group("plain")])
RULES = policies(task("join", {"account_id": ["u-1"]}, {"add_to_groups": "plain"}))


def _past(verb: str, asked: str, ago: timedelta) -> PastChange:
    return PastChange("u-1", verb, "plain", None, verb == "add_to_group", (asked,), NOW - ago, f"run-{asked}")


def _history(first: timedelta, reversal: timedelta, other: str = "leave") -> History:
    return History(changes=(_past("add_to_group", "join", first), _past("remove_from_group", other, reversal)))


@pytest.mark.parametrize("first", [timedelta(days=2), timedelta(days=6, hours=23), timedelta(days=300)])
def test_what_another_task_reversed_within_a_week_is_not_made_again(first: timedelta) -> None:
    """However long ago the task made its change first: what counts is when the other one took it back."""
    planned = plan(RULES, READ, _history(first, timedelta(days=1)))
    assert (made(planned), whys(planned)) == ([], {("u-1", "join"): "held"})
    assert all(name in planned.plan.skips[0].detail for name in ("join", "leave"))


@pytest.mark.parametrize("reversal", [timedelta(days=7), timedelta(days=30)])
def test_after_a_week_nobody_is_held_any_more(reversal: timedelta) -> None:
    """A reversal that is a week old has been let stand long enough."""
    planned = plan(RULES, READ, _history(timedelta(days=60), reversal))
    assert made(planned) == [("u-1", "add_to_group", "plain")]


def test_a_task_that_takes_back_its_own_change_is_not_held() -> None:
    """`sync_groups` adds and removes as people come and go; that is no quarrel."""
    planned = plan(RULES, READ, _history(timedelta(days=2), timedelta(days=1), other="join"))
    assert made(planned) == [("u-1", "add_to_group", "plain")]


def test_a_first_reversal_is_made() -> None:
    """The other task's change is taken back once; only doing that a second time is held."""
    history = History(changes=(_past("remove_from_group", "leave", timedelta(days=1)),))
    assert made(plan(RULES, READ, history)) == [("u-1", "add_to_group", "plain")]


def _open(verb: str, target: str | None, before: bool | str, after: bool | str) -> History:
    change = PastChange("u-1", verb, target, None, after, ("join", "old"), NOW - timedelta(hours=1), "run-7", before)
    return History(unresolved=(change,))


def test_whoever_has_a_change_of_unknown_end_is_left_alone() -> None:
    """Whatever is wanted of them now; the skip says which change of which run. Others are served."""
    both = policies(task("join", {"account_id": ["u-1", "u-3"]}, {"add_to_groups": "plain"}))
    read = snapshot([user("u-1"), user("u-3")], [group("plain"), group("h")])
    planned = plan(both, read, _open("add_to_group", "h", before=False, after=True))
    assert made(planned) == [("u-3", "add_to_group", "plain")]
    assert whys(planned) == {("u-1", "join"): "held"}
    assert planned.plan.skips[0].detail == "nobody knows how add_to_group for join and old in run run-7 ended"


def test_nobody_is_held_of_whom_nothing_is_wanted() -> None:
    """Who is in the group already is said to be so, not to wait."""
    rules = policies(task("stay", {"account_id": ["u-1"]}, {"add_to_groups": "plain"}))
    read = snapshot([user("u-1", groups=["plain"])], [group("plain")])
    assert whys(plan(rules, read, _open("add_to_group", "h", before=False, after=True))) == {("u-1", "stay"): "already"}


@pytest.mark.parametrize(
    ("status", "is_held"), [("active", True), ("suspended", True), ("deactivated", False), (..., True)]
)
def test_a_status_that_somebody_else_set_since_ends_the_wait(status: object, is_held: bool) -> None:
    """It is neither what it was nor what was wanted: how that change ended matters no more. Unknown shows nothing."""
    read = snapshot([user("u-1", status=status)], [group("plain")])
    planned = plan(RULES, read, _open("suspend", None, before="active", after="suspended"))
    assert (whys(planned) == {("u-1", "join"): "held"}) is is_held


def test_a_status_says_nothing_about_the_end_of_another_change() -> None:
    """A membership whose end is unknown is waited for, whatever became of the status."""
    read = snapshot([user("u-1", status="suspended")], [group("plain")])
    planned = plan(RULES, read, _open("add_to_group", "h", before=False, after=True))
    assert whys(planned) == {("u-1", "join"): "held"}


def test_who_did_not_make_the_change_before_may_make_it_now() -> None:
    """Two other tasks undid each other; this one is new to it."""
    changes = (
        _past("add_to_group", "third", timedelta(days=2)),
        _past("remove_from_group", "leave", timedelta(days=1)),
    )
    assert made(plan(RULES, READ, History(changes=changes))) == [("u-1", "add_to_group", "plain")]
