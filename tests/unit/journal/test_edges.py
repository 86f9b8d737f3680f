"""Where the journal's checks begin and end: the smallest cases in which a slightly wrong one answers differently."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from runner.errors import InputError, OtherSideError
from runner.journal.chain import Finding, in_order
from runner.journal.ids import run_folder
from runner.journal.lease import TERM, Decision, Lease, Owner, quiet_since, read_gone, read_owner, taken_lease
from runner.journal.records import build_record, parse_line
from runner.journal.store import JOURNAL, Edit
from runner.journal.verify import check_journal
from tests.unit.journal.made import (
    ENDING,
    ME,
    NOON,
    OTHER,
    Clock,
    MemoryStore,
    Story,
    change,
    journal,
    outcomes,
    refusal,
    start,
    write_run,
)


def two_runs() -> tuple[MemoryStore, list[str]]:
    """Two whole runs, and the paths of their journals."""
    store, clock = MemoryStore(), Clock()
    for token in ("aaaa", "bbbb"):
        write_run(journal(store, clock), Story(changes=(change(1), change(2))), token)
        clock.now += timedelta(hours=1)
    return store, sorted(path for path in store.files if path.endswith(JOURNAL))


def lines_of(store: MemoryStore, path: str) -> list[bytes]:
    """A journal's lines."""
    return store.files[path].splitlines(keepends=True)


@pytest.mark.parametrize("number", range(4))
def test_one_changed_record_is_one_finding(number: int) -> None:
    """The records behind it still follow on, and are numbered as before."""
    store, (path, _) = two_runs()
    lines = lines_of(store, path)
    lines[number] = lines[number].replace(b'"kind"', b'"kInd"')
    found = check_journal({**store.read_files(), path: b"".join(lines)}, store.anchor)
    assert [(f.line, f.seq) for f in found if f.file is None] == [(number + 1, number + 1)]


def test_a_record_that_says_too_little_is_damage_though_its_hash_is_right() -> None:
    """Nothing is planned on a past that cannot be read: the message says what is missing."""
    store, (_, second) = two_runs()
    lines = lines_of(store, second)
    last, before = parse_line(lines[-1].rstrip(b"\n")), parse_line(lines[-2].rstrip(b"\n"))
    forged = build_record(before.tip, last.at, last.run, last.kind, {})
    store.files[second], store.anchor = b"".join([*lines[:-1], forged.line]), forged.hash
    with pytest.raises(OtherSideError) as caught:
        journal(store).read_past()
    assert caught.value.reason == "journal_damaged"


def test_a_record_written_anew_with_a_right_hash_breaks_the_run_behind_it() -> None:
    """Nothing is missing, so no tail was cut: the chain is broken where the next run begins."""
    store, (first, second) = two_runs()
    lines = lines_of(store, first)
    last = parse_line(lines[-1].rstrip(b"\n"))
    before = parse_line(lines[-2].rstrip(b"\n"))
    forged = build_record(before.tip, last.at + timedelta(seconds=1), last.run, last.kind, last.body)
    found = check_journal({**store.read_files(), first: b"".join([*lines[:-1], forged.line])}, store.anchor)
    assert (found[0].code, found[0].run, found[0].line) == ("broken", second.split("/")[4], 1)


def test_a_cut_tail_is_named_by_line_and_number() -> None:
    """In a run that others followed, and in the newest."""
    store, paths = two_runs()
    for path in paths:
        cut = b"".join(lines_of(store, path)[:3])
        finding = check_journal({**store.read_files(), path: cut}, store.anchor)[0]
        assert (finding.code, finding.seq, finding.line) == ("cut_tail", 4, 4)


def test_an_unfinished_line_behind_the_end_is_one_finding() -> None:
    """It is not called torn as well, because the run had ended."""
    store, (path, _) = two_runs()
    found = check_journal({**store.read_files(), path: store.files[path] + b"{"}, store.anchor)
    assert [finding.code for finding in found] == ["after_end"]


@pytest.mark.parametrize("left", [b"", b'{"at":"20'])
def test_a_run_that_died_before_its_first_record_is_passed_over(left: bytes) -> None:
    """The next one follows the last record there is, under a later name."""
    store, _ = two_runs()
    head, died = store.anchor, "20261122-235959-dddd"
    store.files[f"{run_folder(died)}/{JOURNAL}"] = left
    past = journal(store).read_past()
    assert (past.head, past.last_name, len(past.runs)) == (head, died, 2)
    run, _ = write_run(journal(store, Clock(NOON + timedelta(hours=2))), token="eeee")
    assert run.run > died
    assert check_journal(store.read_files(), store.anchor) == ()


def test_what_is_missing_is_said() -> None:
    """The anchor, or everything else."""
    store, _ = two_runs()
    assert [f.message for f in check_journal(store.read_files(), None)] == ["the anchor (HEAD) is missing"]
    assert [f.message for f in check_journal({}, store.anchor)] == ["all records are missing"]


