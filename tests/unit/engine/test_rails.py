"""Each rail refuses what it is for, names its figures, blocks what it says, and lets the rest go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from runner.engine.case import Case
from runner.engine.digest import changes_digest
from runner.engine.evaluate import Evaluation
from runner.engine.rails import RUN_RAILS, TASK_RAILS
from runner.engine.settle import override_use, settle
from runner.model.history import History, PastChange
from runner.model.people import Snapshot
from runner.model.plan import Change
from runner.model.policy import RunLimits
from runner.model.world import World
from tests.unit.engine.made import (
    JIRA,
    NOW,
    WIDE,
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
    whys,
)

ALL = {"status": "active"}


def people(number: int) -> Snapshot:
    """A crowd in the group ``g``, beside two org admins who keep the group filled."""
    admins = [user("a-1", roles=["org-admin"], groups=["g"]), user("a-2", roles=["org-admin"])]
    return snapshot([*admins, *crowd(number, groups=["g"])], [group("g"), group("h")])


def past(number: int, verb: str, hours: float) -> tuple[PastChange, ...]:
    """Changes that were made so many hours ago, of people ``q-000``, …"""
    at = NOW - timedelta(hours=hours)
    return tuple(PastChange(f"q-{i:03}", verb, "g", None, False, ("other",), at, "run") for i in range(number))


def test_a_task_over_its_number_of_people_is_taken_out_whole_and_others_go_on() -> None:
    """The change that only the refused task wants is blocked and still shown; the sound task's go on."""
    found = policies(
        task("wide", ALL, {"remove_from_groups": "g"}, limits=limits(users=3)),
        task("fine", {"account_id": "p-000"}, {"add_to_groups": "h"}),
    )
    planned = plan(found, people(4))
    assert rails(planned) == {("task_limit", "wide")}
    assert made(planned) == [("p-000", "add_to_group", "h")]
    assert [c.account_id for c in planned.plan.changes if c.blocked] == [f"p-00{i}" for i in range(4)]
    refusal = planned.plan.refusals[0]
    assert "4 of 6 people, 66.7 %" in refusal.found
    assert "3 people" in refusal.limit
    assert refusal.digest == changes_digest(c for c in planned.plan.changes if c.blocked)
    assert refusal.digest in refusal.how_to_allow


def test_exactly_the_limit_is_allowed() -> None:
    """A limit is the most that may be touched, not the first that may not."""
    found = policies(task("t", ALL, {"remove_from_groups": "g"}, limits=limits(users=4, percent=67)))
    assert not rails(plan(found, people(4)))


def test_a_percentage_is_rounded_down_but_never_below_one_person() -> None:
    """5 % of 12 people is nobody, so one person is allowed, and two are not."""
    one = policies(task("t", {"account_id": ["p-000"]}, {"remove_from_groups": "g"}, limits=limits(percent=5)))
    two = policies(task("t", {"account_id": ["p-000", "p-001"]}, {"remove_from_groups": "g"}, limits=limits(percent=5)))
    assert not rails(plan(one, people(10)))
    assert rails(plan(two, people(10))) == {("task_limit", "t")}


def test_removals_are_counted_apart_from_additions() -> None:
    """Two people lose a group and two others gain one: neither is more than two."""
    found = policies(
        task("t", ALL, {"sync_groups": "h"}, limits=limits(users=2)),
    )
    users = [user("a-1", roles=["org-admin"]), user("p-1"), user("p-2")]
    users += [user(f"x-{i}", status="suspended", groups=["h"]) for i in (1, 2)]
    assert not rails(plan(found, snapshot(users, [group("h")])))


def test_a_change_that_also_a_sound_task_wants_is_not_blocked() -> None:
    """Only what nobody sound asks for is blocked."""
    found = policies(
        task("wide", ALL, {"remove_from_groups": "g"}, limits=limits(users=1)),
        task("fine", {"account_id": "p-001"}, {"remove_from_groups": "g"}),
    )
    planned = plan(found, people(3))
    assert made(planned) == [("p-001", "remove_from_group", "g")]
    blocked = [c for c in planned.plan.changes if c.blocked]
    assert [r.digest for r in planned.plan.refusals] == [changes_digest(blocked)]


