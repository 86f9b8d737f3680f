"""The last look before a write: what does not follow from the facts any more does not go on, and it is said why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from runner.engine.recheck import completed, recheck
from runner.model.people import Snapshot, User
from runner.model.plan import Change
from runner.model.policy import Policies
from runner.model.unknown import UNKNOWN
from runner.model.world import World
from tests.unit.engine.made import JIRA, NOW, group, plan, policies, snapshot, task, user

GROUPS = [group("g"), group("jira", JIRA)]
LEAVE = policies(task("leave", {"status": "active"}, {"remove_from_groups": ["g", "jira"]}, may_empty=True))
THEN = snapshot([user(f"u-{n}", groups=["g", "jira"]) for n in (1, 2, 3)], GROUPS)


def now(*people: Mapping[str, Any]) -> Sequence[User]:
    """These people as they are read again."""
    return snapshot([dict(one) for one in people], GROUPS).users


def looked_at(found: Policies, read: Snapshot, fresh: Sequence[User]) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Who goes on with which target, and of the others (by ``person target``) why not."""
    changes = plan(found, read).plan.pending
    still, gone = recheck(changes, fresh, found, World(read, NOW, found.lists))
    where = {change.id: f"{change.account_id} {_target(change)}" for change in changes}
    return [(c.account_id, _target(c)) for c in still], {where[id_]: why for id_, why in gone.items()}


def _target(change: Change) -> str:
    return change.target.id if change.target else ""


def test_what_still_follows_goes_on() -> None:
    """Everybody as they were: all changes, in their order, and nobody left out."""
    assert looked_at(LEAVE, THEN, THEN.users) == ([(f"u-{n}", g) for n in (1, 2, 3) for g in ("g", "jira")], {})


def test_each_change_is_looked_at_by_itself() -> None:
    """One left a group by themselves, one is suspended, one is not there any more; the rest goes on."""
    fresh = now(user("u-1", groups=["jira"]), user("u-2", status="suspended", groups=["g", "jira"]))
    still, gone = looked_at(LEAVE, THEN, fresh)
    changed = "no longer asked for by leave: the person changed since the plan was made"
    assert still == [("u-1", "jira")]
    assert gone == {
        "u-1 g": changed,
        "u-2 g": changed,
        "u-2 jira": changed,
        "u-3 g": "no longer in the directory",
        "u-3 jira": "no longer in the directory",
    }


def test_for_whom_there_is_more_to_do_by_now_nothing_is_done() -> None:
    """Somebody joined a second group that grants the app: leaving the first alone would take nothing away, and say so.
    That a suspension is covered by another task's deactivation is nothing new."""
    off = task("off", {"status": "active"}, {"remove_app_access": "jira"}, "suspend", may_empty=True)
    found = policies(off, task("gone", {"account_id": "u-1"}, "deactivate"))
    groups = [group("g", JIRA), group("jira", JIRA)]
    read = snapshot([user(f"u-{n}", groups=["jira"]) for n in (1, 2)], groups)
    changes, world = plan(found, read).plan.pending, World(read, NOW, found.lists)
    assert recheck(changes, read.users, found, world) == (changes, {})
    fresh = snapshot([user("u-1", groups=["jira"]), user("u-2", groups=["g", "jira"])], groups).users
    still, gone = recheck(changes, fresh, found, world)
    assert [(c.account_id, c.verb) for c in still] == [("u-1", "deactivate"), ("u-1", "remove_from_group")]
    assert set(gone.values()) == {"no longer asked for by off: the person changed since the plan was made"}


def test_who_is_wanted_otherwise_by_now_is_left_alone() -> None:
    """The same verb of another state before is another change."""
    found = policies(task("off", {"account_id": "u-1"}, "suspend"))
    read = snapshot([user("u-1"), user("u-2")])
    (change,) = plan(found, read).plan.pending
    other = replace(change, before="not_invited")
    still, gone = recheck([other], read.users, found, World(read, NOW, found.lists))
    assert (still, list(gone)) == ((), [other.id])


def test_one_task_that_still_asks_is_enough() -> None:
    """Two asked for it; the first one's filter does not match any more."""
    found = policies(
        task("one", {"email": "*@acme.example"}, {"remove_from_groups": "g"}, may_empty=True),
        task("two", {"status": "active"}, {"remove_from_groups": "g"}, may_empty=True),
    )
    still, gone = looked_at(found, THEN, now(user("u-1", email="ann@legacy.example", groups=["g"])))
    assert still == [("u-1", "g")]
    assert set(gone) == {"u-2 g", "u-3 g"}


def test_a_task_that_a_rail_refused_is_not_asked() -> None:
    """Two asked for it, and only the refused one still would; the reason names the other, which may write."""
    found = policies(
        task("one", {"email": "*@acme.example"}, {"remove_from_groups": "g"}, may_empty=True),
        task("two", {"status": "active"}, {"remove_from_groups": "g"}, may_empty=True),
    )
    changes, world = plan(found, THEN).plan.pending, World(THEN, NOW, found.lists)
    fresh = now(user("u-1", email="ann@legacy.example", groups=["g"]), user("u-2", groups=["g"]))
    still, gone = recheck(changes, fresh, found, world, frozenset({"two"}))
    assert [change.account_id for change in still] == ["u-2"]
    assert {change.account_id: gone[change.id] for change in changes if change.id in gone} == {
        "u-1": "no longer asked for by one: the person changed since the plan was made",
        "u-3": "no longer in the directory",
    }


def test_what_the_last_look_does_not_read_is_as_the_plan_knew_it() -> None:
    """Roles held directly and the owner of the account: known from before only where they are not read again."""
    (old,) = now(user("u-1", synced=True, direct_access=[JIRA]))
    world = World(snapshot([], GROUPS), NOW, {})
    world = replace(world, snapshot=replace(world.snapshot, users=(old,)))
    (fresh,) = now(user("u-1", synced=False, direct_access=[]))
    assert completed(fresh, world) == fresh
    unread = replace(fresh, synced=UNKNOWN, direct_access=UNKNOWN)
    assert completed(unread, world) == replace(fresh, synced=True, direct_access=old.direct_access)
    (stranger,) = now(user("u-9"))
    assert completed(replace(stranger, synced=UNKNOWN), world) == replace(stranger, synced=UNKNOWN)
