"""Records and the names of runs: one way to write each, and nothing else is read."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.journal import forms
from runner.journal.fold import run_record
from runner.journal.ids import is_run_id, new_run_id, run_folder
from runner.journal.records import RecordError, Tip, build_record, parse_line
from tests.unit.journal.made import NOON, start

RUN = "20261122-120000-aaaa"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=9), inner, max_size=3),
    max_leaves=6,
)


def test_a_record_is_what_the_contract_says() -> None:
    """One canonical JSON object a line; the hash is that of the record without it, whatever tool works it out."""
    record = build_record(Tip("earlier", 9, "sha256:0"), NOON, RUN, "intent", {"change": {"name": "Zoë"}})
    assert record.line.decode() == (
        '{"at":"2026-11-22T12:00:00.000000Z","change":{"name":"Zoë"},"hash":"' + record.hash + '","kind":"intent",'
        '"prev":"sha256:0","run":"' + RUN + '","seq":1}\n'
    )
    bare = {key: value for key, value in json.loads(record.line).items() if key != "hash"}
    text = json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert record.hash == "sha256:" + hashlib.sha256(text.encode()).hexdigest()


@given(st.dictionaries(st.text("xyz", min_size=1), json_values, max_size=4))
def test_every_body_is_read_back(body: dict[str, object]) -> None:
    """Whatever JSON it holds."""
    record = build_record(None, NOON, RUN, "notified", body)
    assert parse_line(record.line[:-1]) == record


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"", "not_json"),
        (b"\xff", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b"[]", "not_a_record"),
        (b"{}", "not_a_record"),
        (b'{"at":1, "hash":1,"kind":1,"prev":1,"run":1,"seq":1}', "not_canonical"),
        (b'{"at":NaN,"hash":1,"kind":1,"prev":1,"run":1,"seq":1}', "not_canonical"),
        (b'{"at":"\\ud800","hash":1,"kind":1,"prev":1,"run":1,"seq":1}', "not_canonical"),
        (b'{"at":1,"at":1,"hash":1,"kind":1,"prev":1,"run":1,"seq":1}', "not_canonical"),
        (b'{"at":1,"hash":1,"kind":1,"prev":1,"run":1,"seq":1}', "hash"),
    ],
)
def test_what_is_no_record_says_why(line: bytes, code: str) -> None:
    """No line makes the reader fall over."""
    with pytest.raises(RecordError) as caught:
        parse_line(line)
    assert caught.value.code == code
    assert str(caught.value) == caught.value.message != ""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seq", True),
        ("seq", "1"),
        ("run", 1),
        ("kind", "other"),
        ("prev", 1),
        ("at", 1),
        ("at", "2026-11-22T12:00:00Z"),
    ],
)
def test_a_record_of_right_hash_and_wrong_shape_is_none(field: str, value: object) -> None:
    """The hash says only that nobody changed it since."""
    form = json.loads(build_record(None, NOON, RUN, "started", {}).line)
    del form["hash"]
    form[field] = value
    text = json.dumps(form, sort_keys=True, separators=(",", ":"))
    form["hash"] = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    with pytest.raises(RecordError) as caught:
        parse_line(json.dumps(form, sort_keys=True, separators=(",", ":")).encode())
    assert caught.value.code == "not_a_record"


@pytest.mark.parametrize("kind", ["snapshot", "planned", "refused", "intent", "outcome", "notified", "finished"])
@pytest.mark.parametrize("body", [{}, {"change": []}, {"change": {"id": 1}}, {"counts": 1, "tasks": "all"}])
def test_a_record_without_what_its_kind_needs_is_an_error(kind: str, body: dict[str, object]) -> None:
    """It names the run; nothing is guessed."""
    first = build_record(None, NOON, RUN, "started", forms.started_body(start()))
    with pytest.raises(RecordError, match=RUN):
        run_record([first, build_record(first.tip, NOON, RUN, kind, body)])


def test_names_of_runs_sort_as_the_runs_were_made() -> None:
    """By time, and behind the run before even within one second or when the clock went back."""
    first = new_run_id(NOON, "zzzz")
    assert first == "20261122-120000-zzzz"
    assert new_run_id(NOON, "aaaa", first) == "20261122-120001-aaaa"
    assert new_run_id(NOON - timedelta(days=400), "aaaa", first) == "20261122-120001-aaaa"
    assert new_run_id(NOON + timedelta(days=1), "aaaa", first) == "20261123-120000-aaaa"
    assert run_folder(first) == "runs/2026/11/22/20261122-120000-zzzz"


@pytest.mark.parametrize(
    "bad", ["", "../..", "20261322-120000-aaaa", "20261122-120000-AAAA", "20261122-120000-", RUN + "/x"]
)
def test_other_names_are_no_runs(bad: str) -> None:
    """No name of a folder leads anywhere else."""
    assert not is_run_id(bad)
    with pytest.raises(ValueError, match="token"):
        new_run_id(NOON, bad)


def test_what_does_not_begin_with_a_start_is_no_run() -> None:
    """Neither nothing at all."""
    for records in ([], [build_record(None, NOON, RUN, "snapshot", {})]):
        with pytest.raises(RecordError, match="does not begin with a started record") as no:
            run_record(records)
        assert no.value.code == "not_a_record"


def test_a_record_that_lacks_what_its_kind_needs_is_named_by_its_run() -> None:
    """Its first record too. A run that read nobody has no snapshot and no pages."""
    first = build_record(None, NOON, RUN, "started", forms.started_body(start()))
    assert (run_record([first]).snapshot, run_record([first]).pages) == (None, 0)
    empty = build_record(None, NOON, RUN, "started", {})
    for records in ([empty], [first, build_record(first.tip, NOON, RUN, "planned", {})]):
        with pytest.raises(RecordError, match=f"a record of run {RUN} lacks what its kind needs") as no:
            run_record(records)
        assert no.value.code == "not_a_record"
