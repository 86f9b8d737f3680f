"""Reading Atlassian Cloud: what it costs, and that nothing is taken for known which is not."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from runner.directory.atlassian.http import Patience
from runner.directory.interface import EVERYTHING, Need
from runner.errors import OtherSideError
from runner.model.confined import Confined
from runner.model.people import Grant
from runner.model.unknown import UNKNOWN
from runner.model.world import World
from tests.contract.directories import JIRA, NOW, Clock, Json, atlassian, small
from tests.emulator import READ_KEY, Emulator, Limit, Rule


def large(people: int, *, direct: int = 0) -> Json:
    """200 groups of which 20 grant one of 6 apps; the first of 600 people; so many with a direct role and no group."""
    rng = random.Random(5)
    apps = [
        {"id": f"ari:cloud:{key}::site/{site}", "key": key, "site": f"acme{site}"}
        for key in ("jira-software", "confluence", "jira-service-management")
        for site in (1, 2)
    ]
    groups = [
        {"id": f"g-{n}", "name": f"group {n}", "grants": [apps[n % 6]["id"]] if n < 20 else [], "managed_by_idp": False}
        for n in range(200)
    ]
    users = [
        {
            "account_id": f"u-{n}", "email": f"u{n}@acme.example", "name": f"User {n}", "status": "active",
            "managed": True, "synced": False, "mfa": True, "added": "2025-01-01T00:00:00Z",
            "roles": ["org-admin"] if n == 7 else [],
            "last_active": {apps[0]["id"]: "2026-05-01T00:00:00Z"},
            "groups": [] if n < direct else sorted({"g-0"} if 1000 <= n < 1600 else {f"g-{rng.randrange(1, 200)}"}),
            "direct_access": [apps[0]["id"]] if n < direct else [],
        }
        for n in range(people)
    ]  # fmt: skip
    return {
        "format": 1, "taken_at": "2026-11-22T06:00:00Z", "organization": "acme", "complete": True,
        "apps": apps, "groups": groups, "users": users,
    }  # fmt: skip


def test_a_large_organization_costs_what_its_pages_cost() -> None:
    """10,000 people, 200 groups of which 20 grant, 6 apps: at most 140 calls, and everything is known."""
    clock = Clock()
    with Emulator(large(10_000), clock=clock.now) as emulator:
        snapshot = atlassian(emulator, clock)[0].read_snapshot(EVERYTHING)
        assert len(emulator.log) <= 140
    assert snapshot.pages == len(emulator.log)
    assert (len(snapshot.users), snapshot.problems) == (10_000, ())
    assert set(snapshot.direct_use) == {app.id for app in snapshot.apps}


def test_direct_users_cost_one_sweep_of_their_app() -> None:
    """A count that says more than the groups do: the app's people are read once, and only for apps spoken of."""
    clock = Clock()
    with Emulator(large(3_000, direct=30), clock=clock.now) as emulator:
        reader, _ = atlassian(emulator, clock)
        snapshot = reader.read_snapshot(Need(apps=frozenset({"jira-software@acme1", "confluence"})))
        searches = [entry for entry in emulator.log if entry.path.endswith("/users/search")]
        swept = [entry for entry in searches if "resourceIds" in entry.body]
    assert snapshot.direct_use["ari:cloud:jira-software::site/1"] == {f"u-{n}" for n in range(30)}
    assert len(snapshot.direct_use) == 3
    assert {tuple(entry.body["resourceIds"]) for entry in swept} == {("ari:cloud:jira-software::site/1",)}
    using = sum(World(snapshot, NOW).uses(user, "ari:cloud:jira-software::site/1") is True for user in snapshot.users)
    assert len(swept) == -(-using // 100)


def test_a_confined_task_reads_only_its_people() -> None:
    """One task about a group of 600: at most 20 calls, and still the population, the admins and who uses the app."""
    clock = Clock()
    need = Need(apps=frozenset({"jira-software@acme1"}), confined=(Confined(groups=frozenset({"Group 0"})),),
                people=frozenset({"u1@acme.example", "u-2"}))  # fmt: skip
    with Emulator(large(10_000), clock=clock.now) as emulator:
        snapshot = atlassian(emulator, clock)[0].read_snapshot(need)
        assert len(emulator.log) <= 20
    read = {user.account_id for user in snapshot.users}
    assert {"u-1", "u-2", "u-7", "u-1000", "u-1599"} <= read
    assert (len(read), snapshot.population, snapshot.narrowed) == (603, 10_000, True)
    assert snapshot.problems == ()
    world = World(snapshot, NOW)
    using = {who for who, user in world.users.items() if world.uses(user, "ari:cloud:jira-software::site/1") is True}
    assert using >= {f"u-{n}" for n in range(1000, 1600)}
    assert world.uses(world.users["u-1"], "ari:cloud:jira-software::site/1") is not None
    assert world.uses(world.users["u-1000"], "ari:cloud:confluence::site/1") is None


@pytest.mark.parametrize(
    ("confined", "expected"),
    [
        (Confined(domains=frozenset({"acme.example"}), statuses=frozenset({"suspended"})), {"bob", "eve"}),
        (Confined(groups=frozenset({"staff", "nobody knows"}), statuses=frozenset({"active"})), {"ann", "eve"}),
        (Confined(groups=frozenset({"nobody knows"})), {"eve"}),
        (Confined(domains=frozenset({"elsewhere.example"})), {"eve"}),
    ],
)
def test_confined_people_are_those_in_all_of_groups_domains_and_statuses(
    confined: Confined, expected: set[str]
) -> None:
    """Nobody else is read but the admins."""
    organization = small()
    organization["users"][1]["status"] = "suspended"
    clock = Clock()
    with Emulator(organization, clock=clock.now) as emulator:
        snapshot = atlassian(emulator, clock, spare=-99)[0].read_snapshot(Need(confined=(confined,)))
    assert {user.account_id for user in snapshot.users} == expected
    assert (snapshot.population, snapshot.problems) == (3, ())


def test_direct_roles_cost_one_call_a_person() -> None:
    """What no bulk read gives is read for those who are asked for, and for nobody else."""
    clock = Clock()
    with Emulator(large(400, direct=2), clock=clock.now) as emulator:
        reader, _ = atlassian(emulator, clock)
        found = reader.read_direct_access([f"u-{n}" for n in range(300)] + ["nobody"])
        assert len(emulator.log) <= 310
    assert found["u-1"] == frozenset({Grant("ari:cloud:jira-software::site/1")})
    assert found["u-2"] == frozenset()
    assert found["nobody"] is UNKNOWN


INCOMPLETE = {
    "a cursor twice": Rule("repeat_cursor", match="users/search", nth=2),
    "a page missing": Rule("page_missing", match="users/search"),
    "the last page early": Rule("last_page_early", match="users/search"),
    "an empty page": Rule("empty_page", match="users/search", nth=2),
    "a count that disagrees": Rule("count_off", match="users/count"),
    "a count that is short": Rule("count_off", match="users/count", by=-1),
    "groups that end early": Rule("last_page_early", match="groups/search"),
    "a count of groups that disagrees": Rule("count_off", match="groups/count"),
    "one person with two contents": Rule("duplicate_user", match="users/search", nth=2, patch={"status": "suspended"}),
    "no platform roles": Rule("drop_keys", match="users/search", times=0, keys=("platformRoles",)),
    "people without ids": Rule("drop_keys", match="users/search", keys=("accountId",)),
    "groups without ids": Rule("drop_keys", match="groups/search", keys=("id",)),
}


@pytest.mark.parametrize("fault", INCOMPLETE.values(), ids=INCOMPLETE)
def test_what_does_not_add_up_is_not_complete(fault: Rule) -> None:
    """The snapshot says that it is not complete, and why."""
    clock = Clock()
    with Emulator(large(450), clock=clock.now, faults=[fault]) as emulator:
        snapshot = atlassian(emulator, clock)[0].read_snapshot(EVERYTHING)
    assert not snapshot.complete
    assert snapshot.problems


def test_the_same_person_twice_alike_is_one_person() -> None:
    """A page boundary that shifts repeats people; that alone is no reason to stop."""
    clock = Clock()
    with Emulator(
        large(250), clock=clock.now, faults=[Rule("duplicate_user", match="users/search", nth=2)]
    ) as emulator:
        snapshot = atlassian(emulator, clock)[0].read_snapshot(EVERYTHING)
    assert (len(snapshot.users), snapshot.problems) == (250, ())


@pytest.mark.parametrize(
    ("keys", "facts"),
    [
        (("productAccess",), ("last_active",)), (("groups",), ("groups",)), (("status",), ("status",)),
        (("addedToOrg",), ("added",)), (("claimStatus", "managementSource"), ("managed", "synced")),
        (("platformRoles",), ("roles",)), (("mfaEnabled", "email"), ("mfa", "email")),
    ],
)  # fmt: skip
def test_a_fact_that_is_missing_is_unknown_for_whom_it_is_missing(
    keys: tuple[str, ...], facts: tuple[str, ...]
) -> None:
    """Never a wrong "inactive", never "no groups": unknown, and the others are as they were."""
    clock = Clock()
    fault = Rule("drop_keys", match="users/search", keys=keys, accounts=("ann",), times=0)
    with Emulator(small(), clock=clock.now, faults=[fault]) as emulator:
        snapshot = atlassian(emulator, clock)[0].read_snapshot(EVERYTHING)
    ann, bob, _ = snapshot.users
    assert all(getattr(ann, fact) is UNKNOWN for fact in facts)
    assert all(getattr(bob, fact) is not UNKNOWN for fact in facts)
    assert snapshot.problems == ()


@pytest.mark.parametrize(
    "value",
    [[{"id": JIRA, "key": "jira", "lastActiveTimestamp": "soon"}], [{"id": JIRA, "key": "jira"}], "often", [7], None],
)
def test_activity_that_makes_no_sense_is_unknown(value: Any) -> None:
    """A time that cannot be read, is missing or lies in the future says nothing about idleness."""
    clock = Clock()
    fault = Rule("set_keys", match="users/search", patch={"productAccess": value}, times=0)
    with Emulator(small(), clock=clock.now, faults=[fault]) as emulator:
        snapshot = atlassian(emulator, clock)[0].read_snapshot(EVERYTHING)
    world = World(snapshot, NOW)
    assert all(world.last_used(user, JIRA) is UNKNOWN for user in snapshot.users)


TRANSIENT = {
    "429 with a reset": Rule("status", status=429, retry="reset", seconds=20),
    "429 to the minute": Rule("status", status=429, retry="reset_minute", seconds=20),
    "429 with seconds": Rule("status", status=429, shape="proxy", retry="seconds", seconds=20),
    "429 with a date": Rule("status", status=429, retry="date", seconds=20),
    "429 with a time gone by": Rule("status", status=429, retry="past"),
    "429 with nonsense": Rule("status", status=429, retry="nonsense"),
    "429 that says nothing": Rule("status", status=429, times=2),
    "500": Rule("status", status=500, shape="gateway"),
    "502 in HTML": Rule("status", status=502, shape="html"),
    "503": Rule("status", status=503, shape="empty", times=3),
    "200 in HTML": Rule("html_200"),
    "408": Rule("status", status=408),
    "200 and empty": Rule("empty_200"),
    "not JSON": Rule("invalid_json"),
    "a connection reset": Rule("reset"),
    "a connection closed": Rule("close"),
    "a body cut short": Rule("truncated"),
    "a body without end": Rule("huge", size=40_000_000),
    "a bomb": Rule("gzip_bomb", size=40_000_000),
}


@pytest.mark.parametrize("where", ["users/search", "directories$|directories\\?", "role-assignments", "users/count"])
@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT)
def test_a_read_that_fails_once_is_tried_again(fault: Rule, where: str) -> None:
    """What passes does not show in the snapshot; waiting is as long as was asked for."""
    clock = Clock()
    rule = replace(fault, match=where)
    with Emulator(small(), clock=clock.now, faults=[rule]) as emulator:
        snapshot = atlassian(emulator, clock)[0].read_snapshot(EVERYTHING)
        assert any(entry.faults for entry in emulator.log)
    assert (len(snapshot.users), snapshot.problems) == (3, ())
    if fault.seconds:
        assert 15 <= sum(clock.slept) <= 80


