"""Whatever somebody does to a journal is found, the first bad record named; an honest one raises no alarm."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.journal.chain import Finding, build_chain
from runner.journal.ids import run_folder
from runner.journal.records import Tip, build_record
from runner.journal.store import JOURNAL
from runner.journal.verify import check_journal
from tests.unit.journal.made import NOON, Clock, MemoryStore, Story, change, journal, outcomes, start, write_run

STEPS = ("started", "snapshot", "planned", "intent", "outcome", "finished", "closed")
TORN = (b"", b"{", b'{"at":"2026-11-22T12:00:00.001000Z","change":{"acc', b"\0\0\0\0")


def told(stories: list[tuple[str, bytes]]) -> MemoryStore:
    """A journal of runs that each die behind a step, their last line torn, and are closed by the next."""
    store, clock = MemoryStore(), Clock()
    for number, (dies, torn) in enumerate(stories):
        changes = (change(2 * number + 1), change(2 * number + 2))
        story = Story(changes=changes, dies=dies, files={"handover/g-1.csv": b"email\n"})
        run, _ = write_run(journal(store, clock), story, f"{number:04}")
        if dies not in ("closed", "finished"):
            store.files[f"{run_folder(run.run)}/{JOURNAL}"] += torn
        clock.now += timedelta(hours=1)
    return store


HONEST = told([("closed", b""), ("intent", TORN[2]), ("closed", b""), ("closed", b"")])
PATHS = sorted(path for path in HONEST.files if path.endswith(JOURNAL))
LINES = {path: HONEST.files[path].splitlines(keepends=True) for path in PATHS}


def found(files: dict[str, bytes]) -> tuple[Finding, ...]:
    """All findings in the honest journal with these files."""
    return check_journal({**HONEST.read_files(), **files}, HONEST.anchor)


def first(files: dict[str, bytes]) -> tuple[str, int | None]:
    """Where the first finding lies: the path of the run's journal and the line."""
    finding = found(files)[0]
    return f"{run_folder(finding.run)}/{JOURNAL}", finding.line


lines = st.sampled_from([(path, number) for path in PATHS for number in range(1, len(LINES[path]) + 1)])


def test_every_flipped_byte_is_found_in_its_record() -> None:
    """Each byte of each record, line feeds too, in the newest run and in one before it: its record is named."""
    store = told([("intent", TORN[2]), ("finished", b"")])
    for path, data in store.read_files().items():
        whole = data.rpartition(b"\n")[0] + b"\n" if path.endswith(JOURNAL) else b""
        for position in range(len(whole)):
            changed = data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]
            finding = check_journal({**store.files, path: changed}, store.anchor)[0]
            line = data[:position].count(b"\n") + 1
            assert (finding.run, finding.line) == (path.split("/")[4], line), position


@given(lines, st.integers(0, 10_000), st.binary(min_size=1, max_size=3))
@settings(max_examples=150)
def test_every_edit_is_found_in_its_record(place: tuple[str, int], position: int, put: bytes) -> None:
    """Any bytes written over any others in a line name that line, unless they are the same bytes."""
    path, number = place
    line = LINES[path][number - 1][:-1]
    position %= len(line)
    changed = line[:position] + put + line[position + len(put) :]
    if changed != line:
        kept = [*LINES[path]]
        kept[number - 1] = changed + b"\n"
        assert first({path: b"".join(kept)}) == (path, number)


@given(lines)
def test_a_lost_record_is_missed_where_it_stood(place: tuple[str, int]) -> None:
    """One line less, wherever it was, the last of the newest run among them."""
    path, number = place
    kept = LINES[path][: number - 1] + LINES[path][number:]
    assert first({path: b"".join(kept)}) == (path, number)


@given(lines)
def test_a_cut_tail_is_missed_where_it_began(place: tuple[str, int]) -> None:
    """All lines from one on are gone, in any run."""
    path, number = place
    assert first({path: b"".join(LINES[path][: number - 1])}) == (path, number)


