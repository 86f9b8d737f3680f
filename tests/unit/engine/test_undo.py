"""The way back from a run: inverses through the same rails, and whoever changed since is left alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from runner.engine.plan import Planned, build_plan
from runner.engine.planfile import plan_json
from runner.engine.undo import build_undo, recheck_undo
from runner.model.history import History, PastChange
from runner.model.plan import Target
from runner.model.world import World
from tests.unit.engine.made import JIRA, NOW, WIDE, group, made, policies, rails, snapshot, task, user, whys

GROUPS = [group("g"), group("idp", managed_by_idp=True), group("jira", JIRA)]


def past(
    account_id: str, verb: str, target: str | None, before: Any, after: Any, role: str | None = None
) -> PastChange:
    """A change that the run to be undone made."""
    return PastChange(account_id, verb, target, role, after, ("t",), NOW, "run", before)


def undo(people: list[Any], *changes: PastChange, **protect: Any) -> Planned:
    """The plan that takes these changes back."""
    return build_undo(policies(**protect), "run", changes, World(snapshot([*people, user("z")], GROUPS), NOW))


def test_every_verb_has_its_way_back() -> None:
    """Memberships, roles and statuses become what they were, the last change first."""
    someone = user("p", status="suspended", groups=["jira"])
    planned = undo(
        [someone],
        past("p", "remove_from_group", "g", before=True, after=False),
        past("p", "revoke_role", JIRA, before=True, after=False, role="admin"),
        past("p", "add_to_group", "jira", before=False, after=True),
        past("p", "suspend", None, before="active", after="suspended"),
    )
    assert made(planned) == [
        ("p", "restore", None),
        ("p", "remove_from_group", "jira"),
        ("p", "grant_role", JIRA),
        ("p", "add_to_group", "g"),
    ]
    assert planned.plan.changes[2].target is not None
    assert planned.plan.changes[2].target.role == "admin"


def test_what_cannot_be_undone_is_marked_in_the_plan_and_left_alone_by_the_undo() -> None:
    """A role that nobody can be given directly: no inverse and a warning before, a skip that says so afterwards."""
    viewer = user("p", direct_access=[{"app": JIRA, "role": "viewer"}, {"app": JIRA, "role": "admin"}])
    world = World(snapshot([viewer, user("z", direct_access=[JIRA])], GROUPS), NOW)
    remove = task("t", {"account_id": "p"}, {"remove_app_access": "jira"})
    form = plan_json(build_plan(policies(remove), [remove], world).plan)
    inverses = {change["target"]["role"]: change["inverse"] and change["inverse"]["verb"] for change in form["changes"]}
    assert inverses == {"viewer": None, "admin": "grant_role"}
    assert [text for text in form["warnings"] if text.startswith("cannot be undone: p loses the role viewer")]
    planned = undo([user("p")], past("p", "revoke_role", JIRA, before=True, after=False, role="viewer"))
    assert made(planned) == []
    assert [(skip.why, skip.detail) for skip in planned.plan.skips] == [
        ("not_applicable", f"revoke_role {JIRA}: cannot be undone")
    ]


def test_a_role_that_was_granted_is_taken_back() -> None:
    """As an undo of an undo does; somebody who has it no more is done."""
    changes = [past(who, "grant_role", JIRA, before=False, after=True, role="user") for who in ("p", "q")]
    planned = undo([user("p", direct_access=[JIRA]), user("q"), user("r", direct_access=[JIRA])], *changes)
    assert made(planned) == [("p", "revoke_role", JIRA)]
    assert planned.plan.changes[0].target == Target(JIRA, "jira@acme", "user")
    assert whys(planned) == {("q", "undo:run"): "already"}


def test_a_record_that_names_no_role_is_about_that_of_a_user() -> None:
    """As the roles of a directory are where none is named."""
    people = [user("p", direct_access=[JIRA]), user("r", direct_access=[JIRA])]
    planned = undo(people, past("p", "grant_role", JIRA, before=False, after=True))
    assert made(planned) == [("p", "revoke_role", JIRA)]
    assert planned.plan.changes[0].target == Target(JIRA, "jira@acme", "user")


def test_whose_roles_are_not_known_is_left_alone() -> None:
    """And whose record does not say on which app the role was."""
    planned = undo(
        [user("p", direct_access=...), user("q")],
        past("p", "grant_role", JIRA, before=False, after=True, role="admin"),
        past("q", "grant_role", None, before=False, after=True, role="admin"),
    )
    assert made(planned) == []
    assert [(s.account_id, s.why, s.detail) for s in planned.plan.skips] == [
        ("p", "unknown", f"grant_role {JIRA}: the present state"),
        ("q", "unknown", "grant_role: the present state"),
    ]


def test_whose_present_state_is_not_known_is_left_alone() -> None:
    """It cannot be told whether somebody changed it since; what is known of them is brought back."""
    planned = undo(
        [user("p", status="suspended", groups=...)],
        past("p", "remove_from_group", "g", before=True, after=False),
        past("p", "suspend", None, before="active", after="suspended"),
    )
    assert made(planned) == [("p", "restore", None)]
    assert [(s.why, s.detail) for s in planned.plan.skips] == [("unknown", "remove_from_group g: the present state")]


def test_what_is_not_known_is_told_before_what_the_identity_provider_owns() -> None:
    """Of a group that is gone nobody knows whose it is."""
    planned = undo(
        [user("p")],
        past("p", "remove_from_group", "idp", before=True, after=False),
        past("p", "remove_from_group", "gone", before=True, after=False),
    )
    assert (made(planned), whys(planned)) == ([], {("p", "undo:run"): "unknown"})


def test_who_changed_since_or_is_gone_is_skipped_and_listed() -> None:
    """Somebody was deactivated meanwhile, somebody has left, and for somebody it is undone already."""
    planned = undo(
        [user("drifted", status="deactivated"), user("undone")],
        past("drifted", "suspend", None, before="active", after="suspended"),
        past("undone", "suspend", None, before="active", after="suspended"),
        past("gone", "suspend", None, before="active", after="suspended"),
    )
    assert made(planned) == []
    assert {person: why for (person, _), why in whys(planned).items()} == {
        "drifted": "changed_since",
        "undone": "already",
        "gone": "changed_since",
    }


def test_protected_people_and_groups_of_an_identity_provider_stay_as_they_are() -> None:
    """The first are skipped, the second handed over."""
    planned = undo(
        [user("boss", roles=["org-admin"]), user("p"), user("named")],
        past("boss", "remove_from_group", "g", before=True, after=False),
        past("named", "remove_from_group", "g", before=True, after=False),
        past("p", "remove_from_group", "idp", before=True, after=False),
        users=("named",),
    )
    assert {person: why for (person, _), why in whys(planned).items()} == {
        "boss": "protected",
        "named": "protected",
        "p": "synced_group",
    }
    assert [(h.account_id, h.change) for h in planned.plan.handover] == [("p", "add")]


def test_a_group_of_which_it_is_not_known_who_owns_it_comes_first() -> None:
    """The skip names the missing fact alone, and nothing is handed over that may not have to be."""
    odd = {key: value for key, value in group("odd").items() if key != "managed_by_idp"}
    groups = [group("idp", managed_by_idp=True), odd]
    changes = [past("p", "remove_from_group", one, before=True, after=False) for one in ("idp", "odd")]
    planned = build_undo(policies(), "run", changes, World(snapshot([user("p"), user("q")], groups), NOW))
    (skip,) = planned.plan.skips
    assert (skip.why, skip.detail) == ("unknown", "managed_by_idp")
    assert (made(planned), planned.plan.handover) == ([], ())


def test_an_undo_is_under_the_same_limits() -> None:
    """Two people are more than a limit of one."""
    found = policies()
    found = replace(found, settings=replace(found.settings, limits=replace(WIDE, users_per_run=1)))
    read = snapshot([user("p"), user("q"), user("z", groups=["g"])], GROUPS)
    changes = [past(p, "remove_from_group", "g", before=True, after=False) for p in "pq"]
    planned = build_undo(found, "run", changes, World(read, NOW))
    assert rails(planned) == {("run_limit", None)}


def test_the_last_look_finds_who_changed_or_left_or_came_under_protection() -> None:
    """Just before the write the state must still be the one that was planned from."""
    read = snapshot([user(p) for p in "pqrs"] + [user("z", groups=["g"])], GROUPS)
    world = World(read, NOW)
    found = policies()
    changes = build_undo(
        found, "run", [past(p, "remove_from_group", "g", before=True, after=False) for p in "pqrs"], world
    ).plan.pending
    fresh = snapshot([user("p"), user("q", groups=["g"]), user("r", roles=["org-admin"])], GROUPS).users
    going, gone = recheck_undo(changes, fresh, found, world)
    assert [change.account_id for change in going] == ["p"]
    assert {change.account_id: gone[change.id] for change in changes if change.id in gone} == {
        "q": "changed since the plan was made",
        "r": "protected by now",
        "s": "no longer in the directory",
    }


def test_the_last_look_is_at_the_role_that_the_change_is_about() -> None:
    """Whoever was given that very role since is left alone; another role says nothing, and a status has none."""
    past_changes = [past(p, "revoke_role", JIRA, before=True, after=False, role="admin") for p in "pq"]
    past_changes.append(past("r", "suspend", None, before="active", after="suspended"))
    world = World(snapshot([user("p"), user("q"), user("r", status="suspended")], GROUPS), NOW)
    found = policies()
    changes = build_undo(found, "run", past_changes, world).plan.pending
    given = [user("p", direct_access=[JIRA]), user("q", direct_access=[{"app": JIRA, "role": "admin"}])]
    fresh = snapshot([*given, user("r", status="suspended")], GROUPS).users
    going, gone = recheck_undo(changes, fresh, found, world)
    assert [change.account_id for change in going] == ["p", "r"]
    assert list(gone.values()) == ["changed since the plan was made"]


def test_what_a_later_run_changed_too_is_that_run_s() -> None:
    """Somebody was suspended, put back by hand, and suspended anew for another reason: the first run's undo leaves them
    as they are. What the run itself, one before it, or a later one of another role did, stands in nobody's way."""
    suspensions = [past(p, "suspend", None, before="active", after="suspended") for p in "pqr"]
    role = past("s", "revoke_role", JIRA, before=True, after=False, role="admin")
    other = replace(role, role="user", run="run-2")
    elsewhere = [replace(suspensions[0], run="run-2"), replace(suspensions[1], run="a-run"), suspensions[2], other]
    people = [*(user(p, status="suspended") for p in "pqr"), user("s"), user("z")]
    world = World(snapshot(people, GROUPS), NOW, {}, History(changes=tuple(elsewhere)))
    planned = build_undo(policies(), "run", [*suspensions, role], world)
    assert made(planned) == [("q", "restore", None), ("r", "restore", None), ("s", "grant_role", JIRA)]
    assert [(s.account_id, s.why, s.detail) for s in planned.plan.skips] == [
        ("p", "changed_since", "suspend: run run-2 changed it since")
    ]