def test_a_compressed_answer_is_read() -> None:
    """gzip within bounds is an ordinary answer."""
    clock = Clock()
    with Emulator(small(), clock=clock.now, faults=[Rule("gzip", times=0)]) as emulator:
        assert atlassian(emulator, clock)[0].read_snapshot(EVERYTHING).complete


LASTING = {
    "key_refused": Rule("status", status=401, shape="proxy", times=0),
    "forbidden": Rule("status", status=403, shape="gateway", times=0),
    "not_found": Rule("status", status=404, times=0),
    "bad_request": Rule("status", status=400, times=0),
    "unavailable": Rule("status", status=503, times=0),
    "rate_limited": Rule("status", status=429, retry="seconds", seconds=7200, times=0),
    "redirected": Rule("redirect", status=302, times=0),
    "bad_answer": Rule("html_200", times=0),
    "unreachable": Rule("reset", times=0),
    "bad_link": Rule("next_host", match="groups/search", times=0),
}


@pytest.mark.parametrize(("reason", "fault"), LASTING.items(), ids=LASTING)
def test_what_does_not_pass_is_one_clear_error(reason: str, fault: Rule) -> None:
    """One reason word, a hint, the right exit code, no key in it, and not many tries."""
    clock = Clock()
    with Emulator(large(150), clock=clock.now, faults=[fault]) as emulator:
        with pytest.raises(OtherSideError) as raised:
            atlassian(emulator, clock)[0].read_snapshot(EVERYTHING)
        assert len(emulator.log) <= 20
    assert raised.value.reason == reason
    assert raised.value.exit_code == 4
    assert raised.value.hint
    assert "emulator-key" not in repr(raised.value) + raised.value.message


