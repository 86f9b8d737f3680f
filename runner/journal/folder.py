"""The journal in a folder of this machine."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from runner.errors import OtherSideError
from runner.journal.disk import Disk
from runner.journal.ids import is_run_id, run_folder, run_of
from runner.journal.lease import Decision, Lease, lease_form, lease_from
from runner.journal.store import HEAD, JOURNAL, LEASE, Edit, Lines

_LOCK = "lock"
_TRIES, _PAUSE_S = 200, 0.05


class FolderStore:
    """``root`` holds ``runs/``, the index, the anchor ``HEAD``, ``lease.json``, and ``lock`` for the instant of a step.

    The lock alone is no lease: it is held for milliseconds, so that nobody changes the lease between looking at it and
    writing. ``wait`` gets seconds; it is asked to wait while another process is in the middle of a step.
    """

    def __init__(self, root: Path, *, disk: Disk | None = None, wait: Callable[[float], None] = time.sleep) -> None:
        self._root = root
        self._disk = disk or Disk()
        self._wait = wait
        self._sound: set[Path] = set()

    def read_journals(self) -> Mapping[str, bytes]:
        """See Store."""
        with self._explained("read"):
            return {folder.name: _read(folder / JOURNAL) or b"" for folder in self._runs()}

    def read_files(self) -> Mapping[str, bytes]:
        """See Store. The journals are read first: also while a run is at work, all that they name is there by then. A
        run that began since is left out."""
        journals = self.read_journals()
        records = {f"{run_folder(run)}/{JOURNAL}": data for run, data in journals.items()}
        with self._explained("read"):
            paths = [path for path in self._root.glob("runs/**/*") if not path.is_dir()]
            runs = {path: run_of(path.relative_to(self._root).as_posix()) for path in paths}
            kept = [path for path, run in runs.items() if run is None or run in journals]
            return {path.relative_to(self._root).as_posix(): _read(path) or b"" for path in kept} | records

    def read_file(self, path: str) -> bytes | None:
        """See Store."""
        with self._explained("read"):
            return _read(self._root / path)

    def read_anchor(self) -> str | None:
        """See Store."""
        data = self.read_file(HEAD)
        return None if data is None else data.decode(errors="replace").removesuffix("\n")

    def write_edit(self, edit: Edit, decide: Decision) -> Lease:
        """See Store."""
        with self._explained("written"):
            self._disk.write_folder(self._root, self._root)
            with self._locked():
                if not self._sound:
                    self._settle()
                return self._write_locked(edit, decide)

    def _write_locked(self, edit: Edit, decide: Decision) -> Lease:
        held = _read(self._root / LEASE)
        current = lease_from(held) if held is not None else None
        new = decide(current)
        if new != current and not new.released:
            self._disk.write_whole(self._root / LEASE, lease_form(new))
        if edit.cut:
            self._disk.write_cut(self._root / edit.cut.path, edit.cut.length)
        for name, data in edit.files.items():
            self._make((self._root / name).parent)
            self._disk.write_whole(self._root / name, data)
        if edit.lines:
            self._write_lines(edit.lines)
        if new.released:
            self._disk.write_whole(self._root / LEASE, lease_form(new))
        return new

    def _settle(self) -> None:
        """Make sure of what the last run left: it may be in memory only, where that was killed, and we build on it."""
        last = max(self._runs(), key=lambda folder: folder.name, default=self._root)
        self._make(last)
        for path in (last / JOURNAL, last):
            if path.exists():
                self._disk.write_through(path)

    def _make(self, folder: Path) -> None:
        if folder not in self._sound:
            self._disk.write_folder(folder, self._root)
            self._sound.add(folder)

    def _runs(self) -> list[Path]:
        """The folders of runs that are where they belong."""
        runs = [folder for folder in self._root.glob("runs/*/*/*/*") if is_run_id(folder.name) and folder.is_dir()]
        return [folder for folder in runs if folder == self._root / run_folder(folder.name)]

    def _write_lines(self, lines: Lines) -> None:
        path = self._root / lines.path
        self._make(path.parent)
        found = path.stat().st_size if path.exists() else 0
        if found != lines.offset:
            message = f"{lines.path} holds {found} bytes instead of {lines.offset}: somebody else wrote to it"
            raise OtherSideError("journal_damaged", message, hint="see what `policy-runner verify` says")
        self._disk.write_more(path, lines.data)
        self._disk.write_whole(self._root / HEAD, f"{lines.head}\n".encode())

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        handle = os.open(self._root / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            self._take(handle)
            yield
        finally:
            os.close(handle)  # gives the lock back

    def _take(self, handle: int) -> None:
        for _ in range(_TRIES):
            with contextlib.suppress(BlockingIOError):
                return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._wait(_PAUSE_S)
        raise OtherSideError("lease_held", f"another process keeps the journal in {self._root} locked")

    @contextlib.contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            message = f"the journal in {self._root} cannot be {what}: {error.strerror or error}"
            hint = "nothing is written to the organization while the journal cannot be written"
            raise OtherSideError("audit_store", message, hint=hint) from error


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