@pytest.mark.parametrize(
    ("rail", "found"),
    [
        ("run_limit", replace(WIDE, users_per_run=3)),
        ("run_limit", replace(WIDE, percent_per_run=50)),
        ("day_limit", replace(WIDE, percent_per_day=50)),
    ],
)
def test_a_run_over_its_limit_is_refused_whole(rail: str, found: RunLimits) -> None:
    """Everything is blocked, and the refusal's digest is that of all that the task rails left."""
    planned = plan(policies(task("t", ALL, {"remove_from_groups": "g"}), limits=found), people(4))
    assert rails(planned) == {(rail, None)}
    assert not planned.plan.pending
    assert planned.plan.refusals[0].digest == changes_digest(planned.plan.changes)
    assert planned.plan.digest == changes_digest([])


def test_run_limits_count_what_the_task_rails_left() -> None:
    """A task that is taken out uses up nothing of the run's limit."""
    found = policies(
        task("wide", ALL, {"remove_from_groups": "g"}, limits=limits(users=1)),
        task("fine", {"account_id": ["p-000", "p-001"]}, {"add_to_groups": "h"}),
        limits=replace(WIDE, users_per_run=2),
    )
    assert rails(plan(found, people(5))) == {("task_limit", "wide")}


def test_the_day_counts_over_earlier_runs_and_forgets_after_24_hours() -> None:
    """Five people were touched in the window: one more is over 50 % of twelve, unless the window has moved on."""
    found = policies(task("t", {"account_id": ["p-000", "p-001"]}, {"remove_from_groups": "g"}))
    found = replace(found, settings=replace(found.settings, limits=replace(WIDE, percent_per_day=50)))
    inside = History(changes=past(5, "remove_from_group", 23.9))
    outside = History(changes=past(5, "remove_from_group", 24))
    additions = History(changes=past(9, "add_to_group", 1))  # over the limit, and this plan adds nobody
    unresolved = History(unresolved=past(5, "remove_from_group", 1))
    assert rails(plan(found, people(10), inside)) == {("day_limit", None)}
    assert rails(plan(found, people(10), unresolved)) == {("day_limit", None)}
    assert not rails(plan(found, people(10), outside))
    assert not rails(plan(found, people(10), additions))


def test_who_wants_more_than_the_days_budget_goes_into_quarantine() -> None:
    """A task that adds people is not to blame for the budget of removals, nor one that is taken out already."""
    found = policies(
        task("taker", ALL, {"remove_from_groups": "g"}, may_empty=True),
        task("giver", {"account_id": "p-000"}, {"add_to_groups": "h"}),
        task("wide", ALL, {"remove_from_groups": "old"}, limits=limits(users=1), may_empty=True),
        limits=replace(WIDE, percent_per_day=50),
    )
    read = snapshot([*crowd(4, groups=["g", "old"])], [group("g"), group("h"), group("old")])
    planned = plan(found, read)
    assert ("day_limit", None) in rails(planned)
    assert planned.plan.to_quarantine == {
        "taker": "day_limit: 4 of 4 people, 100.0 % (removals), 0 of them in the last 24 hours"
    }


def test_an_override_of_the_days_budget_lets_out_who_is_in_quarantine_for_it() -> None:
    """And nobody who is in it for another reason, nor with a digest of other changes."""
    found = policies(
        task("wide", ALL, {"remove_from_groups": "g"}),
        task("other", {"account_id": "p-001"}, {"add_to_groups": "h"}),
        limits=replace(WIDE, percent_per_day=50),
    )
    digest = plan(found, people(4)).plan.refusals[-1].digest
    one = override("day_limit", None, digest)
    merged = replace(found, overrides=(one,))
    over = History(quarantined={"wide": "too many"}, over_budget=frozenset({"wide"}))
    assert rails(plan(found, people(4), over)) == {("quarantine", "wide")}
    planned = plan(merged, people(4), over).plan
    assert (planned.refusals, planned.to_quarantine, planned.overrides) == ((), {}, (override_use(one),))
    failed = History(quarantined={"wide": "3 changes in a row failed"})
    assert rails(plan(merged, people(4), failed)) == {("quarantine", "wide")}
    another = replace(found, overrides=(override("day_limit", None, "sha256:" + "0" * 64),))
    assert rails(plan(another, people(4), over)) == {("quarantine", "wide")}
    unlike = replace(found, overrides=(override("run_limit", None, digest),))
    assert rails(plan(unlike, people(4), over)) == {("quarantine", "wide")}


