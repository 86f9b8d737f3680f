"""Where rails begin and end: each of these is the smallest case in which a slightly wrong rail answers differently."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from runner.engine.case import Case
from runner.engine.digest import change_id
from runner.engine.evaluate import Evaluation
from runner.engine.rails.groups import check_group_emptied
from runner.model.canonical import digest
from runner.model.history import History
from runner.model.people import Snapshot
from runner.model.plan import Change, Target
from runner.model.policy import Exemption, RunLimits, SavedFilter
from runner.model.problem import NOWHERE
from runner.model.world import World
from tests.naive.build import build_condition
from tests.unit.engine.made import (
    JIRA,
    NOW,
    WIDE,
    WIKI,
    crowd,
    group,
    limits,
    made,
    override,
    plan,
    policies,
    rails,
    snapshot,
    task,
    user,
)

MFA = {"all": [{"mfa": False}, {"account_id": "p-000"}]}


def gaps(missing: int, people: int) -> Snapshot:
    """So many people, of whom some have an unknown ``mfa``."""
    return snapshot([*(user(f"u-{i}", mfa=...) for i in range(missing)), *crowd(people - missing, mfa=False)])


def test_two_people_without_a_fact_are_enough_to_refuse() -> None:
    """More than one is two, where two are over 5 %."""
    found = policies(task("t", {"mfa": False}, "suspend"))
    assert rails(plan(found, gaps(2, 10))) == {("missing_facts", "t")}


def test_a_little_over_5_percent_without_a_fact_is_over() -> None:
    """3 of 55 people are 5.5 %, 3 of 60 exactly 5 %."""
    found = policies(task("t", {"mfa": False}, "suspend"))
    assert rails(plan(found, gaps(3, 55))) == {("missing_facts", "t")}
    assert not rails(plan(found, gaps(3, 60)))


def test_of_a_confined_reading_the_people_who_were_read_count() -> None:
    """Two of eight who were read lack the fact, whatever the population."""
    found = policies(task("t", {"mfa": False}, "suspend"))
    assert rails(plan(found, replace(gaps(2, 8), narrowed=True, population=1000))) == {("missing_facts", "t")}


def test_facts_that_only_an_exemption_asks_for_say_nothing_about_the_task() -> None:
    """Three people of thirteen may be exempt: they are left alone, and the others go on."""
    whom = Exemption("agreed", "it@acme.example", date(2027, 1, 1), NOWHERE, filter="no-mfa")
    found = policies(task("t", {"account_id": ["p-000", "u-0", "u-1", "u-2"]}, {"add_to_groups": "g"}))
    no_mfa = SavedFilter("no-mfa", "", build_condition({"mfa": False}, {}), NOWHERE)
    found = replace(found, exemptions=(whom,), filters={"no-mfa": no_mfa})
    read = snapshot([*(user(f"u-{i}", mfa=...) for i in range(3)), *crowd(10)], [group("g")])
    planned = plan(found, read)
    assert not rails(planned)
    assert made(planned) == [("p-000", "add_to_group", "g")]


def test_roles_that_are_read_late_count_only_of_those_whom_the_task_would_change() -> None:
    """Nobody reads the direct roles of everybody: who does not match and lacks them says nothing."""
    unknown = [user(f"u-{i}", direct_access=..., groups=["g"]) for i in range(4)]
    read = snapshot([*unknown, *crowd(6, groups=["g"])], [group("g", JIRA)])
    others = policies(task("t", {"account_id": ["p-000", "p-001", "p-002"]}, {"remove_app_access": "jira"}))
    theirs = policies(task("t", {"account_id": ["u-0", "u-1", "u-2"]}, {"remove_app_access": "jira"}))
    assert not rails(plan(others, read))
    assert rails(plan(theirs, read)) == {("missing_facts", "t")}


def test_a_floor_does_not_refuse_whom_an_addition_replaces() -> None:
    """A group that is under its floor already may change its people, but not become smaller."""
    read = snapshot([user("p-1", groups=["g"]), user("p-2", groups=["g"]), *crowd(3)], [group("g")])
    out = task("out", {"account_id": "p-1"}, {"remove_from_groups": "g"})
    into = task("in", {"account_id": "p-000"}, {"add_to_groups": "g"})
    assert not rails(plan(policies(out, into, min_members={"g": 4}), read))
    assert rails(plan(policies(out, min_members={"g": 4}), read)) == {("members_floor", "out")}


def test_an_addition_makes_up_for_one_removal_and_no_more() -> None:
    """Two leave and one joins: of two people one is left, which is under the floor."""
    read = snapshot([user("p-1", groups=["g"]), user("p-2", groups=["g"]), *crowd(3)], [group("g")])
    out = task("out", {"account_id": ["p-1", "p-2"]}, {"remove_from_groups": "g"})
    into = task("in", {"account_id": "p-000"}, {"add_to_groups": "g"})
    assert rails(plan(policies(out, into, min_members={"g": 2}), read)) == {("members_floor", "out")}


def test_a_refusal_names_a_group_by_its_name() -> None:
    """Not by its id, which tells nobody anything."""
    read = snapshot([user("p-1", groups=["g"]), user("p-2")], [group("g", name="Everybody at work")])
    planned = plan(policies(task("t", {"account_id": "p-1"}, {"remove_from_groups": "Everybody at work"})), read)
    assert [r.found for r in planned.plan.refusals] == ["would leave nobody in Everybody at work"]


def test_only_those_who_take_the_last_user_of_an_app_are_refused() -> None:
    """Others who change people that do not use it go on, however few use it."""
    groups = [group("users", JIRA), group("staff")]
    users = [user("p", groups=["users"]), *(user(f"q-{i}", groups=["staff"]) for i in range(4))]
    found = policies(
        task("last", {"account_id": "p"}, {"remove_from_groups": "users"}),
        task("other", {"account_id": "q-0"}, {"remove_from_groups": "staff"}),
    )
    planned = plan(found, snapshot(users, groups))
    assert rails(planned) == {("group_emptied", "last")}
    assert "jira@acme" in planned.plan.refusals[0].found
    assert made(planned) == [("q-0", "remove_from_group", "staff")]


def test_who_gives_the_last_user_of_an_app_something_else_is_not_refused() -> None:
    """Only what takes something away empties anything."""
    groups = [group("users", JIRA), group("staff")]
    found = policies(
        task("last", {"account_id": "p"}, {"remove_from_groups": "users"}),
        task("other", {"account_id": "p"}, {"add_to_groups": "staff"}),
    )
    planned = plan(found, snapshot([user("p", groups=["users"]), user("q", groups=["staff"])], groups))
    assert rails(planned) == {("group_emptied", "last")}
    assert made(planned) == [("p", "add_to_group", "staff")]


def test_a_role_that_somebody_is_granted_keeps_an_app_filled() -> None:
    """One loses the app by a group, another is granted it directly, as an undo does."""
    groups = [group("users", JIRA), group("staff")]
    world = World(snapshot([user("p", groups=["users"]), user("q"), user("r", groups=["users"])], groups), NOW)
    found = policies(task("t", {"account_id": "p"}, "suspend"))
    target = Target("users", "users")
    out = [Change(p, p, None, None, "remove_from_group", target, True, False, ("t",), ()) for p in ("p", "r")]
    role = Change("q", "q", None, None, "grant_role", Target(JIRA, "jira", "user"), False, True, ("t",), ())

    def emptied(*changes: Change) -> list[str]:
        tasks = tuple(found.tasks.values())
        case = Case(found, world, Evaluation(world), tasks, (), changes)
        return [finding.found for finding in check_group_emptied(case)]

    assert emptied(*out) == ["would leave nobody in jira@acme, users"]
    assert emptied(*out, role) == ["would leave nobody in users"]


def test_an_app_that_somebody_gains_is_not_emptied() -> None:
    """One loses it and another gets it in the same plan."""
    groups = [group("old", WIKI), group("new", WIKI)]
    read = snapshot([user("p", groups=["old"]), user("q"), user("r", groups=["old"])], groups)
    out = task("out", {"account_id": ["p", "r"]}, {"remove_from_groups": "old"}, may_empty=False, limits=limits(9))
    into = task("in", {"account_id": "q"}, {"add_to_groups": "new"})
    found = [r.found for r in plan(policies(out, into), read).plan.refusals]
    assert found == ["would leave nobody in old"]


def test_exactly_the_limits_of_a_run_and_of_a_day_are_allowed() -> None:
    """The fourth of four people is not one too many, in number and in percent, with the day's counted in."""
    found = policies(task("t", {"account_id": [f"p-00{i}" for i in range(4)]}, {"remove_from_groups": "g"}))
    read = snapshot([*crowd(9, groups=["g"]), user("z")], [group("g")])
    for limit in ({"users_per_run": 4}, {"percent_per_run": 40}, {"percent_per_day": 40}):
        settings = replace(found.settings, limits=replace(WIDE, **limit))
        assert not rails(plan(replace(found, settings=settings), read)), limit