@given(lines, lines)
def test_records_that_changed_places_are_found(one: tuple[str, int], other: tuple[str, int]) -> None:
    """Two lines swapped, within a run or between two: the first of the two places is named."""
    if one == other:
        return
    kept = {path: [*lines] for path, lines in LINES.items()}
    kept[one[0]][one[1] - 1], kept[other[0]][other[1] - 1] = LINES[other[0]][other[1] - 1], LINES[one[0]][one[1] - 1]
    assert first({path: b"".join(lines) for path, lines in kept.items()}) == min(one, other)


@given(lines, lines)
def test_a_record_that_was_put_in_is_found(source: tuple[str, int], place: tuple[str, int]) -> None:
    """A copy of any record in front of any other."""
    kept = [*LINES[place[0]]]
    kept.insert(place[1] - 1, LINES[source[0]][source[1] - 1])
    named = first({place[0]: b"".join(kept)})
    # A copy beside its original cannot be told from it: then the second of the two is named.
    assert named == (place[0], place[1] + 1) if source == place else named == place


@given(lines, st.sampled_from(PATHS))
def test_a_record_behind_the_end_of_a_run_is_found(source: tuple[str, int], path: str) -> None:
    """A copy of any record at the end of any run, as a whole line."""
    assert first({path: b"".join([*LINES[path], LINES[source[0]][source[1] - 1]])}) == (path, len(LINES[path]) + 1)


@pytest.mark.parametrize("torn", [b"{", b"\0"])
@pytest.mark.parametrize("number", range(4))
def test_an_unfinished_line_where_none_can_be_is_found(number: int, torn: bytes) -> None:
    """Behind a run's end, and in a run that others followed: whoever opened those has cut it off."""
    path = PATHS[number]
    assert first({path: HONEST.files[path] + torn}) == (path, len(LINES[path]) + 1)


FORGED = {
    "a number left out": ((1, "started", 0), (3, "planned", -1)),
    "a number used twice": ((1, "started", 0), (1, "planned", -1)),
    "a branch of the chain": ((1, "started", 0), (2, "snapshot", -1), (3, "planned", -2)),
    "two beginnings": ((1, "started", 0), (2, "started", -1)),
    "no beginning": ((1, "planned", 0),),
    "something behind the end": ((1, "started", 0), (2, "finished", -1), (3, "planned", -1)),
}


@pytest.mark.parametrize("told", FORGED.values(), ids=FORGED)
def test_a_forged_order_is_found(told: tuple[tuple[int, str, int], ...]) -> None:
    """Each hash is right, what the records say of their order is not: the last one of each is the first bad one."""
    run, hashes, data = "20261122-120000-aaaa", list[str](), b""
    for seq, kind, before in told:
        tip = Tip(run, seq - 1, hashes[before]) if hashes else None
        record = build_record(tip, NOON, run, kind, {})
        hashes.append(record.hash)
        data += record.line
    chain = build_chain({run: data}, hashes[-1])
    assert [(finding.run, finding.line) for finding in chain.findings] == [(run, len(told))]


def test_runs_that_changed_places_are_found() -> None:
    """Two whole journals exchanged: the first record of the earlier one is named."""
    one, other = PATHS[0], PATHS[2]
    assert first({one: HONEST.files[other], other: HONEST.files[one]}) == (one, 1)


@pytest.mark.parametrize("number", range(4))
def test_a_lost_run_is_missed(number: int) -> None:
    """A whole folder is gone: the run is named, or for the newest, the place where the chain ends too early."""
    folder = PATHS[number].rpartition("/")[0] + "/"
    kept = {path: data for path, data in HONEST.read_files().items() if not path.startswith(folder)}
    finding = check_journal(kept, HONEST.anchor)[0]
    lost = folder.split("/")[4]
    assert finding.run == lost if number < 3 else (finding.code, finding.run) == ("cut_tail", PATHS[2].split("/")[4])


def test_a_lost_journal_is_missed() -> None:
    """All runs are gone, or the anchor is."""
    assert [finding.code for finding in check_journal({}, HONEST.anchor)] == ["anchor"]
    assert [finding.code for finding in check_journal(HONEST.read_files(), None)] == ["anchor"]
    assert check_journal({}, None) == ()


