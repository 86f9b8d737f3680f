"""Staying below limits: what replies announce, and how long a refusal asks to wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from runner.directory.atlassian.operations import LAST_ACTIVE, Operation, Rate
from runner.directory.atlassian.pace import Pace, reset_wait_s, retry_wait_s

NOW = datetime(2026, 11, 22, 6, 0, 30, tzinfo=UTC)
SEARCH = Operation("GET", "/search")


class Server:
    """A server with one limit in fixed windows, on a clock that only sleepers move."""

    def __init__(self, limit: int, window_s: float) -> None:
        self.limit, self.window_s = limit, window_s
        self.time_s, self.used, self.window, self.refused = 0.0, 0, 0, 0

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.time_s += seconds

    def answer(self) -> Mapping[str, str]:
        """Take one call, and say what is left."""
        window = int(self.time_s // self.window_s)
        if window != self.window:
            self.window, self.used = window, 0
        self.used += 1
        self.refused += self.used > self.limit
        reset = NOW + timedelta(seconds=(window + 1) * self.window_s)
        return announced(self.limit, max(0, self.limit - self.used), reset)

    def now(self) -> datetime:
        """The server's present."""
        return NOW + timedelta(seconds=self.time_s)


def announced(limit: int, left: int, reset: datetime) -> Mapping[str, str]:
    """The three headers."""
    return {
        "x-ratelimit-limit": str(limit), "x-ratelimit-remaining": str(left),
        "x-ratelimit-reset": reset.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }  # fmt: skip


@pytest.mark.parametrize(("limit", "window_s"), [(1, 1.0), (5, 1.0), (50, 1.0), (200, 60.0), (7, 10.0)])
def test_a_known_limit_is_used_up_and_never_passed(limit: int, window_s: float) -> None:
    """No call is refused, and no window goes by unused."""
    server = Server(limit, window_s)
    pace = Pace(lambda: server.time_s, server.sleep)
    calls = limit * 5
    for number in range(calls):
        operation = Operation("GET", f"/{number % 3}")
        pace.wait_turn(operation)
        pace.done()
        pace.learn(operation.name, server.answer(), server.now())
    assert server.refused == 0
    assert server.time_s <= 4 * window_s + 0.001
    assert pace.waited_s == pytest.approx(server.time_s)


def test_calls_under_way_count() -> None:
    """Calls whose replies have not come yet take their places too."""
    server = Server(10, 60.0)
    pace = Pace(lambda: server.time_s, server.sleep)
    pace.wait_turn(SEARCH)
    pace.done()
    pace.learn(SEARCH.name, server.answer(), server.now())
    for _ in range(9):
        pace.wait_turn(SEARCH)
    assert server.time_s == 0.0
    pace.wait_turn(SEARCH)
    assert server.time_s == pytest.approx(60.0)


def test_others_who_use_the_limit_are_heeded() -> None:
    """What the server says is left goes before what we think is left."""
    server = Server(10, 60.0)
    pace = Pace(lambda: server.time_s, server.sleep)
    server.used = 8
    for _ in range(2):
        pace.wait_turn(SEARCH)
        pace.done()
        pace.learn(SEARCH.name, server.answer(), server.now())
    pace.wait_turn(SEARCH)
    assert server.time_s == pytest.approx(60.0)


def test_without_a_limit_nobody_waits() -> None:
    """Nothing announced, or nothing that makes sense: full speed."""
    server = Server(10, 60.0)
    pace = Pace(lambda: server.time_s, server.sleep)
    for headers in ({}, {"x-ratelimit-limit": "many"}, announced(0, 0, NOW), announced(5, 0, NOW - timedelta(hours=1))):
        pace.wait_turn(SEARCH)
        pace.done()
        pace.learn(SEARCH.name, headers, NOW)
    assert server.time_s == 0.0


def test_a_refusal_holds_everybody_back() -> None:
    """After a 429 no call goes out for as long as it asked."""
    server = Server(10, 60.0)
    pace = Pace(lambda: server.time_s, server.sleep)
    pace.block(20.0)
    pace.wait_turn(Operation("GET", "/another"))
    assert server.time_s == pytest.approx(20.0)


def test_a_documented_limit_is_kept_before_any_reply() -> None:
    """In no stretch of its length are there more calls, wherever the server's windows begin; others are not held up."""
    server = Server(10, 60.0)
    pace = Pace(lambda: server.time_s, server.sleep)
    slow, sent_s = Operation("GET", "/slow", rate=Rate(5, 60.0)), []
    for _ in range(23):
        server.sleep(7.0)
        pace.wait_turn(slow)
        pace.done()
        sent_s.append(server.time_s)
        before_s = server.time_s
        pace.wait_turn(SEARCH)
        pace.done()
        assert server.time_s == before_s
    assert all(later - earlier >= 60.0 for earlier, later in zip(sent_s, sent_s[5:], strict=False))
    assert server.time_s == pytest.approx(4 * 60 + 3 * 7)


def test_a_documented_limit_holds_beside_one_that_is_announced() -> None:
    """A wide limit over all calls does not make the narrow one of an operation forgotten."""
    server = Server(1000, 1.0)
    pace = Pace(lambda: server.time_s, server.sleep)
    for _ in range(201):
        pace.wait_turn(LAST_ACTIVE)
        pace.done()
        pace.learn(LAST_ACTIVE.name, server.answer(), server.now())
    assert server.time_s == pytest.approx(60.0)


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"x-ratelimit-reset": "2026-11-22T06:01:00Z"}, 30),
        ({"x-ratelimit-reset": "2026-11-22T06:01Z"}, 30),
        ({"x-ratelimit-reset": "2026-11-22T06:01+00:00"}, 30),
        ({"retry-after": "7"}, 7),
        ({"retry-after": format_datetime(NOW + timedelta(seconds=9), usegmt=True)}, 9),
        ({"x-ratelimit-reset": "2026-11-22T06:01:00Z", "retry-after": "7"}, 30),
        ({"x-ratelimit-reset": "2026-11-22T06:00:00Z", "retry-after": "7"}, 7),
        ({"x-ratelimit-reset": "tomorrow", "retry-after": "soon"}, None),
        ({"x-ratelimit-reset": "9999-12-31T23:59:59-23:59"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": "-5"}, None),
        ({}, None),
    ],
)
def test_how_long_a_refusal_asks_to_wait(headers: Mapping[str, str], wait_s: float | None) -> None:
    """The reset in ISO 8601, also to the minute; else seconds or a date; else nothing is known."""
    assert retry_wait_s(headers, NOW) == wait_s


def test_a_reset_gone_by_is_none() -> None:
    """A clock that is behind must not make us wait for ever, nor not at all."""
    assert reset_wait_s({"x-ratelimit-reset": "2026-11-22T06:00:30Z"}, NOW) is None
