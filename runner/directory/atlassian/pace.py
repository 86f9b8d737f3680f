"""Keeping below rate limits: the documented ones are known, what the replies announce is learned, and calls wait before
a limit instead of hitting it.

Documented headers are ``X-RateLimit-Limit``, ``-Remaining`` and ``-Reset`` (ISO 8601, at times to the minute);
``Retry-After`` is met as well (Atlassian facts, section 4).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from runner.directory.atlassian.operations import Operation, Rate
from runner.model.canonical import parse_instant

LONGEST_WAIT_S = 180.0
RETRY_HEADERS = ("x-ratelimit-reset", "retry-after")
"""Where a 429 says when to come again."""
_UNTOLD_WINDOW_S = 1.0
_SAME_WINDOW_S = 0.5


@dataclass(slots=True)
class _Window:
    """Calls left until an instant of the monotonic clock; operations that announce one limit share a window.

    ``is_told``: whether a reply of this window said so, or the one before has run out and this is what to expect.
    """

    limit: int
    left: int
    until_s: float
    is_told: bool = True


class Pace:
    """Says when the next call may go out. Shared by all threads; waits by ``sleep`` on the clock ``monotonic``."""

    def __init__(self, monotonic: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._monotonic, self._sleep = monotonic, sleep
        self._lock = threading.Lock()
        self._windows: dict[int, _Window] = {}
        self._limit_of: dict[str, int] = {}
        self._sent_s: dict[str, deque[float]] = {}
        self._latest: int | None = None
        self._blocked_until_s = 0.0
        self._in_flight = 0
        self.waited_s = 0.0
        """How long all calls together were held back."""

    @property
    def limits(self) -> Mapping[str, int]:
        """The limits that replies have announced, by operation."""
        with self._lock:
            return dict(self._limit_of)

    def wait_turn(self, operation: Operation) -> None:
        """Return when a call of this operation may be sent; ``done`` must follow."""
        while (pause := self._take(operation)) > 0:
            self._sleep(pause)

    def done(self) -> None:
        """A call has ended, one way or the other."""
        with self._lock:
            self._in_flight -= 1

    def _take(self, operation: Operation) -> float:
        """Take a place, or say how long to wait before trying again."""
        with self._lock:
            now = self._monotonic()
            pause = max(self._blocked_until_s - now, self._documented_pause(operation.name, operation.rate, now))
            if pause <= 0:
                pause = self._learned_pause(operation.name, now)
            if pause > 0:
                self.waited_s += pause
                return pause
            self._in_flight += 1
            if operation.rate is not None:
                self._sent_s[operation.name].append(now)
            return 0.0

    def _documented_pause(self, name: str, rate: Rate | None, now_s: float) -> float:
        """How long until one call more is within the documented limit, wherever the server's windows begin."""
        if rate is None:
            return 0.0
        sent_s = self._sent_s.setdefault(name, deque(maxlen=rate.calls))
        return sent_s[0] + rate.seconds - now_s if len(sent_s) == rate.calls else 0.0

    def _learned_pause(self, name: str, now_s: float) -> float:
        """How long until there is a place in the window that the replies announced; else take it."""
        limit = self._limit_of.get(name, self._latest)
        if limit is None:
            return 0.0
        window = self._windows[limit]
        if now_s >= window.until_s:
            window.left, window.until_s = max(1, limit - self._in_flight), now_s + _UNTOLD_WINDOW_S
            window.is_told = False
        if window.left <= 0:
            return window.until_s - now_s
        window.left -= 1
        return 0.0

    def learn(self, operation: str, headers: Mapping[str, str], server_now: datetime) -> None:
        """Take note of what the reply of a call that is ``done`` announces; ``server_now`` is the server's present."""
        limit, left = _number(headers.get("x-ratelimit-limit")), _number(headers.get("x-ratelimit-remaining"))
        reset = reset_wait_s(headers, server_now)
        if not limit or left is None or reset is None:
            return
        with self._lock:
            until_s = self._monotonic() + reset
            window = self._windows.setdefault(limit, _Window(limit, limit, 0.0))
            if until_s > window.until_s + _SAME_WINDOW_S and window.is_told:
                window.left = left - self._in_flight
            if until_s > window.until_s - _SAME_WINDOW_S or not window.is_told:
                window.left, window.until_s, window.is_told = min(window.left, left), until_s, True
            self._limit_of[operation], self._latest = limit, limit

    def block(self, wait_s: float) -> None:
        """A limit was hit: no call goes out for so long."""
        with self._lock:
            self._blocked_until_s = max(self._blocked_until_s, self._monotonic() + wait_s)


def reset_wait_s(headers: Mapping[str, str], server_now: datetime) -> float | None:
    """Seconds until the announced reset; None where none is announced, or one that is past or makes no sense."""
    try:
        wait_s = (parse_instant(headers.get("x-ratelimit-reset", "")) - server_now).total_seconds()
    except (ValueError, OverflowError):
        return None
    return wait_s if wait_s > 0 else None


def retry_wait_s(headers: Mapping[str, str], server_now: datetime) -> float | None:
    """How long a 429 asks to wait: until the reset, else ``Retry-After`` in seconds or as a date; None if unsaid."""
    reset = reset_wait_s(headers, server_now)
    if reset is not None:
        return reset
    text = headers.get("retry-after", "")
    seconds = _number(text)
    if seconds is not None:
        return float(seconds)
    try:
        wait_s = (parsedate_to_datetime(text) - server_now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return wait_s if wait_s > 0 else None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 10 else None
