"""The directory in a file: read whole, written whole, so that nobody ever sees half of it."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from runner.directory.aspect import present_value
from runner.directory.edit import Book
from runner.directory.interface import Gate, Need, open_gate
from runner.directory.parse import snapshot_from_json, unreadable
from runner.errors import OtherSideError
from runner.model.outcome import APPLIED, FAILED, NOT_SENT, Outcome
from runner.model.people import Grant, Snapshot, User
from runner.model.plan import Change
from runner.model.unknown import UNKNOWN, Unknown

Clock = Callable[[], datetime]
_TRIES, _PAUSE_S = 600, 0.05
"""Half a minute: longer than reading and writing a file of a hundred thousand people takes."""


class FileReader:
    """Reads a directory file. ``now`` is the present for times that lie in the future; the file is read again only when
    it has been replaced."""

    def __init__(self, path: Path, now: datetime | None = None) -> None:
        self._path = path
        self._now = now
        self._read: tuple[tuple[int, int, int], Snapshot] | None = None

    def read_snapshot(self, need: Need) -> Snapshot:  # noqa: ARG002 (a file is read whole)
        """The whole file, whatever is needed of it."""
        seen = read_stamp(self._path)
        if self._read is None or self._read[0] != seen:
            data = read_json(self._path)
            self._read = (seen, snapshot_from_json(data, source=str(self._path), now=self._now))
        return self._read[1]

    def read_users(self, account_ids: Iterable[str]) -> tuple[User, ...]:
        """The people as the file has them now."""
        wanted = set(account_ids)
        return tuple(user for user in self.read_snapshot(Need()).users if user.account_id in wanted)

    def read_direct_access(self, account_ids: Iterable[str]) -> Mapping[str, frozenset[Grant] | Unknown]:
        """What the file says of each; who is not in it is left out."""
        return {user.account_id: user.direct_access for user in self.read_users(account_ids)}

    def read_last_active(self, account_ids: Iterable[str]) -> Mapping[str, Mapping[str, datetime | Unknown] | Unknown]:
        """What the file says of each."""
        return {user.account_id: user.last_active for user in self.read_users(account_ids)}

    def read_synced(self, account_ids: Iterable[str]) -> Mapping[str, bool | Unknown]:
        """What the file says of each."""
        return {user.account_id: user.synced for user in self.read_users(account_ids)}


class FileWriter:
    """Changes a directory file: one batch is one new file that takes the old one's place.

    Two writers wait for each other by a lock on the folder, which leaves no file behind; ``wait`` gets seconds. Whoever
    was frozen after the last look at the lease, and will put an old file in the place of a newer one when it wakes up,
    still has that lock: nobody writes, or reads back what became of a change, before it is gone. Where that takes too
    long, OtherSideError ``directory_locked`` is raised.
    """

    def __init__(self, path: Path, clock: Clock, wait: Callable[[float], None] = time.sleep) -> None:
        self._path = path
        self._clock = clock
        self._wait = wait

    def apply_change(self, change: Change) -> Outcome:
        """One change, in a batch of its own."""
        return next(self.apply_changes([change]))

    def apply_changes(self, changes: Sequence[Change], gate: Gate = open_gate) -> Iterator[Outcome]:
        """All changes of a batch in one write; nothing is written where none of them changed anything."""
        with held(self._path, self._wait):
            data = read_json(self._path)
            snapshot_from_json(data, source=str(self._path), now=self._clock())
            book = Book(data)
            results = [book.apply(change) for change in changes]
            closed = gate() if book.changed else ""  # asked here: others may have kept the folder for long
            if closed:
                held_back = (FAILED, f"{NOT_SENT}: {closed}")
                results = [held_back if result[0] == APPLIED else result for result in results]
            elif book.changed:
                write_json(self._path, data)
        at = self._clock()
        return iter(
            [Outcome(change, status, at, detail) for change, (status, detail) in zip(changes, results, strict=True)]
        )

    def read_back(self, change: Change) -> bool | str | Unknown:
        """What the file says now; unknown for somebody who is not in it."""
        with held(self._path, self._wait):
            users = FileReader(self._path, self._clock()).read_users([change.account_id])
        for user in users:
            return present_value(user, change)
        return UNKNOWN


def read_stamp(path: Path) -> tuple[int, int, int]:
    """What tells one version of a file from the next: a replaced file has another inode."""
    try:
        status = path.stat()
    except OSError as error:
        raise unreadable(str(path), error.strerror or "no such file") from error
    return (status.st_ino, status.st_mtime_ns, status.st_size)


def read_json(path: Path) -> Any:
    """The file's JSON with lone surrogates replaced; raises InputError ``directory_unreadable``, also for a device or a
    pipe: it may have no end, or keep whoever reads it waiting."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise unreadable(str(path), "it is not an ordinary file")
        text = path.read_bytes().decode("utf-8-sig")
        data = json.loads(text, parse_constant=_no_constant)
    except OSError as error:
        raise unreadable(str(path), error.strerror or "no such file") from error
    except json.JSONDecodeError as error:
        place = f"{path}:{error.lineno}:{error.colno}"
        raise unreadable(place, f"not JSON, or cut short ({error.msg})") from error
    except (ValueError, RecursionError) as error:
        raise unreadable(str(path), "not JSON in UTF-8, or nested too deep") from error
    return _without_surrogates(data) if "\\ud" in text or "\\uD" in text else data


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _without_surrogates(value: Any) -> Any:
    """The same with U+FFFD for every half of a pair: such text can be neither hashed nor written."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_surrogates(entry) for entry in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(entry) for key, entry in value.items()}
    return value


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Put a new file in the place of the old one, with its permissions; a crash leaves the old or the new one.

    Through a symbolic link the file behind it is replaced. Raises OtherSideError ``directory_unwritable``.
    """
    real = path.resolve()
    try:
        handle, name = tempfile.mkstemp(prefix=f".{real.name}.", dir=real.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.writelines(_lines(data))
                file.flush()
                os.fsync(file.fileno())
            if real.exists():
                temporary.chmod(real.stat().st_mode & 0o7777)
            temporary.replace(real)
        finally:
            temporary.unlink(missing_ok=True)
        _flush_folder(real.parent)
    except OSError as error:
        raise OtherSideError(
            "directory_unwritable",
            f"the directory file cannot be written: {path}: {error.strerror}",
            hint="nothing of this batch was written; free the space or the permission and run again",
        ) from error


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    """JSON with one app, group or person a line, so that one change is one line of a diff."""
    for at, (key, value) in enumerate(data.items()):
        yield (",\n" if at else "{\n") + _compact(key) + ": "
        if not isinstance(value, list):
            yield _compact(value)
            continue
        for number, entry in enumerate(value):
            yield (",\n  " if number else "[\n  ") + _compact(entry)
        yield "\n]" if value else "[]"
    yield "\n}\n"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def held(path: Path, wait: Callable[[float], None]) -> Iterator[None]:
    """Wait until no other writer works in the file's folder, and keep others out. Released when the process ends, too.

    Raises OtherSideError ``directory_locked``.
    """
    folder = path.resolve().parent
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise unreadable(str(folder), error.strerror or "no such folder") from error
    try:
        _take(descriptor, path, wait)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path, wait: Callable[[float], None]) -> None:
    for _ in range(_TRIES):
        try:
            with suppress(BlockingIOError):
                return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            message = f"the folder of {path} cannot be locked: {error.strerror}"
            hint = "keep the file on a disk with locks; network file systems may have none"
            raise OtherSideError("directory_locked", message, hint=hint) from error
        wait(_PAUSE_S)
    message = f"another process keeps the folder of {path} locked: it is in the middle of a write"
    hint = "if it hangs, end it or wake it up; then run again: what it did is read back first"
    raise OtherSideError("directory_locked", message, hint=hint)
