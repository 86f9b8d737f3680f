"""How much a reading puts up with before it gives up, and what it tells of itself meanwhile."""

from __future__ import annotations

import pytest

from runner.directory.atlassian.http import Client, Patience
from runner.directory.atlassian.read import AtlassianReader
from runner.directory.interface import EVERYTHING, Need
from runner.errors import OtherSideError
from tests.contract.directories import Clock, atlassian, connection, small
from tests.contract.test_atlassian_reads import large
from tests.emulator import Emulator, Rule


def test_all_reads_of_a_run_share_one_budget_of_retries() -> None:
    """Each of fifty pages fails once and would come when asked for again; together that is too often."""
    clock, patience = Clock(), Patience(retries=20)
    once_each = Rule("status", match="users/search", status=503, every=2, times=0)
    with Emulator(large(5_000), clock=clock.now, faults=[once_each]) as emulator:
        with pytest.raises(OtherSideError) as raised:
            atlassian(emulator, clock, patience=patience)[0].read_snapshot(EVERYTHING)
        statuses = [entry.status for entry in emulator.log]
    assert raised.value.reason == "unavailable"
    assert statuses.count(503) == 21


def test_waiting_has_an_end() -> None:
    """Each wait that is asked for is short enough, all of them together are not: given up within the deadline."""
    clock, patience = Clock(), Patience(waiting_s=600.0)
    refused = Rule("status", status=429, retry="seconds", seconds=170, every=2, times=0)
    with Emulator(small(), clock=clock.now, faults=[refused]) as emulator, pytest.raises(OtherSideError) as raised:
        atlassian(emulator, clock, patience=patience)[0].read_snapshot(EVERYTHING)
    assert raised.value.reason == "out_of_time"
    assert clock.monotonic() <= 600 + 170


def test_how_much_there_is_comes_from_the_servers_counts() -> None:
    """People, groups, roles and single people are told with a total from their first page on: an estimate is honest."""
    clock, told = Clock(), []
    with Emulator(large(1_000), clock=clock.now) as emulator:
        client = Client(connection(emulator), clocks=clock.clocks)
        reader = AtlassianReader(client, progress=lambda *step: told.append(step))
        reader.read_snapshot(Need(early=lambda people: [people.users[0].account_id]))
        reader.read_last_active(f"u-{n}" for n in range(5))
    steps = {what: [(done, total) for other, done, total in told if other == what] for what, _, _ in told}
    assert steps["people"] == [(done, 1_000) for done in range(100, 1_001, 100)]
    assert steps["groups"] == [(100, 200), (200, 200)]
    assert steps["roles of groups"] == [(done, 20) for done in range(1, 21)]
    assert steps["direct roles"] == [(done, 10) for done in range(1, 11)]
    assert steps["last use of apps"] == [(done, 4) for done in range(1, 5)]
