"""Journals made for the tests: a clock that ticks, runs of acme.example, a disk that fails when told to."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from runner.journal.disk import Disk
from runner.journal.ids import run_folder
from runner.journal.journal import Journal, Past
from runner.journal.lease import Decision, Lease, Owner
from runner.journal.store import JOURNAL, Edit, Store
from runner.journal.writing import OpenRun
from runner.model.outcome import Outcome
from runner.model.plan import Change, Provenance, Refusal, SnapshotSummary, Target
from runner.model.record import DONE, Ending, PlanCounts, Planned, Start

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ME = Owner("here", 100, "7")
OTHER = Owner("there", 200, "8")
PLANNED = Planned("sha256:9", ("idle",), PlanCounts(changes=2))
ENDING = Ending(DONE, 0, ("idle",))


@dataclass
class Clock:
    """Each look at it takes a millisecond."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        """The time now."""
        self.now += timedelta(milliseconds=1)
        return self.now


def change(person: int = 1, *, verb: str = "suspend", tasks: tuple[str, ...] = ("idle",)) -> Change:
    """A change of person number so and so."""
    target = Target("g-1", "jira-users") if verb.endswith("_group") else None
    before, after = (True, False) if target else ("active", "suspended")
    account = f"u-{person}"
    mail = f"u{person}@acme.example"
    return Change(
        f"{verb}-{account}", account, f"Ann {person}", mail, verb, target, before, after, tasks, ("idle for 90d",)
    )


def start(now: datetime = NOON, mode: str = "apply") -> Start:
    """How a run by Ann starts."""
    return Start(mode, "ann@acme.example", now, Provenance("c0ffee", "sha256:1"), "1.0", "acme")


def snapshot(users: int = 310, *, complete: bool = True) -> SnapshotSummary:
    """A snapshot of so many people."""
    return SnapshotSummary(NOON, users, complete, "sha256:5")


def refusal(task: str | None = "idle", rail: str = "task_limit") -> Refusal:
    """A rail's no, to a task or to the whole run."""
    return Refusal(rail, task, "41 of 310 people", "25 people", "sha256:9", "write an override")


def outcomes(changes: Iterable[Change], status: str = "applied") -> list[Outcome]:
    """The same end for all changes."""
    return [Outcome(one, status, NOON) for one in changes]


def journal(store: Store, clock: Callable[[], datetime] | None = None, owner: Owner = ME) -> Journal:
    """A journal whose owner knows of nobody that they are gone."""
    return Journal(store, clock=clock or Clock(), owner=owner)


@dataclass
class Story:
    """What a run shall do. ``dies`` names the step behind which the process is gone, the lease still held."""

    changes: tuple[Change, ...] = (change(1), change(2))
    status: str = "applied"
    planned: Planned = PLANNED
    refusals: tuple[Refusal, ...] = ()
    users: int = 310
    ending: Ending = ENDING
    files: dict[str, bytes] = field(default_factory=dict)
    now: datetime = NOON
    dies: str = ""


def write_run(past: Journal, story: Story | None = None, token: str = "aaaa") -> tuple[OpenRun, Past]:
    """One whole run, or one that dies on the way; gives its writing end and the past that it saw."""
    story = story or Story()
    run, seen = past.open_run(start(story.now), token)
    steps: dict[str, Callable[[], object]] = {
        "started": lambda: None,
        "snapshot": lambda: run.record_snapshot(snapshot(story.users), 4),
        "planned": lambda: run.record_plan(story.planned, b'{"format":1}', story.refusals),
        "intent": lambda: run.record_intents(story.changes),
        "outcome": lambda: run.record_outcomes(outcomes(story.changes, story.status)),
        "finished": lambda: run.finish(story.ending, story.files),
        "closed": lambda: run.close(b"# Report\n", b"# Index\n"),
    }
    for name, step in steps.items():
        step()
        if name == story.dies:
            break
    return run, seen


@dataclass
class FailingDisk(Disk):
    """A disk on which every step from number ``from_step`` on fails with ``code``, the first of them half done."""

    from_step: int
    code: int = errno.ENOSPC
    steps: int = 0

    def write_folder(self, folder: Path, top: Path) -> None:
        """See Disk."""
        self._count()
        super().write_folder(folder, top)

    def write_whole(self, path: Path, data: bytes) -> None:
        """See Disk."""
        self._count()
        super().write_whole(path, data)

    def write_more(self, path: Path, data: bytes) -> None:
        """See Disk."""
        if self.steps + 1 == self.from_step:
            super().write_more(path, data[: len(data) // 2])
        self._count()
        super().write_more(path, data)

    def _count(self) -> None:
        self.steps += 1
        if self.steps >= self.from_step:
            raise OSError(self.code, "No space left on device")


@dataclass
class WatchedDisk(Disk):
    """A disk that remembers what was made sure of, and, by the file's name, when lines were added."""

    said: list[Path] = field(default_factory=list)

    def write_through(self, path: Path) -> None:
        """See Disk."""
        super().write_through(path)
        self.said.append(path)

    def write_more(self, path: Path, data: bytes) -> None:
        """See Disk."""
        super().write_more(path, data)
        self.said.append(path)


@dataclass
class MemoryStore:
    """A store that is a dictionary: quick, and easy to damage."""

    files: dict[str, bytes] = field(default_factory=dict)
    anchor: str | None = None
    lease: Lease | None = None

    def read_journals(self) -> dict[str, bytes]:
        """See Store."""
        runs = {path.split("/")[4] for path in self.read_files()}
        return {run: self.files.get(f"{run_folder(run)}/{JOURNAL}", b"") for run in runs}

    def read_files(self) -> dict[str, bytes]:
        """See Store."""
        return {path: data for path, data in self.files.items() if path.startswith("runs/")}

    def read_file(self, path: str) -> bytes | None:
        """See Store."""
        return self.files.get(path)

    def read_anchor(self) -> str | None:
        """See Store."""
        return self.anchor

    def write_edit(self, edit: Edit, decide: Decision) -> Lease:
        """See Store."""
        self.lease = decide(self.lease)
        if edit.cut:
            self.files[edit.cut.path] = self.files[edit.cut.path][: edit.cut.length]
        self.files |= edit.files
        if edit.lines:
            before = self.files.get(edit.lines.path, b"")
            assert len(before) == edit.lines.offset
            self.files[edit.lines.path] = before + edit.lines.data
            self.anchor = edit.lines.head
        return self.lease
