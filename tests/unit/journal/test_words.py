"""Each kind of damage has its word: what scripts that read `verify --json` go by, beside the place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from runner.journal.records import Record, Tip, build_record, parse_line
from runner.journal.store import JOURNAL, PLAN, REPORT
from runner.journal.verify import check_journal
from tests.unit.journal.made import Clock, MemoryStore, Story, journal, write_run


def three_runs() -> tuple[MemoryStore, list[str]]:
    """Three whole runs, and the folders they are in."""
    store, clock = MemoryStore(), Clock()
    for token in ("aaaa", "bbbb", "cccc"):
        write_run(journal(store, clock), Story(files={"list.csv": b"a,b\n"}), token)
        clock.now += timedelta(hours=1)
    return store, sorted(path.removesuffix(f"/{JOURNAL}") for path in store.files if path.endswith(JOURNAL))


STORE, (FIRST, SECOND, THIRD) = three_runs()
HONEST = STORE.read_files()
LAST = 8  # lines of a run: started, snapshot, planned, two intents, two outcomes, finished
Where = tuple[str, str, int | None, str | None]


def lines(folder: str) -> list[bytes]:
    """A run's lines."""
    return HONEST[f"{folder}/{JOURNAL}"].splitlines(keepends=True)


def record(folder: str, number: int) -> Record:
    """The record on a line, counted from 1."""
    return parse_line(lines(folder)[number - 1][:-1])


def found(folder: str, kept: list[bytes], anchor: str | None = STORE.anchor) -> list[Where]:
    """What is found where these lines stand in one run's journal."""
    return findings({**HONEST, f"{folder}/{JOURNAL}": b"".join(kept)}, anchor)


def findings(files: dict[str, bytes], anchor: str | None = STORE.anchor) -> list[Where]:
    """The word, the run (its token), the line and the file of each finding."""
    return [(f.code, f.run[-4:], f.line, f.file) for f in check_journal(files, anchor)]


def test_an_honest_journal_has_no_finding() -> None:
    """Else nothing below means anything."""
    assert findings(HONEST) == []
    assert len(lines(FIRST)) == len(lines(SECOND)) == len(lines(THIRD)) == LAST


def test_a_record_behind_a_forged_gap_is_broken() -> None:
    """Its hash fits, but it follows a record that is not there."""
    third = record(SECOND, 3)
    odd = build_record(Tip(third.run, 2, "sha256:0"), third.at, third.run, third.kind, third.body)
    assert found(SECOND, [*lines(SECOND)[:2], odd.line, *lines(SECOND)[3:]])[0] == ("broken", "bbbb", 3, None)


def test_a_record_of_another_run_is_named_so() -> None:
    """Also where its hash and what it follows fit."""
    second = record(SECOND, 2)
    odd = build_record(second.tip, second.at, "20261122-000000-zzzz", "notified", {})
    assert found(SECOND, [*lines(SECOND)[:2], odd.line, *lines(SECOND)[2:]])[0] == ("other_run", "bbbb", 3, None)


@pytest.mark.parametrize(("seq", "kind"), [(9, "notified"), (2, "started")])
def test_a_record_that_does_not_belong_where_it_stands_is_out_of_order(seq: int, kind: str) -> None:
    """By its number, or by what it is: a run starts once."""
    second = record(SECOND, 2)
    odd = build_record(Tip(second.run, seq, second.hash), second.at, second.run, kind, {})
    assert found(SECOND, [*lines(SECOND)[:2], odd.line])[0] == ("order", "bbbb", 3, None)


def test_a_record_behind_the_end_is_out_of_order() -> None:
    """A run ends once; an unfinished line behind its end has a word of its own."""
    end = record(THIRD, LAST)
    more = build_record(end.tip, end.at, end.run, "notified", {})
    assert found(THIRD, [*lines(THIRD), more.line], more.hash)[0] == ("order", "cccc", LAST + 1, None)
    assert found(THIRD, [*lines(THIRD), b"{"]) == [("after_end", "cccc", LAST + 1, None)]


def test_a_first_record_that_is_no_start_is_out_of_order() -> None:
    """Whatever it follows."""
    end = record(FIRST, LAST)
    odd = build_record(end.tip, end.at, record(SECOND, 1).run, "snapshot", {})
    assert found(SECOND, [odd.line])[0] == ("order", "bbbb", 1, None)


