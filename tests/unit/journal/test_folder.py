"""The store in a folder: what is acknowledged is there, what fails writes nothing, and only one process writes."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from runner.errors import OtherSideError
from runner.journal.folder import FolderStore
from runner.journal.ids import run_folder
from runner.journal.verify import check_journal
from tests.unit.journal.made import (
    ENDING,
    NOON,
    Clock,
    FailingDisk,
    Story,
    WatchedDisk,
    change,
    journal,
    start,
    write_run,
)

ROOT = Path(__file__).parents[3]


@dataclass
class Contender:
    """A runner in another process."""

    process: subprocess.Popen[str]

    def ask(self, what: str) -> str:
        """Its answer."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


@pytest.fixture
def contenders(tmp_path: Path) -> Iterator[list[Contender]]:
    """Three of them on one folder."""
    command = [sys.executable, "-m", "tests.unit.journal.contender", str(tmp_path)]
    pipe = subprocess.PIPE
    found = [
        Contender(subprocess.Popen([*command, f"000{number}"], cwd=ROOT, text=True, stdin=pipe, stdout=pipe))
        for number in range(3)
    ]
    yield found
    for contender in found:
        contender.process.kill()
        contender.process.communicate()


def test_only_one_of_several_processes_writes(contenders: list[Contender], tmp_path: Path) -> None:
    """The others are told so, and get their turn when the first has given the lease back."""
    first, second, third = contenders
    assert first.ask("open") == "ok"
    assert [second.ask("open"), third.ask("open")] == ["lease_held", "lease_held"]
    assert [first.ask("intent"), first.ask("close")] == ["ok", "ok"]
    assert second.ask("open") == "ok"
    assert third.ask("open") == "lease_held"
    assert check_journal(FolderStore(tmp_path).read_files(), FolderStore(tmp_path).read_anchor()) == ()


def test_the_lease_of_a_killed_process_is_taken_over_at_once(contenders: list[Contender], tmp_path: Path) -> None:
    """Nobody waits for the end of a lease whose holder is known to be dead, reaped by its parent or not."""
    first, second, third = contenders
    assert first.ask("open") == "ok"
    assert first.ask("intent") == "ok"
    first.process.kill()
    os.waitid(os.P_PID, first.process.pid, os.WEXITED | os.WNOWAIT)
    assert second.ask("open") == "ok"
    second.process.kill()
    second.process.wait()
    assert third.ask("open") == "ok"
    assert [intent.change.account_id for intent in journal(FolderStore(tmp_path)).read_past().open_intents] == ["u-0"]


def test_a_frozen_process_keeps_its_lease_until_it_ends(contenders: list[Contender]) -> None:
    """A process that is stopped is alive: it is not robbed before its lease is over."""
    first, second, _ = contenders
    assert first.ask("open") == "ok"
    first.process.send_signal(signal.SIGSTOP)
    assert second.ask("open") == "lease_held"
    first.process.send_signal(signal.SIGCONT)
    assert first.ask("hold") == "ok"


def steps_of_a_run(folder: Path) -> int:
    """How many steps of a disk one run takes."""
    disk = FailingDisk(10**9)
    write_run(journal(FolderStore(folder, disk=disk)))
    return disk.steps


def test_whichever_write_fails_nothing_unacknowledged_counts(tmp_path: Path) -> None:
    """The disk fills up at each step in turn, half a line written: the error is clear, the rest of the run writes
    nothing, the journal is sound, and the next run goes on from there."""
    total = steps_of_a_run(tmp_path / "count")
    for number in range(1, total + 1):
        folder = tmp_path / str(number)
        store = FolderStore(folder, disk=FailingDisk(number))
        with pytest.raises(OtherSideError) as caught:
            write_run(journal(store), Story(files={"handover/g-1.csv": b"email\n"}))
        assert (caught.value.reason, caught.value.exit_code) == ("audit_store", 4)
        assert "No space left" in caught.value.message
        healthy = FolderStore(folder)
        assert check_journal(healthy.read_files(), healthy.read_anchor()) == (), number
        journal(healthy, Clock(NOON.replace(hour=18))).open_run(start(), "bbbb")
        assert check_journal(healthy.read_files(), healthy.read_anchor()) == (), number
    assert total > 20


def test_what_a_killed_run_left_in_memory_is_on_the_disk_before_anything_is_built_on_it(tmp_path: Path) -> None:
    """It may have died between making a folder, or writing a record, and making sure of it. When the power fails after
    our first record was acknowledged, that must not be gone."""
    died, _ = write_run(journal(FolderStore(tmp_path)), Story(dies="intent"))
    left = tmp_path / run_folder(died.run)
    disk = WatchedDisk()
    run, past = journal(FolderStore(tmp_path, disk=disk), Clock(NOON.replace(day=23))).open_run(start(), "bbbb")
    own = tmp_path / run_folder(run.run) / "journal.jsonl"
    before = set(disk.said[: disk.said.index(own)])
    assert before >= {left / "journal.jsonl", left, *left.parents[:5], *own.parent.parents[:5]}
    assert left.parents[4] == tmp_path
    assert len(past.open_intents) == 2


