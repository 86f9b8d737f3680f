"""The file directory: whole or not at all, and what was applied is what is there."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner.directory.aspect import present_value
from runner.directory.file import FileReader, FileWriter
from runner.directory.interface import EVERYTHING, ends_the_run
from runner.errors import InputError, OtherSideError
from runner.model.people import Grant, User
from runner.model.plan import INVERSE, Change, Target
from runner.model.unknown import UNKNOWN

APPS = ("app-1", "app-2")
GROUPS = ("g-1", "g-2", "g-idp")
CUSTOMER = {"app": "app-2", "role": "customer"}
NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
AFTER = {"suspend": "suspended", "restore": "active", "deactivate": "deactivated", "reactivate": "active"}
BEFORE = {"suspend": "active", "restore": "suspended", "deactivate": "active", "reactivate": "deactivated"}


def write(path: Path, users: list[dict[str, Any]], **more: Any) -> Path:
    """A directory file with two apps, three groups and these people."""
    data = {
        "format": 1, "taken_at": "2026-11-22T06:00:00Z", "organization": "acme", "complete": True,
        "apps": [{"id": app, "key": app, "site": "acme"} for app in APPS],
        "groups": [
            {"id": g, "name": g, "grants": ["app-1"] * (g == "g-1"), "managed_by_idp": g == "g-idp"} for g in GROUPS
        ],
        "users": users, **more,
    }  # fmt: skip
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def ann(**facts: Any) -> dict[str, Any]:
    """An active, managed person in g-1 with a direct role on app-2."""
    base = {"status": "active", "managed": True, "synced": False, "groups": ["g-1"], "direct_access": ["app-2"]}
    return {"account_id": "u-1", **base, **facts}


def change(verb: str, target: str | None = None, *, who: str = "u-1", role: str = "user", before: Any = None) -> Change:
    """A change as a plan would hold it."""
    if verb in AFTER:
        return Change("c", who, None, None, verb, None, before or BEFORE[verb], AFTER[verb], ("t",), ())
    after = verb in ("add_to_group", "grant_role")
    assert target is not None
    role_of = role if verb.endswith("_role") else None
    return Change("c", who, None, None, verb, Target(target, target, role_of), not after, after, ("t",), ())


def inverse(done: Change) -> Change:
    """What takes a change back."""
    return replace(done, verb=INVERSE[done.verb], before=done.after, after=done.before)


def user(path: Path, who: str = "u-1") -> User:
    """A person as the file has them."""
    (found,) = FileReader(path).read_users([who])
    return found


def apply(path: Path, *changes: Change) -> list[tuple[str, str]]:
    """Status and detail of each outcome of a batch."""
    outcomes = FileWriter(path, lambda: NOW).apply_changes(changes)
    return [(outcome.status, outcome.detail) for outcome in outcomes]


CHANGES = (
    change("add_to_group", "g-2"), change("remove_from_group", "g-1"), change("grant_role", "app-1", role="admin"),
    change("revoke_role", "app-2"), change("suspend"), change("deactivate"),
)  # fmt: skip


@pytest.mark.parametrize("wanted", CHANGES, ids=lambda c: c.verb)
def test_a_change_is_made_once_and_its_inverse_takes_it_back(tmp_path: Path, wanted: Change) -> None:
    """Applied, then already so; the inverse restores every fact."""
    path = write(tmp_path / "acme.json", [ann()])
    before = user(path)
    assert apply(path, wanted) == [("applied", "")]
    assert present_value(user(path), wanted) == wanted.after
    assert FileWriter(path, lambda: NOW).read_back(wanted) == wanted.after
    assert apply(path, wanted) == [("already", "")]
    assert apply(path, inverse(wanted)) == [("applied", "")]
    assert user(path) == before


TARGETS = {"add_to_group": GROUPS[:2], "remove_from_group": GROUPS[:2], "grant_role": APPS, "revoke_role": APPS}
wishes = st.sampled_from([change(verb, t, who=w) for verb, ts in TARGETS.items() for t in ts for w in ("u-1", "u-2")])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.lists(wishes, max_size=12), data=st.data())
def test_any_batch_ends_as_if_made_one_by_one_and_its_inverse_restores(
    tmp_path: Path, wanted: list[Change], data: st.DataObject
) -> None:
    """The last wish for an aspect holds; nothing else moves; undoing what was applied, backwards, restores the file."""
    people = [
        ann(account_id=who, groups=data.draw(st.lists(st.sampled_from(GROUPS), unique=True)),
            direct_access=data.draw(st.lists(st.sampled_from(APPS), unique=True)))
        for who in ("u-1", "u-2")
    ]  # fmt: skip
    path = write(tmp_path / "acme.json", people)
    before = FileReader(path).read_snapshot(EVERYTHING).users
    outcomes = list(FileWriter(path, lambda: NOW).apply_changes(wanted))
    assert [outcome.change for outcome in outcomes] == wanted
    expected = {one.account_id: (set(one.groups), set(one.direct_access)) for one in before}  # type: ignore[arg-type]
    for one in wanted:
        assert one.target is not None
        groups, direct = expected[one.account_id]
        held: set[Any] = direct if one.target.role else groups
        what = Grant(one.target.id) if one.target.role else one.target.id
        held.add(what) if one.after else held.discard(what)
    after = FileReader(path).read_snapshot(EVERYTHING).users
    found: dict[str, Any] = {one.account_id: (one.groups, one.direct_access) for one in after}
    assert found == expected
    undo = [inverse(outcome.change) for outcome in reversed(outcomes) if outcome.status == "applied"]
    apply(path, *undo)
    assert FileReader(path).read_snapshot(EVERYTHING).users == before


@pytest.mark.parametrize(
    ("facts", "wanted", "outcome"),
    [
        ({}, change("suspend", who="u-9"), ("failed", "not_found: this account is not in the directory")),
        ({}, change("add_to_group", "g-9"), ("failed", "not_found: there is no such group")),
        ({}, change("grant_role", "app-9"), ("failed", "not_found: there is no such app")),
        ({}, change("add_to_group", "g-idp"), ("failed", "synced_group: an identity provider owns the group")),
        ({"managed": False}, change("deactivate"), ("failed", "unmanaged: not a managed account")),
        ({"synced": True}, change("deactivate"), ("failed", "synced_account: an identity provider owns the account")),
        ({"status": "not_invited"}, change("suspend"), ("changed_since", "status is not_invited, was active")),
        ({"status": None}, change("suspend"), ("failed", "unknown: status")),
        ({"groups": None}, change("add_to_group", "g-2"), ("failed", "unknown: groups")),
        ({"direct_access": [{"role": 1}]}, change("revoke_role", "app-2"), ("failed", "unknown: direct_access")),
        ({"status": "suspended"}, change("deactivate", before="suspended"), ("applied", "")),
        ({"status": "deactivated"}, replace(change("reactivate"), after="suspended"), ("applied", "")),
    ],
)
def test_what_cannot_be_done_says_why(
    tmp_path: Path, facts: dict[str, Any], wanted: Change, outcome: tuple[str, str]
) -> None:
    """One person's failure is an outcome; the rest of the batch goes on, and nothing is written for it."""
    path = write(tmp_path / "acme.json", [ann(**facts), ann(account_id="u-2")])
    assert apply(path, wanted, change("suspend", who="u-2")) == [outcome, ("applied", "")]
    if outcome[0] == "applied":
        assert user(path).status == wanted.after


