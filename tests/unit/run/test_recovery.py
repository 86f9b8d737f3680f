"""What a run that died had announced: read back, never sent again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from runner.model.record import OpenIntent, RecordedChange
from runner.model.unknown import UNKNOWN
from runner.run.recovery import as_change, recover
from tests.unit.run.made import Bench, Organization

LATER = timedelta(minutes=5)


def intents(*accounts: str) -> list[OpenIntent]:
    """Suspensions that an earlier run announced."""
    return [
        OpenIntent("before", RecordedChange(f"c-{who}", who, "suspend", None, None, "active", "suspended", ("idle",)))
        for who in accounts
    ]


def recovered(bench: Bench, found: Sequence[OpenIntent], *, live: bool = True) -> list[tuple[str, str, str]]:
    """What the journal says afterwards: who, how it ended, and why that is known."""
    recover(bench.run, found, bench.writing, live=live)
    outcomes = bench.journal.read_past().runs[-1].recovered
    assert [outcome.intent_run for outcome in outcomes] == ["before"] * len(found)
    return [(outcome.change.account_id, outcome.status, outcome.detail) for outcome in outcomes]


def late(bench: Bench) -> Bench:
    """So long after the other run that everything it sent can be seen."""
    bench.clock.now += LATER
    return bench


@pytest.mark.parametrize(
    ("state", "status", "detail"),
    [
        ("suspended", "applied", "found done"),
        ("active", "failed", "found not done; it is planned anew where it is still wanted"),
        ("deactivated", "unknown", "now it is deactivated: somebody else changed it since"),
        (UNKNOWN, "unknown", "the state could not be read back"),
    ],
)
def test_the_state_says_how_it_ended(state: str, status: str, detail: str) -> None:
    """As it was wanted, as it was before, something else, or not to be read."""
    bench = late(Bench(Organization(states={"u-1": state})))
    assert recovered(bench, intents("u-1")) == [("u-1", status, detail)]
    assert bench.organization.sent == []


def test_in_a_live_directory_what_does_not_look_done_is_looked_at_again() -> None:
    """When it has had the time to be seen: counted from when the other runner may have sent something at the latest."""
    waited: list[float] = []
    bench = Bench(Organization(states={"u-1": "active", "u-2": "suspended"}))

    def wait(seconds: float) -> None:
        waited.append(seconds)
        bench.clock.now += timedelta(seconds=seconds)
        bench.organization.states["u-1"] = "suspended"

    bench.wait = wait
    told = recovered(bench, intents("u-1", "u-2"))
    assert told == [("u-1", "applied", "found done"), ("u-2", "applied", "found done")]
    assert bench.organization.back == ["u-1", "u-2", "u-1"], "what looks done is believed at once"
    assert len(waited) == 1
    assert 29 < waited[0] <= 30, "what Atlassian's reads may lag behind its writes"


def test_what_still_does_not_look_done_after_the_wait_was_not_done() -> None:
    """Nobody waits a second time."""
    bench = Bench(Organization(states={"u-1": "active"}))

    def wait(seconds: float) -> None:
        bench.clock.now += timedelta(seconds=seconds)

    bench.wait = wait
    assert [status for _, status, _ in recovered(bench, intents("u-1"))] == ["failed"]
    assert bench.organization.back == ["u-1", "u-1"]


@pytest.mark.parametrize(("left_s", "waits"), [(0, False), (0.5, True)])
def test_half_a_minute_is_enough(*, left_s: float, waits: bool) -> None:
    """Nobody waits when it is over, and half a second of it is waited for; what then looks undone was not done."""
    waited: list[float] = []
    bench = Bench(Organization(states={"u-1": "active"}))
    told_at, tick = bench.run.quiet_since + timedelta(seconds=30), timedelta(milliseconds=1)
    bench.clock.now = told_at - timedelta(seconds=left_s) - tick  # a look at it takes that long

    def wait(seconds: float) -> None:
        waited.append(seconds)
        bench.clock.now = told_at - tick

    bench.wait = wait
    assert [status for _, status, _ in recovered(bench, intents("u-1"))] == ["failed"]
    assert waited == ([left_s] if waits else [])


def test_a_wait_that_was_cut_short_leaves_it_unknown() -> None:
    """Somebody wanted the run to end: it is too early to say that nothing happened, but not that something did."""
    bench = Bench(Organization(states={"u-1": "active", "u-2": "active"}))
    bench.wait = lambda _: bench.organization.states.update({"u-2": "suspended"})
    assert recovered(bench, intents("u-1", "u-2")) == [
        ("u-1", "unknown", "not to be seen, but too early to tell"),
        ("u-2", "applied", "found done"),
    ]


@pytest.mark.parametrize(("live", "states"), [(False, "active"), (True, "suspended")])
def test_nobody_waits_without_need(*, live: bool, states: str) -> None:
    """A file shows at once what was written to it, and what looks done needs no second look."""
    waited: list[float] = []
    bench = Bench(Organization(states={"u-1": states}), wait=waited.append)
    recovered(bench, intents("u-1"), live=live)
    assert waited == []
    assert bench.organization.back == ["u-1"]


def test_long_after_the_other_run_nobody_waits() -> None:
    """Whatever it sent can be seen by now."""
    waited: list[float] = []
    bench = late(Bench(Organization(states={"u-1": "active"}), wait=waited.append))
    assert [status for _, status, _ in recovered(bench, intents("u-1"))] == ["failed"]
    assert waited == []


def test_what_is_read_back_is_what_was_announced() -> None:
    """With its target and role, where it has them."""
    role = RecordedChange("c", "u-1", "revoke_role", "app", "admin", True, False, ("a", "b"))
    change = as_change(role)
    assert (change.id, change.account_id, change.verb, change.before, change.after) == (
        "c",
        "u-1",
        role.verb,
        True,
        False,
    )
    assert change.target is not None
    assert (change.target.id, change.target.role) == ("app", "admin")
    assert change.tasks == ("a", "b")
    assert as_change(RecordedChange("c", "u-1", "suspend", None, None, "active", "suspended", ())).target is None
