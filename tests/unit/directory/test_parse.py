"""The file format: what is missing is unknown, what is broken is one error, and nothing is lost on the way back."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from runner.demo.acme import TAKEN_AT, build_organization
from runner.directory.parse import snapshot_digest, snapshot_from_json, snapshot_to_json, user_to_json
from runner.errors import InputError
from runner.model.canonical import digest
from runner.model.people import Grant, Snapshot, User
from runner.model.unknown import UNKNOWN

APP, WIKI = "ari:cloud:jira-software::site/1", "ari:cloud:confluence::site/1"
NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)


def organization(**user: Any) -> dict[str, Any]:
    """One person with the facts given, two groups and two apps."""
    return {
        "format": 1,
        "taken_at": "2026-11-22T06:00:00Z",
        "organization": "acme",
        "complete": True,
        "apps": [
            {"id": APP, "key": "jira-software", "site": "acme", "seats": 500},
            {"id": WIKI, "key": "confluence", "site": "acme"},
        ],
        "groups": [
            {"id": "g-1", "name": "jira-users", "grants": [APP], "default_for": [APP], "managed_by_idp": False},
            {"id": "g-2", "name": "guests", "grants": [{"app": WIKI, "role": "guest"}]},
        ],
        "users": [{"account_id": "u-1", **user}],
    }


def read(data: object, now: datetime | None = NOW) -> Snapshot:
    """The snapshot that the data describes."""
    return snapshot_from_json(data, source="acme.json", now=now)


def person(**facts: Any) -> User:
    """The one person of the file."""
    return read(organization(**facts)).users[0]


FACTS = ("email", "name", "status", "managed", "synced", "mfa", "added", "roles", "last_active", "groups",
         "direct_access", "job_title", "department", "organization", "location", "time_zone")  # fmt: skip


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_that_is_missing_is_unknown(fact: str) -> None:
    """Absent is not no, not empty and not an error."""
    assert getattr(person(), fact) is UNKNOWN


@pytest.mark.parametrize("fact", FACTS)
def test_null_is_unknown_but_for_profile_fields(fact: str) -> None:
    """A profile field that is null is a known nothing."""
    profile = fact in ("job_title", "department", "organization", "location", "time_zone")
    assert getattr(person(**{fact: None}), fact) is (None if profile else UNKNOWN)


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("email", 7), ("name", ["Ann"]), ("status", "asleep"), ("status", 1), ("managed", "yes"), ("synced", 0),
        ("mfa", "true"), ("added", "soon"), ("added", 20250101), ("added", "2026-11-22T06:00:01Z"),
        ("roles", "org-admin"),
        ("roles", ["org-admin", 1]), ("last_active", []), ("groups", "g-1"), ("groups", [1]), ("direct_access", {}),
        ("direct_access", [{"role": "user"}]), ("direct_access", [{"app": APP, "role": 3}]), ("job_title", 5),
    ],
)  # fmt: skip
def test_a_fact_that_makes_no_sense_is_unknown_and_counted(fact: str, value: Any) -> None:
    """Wrong types, words nobody knows and times in the future are warnings, never a wrong answer."""
    snapshot = read(organization(**{fact: value}))
    assert getattr(snapshot.users[0], fact) is UNKNOWN
    assert snapshot.warnings == (f"{fact}: 1 unreadable, taken as unknown",)


def test_every_fact_is_read() -> None:
    """The example of the contract, fact by fact."""
    user = person(
        email="ann@acme.example", name="Ann", status="active", managed=True, synced=False, mfa=True,
        added="2025-01-01", roles=["org-admin"], last_active={APP: "2026-05-01T00:00:00+02:00", WIKI: None},
        groups=["g-1"], direct_access=[WIKI, {"app": APP, "role": "admin"}], job_title="Engineer", department=None,
    )  # fmt: skip
    assert user == User(
        account_id="u-1", email="ann@acme.example", name="Ann", status="active", managed=True, synced=False, mfa=True,
        added=datetime(2025, 1, 1, tzinfo=UTC), roles=frozenset({"org-admin"}),
        last_active={APP: datetime(2026, 4, 30, 22, tzinfo=UTC), WIKI: UNKNOWN}, groups=frozenset({"g-1"}),
        direct_access=frozenset({Grant(WIKI), Grant(APP, "admin")}), job_title="Engineer", department=None,
        organization=UNKNOWN, location=UNKNOWN, time_zone=UNKNOWN,
    )  # fmt: skip


def test_the_present_is_now_and_without_it_when_the_file_was_taken() -> None:
    """A time exactly at the present is known; the present is the clock given, else ``taken_at``."""
    last_active = {APP: "2026-11-22T06:00:00Z", WIKI: "2026-11-22T07:00:00Z"}
    data = organization(last_active=last_active)
    seven = datetime(2026, 11, 22, 7, tzinfo=UTC)
    assert read(data, now=None).users[0].last_active == {APP: NOW, WIKI: UNKNOWN}
    assert read(data, now=seven).users[0].last_active == {APP: NOW, WIKI: seven}


def test_groups_say_what_they_grant_or_it_is_unknown() -> None:
    """A grant without a role is role user; what a group does not say is unknown."""
    first, second = read(organization()).groups
    assert first.grants == frozenset({Grant(APP)})
    assert first.default_for == frozenset({APP})
    assert first.managed_by_idp is False
    assert second.grants == frozenset({Grant(WIKI, "guest")})
    assert second.default_for is UNKNOWN
    assert second.managed_by_idp is UNKNOWN


def broken(**changes: Any) -> dict[str, Any]:
    """The file with some keys replaced, or left out where the value is an ellipsis."""
    data = organization()
    data.update(changes)
    return {key: value for key, value in data.items() if value is not ...}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "not a JSON object"),
        (broken(format=2), "`format` is 2"),
        (broken(format=True), "`format` is True"),
        (broken(format=...), "`format` is missing"),
        (broken(users=...), "no list `users`"),
        (broken(users={}), "no list `users`"),
        (broken(users=["ann"]), "users[0]: not an object"),
        (broken(users=[{"email": "ann@acme.example"}]), "users[0]: it has no `account_id`"),
        (broken(users=[{"account_id": ""}]), "users[0]: it has no `account_id`"),
        (broken(users=[{"account_id": "u-1"}, {"account_id": "u-1", "mfa": True}]), "twice, with different content"),
        (broken(apps=[{"key": "confluence"}]), "apps[0]: it has no `id`"),
        (broken(apps=[{"id": "a"}]), "apps[0]: it has no `key`"),
        (broken(apps={}), "`apps` is not a list"),
        (broken(groups=[{"name": "x"}]), "groups[0]: it has no `id`"),
        (broken(groups=[{"id": "g", "name": "x"}, {"id": "g", "name": "y"}]), "'g' twice"),
        (broken(groups=[{"id": "g", "grants": ["nowhere"]}]), "group 'g' names the app 'nowhere'"),
        (broken(groups=[{"id": "g", "default_for": ["nowhere"]}]), "group 'g' names the app 'nowhere'"),
        (broken(users=[{"account_id": "u-1", "groups": ["g-9"]}]), "account 'u-1' names the group 'g-9'"),
        (broken(users=[{"account_id": "u-1", "direct_access": ["nowhere"]}]), "names the app 'nowhere'"),
        (broken(organization=...), "`organization` is missing"),
        (broken(direct_use={APP: ["u-9"]}), "names the account 'u-9'"),
        (broken(direct_use={APP: "u-1"}), "`direct_use` is not"),
    ],
)
def test_a_file_that_is_broken_as_a_whole_is_one_error(data: object, said: str) -> None:
    """The error says what is wrong and where, with one reason word."""
    with pytest.raises(InputError) as raised:
        read(data)
    assert raised.value.reason == "directory_unreadable"
    assert said in raised.value.message
    assert raised.value.place.startswith("acme.json")


def test_a_person_who_is_there_twice_alike_is_one_person() -> None:
    """Identical duplicates are merged."""
    assert len(read(broken(users=[{"account_id": "u-1"}, {"account_id": "u-1"}])).users) == 1


@pytest.mark.parametrize("complete", [False, None, "true", 1, ...])
def test_a_file_that_does_not_say_it_is_complete_is_not(complete: Any) -> None:
    """Only a plain true counts."""
    snapshot = read(broken(complete=complete))
    assert not snapshot.complete
    assert snapshot.problems


def test_people_who_were_not_recorded_count_in_the_population() -> None:
    """A narrowed recording says how many people there are."""
    assert (read(broken(population=40)).population, read(broken(population=40)).narrowed) == (40, True)
    assert (read(organization()).population, read(organization()).narrowed) == (1, False)


def test_reading_leaves_the_data_alone() -> None:
    """The caller's data is not changed by reading it."""
    data = build_organization(seed=5, people=40, now=TAKEN_AT)
    before = copy.deepcopy(data)
    read(data)
    assert data == before