def test_an_override_of_the_days_budget_leaves_in_quarantine_whom_another_rail_takes_out() -> None:
    """Its digest is of the changes of the others: of this task's nobody has looked at any."""
    found = policies(
        task("wide", ALL, {"remove_from_groups": "g"}),
        task("other", {"not": {"account_id": "p-001"}}, {"remove_from_groups": "h"}, limits=limits(users=1)),
        limits=replace(WIDE, percent_per_day=50),
    )
    admin = user("a-1", roles=["org-admin"], groups=["g", "h"])
    read = snapshot([admin, *crowd(4, groups=["g", "h"])], [group("g"), group("h")])
    digest = plan(found, read).plan.refusals[-1].digest
    merged = replace(found, overrides=(override("day_limit", None, digest),))
    both = dict.fromkeys(("wide", "other"), "too many")
    planned = plan(merged, read, History(quarantined=both, over_budget=frozenset(both)))
    assert rails(planned) == {("task_limit", "other"), ("quarantine", "other")}
    assert {task for change in planned.plan.pending for task in change.tasks} == {"wide"}


def test_only_an_override_lets_a_task_out_of_quarantine() -> None:
    """Not another rail that takes it out first: here its one change is another task's too, until that one is refused
    as well, so that nobody is told of the quarantine."""
    idle = task("idle", {"all": [{"inactive": {"for": "90d"}}, {"status": "active"}]}, "suspend")
    wide = task("wide", ALL, "deactivate", limits=limits(users=1))
    known, unknown = user("p-0"), [user(f"p-{n}", last_active=...) for n in range(1, 6)]
    read = snapshot([known, *unknown, user("a-1", roles=["org-admin"]), user("a-2", roles=["org-admin"])])
    found, history = policies(idle, wide), History(quarantined={"idle": "3 changes in a row failed"})
    planned = plan(found, read, history)
    assert rails(planned) == {("missing_facts", "idle"), ("task_limit", "wide")}
    assert [c.tasks for c in planned.plan.changes if c.verb == "suspend"] == [("idle",)]
    assert planned.plan.released == ()
    alone = policies(idle)
    few = snapshot([known, user("p-1"), user("a-1", roles=["org-admin"]), user("a-2", roles=["org-admin"])])
    digest = plan(alone, few, history).plan.refusals[0].digest
    merged = replace(alone, overrides=(override("quarantine", "idle", digest),))
    assert plan(merged, few, history).plan.released == ("idle",)


def test_a_task_whose_facts_are_missing_for_many_is_taken_out() -> None:
    """Over 5 % and more than one: two of forty are allowed, three of forty are not."""

    def organization(gaps: int) -> Snapshot:
        unknown = [user(f"u-{i}", last_active=..., groups=["g"]) for i in range(gaps)]
        return snapshot([*unknown, *crowd(40 - gaps, groups=["g"])], [group("g")])

    found = policies(task("t", {"all": [{"inactive": {"for": "90d"}}, {"account_id": "p-000"}]}, "suspend"))
    assert not rails(plan(found, organization(2)))
    assert rails(plan(found, organization(3))) == {("missing_facts", "t")}


def test_one_person_without_a_fact_never_refuses_a_task() -> None:
    """More than one, whatever the percentage."""
    found = policies(task("t", {"mfa": False}, "suspend"))
    assert not rails(plan(found, snapshot([user("u-1", mfa=...), user("u-2"), user("u-3")])))


