"""Who gets a seat: first come, first served by account id, and what a plan frees does not count."""

from __future__ import annotations

from typing import Any

import pytest

from runner.engine.draft import Draft, Move
from runner.engine.seats import freed, seat_balance
from runner.model.action import MEMBER, Wish
from runner.model.world import World
from tests.unit.engine.made import JIRA, NOW, WIKI, group, made, plan, policies, snapshot, task, user, whys

GROUPS = [group("jira", JIRA, default_for=[JIRA]), group("wiki", WIKI), group("both", JIRA, WIKI), group("plain")]


def apps(**seats: int | None) -> list[dict[str, Any]]:
    """Jira and the wiki with so many seats; None: nobody knows."""
    found = [{"id": JIRA, "key": "jira", "site": "acme"}, {"id": WIKI, "key": "wiki", "site": "acme"}]
    return [app | ({} if seats.get(str(app["key"])) is None else {"seats": seats[str(app["key"])]}) for app in found]


def join(name: str, people: list[str], target: str) -> Any:
    """A task that wants these people in a group."""
    return task(name, {"account_id": people}, {"add_to_groups": target})


def test_the_last_seat_goes_to_the_first_account() -> None:
    """Whoever comes too late is left alone, with the app's name; who needs no seat is not asked for one."""
    read = snapshot([user("a"), user("b"), user("c"), user("h", groups=["jira"])], GROUPS, apps(jira=2))
    planned = plan(policies(join("t", ["b", "a"], "jira"), join("u", ["c"], "plain")), read)
    assert made(planned) == [("a", "add_to_group", "jira"), ("c", "add_to_group", "plain")]
    assert whys(planned) == {("b", "t"): "no_seat"}
    assert planned.plan.skips[0].detail == "no free seat in jira@acme"


@pytest.mark.parametrize(("seats", "gets"), [(1, False), (2, False), (3, True), (None, True)])
def test_there_may_be_more_holders_than_seats(seats: int | None, *, gets: bool) -> None:
    """Then none is free; an app whose number of seats nobody knows has enough."""
    holders = [user("h", groups=["jira"]), user("i", groups=["both"])]
    read = snapshot([user("a"), *holders], GROUPS, apps(jira=seats))
    assert bool(made(plan(policies(join("t", ["a"], "jira")), read))) is gets


def test_whoever_may_hold_a_seat_holds_one() -> None:
    """Of whom it is not known, and who was not read at all."""
    unknown = snapshot([user("a"), user("u", groups=...)], GROUPS, apps(jira=1))
    assert whys(plan(policies(join("t", ["a"], "jira")), unknown)) == {("a", "t"): "no_seat"}
    unread = snapshot([user("a")], GROUPS, apps(jira=5), population=6)
    assert whys(plan(policies(join("t", ["a"], "jira")), unread)) == {("a", "t"): "no_seat"}
    assert made(plan(policies(join("t", ["a"], "jira")), snapshot([user("a")], GROUPS, apps(jira=5), population=5)))


def test_two_tasks_that_want_one_seat_for_somebody_share_it() -> None:
    """By two groups that grant the same app; the next person finds it taken."""
    read = snapshot([user("a"), user("b")], GROUPS, apps(jira=1, wiki=9))
    planned = plan(policies(join("one", ["a", "b"], "jira"), join("two", ["a"], "both")), read)
    assert made(planned) == [("a", "add_to_group", "jira"), ("a", "add_to_group", "both")]
    assert whys(planned) == {("b", "one"): "no_seat"}


def test_a_seat_that_the_plan_frees_is_not_given_away() -> None:
    """The removal may fail; whoever holds a seat needs no second one."""
    read = snapshot([user("a"), user("h", groups=["jira"]), user("k")], GROUPS, apps(jira=1))
    out = task("out", {"account_id": ["h"]}, {"remove_from_groups": "jira"}, may_empty=True)
    planned = plan(policies(out, join("in", ["a"], "jira"), join("more", ["h"], "both")), read)
    assert whys(planned) == {("a", "in"): "no_seat"}
    assert ("h", "add_to_group", "both") in made(planned)


def test_a_seat_that_is_held_for_a_moment_is_needed() -> None:
    """Whoever is switched on again before they leave the group holds it in between."""
    away, holder = user("a", status="deactivated", groups=["jira"]), user("h", groups=["jira"])
    back = task("t", {"account_id": ["a"]}, "reactivate", {"remove_from_groups": "jira"})
    assert whys(plan(policies(back), snapshot([away, holder], GROUPS, apps(jira=1)))) == {("a", "t"): "no_seat"}
    assert len(made(plan(policies(back), snapshot([away, holder], GROUPS, apps(jira=2))))) == 2


def test_a_group_of_which_nobody_knows_what_it_grants_may_take_a_seat() -> None:
    """Of every app: whoever joins it is left alone where one has none free."""
    dark = {key: value for key, value in group("dark").items() if key != "grants"}
    holder = user("h", groups=["jira"])
    read = snapshot([user("a"), holder], [*GROUPS, dark], apps(jira=1, wiki=1))
    planned = plan(policies(join("t", ["a"], "dark")), read)
    assert [skip.detail for skip in planned.plan.skips] == ["no free seat in jira@acme"]


@pytest.mark.parametrize(
    ("groups", "leaves", "frees"),
    [(["jira"], "jira", True), (["jira", "both"], "jira", False), (["plain"], "plain", False)],
)
def test_a_seat_is_freed_by_the_last_group_that_grants_it(groups: list[str], leaves: str, *, frees: bool) -> None:
    """Not by one of two, and not by whoever held none."""
    read = snapshot([user("h", groups=groups)], GROUPS)
    out = task("t", {"account_id": "h"}, {"remove_from_groups": leaves})
    move = Move(Wish(MEMBER, leaves, value=False), "remove_from_group", before=True)
    draft = Draft(read.users[0], out, matched=True, wishes=(move.wish,), moves=(move,))
    assert freed(draft, JIRA, World(read, NOW)) is frees


def test_who_is_full_in_several_apps_is_told_all() -> None:
    """In one line; an app with room is not named."""
    read = snapshot([user("a"), user("h", groups=["both"])], GROUPS, apps(jira=1, wiki=1))
    planned = plan(policies(join("t", ["a"], "both")), read)
    assert planned.plan.skips[0].detail == "no free seat in jira@acme, wiki@acme"
    room = snapshot([user("a"), user("h", groups=["both"])], GROUPS, apps(jira=1, wiki=2))
    assert plan(policies(join("t", ["a"], "both")), room).plan.skips[0].detail == "no free seat in jira@acme"


def test_a_balance_counts_what_is_freed_and_taken() -> None:
    """By app; somebody who keeps the app by another group frees nothing, and apps without either are left out."""
    people = [user("a"), user("h", groups=["jira"]), user("i", groups=["jira", "both"]), user("j", groups=["both"])]
    read = snapshot(people, GROUPS, apps())
    out = task("out", {"account_id": ["h", "i"]}, {"remove_from_groups": "jira"})
    changes = plan(policies(out, join("in", ["a"], "wiki")), read).plan.changes
    assert seat_balance(changes, World(read, NOW)) == {JIRA: (1, 0), WIKI: (0, 1)}
    assert seat_balance(changes[:1], World(read, NOW)) == {WIKI: (0, 1)}
    assert seat_balance(changes, World(snapshot([], GROUPS), NOW)) == {}