def test_a_batch_that_changes_nothing_writes_nothing(tmp_path: Path) -> None:
    """The file stays the same file."""
    path = write(tmp_path / "acme.json", [ann()])
    before = path.stat()
    assert apply(path, change("add_to_group", "g-1")) == [("already", "")]
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_write_keeps_what_it_does_not_know_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """Other keys, the order of people and the permissions stay; no temporary file, no lock."""
    path = write(tmp_path / "acme.json", [ann(account_id="u-2", shoe="42"), ann()], note="ours: ü")
    path.chmod(0o640)
    before = json.loads(path.read_text(encoding="utf-8"))
    apply(path, change("remove_from_group", "g-1"))
    before["users"][1]["groups"] = []
    assert json.loads(path.read_text(encoding="utf-8")) == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_written_file_has_one_person_a_line(tmp_path: Path) -> None:
    """One change is one line of a diff."""
    path = write(tmp_path / "acme.json", [ann(), ann(account_id="u-2")])
    apply(path, change("suspend"))
    first = path.read_text(encoding="utf-8").splitlines()
    apply(path, change("suspend", who="u-2"))
    second = path.read_text(encoding="utf-8").splitlines()
    assert sum(one != two for one, two in zip(first, second, strict=True)) == 1


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """The file behind a symbolic link is replaced, not the link."""
    real = write(tmp_path / "real.json", [ann()])
    link = tmp_path / "link.json"
    link.symlink_to(real)
    apply(link, change("suspend"))
    assert link.is_symlink()
    assert user(real).status == "suspended"


