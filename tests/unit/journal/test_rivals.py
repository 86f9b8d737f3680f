"""Several runners at once, with pauses beyond the lease, in any order of their steps: one effective writer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from runner.errors import OtherSideError
from runner.journal.journal import Journal
from runner.journal.lease import Owner
from runner.journal.verify import check_journal
from tests.unit.journal.made import ENDING, PLANNED, Clock, MemoryStore, change, outcomes, start

Sent = list[tuple[str, str]]


def runner(store: MemoryStore, clock: Clock, number: int, sent: Sent) -> Iterator[str]:
    """One runner, which pauses between any two of its steps and says the reason that ended it."""
    try:
        journal = Journal(store, clock=clock, owner=Owner("here", number, ""))
        run, past = journal.open_run(start(), f"{number:04}")
        yield "opened"
        run.record_recovered([(intent, "failed", "found not done") for intent in past.open_intents])
        yield "recovered"
        run.record_plan(PLANNED, b"{}")
        for person in (1, 2):
            run.record_intents([change(person)])
            yield "announced"
            run.hold()
            sent.append((run.run, change(person).id))  # the write: no pause lies between it and the look at the lease
            yield "sent"
            run.record_outcomes(outcomes([change(person)]))
        run.finish(ENDING)
        run.close()
        yield "ended"
    except OtherSideError as error:
        yield error.reason


@given(st.integers(2, 8), st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=80))
@settings(max_examples=150, deadline=None)
def test_whatever_the_order_of_their_steps_one_writes_at_a_time(number: int, turns: list[tuple[int, int]]) -> None:
    """Nobody who lost the lease sends anything, no acknowledged record is lost, and every effect was announced."""
    store, clock, sent = MemoryStore(), Clock(), Sent()
    runners = [runner(store, clock, one, sent) for one in range(number)]
    ends: set[str] = set()
    for turn, minutes in turns:
        clock.now += timedelta(minutes=minutes)
        before = len(sent)
        end = next(runners[turn % number], "over")
        ends.add(end)
        if len(sent) > before:
            assert store.lease is not None
            assert store.lease.run == sent[-1][0]  # whoever sends is whoever holds the lease
    assert check_journal(store.read_files(), store.anchor) == ()
    assert ends <= {"opened", "recovered", "announced", "sent", "ended", "over", "lease_held", "lease_lost"}
    runs = Journal(store, clock=clock, owner=Owner("there", 0, "")).read_past().runs
    announced = {(run.run, intent.id) for run in runs for intent in run.intents}
    assert len(sent) == len(set(sent))
    assert set(sent) <= announced