def test_facts_that_only_an_action_needs_count_too() -> None:
    """The filter asks for nothing that is missing, the action does."""
    users = [user(f"u-{i}", status=...) for i in range(3)] + crowd(10)
    found = policies(task("t", {"account_id": "p-000"}, "suspend"))
    assert rails(plan(found, snapshot(users))) == {("missing_facts", "t")}


def test_a_task_that_only_reports_is_not_refused() -> None:
    """A rail protects writes; there are none."""
    found = policies(task("t", ALL, {"remove_from_groups": "g"}, limits=limits(users=1), report_only=True))
    planned = plan(found, people(4))
    assert not rails(planned)
    assert len(planned.plan.reported) == 4


def test_two_tasks_that_want_opposite_things_are_both_refused_by_name() -> None:
    """Also where only one of them would be a change."""
    found = policies(
        task("in", {"account_id": "p-000"}, {"add_to_groups": "h"}),
        task("out", {"account_id": "p-000"}, {"remove_from_groups": "h"}),
        task("fine", {"account_id": "p-001"}, {"add_to_groups": "h"}),
    )
    planned = plan(found, people(2))
    assert rails(planned) == {("conflict", "in"), ("conflict", "out")}
    assert made(planned) == [("p-001", "add_to_group", "h")]
    named = {r.task: r.found for r in planned.plan.refusals}
    assert "out" in named["in"]
    assert "in" in named["out"]


def test_granting_an_app_against_taking_it_away_is_a_conflict() -> None:
    """The groups differ, the wish for the app does not."""
    groups = [group("users", JIRA, default_for=[JIRA]), group("power", JIRA)]
    found = policies(
        task("give", {"account_id": "p"}, {"grant_app_access": "jira"}),
        task("take", {"account_id": "p"}, {"remove_app_access": "jira"}, may_empty=True),
    )
    read = snapshot([user("p", groups=["power"]), user("q", groups=["power", "users"])], groups)
    assert rails(plan(found, read)) == {("conflict", "give"), ("conflict", "take")}


def test_suspending_and_restoring_is_a_conflict() -> None:
    """Whatever somebody is now: one task wants them active, the other does not. The others of a plan go on."""
    found = policies(
        task("pause", {"account_id": ["p", "q"]}, "suspend"),
        task("back", {"account_id": "p"}, "restore"),
        task("close", {"account_id": "r"}, "deactivate"),
    )
    for status in ("active", "suspended"):
        planned = plan(found, snapshot([user("p", status=status), user("q"), user("r")]))
        assert rails(planned) == {("conflict", "pause"), ("conflict", "back")}
        assert made(planned) == [("r", "deactivate", None)]


def test_a_conflict_names_the_first_person_and_how_many_more_there_are() -> None:
    """And every task that it is with."""
    found = policies(
        task("in", {"status": "active"}, {"add_to_groups": ["g", "h"]}),
        task("one", {"account_id": "p-001"}, {"remove_from_groups": "g"}, may_empty=True),
        task("two", {"account_id": ["p-001", "p-002"]}, {"remove_from_groups": "h"}, may_empty=True),
    )
    planned = plan(found, people(3))
    assert {r.task: r.found for r in planned.plan.refusals} == {
        "in": "contradicts one, two about p-001 and 1 more",
        "one": "contradicts in about p-001",
        "two": "contradicts in about p-001 and 1 more",
    }


def test_suspending_and_deactivating_is_no_conflict_and_the_suspension_is_covered() -> None:
    """The deactivation is done; the first task's other action goes on, and a task without a suspension has none."""
    found = policies(
        task("pause", {"account_id": "p"}, "suspend", {"add_to_groups": "g"}),
        task("close", {"account_id": "p"}, "deactivate"),
        task("join", {"account_id": "p"}, {"add_to_groups": "g"}),
    )
    planned = plan(found, snapshot([user("p"), user("q")], [group("g")]))
    assert made(planned) == [("p", "deactivate", None), ("p", "add_to_group", "g")]
    assert whys(planned) == {("p", "pause"): "covered"}