def test_runs_that_died_before_the_anchor_was_there_raise_no_alarm() -> None:
    """The anchor is written behind the first record: several runs may have ended in between. One that went on has
    written it."""
    store = told([("started", b""), ("started", b"")])
    assert check_journal(store.read_files(), None) == ()
    assert [finding.code for finding in check_journal(told([("snapshot", b"")]).read_files(), None)] == ["anchor"]


@pytest.mark.parametrize("name", ["plan.json", "handover/g-1.csv", "report.md"])
@pytest.mark.parametrize("data", [b"other", None])
def test_changed_and_lost_files_are_found(name: str, data: bytes | None) -> None:
    """The plan, the hand-over lists and the reports of earlier runs are held by hashes in the chain."""
    path = f"{PATHS[0].rpartition('/')[0]}/{name}"
    files = HONEST.read_files()
    if data is None:
        del files[path]
    else:
        files[path] = data
    (finding,) = check_journal(files, HONEST.anchor)
    assert (finding.run, finding.file) == (PATHS[0].split("/")[4], name)


def test_files_that_belong_nowhere_are_found() -> None:
    """A file more in a finished run, or beside the runs; what hides behind a dot is let be."""
    folder = PATHS[0].rpartition("/")[0]
    assert [finding.file for finding in found({f"{folder}/more.txt": b""})] == ["more.txt"]
    assert [finding.file for finding in found({"runs/2026/more.txt": b""})] == ["runs/2026/more.txt"]
    assert found({f"{folder}/.DS_Store": b"", "runs/.keep": b""}) == ()


STORIES = {
    "ended without having been announced": ((), ("applied",)),
    "announces the change a second time": ((1, 1), ()),
    "ended before": ((1,), ("applied", "failed")),
}


@pytest.mark.parametrize(("said", "told"), STORIES.items(), ids=STORIES)
def test_a_story_that_no_run_of_ours_tells_is_found(said: str, told: tuple[tuple[int, ...], tuple[str, ...]]) -> None:
    """Every effect is announced once and ends once, also where all hashes are right."""
    store = MemoryStore()
    run, _ = journal(store).open_run(start(), "aaaa")
    for person in told[0]:
        run.record_intents([change(person)])
    for status in told[1]:
        run.record_outcomes(outcomes([change(1)], status))
    (finding,) = check_journal(store.read_files(), store.anchor)
    assert finding.code == "accounts"
    assert said in finding.message


def test_what_was_unknown_may_end_later_and_what_was_not_sent_needs_no_intent() -> None:
    """Both are honest."""
    store = MemoryStore()
    run, _ = journal(store).open_run(start(), "aaaa")
    run.record_intents([change(1)])
    run.record_outcomes([*outcomes([change(1)], "unknown"), *outcomes([change(2)], "changed_since")])
    run.record_outcomes(outcomes([change(1)]))
    assert check_journal(store.read_files(), store.anchor) == ()


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(TORN)), max_size=5))
@settings(max_examples=100)
def test_honest_journals_raise_no_alarm(stories: list[tuple[str, bytes]]) -> None:
    """Runs that end, and runs that die behind any step with their last line torn, in any order."""
    store = told(stories)
    assert check_journal(store.read_files(), store.anchor) == ()


def test_a_report_in_the_folder_of_a_run_without_records_is_nobodys() -> None:
    """A run may die before its first record is whole, and leave half of it; a report it writes last of all."""
    folder = run_folder("20261122-000000-zzzz")
    torn = {**HONEST.read_files(), f"{folder}/journal.jsonl": b'{"actor"', f"{folder}/plan.json": b"{}"}
    assert check_journal(torn, HONEST.anchor) == ()
    (finding,) = check_journal({**torn, f"{folder}/report.md": b"# All is well"}, HONEST.anchor)
    assert (finding.run, finding.code, finding.file) == ("20261122-000000-zzzz", "stray", "report.md")