def test_nobody_at_all_is_an_answer_where_only_some_were_asked_for() -> None:
    """A confined reading that finds nobody is complete and refuses nothing."""
    found = policies(task("t", {"account_id": "p"}, "suspend"))
    assert rails(plan(found, snapshot([]))) == {("snapshot_empty", None)}
    assert not rails(plan(found, replace(snapshot([]), narrowed=True, population=12)))
    assert rails(plan(found, replace(snapshot([]), narrowed=True))) == {("snapshot_empty", None)}
    assert rails(plan(found, replace(snapshot([]), population=12))) == {("snapshot_empty", None)}


def test_every_problem_of_a_snapshot_is_named() -> None:
    """And where it only says of itself that it is not complete, that is said."""
    found = policies(task("t", {"account_id": "p"}, "suspend"))
    two = replace(snapshot([user("p")]), problems=("page 7 is missing", "a cursor came twice"))
    assert [r.found for r in plan(found, two).plan.refusals] == ["page 7 is missing; a cursor came twice"]
    none = replace(snapshot([user("p")]), complete=False)
    assert [r.found for r in plan(found, none).plan.refusals] == ["the snapshot says that it is not complete"]


def test_figures_of_a_snapshot_are_right() -> None:
    """How much smaller it is, and how old, as people read it."""
    found = policies(task("t", {"account_id": "p-000"}, {"remove_from_groups": "g"}), limits=RunLimits(99, 100, 100))
    read = replace(snapshot(crowd(9, groups=["g"]), [group("g")]), live=True)
    late = NOW + timedelta(minutes=90)
    planned = plan(found, read, History(last_population=12), applying_at=late)
    said = {r.rail: r.found for r in planned.plan.refusals}
    assert said["population_drop"] == "9 people, 12 in the last good run: 25.0 % fewer"
    assert said["snapshot_stale"] == "90 minutes old"


