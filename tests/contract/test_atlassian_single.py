"""What only a call for each person tells: what it costs, how fast it goes, and that no answer is not "never"."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from runner.directory.atlassian.http import Client
from runner.directory.atlassian.read import AtlassianReader
from runner.directory.atlassian.snapshot import REFUSE_SKEW_S
from runner.directory.interface import EVERYTHING, Need
from runner.errors import OtherSideError
from runner.model.people import Snapshot
from runner.model.unknown import UNKNOWN
from tests.contract.directories import JIRA, WIKI, Clock, atlassian, connection, small
from tests.contract.test_atlassian_reads import large
from tests.emulator import READ_KEY, Emulator, Options, Rule
from tests.emulator.limits import DOCUMENTED

ALONE = "last-active-dates"


def test_the_last_use_of_apps_is_what_the_bulk_answer_would_say() -> None:
    """App by app, also where the answer names a family of products; an empty list is "never", who is gone, unknown."""
    for options in (Options(), Options(activity_ids="family")):
        clock = Clock()
        with Emulator(small(), clock=clock.now, options=options) as emulator:
            reader, _ = atlassian(emulator, clock)
            bulk = {user.account_id: user.last_active for user in reader.read_snapshot(EVERYTHING).users}
            alone = reader.read_last_active([*bulk, "nobody"])
        assert alone == {**bulk, "nobody": UNKNOWN}


@pytest.mark.parametrize("announced", [True, False])
def test_two_hundred_a_minute_are_asked(announced: bool) -> None:
    """The documented limit is kept from the first call on, also where no reply announces it (Atlassian facts, 4)."""
    clock, limits = Clock(), [replace(limit, is_announced=announced) for limit in DOCUMENTED]
    with Emulator(large(450), clock=clock.now, limits=limits) as emulator:
        # One at a time: threads that sleep together would each move this clock on.
        reader = AtlassianReader(Client(connection(emulator), clocks=clock.clocks), workers=1)
        found = reader.read_last_active(f"u-{n}" for n in range(450))
        statuses = Counter(entry.status for entry in emulator.log if ALONE in entry.path)
    assert statuses == {200: 450}
    assert UNKNOWN not in found.values()
    assert 120 <= clock.monotonic() <= 122


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_key_that_may_not_ask_does_not_ask_everybody(status: int) -> None:
    """One call, and everybody is unknown: with a key that has scopes this is so (Atlassian facts, section 6)."""
    clock = Clock()
    with Emulator(
        large(300), clock=clock.now, faults=[Rule("status", match=ALONE, status=status, times=0)]
    ) as emulator:
        reader, _ = atlassian(emulator, clock)
        found = reader.read_last_active(f"u-{n}" for n in range(300))
        assert sum(ALONE in entry.path for entry in emulator.log) == 1
    assert set(found.values()) == {UNKNOWN}


def test_an_outage_is_an_error_and_no_answer() -> None:
    """What is tried again in vain ends the plan."""
    clock = Clock()
    with Emulator(small(), clock=clock.now, faults=[Rule("status", match=ALONE, times=0)]) as emulator:
        reader, _ = atlassian(emulator, clock)
        with pytest.raises(OtherSideError, match="503"):
            reader.read_last_active(["ann", "bob"])


ODD: dict[str, Any] = {
    "no list": {"product_access": None},
    "an entry that is none": {"product_access": [7]},
    "no time": {"product_access": [{"id": JIRA, "key": "jira"}]},
    "a date alone": {"product_access": [{"id": JIRA, "key": "jira", "last_active": "2026-01-01"}]},
    "a time to come": {"product_access": [{"id": JIRA, "last_active_timestamp": "2027-01-01T00:00:00Z"}]},
}


@pytest.mark.parametrize("patch", ODD.values(), ids=ODD)
def test_an_odd_answer_is_unknown(patch: dict[str, Any]) -> None:
    """Of the app, or altogether; never "never used"."""
    clock = Clock()
    with Emulator(small(), clock=clock.now, faults=[Rule("set_keys", match=ALONE, patch=patch, times=0)]) as emulator:
        found = atlassian(emulator, clock)[0].read_last_active(["ann"])["ann"]
    assert found is UNKNOWN or found == {JIRA: UNKNOWN}


def test_clocks_that_are_hours_apart_say_nothing_of_anybody() -> None:
    """Nobody is asked: no time could be trusted."""
    clock = Clock()
    fault = Rule("skew", times=0, seconds=REFUSE_SKEW_S + 60)
    with Emulator(small(), clock=clock.now, faults=[fault]) as emulator:
        reader, _ = atlassian(emulator, clock)
        assert not reader.read_snapshot(EVERYTHING).askable
        assert reader.read_last_active(["ann"]) == {"ann": UNKNOWN}
        assert not any(ALONE in entry.path for entry in emulator.log)


def test_whom_an_identity_provider_owns_is_what_the_account_says() -> None:
    """Owned, free, and not to be told of accounts that are not managed; with a key that may not ask, one call."""
    known = small()
    for user, facts in zip(known["users"], ({"synced": True}, {"synced": False}, {"managed": False}), strict=True):
        user |= {"managed": True, **facts}
    clock = Clock()
    with Emulator(known, clock=clock.now) as emulator:
        reader, _ = atlassian(emulator, clock)
        assert reader.read_synced(["ann", "bob", "eve"]) == {"ann": True, "bob": False, "eve": UNKNOWN}
        calls = len(emulator.log)
        assert set(atlassian(emulator, clock, READ_KEY)[0].read_synced(["ann", "bob"]).values()) == {UNKNOWN}
        assert len(emulator.log) == calls + 1


def test_direct_roles_are_read_while_pages_still_come() -> None:
    """Whom ``early`` names of each page is asked about at once, each once; the snapshot has the answers."""
    clock, pages = Clock(), []

    def early(people: Snapshot) -> list[str]:
        pages.append(len(people.users))
        assert (len(people.apps), len(people.groups)) == (6, 200)
        return [user.account_id for user in people.users if user.account_id.endswith("0")]

    with Emulator(large(3_000, direct=30), clock=clock.now) as emulator:
        snapshot = atlassian(emulator, clock)[0].read_snapshot(Need(early=early))
        about = [entry.path for entry in emulator.log if "/users/" in entry.path]
    assert pages == [100] * 30
    alone = [number for number, path in enumerate(about) if path.endswith("/role-assignments")]
    last_page = max(number for number, path in enumerate(about) if path.endswith("/users/search"))
    assert (len(alone), min(alone) < last_page) == (300, True)
    assert all((u.direct_access is not UNKNOWN) is u.account_id.endswith("0") for u in snapshot.users)
    assert snapshot.users[0].direct_access
    assert (snapshot.problems, snapshot.pages) == ((), len(emulator.log))


def test_somebody_in_two_directories_is_asked_about_once() -> None:
    """What was read early does not make the second directory's view another content."""
    known = small()
    known["apps"][1]["site"] = "labs"
    clock = Clock()
    with Emulator(
        known, clock=clock.now, options=Options(directories={"d-1": ("acme",), "d-2": ("labs",)})
    ) as emulator:
        need = Need(early=lambda people: [user.account_id for user in people.users])
        snapshot = atlassian(emulator, clock)[0].read_snapshot(need)
        asked = [entry.path for entry in emulator.log if "/users/" in entry.path and "role-assignments" in entry.path]
    assert (snapshot.problems, len(asked), len(set(asked))) == ((), 3, 3)
    assert WIKI in {app.id for app in snapshot.apps}
