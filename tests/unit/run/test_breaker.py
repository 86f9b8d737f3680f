"""When failures end a run, and when they do not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runner.run.breaker import Trip, tripped
from tests.unit.journal.made import change, outcomes

GOOD, BAD, LOST = "applied", "failed", "unknown"


def trip(*statuses: str, planned: int = 1000) -> Trip | None:
    """What the breaker says to these outcomes of so many changes."""
    made = [found for number, status in enumerate(statuses) for found in outcomes([change(number)], status)]
    return tripped(made, planned)


@pytest.mark.parametrize("bad", [BAD, LOST])
def test_three_in_a_row_end_the_run(bad: str) -> None:
    """Whether they failed or nobody knows; wherever among the others they are."""
    why = Trip("3 changes in a row failed", "fewer than 3 in a row")
    assert trip(bad, bad, bad) == why
    assert trip(GOOD, GOOD, bad, bad, bad, GOOD) == why
    assert trip(GOOD, bad, LOST, BAD) == why


def test_two_in_a_row_do_not() -> None:
    """However often, as long as they are few."""
    assert trip(BAD, BAD, GOOD, BAD, BAD, GOOD, LOST, BAD) is None


def test_what_was_so_already_or_was_left_alone_is_no_failure() -> None:
    """Somebody who changed since, or had been changed by hand, is not a fault."""
    assert trip(*["already"] * 3, *["changed_since"] * 3, planned=6) is None


def test_over_five_percent_of_all_changes_end_the_run() -> None:
    """Three of sixty are allowed, the fourth is one too many, and unknown ones count."""
    three = [BAD, GOOD, LOST, GOOD, BAD, GOOD]
    assert trip(*three, planned=60) is None
    assert trip(*three, BAD, planned=60) == Trip("4 of 60 changes failed", "3 changes (5 %)")


def test_one_failure_never_ends_a_small_run() -> None:
    """Of two changes one may fail; two are over any percentage."""
    assert trip(BAD, planned=2) is None
    assert trip(BAD, GOOD, BAD, planned=3) == Trip("2 of 3 changes failed", "1 changes (5 %)")


@pytest.mark.parametrize("word", ["key_refused", "forbidden"])
def test_a_refused_key_ends_the_run_at_once(word: str) -> None:
    """The first 401 or 403 is enough: the next one would be answered alike."""
    first, second = outcomes([change(1), change(2)])
    bad = replace(first, status=BAD, detail=f"{word}: no")
    trip = tripped([bad, second], 1000)
    assert trip is not None
    assert (trip.found, trip.limit) == (f"the other side refused the key: {word}: no", "no 401 or 403")
    assert trip.how.startswith("put an API key without scopes" if word == "key_refused" else "find out why")


def test_what_was_held_back_does_not_look_like_a_refused_key() -> None:
    """``not_sent`` is a failure like any other."""
    (one,) = outcomes([change(1)], BAD)
    assert tripped([replace(one, detail="not_sent: told to end")], 1000) is None
