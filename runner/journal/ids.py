"""Names of runs: their time comes first, so that their order is the order of the names."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_RUN_ID = re.compile(r"([0-9]{8}-[0-9]{6})-[0-9a-z]{4,32}")
_TOKEN = re.compile(r"[0-9a-z]{4,32}")
_TIME = "%Y%m%d-%H%M%S"


def is_run_id(text: str) -> bool:
    """Whether the text is the name of a run: ``20261122-060000-7f3a9c``."""
    match = _RUN_ID.fullmatch(text)
    if match is None:
        return False
    try:
        run_time(text)
    except ValueError:
        return False
    return True


def run_time(run: str) -> datetime:
    """The time in a run's name, to the second. Raises ValueError."""
    return datetime.strptime(run[:15], _TIME).replace(tzinfo=UTC)


def new_run_id(at: datetime, token: str, after: str | None = None) -> str:
    """A name for a run that starts at ``at``; ``token`` is random, 4 to 32 of ``0-9a-z``.

    It sorts behind ``after``, the last run, also where that one is of the same second or a clock went back: the time
    in the name is then that of ``after`` and a second. What the clock really said is in the run's records.
    """
    if not _TOKEN.fullmatch(token):
        raise ValueError("a run's token is 4 to 32 of 0-9a-z")
    run = f"{at.astimezone(UTC).strftime(_TIME)}-{token}"
    if after is None or run > after:
        return run
    return f"{(run_time(after) + timedelta(seconds=1)).strftime(_TIME)}-{token}"


def run_folder(run: str) -> str:
    """The run's folder in a store: ``runs/2026/11/22/RUN-ID``."""
    return f"runs/{run[:4]}/{run[4:6]}/{run[6:8]}/{run}"


def run_of(path: str) -> str | None:
    """The run in whose folder a path of a store lies; None for a path that lies in none."""
    parts = path.split("/")
    ours = len(parts) > 5 and is_run_id(parts[4]) and path.startswith(f"{run_folder(parts[4])}/")
    return parts[4] if ours else None
