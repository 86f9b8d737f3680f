"""One writer at a time: who may write to a store, until when, and the number by which a late one is told apart.

Pure, but for ``read_owner`` and ``read_gone``. A store keeps the lease and replaces it in one step with what one of the
``..._lease`` functions makes of it; their refusals are OtherSideErrors with the reasons ``lease_held`` and
``lease_lost``.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from runner.errors import OtherSideError
from runner.model.canonical import canonical_json, iso, parse_instant
from runner.text import shorten, terminal

TERM = timedelta(minutes=5)
"""How long a lease holds without a heartbeat."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A process of a machine; ``started`` tells it from a later one that was given the same number."""

    host: str
    pid: int
    started: str


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write. ``fence`` grows with every new holder and never falls."""

    owner: Owner
    run: str
    fence: int
    since: datetime
    expires: datetime
    released: bool = False


Decision = Callable[[Lease | None], Lease]
"""What a store's lease becomes: given the one that stands there now. Raises OtherSideError to leave it as it is."""


def taken_lease(
    current: Lease | None, mine: Owner, run: str, now: datetime, term: timedelta, gone: Callable[[Owner], bool]
) -> Lease:
    """A new lease, where none stands, the one that does has ended, or its holder is ``gone`` from this machine.

    Asked again after a store lost its answer, it gives the lease that was already taken.
    """
    if current is not None and not current.released and (current.owner, current.run) == (mine, run):
        return current
    if current is not None and not current.released and now < current.expires and not gone(current.owner):
        held = f"run {_shown(current.run)}, process {current.owner.pid} on {_shown(current.owner.host)}"
        message = f"another runner is at work: {held}, since {iso(current.since)}"
        hint = f"wait until it ends; if it died on another machine, its lease ends at {iso(current.expires)}"
        raise OtherSideError("lease_held", message, hint=hint)
    fence = 1 if current is None else current.fence + 1
    return Lease(mine, run, fence, now, now + term)


def quiet_since(before: Lease | None, now: datetime) -> datetime:
    """When whoever held the lease ``before`` may have sent something at the latest: nobody sends without a lease."""
    return now if before is None else min(now, before.expires)


def renewed_lease(current: Lease | None, mine: Lease, now: datetime, term: timedelta) -> Lease:
    """The lease, still mine, prolonged when half of it is over. One that ran out and nobody took is still mine."""
    held = _still_mine(current, mine)
    return replace(held, run=mine.run, expires=now + term if is_due(held, now, term) else held.expires)


def released_lease(current: Lease | None, mine: Lease, now: datetime) -> Lease:
    """The lease given back. It stays where it is, because its fence must be known to the next holder."""
    if current is not None and current.released and (current.fence, current.owner) == (mine.fence, mine.owner):
        return current
    return replace(_still_mine(current, mine), run=mine.run, expires=now, released=True)


def _still_mine(current: Lease | None, mine: Lease) -> Lease:
    if current is None or current.released or (current.fence, current.owner) != (mine.fence, mine.owner):
        message = f"the lease of run {_shown(mine.run)} was lost: another runner has taken over"
        raise OtherSideError("lease_lost", message, hint="nothing more was written; the other runner goes on")
    return current


def is_due(lease: Lease, now: datetime, term: timedelta) -> bool:
    """Whether a lease has so little left that it should be prolonged before anything is written."""
    return now >= lease.expires - term / 2


def lease_form(lease: Lease) -> bytes:
    """The lease as ``lease.json`` holds it."""
    times = {"since": iso(lease.since), "expires": iso(lease.expires)}
    return canonical_json({**asdict(lease), **times}) + b"\n"


def lease_from(data: bytes) -> Lease:
    """The lease of a ``lease.json``. Raises OtherSideError ``audit_store`` where it cannot be read."""
    try:
        form = json.loads(data)
        owner = Owner(str(form["owner"]["host"]), int(form["owner"]["pid"]), str(form["owner"]["started"]))
        times = (parse_instant(form["since"]), parse_instant(form["expires"]))
        return Lease(owner, str(form["run"]), int(form["fence"]), *times, released=form["released"] is True)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        hint = "make sure that no runner is at work, then delete the file"
        raise OtherSideError("audit_store", "the store's lease.json cannot be read", hint=hint) from None


def _shown(text: str) -> str:
    return shorten(terminal(text), 80)


def read_owner() -> Owner:
    """This process. Cloned machines may share a name, so the host carries what tells one start of a machine from
    another, and one container's process numbers from another's."""
    marks = [platform.node(), _read("/proc/sys/kernel/random/boot_id") or f"{uuid.getnode():012x}"]
    with contextlib.suppress(OSError):
        marks.append(Path("/proc/self/ns/pid").readlink().name)
    return Owner("/".join(marks), os.getpid(), _read_process(os.getpid())[1])


def read_gone(owner: Owner, host: str) -> bool:
    """Whether ``owner`` is known to be gone: a process of this ``host`` that ended, whoever has its number now."""
    if owner.host != host:
        return False
    try:
        os.kill(owner.pid, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    state, started = _read_process(owner.pid)
    return state in ("Z", "X") or (bool(started) and started != owner.started)


def _read_process(pid: int) -> tuple[str, str]:
    """State and start time (ticks since the machine's start) of a process; empty where the system does not tell.

    Source: proc(5), ``/proc/PID/stat``, fields 3 and 22; the name in field 2 may itself hold blanks and parentheses.
    """
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return (fields[0], fields[19]) if fields else ("", "")


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
