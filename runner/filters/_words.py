"""How reasons say times and lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime


def when(instant: datetime, now: datetime) -> str:
    """``2026-05-01 (205 days ago)``; whole days of 24 hours, in UTC."""
    days = (now - instant).days
    ago = "less than a day" if days < 1 else f"{days} day" if days == 1 else f"{days} days"
    return f"{instant.date().isoformat()} ({ago} ago)"


def listing(words: Iterable[str]) -> str:
    """The words in order, with commas."""
    return ", ".join(sorted(words))
