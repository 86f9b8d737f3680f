"""Audit stores in memory: a folder, whose steps can break half way, and a branch, whose pushes can get lost.

Their content is what is left when a process or a machine is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from runner.errors import OtherSideError
from runner.journal.ids import run_folder
from runner.journal.lease import Decision, Lease, lease_form, lease_from
from runner.journal.store import HEAD, JOURNAL, LEASE, Edit
from tests.simulator.fate import Fate, Killed

FOLDER_FAULTS = ("disk full",)
PUSH_FAULTS = ("push refused", "push lost", "push answer lost")
LOCK = "lock"
Files = dict[str, bytes]


def refused(why: str) -> OtherSideError:
    """What a store says that cannot be written."""
    return OtherSideError("audit_store", why)


class _Reading:
    """The reading half of both stores."""

    def kept(self) -> Files:
        """All files as this process sees them."""
        raise NotImplementedError

    def read_journals(self) -> Mapping[str, bytes]:
        """See Store."""
        kept = self.kept()
        runs = {path.split("/")[4] for path in kept if path.startswith("runs/")}
        return {run: kept.get(f"{run_folder(run)}/{JOURNAL}", b"") for run in runs}

    def read_files(self) -> Mapping[str, bytes]:
        """See Store."""
        return {path: data for path, data in self.kept().items() if path.startswith("runs/")}

    def read_file(self, path: str) -> bytes | None:
        """See Store."""
        return self.kept().get(path)

    def read_anchor(self) -> str | None:
        """See Store."""
        data = self.kept().get(HEAD)
        return None if data is None else data.decode().strip()


def _lease(files: Mapping[str, bytes]) -> Lease | None:
    return lease_from(files[LEASE]) if LEASE in files else None


@dataclass
class FolderArchive(_Reading):
    """A folder: each step is synced before the next, in the order of the real one. Whoever dies in the middle of one
    leaves it undone, done, or, where lines are added, any part of them."""

    fate: Fate
    files: Files = field(default_factory=dict)

    def kept(self) -> Files:
        """See _Reading."""
        return self.files

    def write_edit(self, edit: Edit, decide: Decision) -> Lease:
        """See Store. Nobody else can make a step meanwhile, however long this one takes."""
        self.fate.touch("lock")
        if self.files.get(LOCK):
            raise OtherSideError("lease_held", "another process keeps the journal locked")
        self.files[LOCK] = b"held"
        try:
            return self._write_locked(edit, decide)
        finally:
            del self.files[LOCK]  # also when its process dies

    def _write_locked(self, edit: Edit, decide: Decision) -> Lease:
        old = _lease(self.files)
        new = decide(old)
        if new != old and not new.released:
            self._whole(LEASE, lease_form(new))
        if edit.cut:
            self._whole(edit.cut.path, self.files[edit.cut.path][: edit.cut.length])
        for path, data in edit.files.items():
            self._whole(path, data)
        if edit.lines:
            assert len(self.files.get(edit.lines.path, b"")) == edit.lines.offset
            self._more(edit.lines.path, edit.lines.data)
            self._whole(HEAD, f"{edit.lines.head}\n".encode())
        if new.released:
            self._whole(LEASE, lease_form(new))
        return new

    def _whole(self, path: str, data: bytes) -> None:
        try:
            fault = self.fate.touch(f"put {path.rpartition('/')[2]}", FOLDER_FAULTS)
        except Killed:
            if self.fate.random.random() < 0.5:
                self.files[path] = data
                self.fate.struck["killed, write kept"] += 1
            else:
                self.fate.struck["killed, write dropped"] += 1
            raise
        if fault:
            raise refused("no space left on device")
        self.files[path] = data

    def _more(self, path: str, data: bytes) -> None:
        before = self.files.get(path, b"")
        try:
            fault = self.fate.touch("add lines", FOLDER_FAULTS)
        except Killed:
            self.files[path] = before + data[: self.fate.part(len(data))]
            self.fate.struck["killed, lines torn"] += 1
            raise
        if fault:
            raise refused("no space left on device")
        self.files[path] = before + data


@dataclass
class Remote:
    """The branch where it is kept: every commit's files, the newest last."""

    commits: list[Files] = field(default_factory=lambda: [{}])


@dataclass
class BranchArchive(_Reading):
    """One clone's way to a branch: it knows the branch as it was when it last looked, and a push of its own succeeds
    only if nobody else has pushed since. A push is there whole or not at all."""

    fate: Fate
    remote: Remote
    tip: int = -1

    def kept(self) -> Files:
        """See _Reading."""
        if self.tip < 0:
            self.fetch()
        return self.remote.commits[self.tip]

    def fetch(self) -> None:
        """Learn the newest commit."""
        if self.fate.touch("fetch", ("fetch fails",)):
            raise refused("the branch cannot be read")
        self.tip = len(self.remote.commits) - 1

    def write_edit(self, edit: Edit, decide: Decision) -> Lease:
        """See Store."""
        for _ in range(6):
            lease, wanted = self._wanted(edit, decide)
            if wanted == self.kept() or self._push(wanted):
                return lease
            self.fetch()
        raise refused("others keep pushing")

    def _wanted(self, edit: Edit, decide: Decision) -> tuple[Lease, Files]:
        kept = self.kept()
        lease = decide(_lease(kept))
        files = {**kept, LEASE: lease_form(lease), **edit.files}
        if edit.cut:
            files[edit.cut.path] = kept[edit.cut.path][: edit.cut.length]
        if edit.lines:
            before = kept.get(edit.lines.path, b"")
            assert before[edit.lines.offset :] in (b"", edit.lines.data)
            files[edit.lines.path] = before[: edit.lines.offset] + edit.lines.data
            files[HEAD] = f"{edit.lines.head}\n".encode()
        return lease, files

    def _push(self, files: Files) -> bool:
        fault = self.fate.touch("push", PUSH_FAULTS)
        if fault == "push refused":
            raise refused("the push was refused")
        if fault == "push lost" or self.tip != len(self.remote.commits) - 1:
            return False
        self.remote.commits.append(files)
        if fault == "push answer lost":
            return False
        self.fate.touch("pushed")
        self.tip = len(self.remote.commits) - 1
        return True
