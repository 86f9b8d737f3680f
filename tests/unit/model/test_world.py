"""What conditions and actions may ask of an organization."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from runner.model.people import Grant, LatestUse
from runner.model.unknown import UNKNOWN, Truth
from tests.unit.filters.made import ABSENT, NOW, only, person, world_of

PROOF = {"direct_use": {"jira": ["u-1"], "conf": []}}
GUEST = {"app": "jira", "role": "guest"}
ADMIN = {"app": "jira", "role": "admin"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"groups": ["g-jira"]}, True),
        ({"groups": ["g-jira"], "status": "suspended"}, False),
        ({"groups": ["g-jira"], "status": None}, None),
        ({"groups": ["g-plain"], "status": None}, False),
        ({"groups": ["g-guest"]}, False),
        ({"groups": ["g-guest"], "direct_access": [ADMIN]}, True),
        ({"direct_access": [GUEST]}, False),
        ({"groups": ["g-dark"]}, None),
        ({"groups": ABSENT}, None),
        ({"groups": ABSENT, "status": "deactivated"}, False),
        ({"direct_access": ABSENT}, None),
    ],
)
def test_a_seat_is_held_by_an_active_person_whose_role_is_user_or_admin(facts: dict[str, Any], expected: Truth) -> None:
    """Whoever is known not to be active holds none; an unknown status leaves open only what a role would give."""
    world = world_of(person(**facts))
    assert world.holds_seat(only(world), "jira") is expected


@pytest.mark.parametrize(
    ("app", "groups", "expected"),
    [
        ("jira", [], None),
        ("conf", [], False),
        ("jira-b", [], None),
        ("conf", ["g-both"], True),
        ("jira", ["g-jira"], True),
    ],
)
def test_a_proof_of_direct_use_says_who_has_no_seat(app: str, groups: list[str], expected: Truth) -> None:
    """Who is proven not to use an app has no seat of it; who uses it directly may have one."""
    world = world_of(person(direct_access=ABSENT, groups=groups), directory=PROOF)
    assert world.holds_seat(only(world), app) is expected


def test_a_guest_by_a_group_may_have_a_seat_by_a_direct_role_that_was_not_read() -> None:
    """The proof names those who use the app by a direct role and no group, so it is silent about this one."""
    world = world_of(person(direct_access=ABSENT, groups=["g-guest"]), directory={"direct_use": {"jira": []}})
    assert world.uses(only(world), "jira") is True
    assert world.holds_seat(only(world), "jira") is None


def test_apps_are_named_by_key_or_by_key_and_site() -> None:
    """Case folds; ``any`` and ``all`` are all of them; a name of no app is none of them."""
    world = world_of()
    names = ["jira-software", "Jira-Software@BETA", "any", "all", "tempo"]
    found = [[app.id for app in world.apps_named(name)] for name in names]
    everything = ["conf", "jira", "jira-b"]
    assert found == [["jira", "jira-b"], ["jira-b"], everything, everything, []]
    assert world.app_ids(frozenset({"confluence", "jira-software@acme"})) == {"conf", "jira"}


def test_grants_are_all_roles_or_unknown() -> None:
    """Through groups and directly; one group of which it is not known what it grants makes them unknown."""
    world = world_of(person(groups=["g-guest", "g-portal"], direct_access=["jira"]))
    held = frozenset({Grant("jira", "guest"), Grant("conf", "customer"), Grant("jira", "user")})
    assert world.grants_of(only(world)) == held
    dark = world_of(person(groups=["g-guest", "g-dark"], direct_access=[ADMIN]))
    assert dark.grants_of(only(dark)) is UNKNOWN
    assert dark.known_grants(only(dark)) == {Grant("jira", "guest"), Grant("jira", "admin")}
    unread = world_of(person(groups=["g-jira"], direct_access=ABSENT))
    assert unread.grants_of(only(unread)) is UNKNOWN


def test_the_latest_use_and_whether_it_is_certain() -> None:
    """Of some apps or of anything; a time after ``now`` is as unknown as null, also where the snapshot is younger."""
    old, new = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)
    user = person(last_active={"jira": old.isoformat(), "conf": new.isoformat(), "jira-b": None}, added=new.isoformat())
    world = world_of(user)
    assert world.latest_use(only(world), None) == LatestUse(new, certain=False)
    assert world.latest_use(only(world), ["jira"]) == LatestUse(old, certain=True)
    assert world.latest_use(only(world), ["gone"]) == LatestUse(None, certain=True)
    assert [world.last_used(only(world), app) for app in ("jira", "jira-b", "gone")] == [old, UNKNOWN, None]
    earlier = world_of(user, now=new - timedelta(microseconds=1))
    assert earlier.latest_use(only(earlier), ["conf", "jira"]) == LatestUse(old, certain=False)
    assert earlier.last_used(only(earlier), "conf") is UNKNOWN
    assert earlier.added(only(earlier)) is UNKNOWN
    assert world.added(only(world)) == new


@pytest.mark.parametrize(
    ("fact", "value", "lacks"),
    [
        ("email", ABSENT, True),
        ("department", None, False),
        ("added", (NOW + timedelta(hours=1)).isoformat(), True),
        ("last_active", {"jira": None}, True),
        ("last_active", {}, False),
        ("groups", ["g-dark"], True),
        ("groups", ["g-jira"], False),
        ("groups", None, True),
        ("direct_access", None, True),
    ],
)
def test_a_fact_is_lacking_where_anything_of_it_is_unknown(fact: str, value: Any, lacks: bool) -> None:
    """One app's unknown use, or one group that grants nobody knows what, is enough."""
    facts: dict[str, Any] = {fact: value}
    world = world_of(person(**facts))
    assert world.lacks(only(world), fact) is lacks


def test_past_changes_are_found_by_person() -> None:
    """In the order in which they were made."""
    one = {"account_id": "u-1", "target": None, "role": None, "tasks": ["tidy"], "at": "2026-11-01"}
    past = [{**one, "verb": "suspend", "after": "suspended"}, {**one, "verb": "restore", "after": "active"}]
    world = world_of(person(), past=[*past, {**past[0], "account_id": "u-2"}])
    assert [change.verb for change in world.changes["u-1"]] == ["suspend", "restore"]
    assert world.changes.keys() == {"u-1", "u-2"}