def test_a_suspension_is_not_covered_by_a_task_that_a_rail_takes_out() -> None:
    """The deactivation is blocked, so the suspension is done."""
    found = policies(
        task("pause", {"account_id": "p"}, "suspend"),
        task("close", {"account_id": ["p", "q"]}, "deactivate", limits=limits(users=1)),
    )
    planned = plan(found, snapshot([user("p"), user("q")]))
    assert made(planned) == [("p", "suspend", None)]
    assert not planned.plan.skips


def test_no_group_is_emptied_unless_the_task_says_so() -> None:
    """Of the tasks that take part, all that may not are taken out."""
    halves = [{"account_id": "p-000"}, {"account_id": "p-001"}]
    read = snapshot([*crowd(2, groups=["g"]), user("z")], [group("g")])
    careful = [task(name, match, {"remove_from_groups": "g"}) for name, match in zip("ab", halves, strict=True)]
    assert rails(plan(policies(*careful), read)) == {("group_emptied", "a"), ("group_emptied", "b")}
    bold = [replace(t, may_empty=True) for t in careful]
    assert not rails(plan(policies(*bold), read))
    assert rails(plan(policies(careful[0], bold[1]), read)) == {("group_emptied", "a")}


def test_a_task_taken_out_no_longer_fills_the_group_that_another_empties() -> None:
    """The rails are asked again after a task is taken out."""
    read = snapshot([*crowd(1, groups=["g"]), *[user(f"z-{i}") for i in range(3)]], [group("g")])
    found = policies(
        task("empty", {"account_id": "p-000"}, {"remove_from_groups": "g"}),
        task("fill", {"account_id": ["z-0", "z-1"]}, {"add_to_groups": "g"}, limits=limits(users=1)),
    )
    assert rails(plan(found, read)) == {("task_limit", "fill"), ("group_emptied", "empty")}


def test_no_app_is_emptied() -> None:
    """The last person who uses an app by a role of their own keeps it."""
    read = snapshot([user("p", direct_access=[JIRA]), user("q")])
    found = policies(task("t", {"account_id": "p"}, {"remove_app_access": "jira"}))
    planned = plan(found, read)
    assert rails(planned) == {("group_emptied", "t")}
    assert "jira@acme" in planned.plan.refusals[0].found


def test_no_group_falls_below_its_floor() -> None:
    """``may_empty`` does not lift the floor."""
    found = policies(
        task("t", {"account_id": "p-000"}, {"remove_from_groups": "g"}, may_empty=True), min_members={"G": 4}
    )
    assert rails(plan(found, people(3))) == {("members_floor", "t")}
    assert not rails(plan(found, people(4)))


def test_an_incomplete_an_empty_and_a_shrunken_snapshot_refuse_the_run() -> None:
    """With the figures of then and now."""
    found = policies(task("t", ALL, {"remove_from_groups": "g"}), limits=RunLimits(100, 100, 100))
    assert ("snapshot_incomplete", None) in rails(plan(found, replace(people(3), complete=False)))
    assert ("snapshot_incomplete", None) in rails(plan(found, replace(people(3), problems=("page 7 is missing",))))
    assert ("snapshot_empty", None) in rails(plan(found, snapshot([])))
    planned = plan(found, people(7), History(last_population=11))
    assert rails(planned) == {("population_drop", None)}
    assert "9 people, 11" in planned.plan.refusals[0].found
    assert not rails(plan(found, people(8), History(last_population=11)))  # 10 of 11 is a drop of 9.1 %
    assert not rails(plan(found, people(7), History(last_population=10)))  # exactly 10 % is allowed
    assert not rails(plan(found, people(7), History(last_population=3)))


