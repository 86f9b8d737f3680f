"""Several reads at a time: their order, their end, and what goes on in the background."""

from __future__ import annotations

import threading

import pytest

from runner.directory.atlassian.pool import Ahead, read_at_once
from runner.errors import OtherSideError


@pytest.mark.parametrize("count", [0, 1, 2, 30])
def test_results_come_in_the_order_of_the_items(count: int) -> None:
    """However many are read at a time."""
    assert read_at_once(lambda item: item * 2, range(count), 4) == [2 * item for item in range(count)]


def test_never_more_than_so_many_at_a_time() -> None:
    """The pool is bounded."""
    running, most, lock = [0], [0], threading.Lock()

    def read(item: int) -> int:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        with lock:
            running[0] -= 1
        return item

    read_at_once(read, range(200), 3)
    assert 1 <= most[0] <= 3


def test_whoever_asks_is_told_how_far_it_is() -> None:
    """After each result, in the thread that asked."""
    told: list[tuple[int, str]] = []
    read_at_once(str, range(5), 4, lambda done: told.append((done, threading.current_thread().name)))
    assert told == [(done, threading.current_thread().name) for done in range(1, 6)]


def test_after_a_failure_the_rest_is_given_up() -> None:
    """The error is raised, and what had not begun is not begun."""
    begun: list[int] = []

    def read(item: int) -> int:
        begun.append(item)
        raise OtherSideError("unavailable", "no")

    with pytest.raises(OtherSideError):
        read_at_once(read, range(1_000), 2)
    assert len(begun) < 1_000


def test_reading_ahead_begins_at_once() -> None:
    """What is asked for is read in the background before anybody wants the results; each once, in the order asked."""
    begun, asked = threading.Event(), []

    def read(who: str) -> str:
        asked.append(who)
        begun.set()
        return who.upper()

    with Ahead(read, 1) as ahead:
        ahead.ask(["b", "a"])
        assert begun.wait(10)
        ahead.ask(["a", "c"])
        assert list(ahead.results()) == [("b", "B"), ("a", "A"), ("c", "C")]
    assert asked == ["b", "a", "c"]
    assert len(ahead) == 3


def test_what_was_begun_ahead_for_nothing_is_given_up() -> None:
    """Leaving waits for the reads under way, and not for the others."""
    gate, asked = threading.Event(), []

    def read(who: str) -> None:
        asked.append(who)
        assert gate.wait(10)

    with Ahead(read, 1) as ahead:
        ahead.ask(map(str, range(20_000)))
        threading.Timer(0.05, gate.set).start()
    assert len(asked) < 20_000
