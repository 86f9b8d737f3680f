"""The snapshot without names: enough to compare policies on, and nobody in it who is not named in the policies."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from runner.directory.file import FileReader
from runner.directory.interface import EVERYTHING
from runner.directory.parse import snapshot_from_json, snapshot_to_json
from runner.journal.folder import FolderStore
from runner.journal.journal import Journal
from runner.journal.privacy import Pseudonyms
from runner.journal.store import LEASE
from runner.journal.verify import check_journal
from runner.model.people import Snapshot
from runner.model.unknown import Unknown
from runner.run.recording import FRESH, RECORDED, read_is_fresh, without_names, words_said
from tests.unit.journal.made import ME, NOON, Clock, journal, write_run

ACME = Path(__file__).resolve().parents[3] / "examples" / "acme.json"
MASK = Pseudonyms((b"a key of sixteen or more",))


@pytest.fixture
def acme() -> Snapshot:
    """The made-up organization."""
    return FileReader(ACME).read_snapshot(EVERYTHING)


def test_nobody_is_named_but_who_stands_in_the_policies(acme: Snapshot) -> None:
    """Names, addresses and ids are pseudonyms; an address in the policies is kept, for protection and exemptions."""
    said = words_said(["protect:\n  users: [Break-Glass@acme.example]", "- user: 'lena.okafor@acme.example' # ann"])
    text = json.dumps(snapshot_to_json(without_names(acme, MASK, said)), ensure_ascii=False)
    named = {u.email for u in acme.users if isinstance(u.email, str) and f'"{u.email}"' in text}
    assert {email.casefold() for email in named} == {"break-glass@acme.example", "lena.okafor@acme.example"}
    assert [u.name for u in acme.users if not isinstance(u.name, Unknown) and json.dumps(u.name)[1:-1] in text] == []
    assert [u.account_id for u in acme.users if f'"{u.account_id}"' in text] == []


def test_what_policies_ask_about_is_kept(acme: Snapshot) -> None:
    """Domains, groups, uses and states are those of the same people, so comparisons have the same figures."""
    hidden = without_names(acme, MASK, frozenset())
    ids = {MASK.account(user.account_id): user for user in acme.users}
    assert len(hidden.users) == len(acme.users)
    for user in hidden.users:
        real = ids[user.account_id]
        kept = replace(user, account_id=real.account_id, email=real.email, name=real.name)
        assert kept == real
        if isinstance(real.email, str):
            assert str(user.email).partition("@")[2] == real.email.rpartition("@")[2]
    assert [user.account_id for user in hidden.users] == sorted(user.account_id for user in hidden.users)


def test_it_can_be_read_as_a_directory(acme: Snapshot) -> None:
    """What is written is a directory file like any other."""
    again = snapshot_from_json(snapshot_to_json(without_names(acme, MASK, frozenset())), source="kept")
    assert (again.complete, len(again.users), len(again.groups)) == (True, len(acme.users), len(acme.groups))


def test_it_is_kept_in_one_step_that_gives_the_lease_back(tmp_path: Path) -> None:
    """The file stands beside the runs, the journal is whole, and the next run needs to wait for nobody."""
    store = FolderStore(tmp_path)
    first, _ = write_run(journal(store), token="aaaa")
    Journal(store, clock=Clock(), owner=ME).keep_file(RECORDED, b"{}\n", "Snapshot", "bbbb")
    assert store.read_file(RECORDED) == b"{}\n"
    assert b'"released":true' in (store.read_file(LEASE) or b"")
    assert check_journal(store.read_files(), store.read_anchor()) == ()
    second, _ = write_run(journal(store), token="cccc")
    assert [run.run for run in journal(store).read_past().runs] == [first.run, second.run]


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        (None, False),
        (b"not JSON", False),
        (b"{}", False),
        (b"[]", False),
        (json.dumps({"taken_at": (NOON - FRESH).isoformat()}).encode(), False),
        (json.dumps({"taken_at": (NOON - FRESH + timedelta(seconds=1)).isoformat()}).encode(), True),
    ],
)
def test_it_is_recorded_about_once_a_day(tmp_path: Path, kept: bytes | None, *, expected: bool) -> None:
    """What is nearly a day old, unreadable or not there is recorded anew."""
    store = FolderStore(tmp_path)
    if kept is not None:
        Journal(store, clock=Clock(), owner=ME).keep_file(RECORDED, kept, "Snapshot", "aaaa")
    assert read_is_fresh(store, NOON) is expected