def test_a_refused_key_is_asked_about_once() -> None:
    """401 ends it at once."""
    clock = Clock()
    with Emulator(small(), clock=clock.now) as emulator:
        with pytest.raises(OtherSideError) as raised:
            atlassian(emulator, clock, "another-key")[0].read_snapshot(EVERYTHING)
        assert len(emulator.log) == 1
    assert raised.value.reason == "key_refused"


def test_a_key_that_may_only_read_is_enough_for_a_snapshot() -> None:
    """A key with scopes sees everything that a plan needs."""
    clock = Clock()
    with Emulator(small(), clock=clock.now) as emulator:
        reader, _ = atlassian(emulator, clock, READ_KEY)
        assert reader.read_snapshot(EVERYTHING).complete
        assert reader.read_users(["ann"])
        assert reader.read_direct_access(["ann"])["ann"] is not UNKNOWN


def test_an_answer_that_drips_ends_when_its_time_is_over() -> None:
    """A byte now and then keeps no call alive, neither in the headers nor in the body."""
    clock = Clock()
    patience = Patience(attempts=1)
    with Emulator(small(), clock=clock.now, faults=[Rule("drip", times=0, seconds=0.02)]) as emulator:
        reader, _ = atlassian(emulator, clock, patience=patience, ATLASSIAN_API_SECONDS="0.2")
        with pytest.raises(OtherSideError) as raised:
            reader.read_snapshot(EVERYTHING)
    assert raised.value.reason == "unreachable"


