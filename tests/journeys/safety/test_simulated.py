"""Nothing unaudited, nothing twice: the runner's own core through deaths, faults, rivals and careless policies.

What each trial holds is written where it is made, in `tests/simulator`; truth is the simulated server's own log.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.simulator import soak
from tests.simulator.careless import REMOVING, careless, spoilt, undone
from tests.simulator.damage import DAMAGES, every_damage
from tests.simulator.replies import CASES, reply
from tests.simulator.soak import Named, named
from tests.simulator.trials import (
    STORE_FAULTS,
    STORES,
    UNSEEN,
    crowded,
    damaged,
    killed,
    rough,
    signalled,
    store_fails,
    store_touches,
    touches,
)


def check(trials: Iterable[Named]) -> None:
    """Make the trials; nothing may be wrong with any of them."""
    made = [(words, make()) for words, make in trials]
    assert made, "no trial was made"
    assert [f"{words}: {trial.wrong}" for words, trial in made if trial.wrong] == []


@pytest.mark.parametrize("changes", [1, 5, 6])
@pytest.mark.parametrize("store", STORES)
def test_a_run_killed_at_any_step_is_closed_and_completed_by_the_next(store: str, changes: int) -> None:
    """Every effect has one intent, in the store before it, and one outcome; nothing is made twice."""
    check(named(killed, at, changes, store) for at in range(1, touches(changes, store) + 1))


@pytest.mark.parametrize("store", STORES)
def test_what_was_done_and_does_not_show_yet_is_not_told_undone(store: str) -> None:
    """Killed at any step where no write shows for seconds: the recovery waits before it says no."""
    check(named(killed, at, 6, store, UNSEEN) for at in range(1, touches(6, store, UNSEEN) + 1))


def test_rough_worlds_leave_nothing_unaudited_phantom_or_twice() -> None:
    """Schedules of kill, lost machine, torn and dropped writes, refused pushes and replies that go wrong. The last two
    seeds are ones in which several runs died before the first anchor."""
    check(named(rough, seed) for seed in [*range(80), 607, 1249])


def test_of_several_runners_one_at_a_time_sends() -> None:
    """Whoever was frozen for longer than the lease sends nothing more, and no record is lost. Seeds from 70 on are ones
    that found a runner which was frozen while it renewed its lease."""
    check(named(crowded, seed) for seed in [*range(40), 70, 100, 111])


@pytest.mark.parametrize("store", STORES)
def test_without_an_acknowledged_intent_nothing_is_written(store: str) -> None:
    """The store fails from any of its writes on, in any of its ways: exit 4, and later all is made and told."""
    faults = [fault for fault in STORE_FAULTS[store] if fault not in ("push answer lost", "fetch fails")]
    check(named(store_fails, at, fault, 6, store) for at in store_touches(6, store) for fault in faults)


@pytest.mark.parametrize("store", STORES)
def test_after_a_signal_nothing_more_is_sent(store: str) -> None:
    """At whichever step it comes: exit 5, everything that was announced has an outcome, and the next run goes on."""
    check(named(signalled, at, 7, store) for at in range(1, touches(7, store) + 1))


def test_a_journal_changed_between_runs_stops_the_next_one_and_names_the_record() -> None:
    """A byte, a record lost, doubled or moved, the tail cut, in any run: exit 4 and nothing written."""
    check(named(damaged, seed) for seed in range(100))


@pytest.mark.parametrize("how", DAMAGES)
def test_every_damage_to_a_journal_is_found_where_it_is(how: str) -> None:
    """Each byte, record, order, tail and exchange of three runs: the first bad record is named."""
    check([named(every_damage, how, 1, "folder")])


def test_limits_hold_for_each_run_and_for_any_24_hours() -> None:
    """Careless and hostile policies, run again and again, with writes that fail and nobody knows how."""
    check(named(careless, seed, 12) for seed in range(15))


@pytest.mark.parametrize("verb", REMOVING)
def test_an_upstream_that_lost_people_removes_nobody(verb: str) -> None:
    """Empty, shrunken, partial, another organization: nothing is written, and a shrunken one names both counts."""
    check(named(spoilt, number, verb) for number in range(40))


def test_every_run_can_be_undone() -> None:
    """Also partial ones: whoever somebody else changed since is left alone and listed, all else is as before."""
    check(named(undone, seed) for seed in range(80))


@pytest.mark.parametrize("part", range(3))
def test_a_reply_that_goes_wrong_is_told_as_it_was(part: int) -> None:
    """Lost, reset, cut, 5xx or HTML, before and after the effect and again on read-back, each verb: the outcome is the
    truth of the server's own log, or unknown, and then the report says so."""
    check(named(reply, number) for number in range(part * 11, CASES, 33))


def test_a_soak_makes_every_kind_of_trial() -> None:
    """What is proved here is proved at length there."""
    kinds = {kind.__name__: kind for kind in soak.KINDS}
    amounts = soak.Amounts(seed=0, share=0.01)
    first = {name: next(iter(kind(amounts)))[0].split("(")[0] for name, kind in kinds.items()}
    assert set(first.values()) >= {
        "killed", "signalled", "store_fails", "rough", "crowded", "damaged", "every_damage", "careless", "spoilt",
        "undone", "reply", "in_folder",
    }  # fmt: skip
