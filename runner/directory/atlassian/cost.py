"""What a reading costs, before it is done: calls worked out from the server's own counts.

A page has 100 entries; of 10,000 people, 200 groups and 6 apps everything is read with some 135 calls (Atlassian facts,
section 5). A count costs a call itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from runner.directory.atlassian.direct import fetch_count
from runner.directory.atlassian.http import Client
from runner.directory.atlassian.pages import LARGEST_PAGE
from runner.directory.atlassian.sweep import Sweep

MOST_SWEEPS = 10
"""Searches beyond which nobody asks how many people they would find: everybody is read."""


def pages(entries: int) -> int:
    """Calls for so many entries; an empty list costs one, too."""
    return max(1, -(-entries // LARGEST_PAGE))


def sweep_calls(people: int, apps: int) -> int:
    """Calls for the people of one search: its pages, its count, and a count for each app."""
    return pages(people) + 1 + apps


def sweeps_calls(sweeps: Sequence[Sweep], counts: Iterable[int | None], apps: int) -> int:
    """Calls for several searches; ``counts`` are the people that each finds, None for one that takes a single call."""
    return sum(1 if count is None else sweep_calls(count, apps) for _, count in zip(sweeps, counts, strict=True))


def fetch_sweep_counts(client: Client, sweeps: Iterable[Sweep]) -> tuple[int | None, ...]:
    """How many people each search will find; None where nobody asks."""
    return tuple(fetch_count(client, s.directory, s.filters) if s.counted else None for s in sweeps)
