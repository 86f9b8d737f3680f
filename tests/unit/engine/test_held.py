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