def test_a_stale_snapshot_refuses_only_when_applying_and_never_for_a_file() -> None:
    """Older than an hour, by the wall clock."""
    found = policies(task("t", ALL, {"remove_from_groups": "g"}))
    live = replace(people(3), live=True)
    late = NOW + timedelta(hours=1, seconds=1)
    assert rails(plan(found, live, applying_at=late)) == {("snapshot_stale", None)}
    assert not rails(plan(found, live, applying_at=NOW + timedelta(hours=1)))
    assert not rails(plan(found, live))
    assert not rails(plan(found, people(3), applying_at=late))


def test_an_entry_of_protect_that_stands_for_nobody_refuses_the_run() -> None:
    """Nobody knows whom it was meant for."""
    t = task("t", ALL, {"remove_from_groups": "g"})
    for unknown in ({"users": ("gone@acme.example",)}, {"groups": ("no-group",)}, {"min_members": {"no-group": 1}}):
        assert rails(plan(policies(t, **unknown), people(3))) == {("protected_unresolved", None)}
    assert not rails(plan(policies(t, users=("P-000@ACME.example", "p-001"), groups=("H",)), people(3)))


def test_two_org_admins_stay_even_if_nothing_else_protected_them() -> None:
    """No task can ask for their suspension, because their role protects them; the rail holds where that should fail."""
    found = policies(task("t", ALL, "suspend"))
    world = World(snapshot([*(user(f"a-{i}", roles=["org-admin"]) for i in range(3)), *crowd(3)]), NOW)

    def refused(verb: str, *admins: str) -> list[tuple[str, str]]:
        changes = tuple(Change("c", who, None, None, verb, None, "active", "suspended", ("t",), ()) for who in admins)
        case = Case(found, world, Evaluation(world), tuple(found.tasks.values()), (), ())
        return [(r.rail, r.found) for r in settle(case, lambda _: (changes, ())).refusals]

    assert refused("suspend", "a-0", "a-1") == [("admins_floor", "1 active org admins would be left")]
    assert refused("deactivate", "a-0", "a-1", "a-2") == [("admins_floor", "0 active org admins would be left")]
    assert refused("suspend", "a-0") == []
    assert refused("suspend", "p-000", "p-001") == []
    assert refused("restore", "a-0", "a-1", "a-2") == [], "that makes nobody fewer"


def test_the_kill_switch_refuses_everything() -> None:
    """And no override lifts it."""
    found = policies(task("t", ALL, {"remove_from_groups": "g"}))
    planned = plan(found, people(3), stopped="policies/STOP is there")
    assert rails(planned) == {("stop", None)}
    digest = planned.plan.refusals[0].digest
    found = replace(found, overrides=(override("stop", None, digest),))
    assert rails(plan(found, people(3), stopped="policies/STOP is there")) == {("stop", None)}


def test_a_task_in_quarantine_and_one_that_needs_approval_do_nothing() -> None:
    """Until an override of their plan's digest is merged; the quarantine says why it is."""
    found = policies(
        task("bad", {"account_id": "p-000"}, {"add_to_groups": "h"}),
        task("grave", {"account_id": "p-001"}, {"add_to_groups": "h"}, approval_required=True),
    )
    history = History(quarantined={"bad": "3 changes in a row failed"})
    planned = plan(found, people(3), history)
    assert rails(planned) == {("quarantine", "bad"), ("approval_required", "grave")}
    digests = {r.task: r.digest for r in planned.plan.refusals}
    lifted = replace(
        found,
        overrides=(
            override("quarantine", "bad", digests["bad"]),
            override("approval_required", "grave", digests["grave"]),
        ),
    )
    assert not rails(plan(lifted, people(3), history))


def test_an_override_lifts_its_rail_once_for_its_digest_until_it_expires() -> None:
    """Another digest, another task, a used or an expired one lifts nothing."""
    found = policies(task("t", ALL, {"remove_from_groups": "g"}, limits=limits(users=1)))
    digest = plan(found, people(3)).plan.refusals[0].digest

    def refused(*, history: History | None = None, people_now: int = 3, **changed: object) -> bool:
        one = replace(override("task_limit", "t", digest), **changed)  # type: ignore[arg-type]
        return bool(rails(plan(replace(found, overrides=(one,)), people(people_now), history)))

    assert not refused()
    assert refused(people_now=4)
    assert refused(task="other")
    assert refused(rail="run_limit")
    assert refused(expires=date(2026, 11, 21))
    used = History(used_overrides=frozenset({override_use(override("task_limit", "t", digest))}))
    assert refused(history=used)
    assert refused(history=used, name="a-copy")
    assert not refused(history=used, reason="agreed a second time")
    assert not refused(history=used, expires=date(2026, 12, 24))