def test_what_is_written_reads_as_the_same() -> None:
    """Recording a snapshot loses no fact, known or unknown, and its hash is that of the record."""
    data = build_organization(seed=7, people=300, now=TAKEN_AT)
    snapshot = read(data)
    record = json.loads(json.dumps(snapshot_to_json(snapshot)))
    again = read(record)
    assert (again.users, again.groups, again.apps) == (snapshot.users, snapshot.groups, snapshot.apps)
    assert again.sha256 == digest(record) == snapshot_digest(snapshot)
    assert snapshot_to_json(again) == record


def test_the_hash_is_that_of_the_whole_content() -> None:
    """Order of keys and spaces do not count, everything else does."""
    data = organization(email="ann@acme.example")
    shuffled = dict(reversed(data.items()))
    assert read(data).sha256 == read(shuffled).sha256 == digest(data)
    assert read(data).sha256 != read(organization(email="bob@acme.example")).sha256


def test_one_person_is_written_with_the_fields_of_the_format() -> None:
    """Unknown facts are left out; null stays where it is a fact."""
    facts = {"email": "ann@acme.example", "job_title": None, "last_active": {APP: None}, "groups": ["g-1"]}
    assert user_to_json(person(**facts)) == {"account_id": "u-1", **facts}


def test_equal_values_are_one_object() -> None:
    """What many people share is kept once, so that 100,000 people stay light."""
    data = organization()
    data["users"] = [
        json.loads(json.dumps({"account_id": f"u-{n}", "groups": ["g-1", "g-2"], "department": "Engineering Berlin"}))
        for n in range(2)
    ]
    one, two = read(data).users
    assert one.groups is two.groups
    assert one.department is two.department