def test_a_finding_says_where_it_is() -> None:
    """A record of a run, a file of a run, a file of none."""
    assert str(Finding("r", "hash", "bad", seq=2, line=3)) == "run r, record 2, line 3: bad"
    assert str(Finding("r", "stray", "odd", file="more.txt")) == "run r, more.txt: odd"
    assert str(Finding("", "anchor", "gone", file="HEAD")) == "HEAD: gone"
    assert str(Finding("", "anchor", "gone")) == "gone"


def test_findings_come_as_the_chain_passes_by_them() -> None:
    """By run, its records before its files, the first line first; what is about no run comes last."""
    first, second = Finding("a", "x", "", seq=1, line=1), Finding("a", "x", "", seq=2, line=2)
    file, later, none = Finding("a", "x", "", file="f"), Finding("b", "x", "", seq=1, line=1), Finding("", "x", "")
    assert in_order([none, later, file, second, first]) == (first, second, file, later, none)


@pytest.mark.parametrize("path", ["runs/2026/11/22/20261122-120000-aaaa", "runs/2026/11/23/20261122-120000-aaaa/x"])
def test_a_run_is_a_folder_in_its_day(path: str) -> None:
    """A file of such a name, and a folder of another day, belong nowhere."""
    assert [(finding.code, finding.file) for finding in check_journal({path: b""}, None)] == [("stray", path)]


def test_a_lease_holds_for_five_minutes_from_when_it_was_taken() -> None:
    """Also without any heartbeat."""
    lease = taken_lease(None, ME, "r", NOON, TERM, lambda _: False)
    assert (lease.since, lease.expires) == (NOON, NOON + timedelta(minutes=5))


def test_whoever_held_a_lease_is_quiet_when_it_ended_or_was_taken() -> None:
    """Whichever was first; where no lease stood nobody can say, so it is now."""
    held = Lease(OTHER, "r", 1, NOON, NOON + TERM)
    assert quiet_since(held, NOON + timedelta(minutes=1)) == NOON + timedelta(minutes=1)
    assert quiet_since(held, NOON + timedelta(hours=1)) == NOON + TERM
    assert quiet_since(None, NOON) == NOON


def test_a_run_knows_since_when_the_one_before_is_quiet() -> None:
    """From the lease that stood there, long over or taken from a dead process just now."""
    store, clock = MemoryStore(), Clock()
    write_run(journal(store, clock), Story(dies="intent"), "aaaa")
    assert store.lease is not None
    ended = store.lease.expires
    clock.now += timedelta(hours=1)
    run, _ = journal(store, clock).open_run(start(), "bbbb")
    assert run.quiet_since == ended
    before = clock.now
    run, _ = journal(MemoryStore(lease=replace(store.lease, released=True)), clock).open_run(start(), "cccc")
    assert before <= run.quiet_since <= clock.now


ODD_NAME = b") \xff Z ("
CHILD = f"""
import signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)
open("/proc/self/comm", "wb").write({ODD_NAME!r})
print("ready", flush=True)
print(input())
"""
"""A process that any signal but none ends, of a name that reads like the fields behind it."""


def test_a_living_process_is_asked_and_not_disturbed() -> None:
    """Whether it is there, whatever it calls itself; it goes on with what it did."""
    pipe = subprocess.PIPE
    host = read_owner().host
    with subprocess.Popen([sys.executable, "-c", CHILD], stdin=pipe, stdout=pipe) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        fields = Path(f"/proc/{child.pid}/stat").read_bytes().partition(ODD_NAME + b") ")[2].split()
        gone = read_gone(Owner(host, child.pid, fields[19].decode()), host)
        said = child.communicate(b"still here\n")[0]
    assert (gone, said) == (False, b"still here\n")


def test_an_owner_is_of_one_start_of_one_machine_and_one_container() -> None:
    """Clones of a machine share its name, and containers their processes' numbers."""
    host = read_owner().host
    assert Path("/proc/sys/kernel/random/boot_id").read_text("utf-8").strip() in host
    assert Path("/proc/self/ns/pid").readlink().name in host


def test_a_number_that_no_process_can_have_is_not_gone() -> None:
    """Somebody else's lease.json is not trusted to be of this machine."""
    host = read_owner().host
    assert not read_gone(Owner(host, 10**30, "1"), host)


@dataclass
class ListeningStore(MemoryStore):
    """Keeps what each step says of itself; on a branch these are the messages of the commits."""

    said: list[str] = field(default_factory=list)

    def write_edit(self, edit: Edit, decide: Decision) -> Lease:
        """See Store."""
        self.said.append(edit.message)
        return super().write_edit(edit, decide)


@dataclass
class FalteringStore(MemoryStore):
    """Refuses one step, and would take the next."""

    refuses: str = ""
    how: BaseException = field(default_factory=lambda: OtherSideError("audit_store", "the push was refused"))

    def write_edit(self, edit: Edit, decide: Decision) -> Lease:
        """See Store."""
        if self.refuses and edit.message.endswith(self.refuses):
            self.refuses = ""
            raise self.how
        return super().write_edit(edit, decide)