def test_whom_another_task_wants_in_a_synced_group_is_a_conflict() -> None:
    """Also before they are in it, and though the task that syncs does not match them: it wants nobody else in."""
    found = policies(
        task("sync", {"account_id": "p-000"}, {"sync_groups": "h"}),
        task("join", {"account_id": "p-001"}, {"add_to_groups": "h"}),
    )
    assert rails(plan(found, people(2))) == {("conflict", "join"), ("conflict", "sync")}


def test_a_refusal_says_what_to_do_and_for_which_changes() -> None:
    """A task's rail with its task and the changes it blocks; a run's rail without one, for all that the task rails
    left; one that nothing lifts with what to put right."""
    found = policies(
        task("wide", ALL, {"remove_from_groups": "g"}, limits=limits(users=1)),
        task("fine", {"account_id": ["p-000", "p-001"]}, {"add_to_groups": "h"}),
        limits=replace(WIDE, users_per_run=1),
    )
    one, run = plan(found, people(3)).plan.refusals
    left = plan(replace(found, tasks={"fine": found.tasks["fine"]}), people(3)).plan.changes
    assert run.digest == changes_digest(left)
    head = "to allow it once, write policies/overrides/NAME.yaml in a pull request, with digest: "
    assert one.how_to_allow == f"{head}{one.digest}, rail: task_limit, task: wide, reason, approved_by and expires"
    assert run.how_to_allow == f"{head}{run.digest}, rail: run_limit, reason, approved_by and expires"
    (empty,) = plan(policies(task("t", ALL, {"suspend": None})), snapshot([])).plan.refusals
    assert empty.how_to_allow == "check the organization id, the directory and the key"


def test_a_way_round_a_rail_is_said_beside_the_override() -> None:
    """An app or group that would be emptied may be, if the task says so."""
    found = policies(task("t", ALL, {"remove_from_groups": "g"}))
    (refusal,) = plan(found, snapshot([*crowd(2, groups=["g"])], [group("g")])).plan.refusals
    assert refusal.how_to_allow.endswith("approved_by and expires; or write may_empty: true in the task")


def test_an_override_of_a_runs_rail_lets_the_whole_run_go() -> None:
    """Nothing of it is blocked any more; another rail of the run stays as it was."""
    found = policies(
        task("t", ALL, {"remove_from_groups": "g"}), limits=replace(WIDE, users_per_run=2, percent_per_day=50)
    )
    before = plan(found, people(3)).plan
    assert rails(plan(found, people(3))) == {("run_limit", None), ("day_limit", None)}
    digests = {refusal.rail: refusal.digest for refusal in before.refusals}
    one = replace(found, overrides=(override("run_limit", None, digests["run_limit"]),))
    assert rails(plan(one, people(3))) == {("day_limit", None)}
    both = replace(one, overrides=(*one.overrides, override("day_limit", None, digests["day_limit"])))
    assert len(plan(both, people(3)).plan.pending) == 3


def test_a_plan_says_which_overrides_it_used() -> None:
    """So that the journal remembers them."""
    found = policies(task("t", ALL, {"remove_from_groups": "g"}, limits=limits(users=1)))
    one = override("task_limit", "t", plan(found, people(3)).plan.refusals[0].digest)
    assert plan(replace(found, overrides=(one,)), people(3)).plan.overrides == (override_use(one),)


def test_every_rail_of_the_contract_is_asked() -> None:
    """A rail that is switched off turns a test red; this one counts them."""
    assert len(TASK_RAILS) == 7
    assert len(RUN_RAILS) == 9