def test_a_file_that_cannot_be_written_is_left_as_it_was(tmp_path: Path) -> None:
    """The other side's failure: exit 4, the old content, nothing half written."""
    path = write(tmp_path / "acme.json", [ann()])
    before = path.read_bytes()
    long_name = tmp_path / ("x" * 250 + ".json")  # no room in the folder's name limit for a temporary name
    long_name.write_bytes(before)
    with pytest.raises(OtherSideError) as raised:
        apply(long_name, change("suspend"))
    assert raised.value.reason == "directory_unwritable"
    assert long_name.read_bytes() == before


def test_writers_wait_for_each_other(tmp_path: Path) -> None:
    """Two at work on one file lose nothing of each other's."""
    people = [ann(account_id=f"u-{n}") for n in range(40)]
    path = write(tmp_path / "acme.json", people)

    def work(numbers: range) -> None:
        for number in numbers:
            apply(path, change("suspend", who=f"u-{number}"))

    threads = [threading.Thread(target=work, args=(numbers,)) for numbers in (range(20), range(20, 40))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    users = FileReader(path).read_snapshot(EVERYTHING).users
    assert {one.status for one in users} == {"suspended"}


@pytest.mark.parametrize("what", ["apply_change", "read_back"])
def test_nothing_is_built_on_a_file_that_another_is_about_to_replace(tmp_path: Path, what: str) -> None:
    """A writer that was frozen in the middle of its write is waited for: for a while, then it is one clear error."""
    path = write(tmp_path / "acme.json", [ann()])
    before, waited = path.read_bytes(), list[float]()
    other = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    with pytest.raises(OtherSideError) as raised:
        getattr(FileWriter(path, lambda: NOW, waited.append), what)(change("suspend"))
    assert (raised.value.reason, path.read_bytes(), sum(waited) > 20) == ("directory_locked", before, True)

    def wake_up(_: float) -> None:
        suspended = json.dumps({**json.loads(before), "users": [ann(status="suspended")]})
        path.write_text(suspended, encoding="utf-8")
        os.close(other)

    after = getattr(FileWriter(path, lambda: NOW, wake_up), what)(change("suspend"))
    assert after == "suspended" or after.status == "already"


def test_a_disk_without_locks_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a network file system may be: nothing is written, and it is no defect of the runner."""

    def refused(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    path = write(tmp_path / "acme.json", [ann()])
    before = path.read_bytes()
    monkeypatch.setattr(fcntl, "flock", refused)
    with pytest.raises(OtherSideError, match="cannot be locked: No locks available") as raised:
        list(FileWriter(path, lambda: NOW).apply_changes([change("suspend")]))
    assert (raised.value.reason, path.read_bytes()) == ("directory_locked", before)


def test_whoever_reads_during_a_write_sees_a_whole_file(tmp_path: Path) -> None:
    """The old file stays as it was for those who have it open; the new one takes its name."""
    path = write(tmp_path / "acme.json", [ann()])
    before = path.read_bytes()
    with path.open("rb") as reading:
        apply(path, change("suspend"))
        assert reading.read() == before
    assert path.read_bytes() != before


@pytest.mark.parametrize(
    "content",
    [
        b"", b'{"format": 1, "users": [{"acc', b"\xff\xfe{}", b'{"format": NaN}', b"[" * 100_000,
        b'{"format": 1' + b"0" * 5000 + b"}",
    ],
    ids=["empty", "cut", "encoding", "nan", "deep", "number"],
)  # fmt: skip
def test_a_broken_file_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    """Never a traceback, for reading nor for writing, and the file is left alone."""
    path = tmp_path / "acme.json"
    path.write_bytes(content)
    for attempt in (lambda: FileReader(path).read_snapshot(EVERYTHING), lambda: apply(path, change("suspend"))):
        with pytest.raises(InputError) as raised:
            attempt()
        assert raised.value.reason == "directory_unreadable"
        assert str(path) in raised.value.place
    assert path.read_bytes() == content


@pytest.mark.parametrize("name", ["missing.json", ".", "missing/acme.json"])
def test_a_file_that_is_not_there_is_one_clear_error(tmp_path: Path, name: str) -> None:
    """A wrong path is the user's input."""
    for attempt in (
        lambda: FileReader(tmp_path / name).read_snapshot(EVERYTHING),
        lambda: apply(tmp_path / name, change("suspend")),
    ):
        with pytest.raises(InputError) as raised:
            attempt()
        assert raised.value.reason == "directory_unreadable"


def test_halves_of_characters_are_replaced(tmp_path: Path) -> None:
    """A lone surrogate is text that can be neither hashed nor printed."""
    path = write(tmp_path / "acme.json", [ann(name="Ann \ud83d", email="\ud83d\ude00@acme.example")])
    assert (user(path).name, user(path).email) == ("Ann \ufffd", "\U0001f600@acme.example")
    assert apply(path, change("suspend")) == [("applied", "")]


def test_a_reader_sees_what_was_written_since(tmp_path: Path) -> None:
    """The file is read once, and again when it was replaced."""
    path = write(tmp_path / "acme.json", [ann()])
    reader = FileReader(path)
    first = reader.read_snapshot(EVERYTHING)
    assert reader.read_snapshot(EVERYTHING) is first
    apply(path, change("suspend"))
    assert reader.read_users(["u-1", "u-9"])[0].status == "suspended"
    assert reader.read_direct_access(["u-1", "u-9"]) == {"u-1": frozenset({Grant("app-2")})}


def test_who_is_gone_cannot_be_read_back(tmp_path: Path) -> None:
    """Not in the file any more: unknown, not false."""
    path = write(tmp_path / "acme.json", [ann()])
    assert FileWriter(path, lambda: NOW).read_back(change("add_to_group", "g-1", who="u-9")) is UNKNOWN


@pytest.mark.parametrize(
    ("facts", "wanted", "proven"),
    [
        ({}, change("revoke_role", "app-2"), {"app-2": []}),
        ({"direct_access": []}, change("grant_role", "app-2"), {"app-2": ["u-1"]}),
        ({"direct_access": [CUSTOMER]}, change("revoke_role", "app-2", role="customer"), {"app-2": []}),
        ({"groups": [], "direct_access": ["app-1"]}, change("add_to_group", "g-1"), {"app-1": [], "app-2": ["u-1"]}),
        ({"direct_access": None}, change("remove_from_group", "g-1"), {"app-2": ["u-1"]}),
        ({"direct_access": ["app-1"]}, change("remove_from_group", "g-1"), {"app-1": ["u-1"], "app-2": ["u-1"]}),
    ],
)  # fmt: skip
def test_who_uses_an_app_directly_stays_proven_or_is_proven_no_more(
    tmp_path: Path, facts: dict[str, Any], wanted: Change, proven: dict[str, list[str]]
) -> None:
    """``direct_use`` follows the changes; where it cannot, the app's entry goes."""
    direct_use = {app: ["u-1"] for app in ("app-1", "app-2") if app in proven or wanted.verb == "remove_from_group"}
    path = write(tmp_path / "acme.json", [ann(**facts)], direct_use=direct_use)
    assert apply(path, wanted) == [("applied", "")]
    assert json.loads(path.read_text(encoding="utf-8"))["direct_use"] == proven


def test_a_refused_key_ends_the_run_and_nothing_else_does(tmp_path: Path) -> None:
    """Only 401 and 403 stand for the whole key."""
    path = write(tmp_path / "acme.json", [ann()])
    (failed,) = FileWriter(path, lambda: NOW).apply_changes([change("suspend", who="u-9")])
    assert not ends_the_run(failed)
    assert ends_the_run(replace(failed, detail="forbidden: the key may not do this"))
    assert ends_the_run(replace(failed, detail="key_refused"))
    assert not ends_the_run(replace(failed, status="unknown", detail="forbidden"))