def test_folders_that_a_killed_run_made_are_made_sure_of(tmp_path: Path) -> None:
    """Also where it had not come so far as to have a folder of its own."""
    (tmp_path / run_folder("20261122-110000-zzzz")).parent.mkdir(parents=True)
    disk = WatchedDisk()
    run, _ = journal(FolderStore(tmp_path, disk=disk)).open_run(start(), "aaaa")
    own = tmp_path / run_folder(run.run) / "journal.jsonl"
    assert set(disk.said[: disk.said.index(own)]) >= set(own.parent.parents[:5])


def test_after_a_failed_step_a_run_writes_nothing_more(tmp_path: Path) -> None:
    """Also when the disk has room again: nobody knows what the failed step left."""
    disk = FailingDisk(10**9)
    run, _ = journal(FolderStore(tmp_path, disk=disk)).open_run(start(), "aaaa")
    disk.from_step = disk.steps + 1
    with pytest.raises(OtherSideError):
        run.record_intents([change(1)])
    disk.from_step = 10**9
    for step in (lambda: run.record_intents([change(2)]), lambda: run.finish(ENDING)):
        with pytest.raises(OtherSideError, match="No space left"):
            step()
    assert journal(FolderStore(tmp_path)).read_past().runs[0].intents == ()


def test_a_run_does_not_write_behind_what_somebody_else_put_in(tmp_path: Path) -> None:
    """Its own file is as long as it left it, or it stops."""
    run, _ = journal(FolderStore(tmp_path)).open_run(start(), "aaaa")
    path = tmp_path / run_folder(run.run) / "journal.jsonl"
    path.write_bytes(path.read_bytes() * 2)
    with pytest.raises(OtherSideError) as caught:
        run.record_intents([change(1)])
    assert caught.value.reason == "journal_damaged"


def test_a_step_waits_for_the_step_of_another_process(tmp_path: Path) -> None:
    """For a moment; a process that stops in the middle of one keeps the others out with a clear error."""
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waited: list[float] = []
        with pytest.raises(OtherSideError, match="locked") as caught:
            journal(FolderStore(tmp_path, wait=waited.append)).open_run(start(), "aaaa")
        assert (caught.value.reason, sum(waited) > 1) == ("lease_held", True)
        assert journal(FolderStore(tmp_path)).read_past().runs == ()

        def unlock(_: float) -> None:
            fcntl.flock(lock, fcntl.LOCK_UN)

        journal(FolderStore(tmp_path, wait=unlock)).open_run(start(), "aaaa")


def test_a_torn_last_line_is_cut_by_the_next_run(tmp_path: Path) -> None:
    """It is no record, it is no alarm, and it does not stay."""
    store = FolderStore(tmp_path)
    run, _ = write_run(journal(store), Story(dies="intent"))
    path = tmp_path / run_folder(run.run) / "journal.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"at":"2026-11-22T12:00:00.0')
    assert len(journal(store).read_past().open_intents) == 2
    clock = Clock(NOON.replace(hour=18))
    write_run(journal(store, clock), token="bbbb")
    assert path.read_bytes() == whole
    assert check_journal(store.read_files(), store.read_anchor()) == ()


def test_a_killed_run_without_any_record_leaves_no_trace_in_the_chain(tmp_path: Path) -> None:
    """The machine died before the first record was whole."""
    store = FolderStore(tmp_path)
    folder = tmp_path / run_folder("20261122-120000-zzzz")
    folder.mkdir(parents=True)
    (folder / "journal.jsonl").write_bytes(b'{"actor"')
    run, past = write_run(journal(store))
    assert past.runs == ()
    assert run.run > folder.name
    assert check_journal(store.read_files(), store.read_anchor()) == ()


def answers(folder: Path, orders: str, limit: int | None = None) -> list[str]:
    """What a runner in another process answers, that may write no file longer than ``limit`` bytes."""
    command = [sys.executable, "-m", "tests.unit.journal.contender", str(folder), "0001"]

    def prepare() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    ended = subprocess.run(
        command, cwd=ROOT, text=True, input=orders, stdout=subprocess.PIPE, check=True, preexec_fn=prepare
    )
    return ended.stdout.split()


def test_a_folder_that_may_not_be_written_is_one_clear_error(tmp_path: Path) -> None:
    """Whoever lacks the rights learns it when the run opens, before anything else happens."""
    tmp_path.chmod(0o555)
    assert answers(tmp_path, "nobody\nopen\n") == ["ok", "audit_store"]
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_may_not_grow_keeps_only_whole_records(tmp_path: Path) -> None:
    """The system itself ends a write in the middle: the half line is taken off again."""
    assert answers(tmp_path, "open\nintent\nintent\nintent\n", 1000) == ["ok", "ok", "audit_store", "audit_store"]
    store = FolderStore(tmp_path)
    assert check_journal(store.read_files(), store.read_anchor()) == ()
    (path,) = tmp_path.glob("runs/*/*/*/*/journal.jsonl")
    assert path.read_bytes().endswith(b"}\n")