def test_an_override_holds_to_the_end_of_its_last_day() -> None:
    """The day before it is over it lifts nothing."""
    found = policies(task("t", {"status": "active"}, {"remove_from_groups": "g"}, limits=limits(users=1)))
    read = snapshot([*crowd(3, groups=["g"]), user("z", status="suspended", groups=["g"])], [group("g")])
    digest = plan(found, read).plan.refusals[0].digest
    today = replace(found, overrides=(override("task_limit", "t", digest, expires=NOW.date()),))
    yesterday = replace(found, overrides=(override("task_limit", "t", digest, NOW.date() - timedelta(days=1)),))
    assert not rails(plan(today, read))
    assert rails(plan(yesterday, read)) == {("task_limit", "t")}


def test_figures_of_one_rail_stand_in_one_refusal() -> None:
    """Removals and additions both over: both figures, and a limit that is the same said once."""
    users = [user("p-1"), user("p-2"), *(user(f"x-{i}", status="suspended", groups=["h"]) for i in (1, 2))]
    match = {"status": "active"}
    same = policies(task("t", match, {"sync_groups": "h"}, limits=limits(users=1)))
    (refusal,) = plan(same, snapshot(users, [group("h")])).plan.refusals
    assert refusal.found == "2 of 4 people, 50.0 % (removals); 2 of 4 people, 50.0 % (additions)"
    assert refusal.limit == "1 people"
    other = policies(task("t", match, {"sync_groups": "h"}, limits=limits(users=1, percent=50)))
    both = [*users, user("p-3")]
    (refusal,) = plan(other, snapshot(both, [group("h")])).plan.refusals
    assert refusal.limit == "1 people; 1 people and 2 people (50 %)"


def test_a_change_is_known_by_sixteen_hex_digits() -> None:
    """In every plan by the same ones, and by others where anything of it differs."""
    one = change_id("u-1", "suspend", None, None, before="active")
    assert re.fullmatch("[0-9a-f]{16}", one)
    assert one == change_id("u-1", "suspend", None, None, before="active")
    assert one != change_id("u-1", "suspend", None, None, before="deactivated")
    assert digest(["u-1", "suspend", None, None, "active"]).startswith(f"sha256:{one}")
