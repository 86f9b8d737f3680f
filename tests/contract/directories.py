"""Both directories behind one face, so that each contract is held against either."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from runner.directory.atlassian.connection import Connection, connection_from
from runner.directory.atlassian.http import Client, Clocks, Patience
from runner.directory.atlassian.pace import Pace
from runner.directory.atlassian.read import AtlassianReader
from runner.directory.atlassian.write import AtlassianWriter
from runner.directory.file import FileReader, FileWriter
from runner.directory.interface import Reader, Writer
from runner.model.plan import INVERSE, Change, Target
from tests.emulator import API_KEY, Emulator

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
Json = dict[str, Any]


class Clock:
    """A clock that stands still but for those who sleep on it; its two faces agree."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.slept: list[float] = []

    def now(self) -> datetime:
        """The wall clock."""
        return NOW + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Seconds slept so far."""
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        with self._lock:
            self.slept.append(seconds)

    @property
    def clocks(self) -> Clocks:
        """As the client takes it."""
        return Clocks(self.now, self.monotonic, self.sleep)


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory opened for reading and writing; ``truth`` is its state in the file format."""

    reader: Reader
    writer: Writer
    truth: Callable[[], Json]


def connection(emulator: Emulator, key: str = API_KEY, **more: Any) -> Connection:
    """The way to an emulated organization."""
    environ = {"ATLASSIAN_API_URL": emulator.url, "ATLASSIAN_API_KEY": key, "ATLASSIAN_ORG_ID": emulator.org_id}
    return connection_from({**environ, **more}, organization=None, directory=None)


def atlassian(
    emulator: Emulator,
    clock: Clock,
    key: str = API_KEY,
    *,
    patience: Patience | None = None,
    workers: int = 4,
    spare: int = 10,
    **more: Any,
) -> tuple[AtlassianReader, AtlassianWriter]:
    """Both halves of an emulated organization, on a clock that never waits; with one worker writes have one order."""
    where = connection(emulator, key, **more)
    pace = Pace(clock.monotonic, clock.sleep)
    reader = AtlassianReader(Client(where, clocks=clock.clocks, pace=pace, patience=patience), spare=spare)
    client = Client(where, may_write=True, clocks=clock.clocks, pace=pace, patience=patience)
    return reader, AtlassianWriter(reader, client, workers=workers)


@contextmanager
def opened(kind: str, organization: Json, folder: Path) -> Iterator[Directory]:
    """The organization as a ``file`` or behind the emulated ``atlassian`` API."""
    if kind == "file":
        path = folder / "directory.json"
        path.write_text(json.dumps(organization), encoding="utf-8")
        yield Directory(
            FileReader(path, NOW), FileWriter(path, lambda: NOW), lambda: json.loads(path.read_text(encoding="utf-8"))
        )
        return
    clock = Clock()
    with Emulator(organization, clock=clock.now) as emulator:
        reader, writer = atlassian(emulator, clock)
        yield Directory(reader, writer, emulator.organization)
        assert emulator.crashes == []


def facts_by_person(organization: Json) -> Json:
    """Every person's facts by account id, lists without an order."""
    return {
        user["account_id"]: {
            key: sorted(map(json.dumps, value)) if isinstance(value, list) else value
            for key, value in user.items()
            if key != "account_id"
        }
        for user in organization["users"]
    }


AFTER = {"suspend": "suspended", "restore": "active", "deactivate": "deactivated", "reactivate": "active"}
BEFORE = {"suspend": "active", "restore": "suspended", "deactivate": "active", "reactivate": "deactivated"}


def change(who: str, verb: str, target: str | None = None, role: str = "user") -> Change:
    """A change as a plan would hold it."""
    if target is None:
        return Change("c", who, None, None, verb, None, BEFORE[verb], AFTER[verb], ("t",), ())
    after = verb in ("add_to_group", "grant_role")
    aim = Target(target, target, role if verb.endswith("_role") else None)
    return Change("c", who, None, None, verb, aim, not after, after, ("t",), ())


def inverse(done: Change) -> Change:
    """What takes a change back."""
    return Change(
        "i", done.account_id, None, None, INVERSE[done.verb], done.target, done.after, done.before, ("t",), ()
    )


def small(**facts: Any) -> Json:
    """Two apps on one site, four groups and three people: ``ann`` with these facts, ``bob``, and the admin ``eve``."""
    apps = [{"id": f"ari:cloud:{key}::site/1", "key": key, "site": "acme"} for key in ("jira-software", "confluence")]
    groups = {"jira": [apps[0]["id"]], "wiki": [apps[1]["id"]], "staff": [], "idp": []}
    base: Json = {
        "status": "active", "managed": True, "synced": False, "mfa": True, "added": "2025-01-01T00:00:00Z",
        "roles": [], "last_active": {}, "groups": ["jira", "staff"], "direct_access": [apps[1]["id"]],
        "job_title": None, "department": None, "organization": None, "location": None, "time_zone": None,
    }  # fmt: skip
    people: dict[str, Json] = {"ann": facts, "bob": {}, "eve": {"roles": ["org-admin"]}}
    return {
        "format": 1, "taken_at": "2026-11-22T06:00:00Z", "organization": "acme", "complete": True, "apps": apps,
        "groups": [
            {"id": name, "name": name, "grants": grants, "default_for": grants, "managed_by_idp": name == "idp"}
            for name, grants in groups.items()
        ],
        "users": [
            {"account_id": who, "email": f"{who}@acme.example", "name": who.title(), **base, **own}
            for who, own in people.items()
        ],
    }  # fmt: skip


JIRA, WIKI = "ari:cloud:jira-software::site/1", "ari:cloud:confluence::site/1"