def test_a_run_that_is_gone_is_named_and_so_is_a_tail() -> None:
    """The next run says which record it followed."""
    without = {path: data for path, data in HONEST.items() if not path.startswith(SECOND)}
    assert findings(without) == [("lost_run", "bbbb", None, None)]
    assert found(SECOND, lines(SECOND)[:5])[0] == ("cut_tail", "bbbb", 6, None)
    assert found(SECOND, [])[0] == ("cut_tail", "bbbb", 1, None)
    assert found(THIRD, lines(THIRD)[:5])[0] == ("cut_tail", "cccc", 6, None)


def test_a_first_record_that_follows_nothing_there_is_broken() -> None:
    """It names no run before it, a later one, or a record that stands there and is another."""
    first = record(SECOND, 1)
    for after in (None, {"run": record(THIRD, 1).run, "seq": 1}, first.body["after"]):
        odd = build_record(Tip("", 0, "sha256:0"), first.at, first.run, "started", {**first.body, "after": after})
        assert found(SECOND, [odd.line])[0] == ("broken", "bbbb", 1, None), after


def test_a_changed_record_hides_nothing_that_is_missing_behind_it() -> None:
    """The record after it must still follow the one that stood there."""
    changed = lines(SECOND)[2].replace(b'"planned"', b'"plannEd"')
    kept = lines(SECOND)
    assert found(SECOND, [*kept[:2], changed, *kept[3:]])[0] == ("hash", "bbbb", 3, None)
    both = found(SECOND, [*kept[:2], changed, *kept[4:]])
    assert [where for where in both if where[3] is None] == [("hash", "bbbb", 3, None), ("broken", "bbbb", 4, None)]


def test_the_newest_record_changed_is_no_cut_tail() -> None:
    """The anchor names it still: one finding, at its line."""
    end = lines(THIRD)[-1].replace(b'"finished"', b'"Finished"')
    assert [where for where in found(THIRD, [*lines(THIRD)[:-1], end]) if where[3] is None] == [
        ("hash", "cccc", LAST, None)
    ]


def test_an_unfinished_line_in_a_run_that_others_followed_is_torn() -> None:
    """Whoever opened the next run has cut it."""
    kept = lines(THIRD)[:5]
    assert found(THIRD, [*kept, b'{"at'], record(THIRD, 5).hash) == []
    store, clock = MemoryStore(), Clock()
    write_run(journal(store, clock), Story(dies="intent"), "aaaa")
    (path,) = (path for path in store.files if path.endswith(JOURNAL))
    clock.now += timedelta(hours=1)
    write_run(journal(store, clock), Story(), "bbbb")
    torn = check_journal({**store.read_files(), path: store.files[path] + b"{"}, store.anchor)
    assert [(f.code, f.seq, f.line) for f in torn] == [("torn", 6, 6)]


def test_files_have_words_of_their_own() -> None:
    """Missing, changed, of nobody; the report of a run that others followed among them."""
    name = f"{SECOND}/list.csv"
    assert findings({path: data for path, data in HONEST.items() if path != name}) == [
        ("lost_file", "bbbb", None, "list.csv")
    ]
    assert findings({**HONEST, name: b"x"}) == [("changed_file", "bbbb", None, "list.csv")]
    assert findings({**HONEST, f"{SECOND}/{PLAN}": b"x"}) == [("changed_file", "bbbb", None, PLAN)]
    assert findings({**HONEST, f"{SECOND}/{REPORT}": b"x"}) == [("changed_file", "bbbb", None, REPORT)]
    assert findings({**HONEST, f"{SECOND}/more.csv": b"x"}) == [("stray", "bbbb", None, "more.csv")]
    assert findings({**HONEST, "runs/more.csv": b"x"}) == [("stray", "", None, "runs/more.csv")]


def test_an_anchor_that_is_missing_or_names_what_is_not_there_is_told() -> None:
    """As itself, or as the tail that it shows to be cut."""
    assert findings(HONEST, None) == [("anchor", "", None, "HEAD")]
    assert findings({}, STORE.anchor) == [("anchor", "", None, "HEAD")]
    assert findings(HONEST, "sha256:0") == [("cut_tail", "cccc", LAST + 1, None)]