def test_a_known_limit_is_kept() -> None:
    """Once replies have announced a limit, no call runs into it."""
    clock = Clock()
    with Emulator(large(3_000), clock=clock.now, limits=[Limit(10, 60)]) as emulator:
        snapshot = atlassian(emulator, clock)[0].read_snapshot(EVERYTHING)
        statuses = Counter(entry.status for entry in emulator.log)
    assert snapshot.complete
    assert statuses == {200: len(emulator.log)}


@pytest.mark.parametrize("style", ["reset", "reset_minute", "seconds", "date", "none"])
def test_a_limit_that_is_announced_only_when_hit_is_waited_out(style: str) -> None:
    """However a 429 says when to come again, the snapshot comes together."""
    clock = Clock()
    limit = Limit(25, 60, style=style, is_announced=False)
    with Emulator(large(1_000), clock=clock.now, limits=[limit]) as emulator:
        assert atlassian(emulator, clock, patience=Patience(attempts=9))[0].read_snapshot(EVERYTHING).complete


@pytest.mark.parametrize(
    ("seconds", "warned", "known"), [(200, False, True), (900, True, True), (-900, True, True), (7200, True, False)]
)
def test_clocks_that_differ_are_noticed(seconds: float, warned: bool, known: bool) -> None:
    """Over five minutes is a warning; over an hour no time is trusted, so nobody looks inactive."""
    clock = Clock()
    with Emulator(small(), clock=clock.now, faults=[Rule("skew", times=0, seconds=seconds)]) as emulator:
        snapshot = atlassian(emulator, clock)[0].read_snapshot(EVERYTHING)
    assert any("clock" in warning for warning in snapshot.warnings) is warned
    assert all((user.last_active is not UNKNOWN) is known for user in snapshot.users)
    assert snapshot.complete


def test_a_directory_that_is_named_is_the_only_one_read() -> None:
    """The settings may name one of several; one that is not there is an error."""
    clock = Clock()
    with Emulator(small(), clock=clock.now) as emulator:
        where, _ = atlassian(emulator, clock)
        assert where.read_directories() == ("dir-1",)