def test_after_a_step_that_failed_nothing_more_is_written() -> None:
    """Also where the store would work again: nobody knows what it holds."""
    store = FalteringStore(refuses="intent")
    clock = Clock()
    run, _ = journal(store, clock).open_run(start(), "aaaa")
    before = dict(store.files)
    for step in (lambda: run.record_intents([change(1)]), lambda: run.finish(ENDING), run.hold):
        with pytest.raises(OtherSideError, match="the push was refused"):
            step()
    assert store.files == before


def test_a_store_that_may_not_be_written_to_any_more_says_why_each_time() -> None:
    """Somebody has put policies on the audit branch meanwhile: whoever closes the run hears the reason, too."""
    store = FalteringStore(refuses="intent", how=InputError("audit_branch", "it holds policies/settings.yaml"))
    run, _ = journal(store).open_run(start(), "aaaa")
    for step in (lambda: run.record_intents([change(1)]), lambda: run.finish(ENDING), run.hold):
        with pytest.raises(InputError, match="it holds policies"):
            step()


def test_after_a_step_that_was_interrupted_nothing_more_is_written() -> None:
    """It may be in the store or not; nobody knows."""
    store = FalteringStore(refuses="intent", how=KeyboardInterrupt())
    run, _ = journal(store).open_run(start(), "aaaa")
    with pytest.raises(KeyboardInterrupt):
        run.record_intents([change(1)])
    with pytest.raises(OtherSideError, match="the journal's last step was interrupted") as no:
        run.finish(ENDING)
    assert no.value.reason == "audit_store"


def test_a_run_says_by_which_number_of_the_lease_it_writes() -> None:
    """So that a checker can tell whose an effect was: each run has a higher one."""
    store, paths = two_runs()
    assert [json.loads(lines_of(store, path)[0])["fence"] for path in paths] == [1, 2]
    assert store.lease is not None
    assert store.lease.fence == 2


def test_each_step_says_what_it_adds() -> None:
    """How many records of which kind, the run's name before it."""
    store = ListeningStore()
    run, _ = write_run(journal(store), Story(refusals=(refusal(),)))
    steps = ["lease taken", "started", "snapshot", "planned, refused", "2 intent", "2 outcome", "finished", "closed"]
    assert store.said[0].startswith("Run ")
    assert store.said[1:] == [f"Run {run.run}: {step}" for step in steps[1:]]
    assert store.said[0].endswith(": lease taken")


def test_what_is_open_and_what_is_unknown_is_asked_again() -> None:
    """What ended otherwise is not."""
    store = MemoryStore()
    run, _ = journal(store).open_run(start(), "aaaa")
    run.record_intents([change(1), change(2), change(3)])
    run.record_outcomes([*outcomes([change(1)], "unknown"), *outcomes([change(2)])])
    past = journal(store).read_past()
    assert [intent.change.account_id for intent in past.open_intents] == ["u-3"]
    assert [intent.change.account_id for intent in past.unresolved_intents] == ["u-1", "u-3"]


def test_what_a_run_found_out_of_an_earlier_one_is_not_its_own() -> None:
    """Each outcome is told once: of its own changes, or of those that another run had announced."""
    store, clock = MemoryStore(), Clock()
    write_run(journal(store, clock), Story(changes=(change(1),), dies="intent"), "aaaa")
    clock.now += timedelta(hours=1)
    run, past = journal(store, clock).open_run(start(), "bbbb")
    run.record_recovered([(intent, "applied", "found done") for intent in past.open_intents])
    run.record_intents([change(2)])
    run.record_outcomes(outcomes([change(2)]))
    last = journal(store, clock).read_past().runs[-1]
    assert [outcome.change.account_id for outcome in last.outcomes] == ["u-2"]
    assert [outcome.change.account_id for outcome in last.recovered] == ["u-1"]


def test_a_run_counts_its_outcomes_and_gives_its_head() -> None:
    """The last record has how many there were of each; its hash is what ``finish`` gives."""
    store = MemoryStore()
    run, _ = journal(store).open_run(start(), "aaaa")
    run.record_refusals([refusal()])
    run.record_intents([change(1), change(2), change(3)])
    run.record_outcomes([*outcomes([change(1)]), *outcomes([change(2)])])
    run.record_outcomes(outcomes([change(3)], "failed"))
    head = run.finish(ENDING)
    lines = store.files[f"{run_folder(run.run)}/{JOURNAL}"].splitlines()
    last = json.loads(lines[-1])
    assert last["counts"] == {"applied": 2, "failed": 1}
    assert last["hash"] == head == run.head == store.anchor
    assert [json.loads(line)["kind"] for line in lines[:2]] == ["started", "refused"]
