"""Rate limits: so many calls a window, announced in headers, and a real 429 beyond (Atlassian facts, section 4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.emulator.wire import Reply, Request


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `calls` calls in a window of `window_s` seconds whose `METHOD path?query` matches the pattern.

    `style` is how a 429 says when to come again: see `retry_headers`. `is_announced`: whether every reply carries
    the `X-RateLimit-*` headers, as documented, or only the 429.
    """

    calls: int
    window_s: float
    match: str = ""
    style: str = "reset"
    is_announced: bool = True


DOCUMENTED = (
    Limit(200, 60, r"/last-active-dates"),
    Limit(10, 60, r"/events(\?|/|$)"),
    Limit(10, 60, r"/event-actions"),
    Limit(50, 60, r"/events-stream"),
)


class Limiter:
    """Counts calls in fixed windows of the emulator's clock."""

    def __init__(self, limits: tuple[Limit, ...], clock: Callable[[], datetime]) -> None:
        """Start with empty windows."""
        self._limits = [(limit, re.compile(limit.match)) for limit in limits]
        self._clock = clock
        self._used: dict[int, tuple[int, int]] = {}

    def admit(self, request: Request) -> tuple[Reply | None, dict[str, str]]:
        """The 429 that the request has earned, if any, and the headers to put on whatever is answered instead."""
        headers: dict[str, str] = {}
        now = self._clock()
        for number, (limit, pattern) in enumerate(self._limits):
            if not pattern.search(request.text):
                continue
            window = int(now.timestamp() // limit.window_s)
            used = self._used[number][1] if self._used.get(number, (-1, 0))[0] == window else 0
            reset = datetime.fromtimestamp((window + 1) * limit.window_s, UTC)
            if used >= limit.calls:
                return Reply(
                    429,
                    {"code": 429, "message": "Rate limit exceeded"},
                    retry_headers(limit.style, now, reset, limit.calls),
                ), headers
            self._used[number] = (window, used + 1)
            if limit.is_announced:
                headers.update(_announced(limit.calls, limit.calls - used - 1, reset))
        return None, headers


def retry_headers(style: str, now: datetime, reset: datetime, calls: int = 100) -> dict[str, str]:
    """What a 429 says: `reset` (ISO 8601), `reset_minute` (to the minute, as seen), `seconds`, `date`, `both`, `none`,

    and two broken ones: `past` (a time gone by) and `nonsense`.
    """
    seconds = {"Retry-After": str(max(1, round((reset - now).total_seconds())))}
    iso = _announced(calls, 0, reset)
    return {
        "reset": iso,
        "reset_minute": {**iso, "X-RateLimit-Reset": (reset + timedelta(seconds=59)).strftime("%Y-%m-%dT%H:%MZ")},
        "seconds": seconds,
        "date": {"Retry-After": format_datetime(reset.astimezone(UTC), usegmt=True)},
        "both": {**iso, **seconds},
        "none": {},
        "past": _announced(calls, 0, now - timedelta(hours=1)),
        "nonsense": {"Retry-After": "soon", "X-RateLimit-Reset": "tomorrow"},
    }[style]


def _announced(calls: int, left: int, reset: datetime) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(calls),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": reset.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
