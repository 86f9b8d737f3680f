"""Everything together: policies, an organization, an audit store, and runners that live and die on them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from runner.errors import RunnerError
from runner.journal.journal import Journal
from runner.journal.lease import Owner
from runner.journal.store import Store
from runner.model.people import Grant, Snapshot, User
from runner.model.policy import Policies, Task
from runner.run.choosing import Wanted
from runner.run.errand import Errand, TasksErrand
from runner.run.life import execute
from runner.run.session import Session, WritingSession
from tests.simulator.archive import BranchArchive, FolderArchive, Remote
from tests.simulator.fate import Fate, Killed
from tests.simulator.town import APP, Town, TownReader, TownWriter
from tests.unit.engine.made import policies, task

ADDED = datetime(2025, 1, 1, tzinfo=UTC)
WISHES: Mapping[str, Any] = {
    "suspend": "suspend",
    "remove_from_group": {"remove_from_groups": "old"},
    "add_to_group": {"add_to_groups": "new"},
    "restore": "restore",
    "deactivate": {"deactivate": {"message": "goodbye"}},
    "reactivate": "reactivate",
    "revoke_role": {"remove_app_access": "jira-software"},
}
"""One task for each verb that a policy can ask for; a role is granted by an undo only."""
STATUS = {"restore": "suspended", "reactivate": "deactivated"}


def person(account_id: str, **facts: Any) -> User:
    """Somebody of whom everything is known."""
    known: dict[str, Any] = {
        "email": f"{account_id}@acme.example", "name": account_id, "status": "active", "managed": True, "synced": False,
        "mfa": True, "added": ADDED, "roles": frozenset(), "last_active": {}, "groups": frozenset({"old"}),
        "direct_access": frozenset({Grant(APP)}), "job_title": None, "department": None, "organization": None,
        "location": None, "time_zone": None,
    }  # fmt: skip
    return User(account_id, **(known | facts))


def verb_of(number: int) -> str:
    """Which verb person number so and so meets."""
    return list(WISHES)[number % len(WISHES)]


def people(number: int) -> dict[str, User]:
    """So many people of whom each is to be changed once, three admins, and a crowd to whom nothing happens."""
    found = [person(f"p-{i:03}", status=STATUS.get(verb_of(i), "active")) for i in range(number)]
    found += [person(f"a-{i}", roles=frozenset({"org-admin"})) for i in range(3)]
    found += [person(f"z-{i:03}") for i in range(number + 5)]
    return {user.account_id: user for user in found}


def tasks(number: int) -> list[Task]:
    """One task a verb, for the people whose turn it is."""
    wanted = {verb: [f"p-{i:03}" for i in range(number) if verb_of(i) == verb] for verb in WISHES}
    names = {verb: verb.replace("_", "-") for verb in WISHES}
    return [task(names[verb], {"account_id": ids}, WISHES[verb]) for verb, ids in wanted.items() if ids]


@dataclass(frozen=True)
class Ended:
    """How one process ended: its exit code (None: killed) and the reason."""

    code: int | None
    reason: str = ""


@dataclass
class World:
    """One organization and one audit store, ``folder`` or ``branch``; ``rules`` are the policies, made for so many
    ``changes`` where none are given."""

    fate: Fate
    changes: int = 3
    store: str = "folder"
    rules: Policies | None = None
    folk: dict[str, User] | None = None
    live: bool = True
    pids: int = 100
    dead: set[int] = field(default_factory=set)
    ends: list[Ended] = field(default_factory=list)
    host: str = "here"
    stopped: str = ""
    spoil: Callable[[Snapshot], Snapshot] = lambda snapshot: snapshot

    def __post_init__(self) -> None:
        """Build the town and the store."""
        self.rules = self.rules or policies(*tasks(self.changes))
        self.files: dict[str, bytes] = {}
        self.remote = Remote()
        folk = people(self.changes) if self.folk is None else self.folk
        self.town = Town(self.fate, dict(folk), self._witness, live=self.live)
        self.truth_before = dict(self.town.people)

    def kept(self) -> dict[str, bytes]:
        """The audit store as it lies there now."""
        return self.files if self.store == "folder" else self.remote.commits[-1]

    def _witness(self, account_id: str, verb: str, target: str | None) -> dict[str, Any]:
        """What the raw bytes of the store say at this very instant; see town.Witness."""
        kept = self.kept()
        run = None
        for path, data in sorted(kept.items()):
            for line in data.split(b"\n")[:-1] if path.endswith("journal.jsonl") else ():
                if b'"kind":"intent"' in line and account_id.encode() in line:
                    record = json.loads(line)
                    change = record["change"]
                    if (change["account_id"], change["verb"], change["target"]) == (account_id, verb, target):
                        run = record["run"]
        return {"announced": run is not None, "run": run, "fence": json.loads(kept["lease.json"])["fence"]}

    def archive(self) -> Store:
        """A new process's way to the store."""
        return FolderArchive(self.fate, self.files) if self.store == "folder" else BranchArchive(self.fate, self.remote)

    def writing(self, now: datetime | None = None) -> WritingSession:
        """All that a new process is given."""
        self.pids += 1
        fate, host = self.fate, self.host
        assert self.rules is not None
        session = Session(
            self.rules, TownReader(self.town, self.spoil), now or fate.clock(), fate.clock, lambda: self.stopped,
            fate.cancelled,
        )  # fmt: skip
        journal = Journal(
            self.archive(),
            clock=fate.clock,
            owner=Owner(host, self.pids, "0"),
            gone=lambda other: other.host == host and other.pid in self.dead,
        )
        return WritingSession(
            session, TownWriter(self.town), journal, "tester", f"{self.pids:06}", "1.0", wait=fate.clock.wait
        )

    def run(self, errand: Errand | None = None, *, now: datetime | None = None) -> Ended:
        """One process from its start to its end, whatever that is."""
        writing = self.writing(now)
        pid = self.pids
        try:
            finished = execute(writing, errand or TasksErrand(Wanted()), "apply")
            end = Ended(finished.ending.exit_code, finished.ending.reason) if finished else Ended(0, "idle")
        except Killed:
            end = Ended(None, "killed")
        except RunnerError as error:
            end = Ended(error.exit_code, error.reason)
        self.dead.add(pid)
        self.ends.append(end)
        return end

    def lose_machine(self) -> None:
        """The next process runs elsewhere and cannot know who is gone."""
        self.host += "'"

    def recover(self, errand: Errand | None = None) -> Ended:
        """The next run, in peace, after whatever lease there was has ended."""
        self.fate.calm()
        self.fate.clock.wait(timedelta(minutes=6).total_seconds() if self.ends[-1].reason == "lease_held" else 1)
        end = self.run(errand)
        if end.reason == "lease_held":
            self.fate.clock.wait(timedelta(minutes=6).total_seconds())
            end = self.run(errand)
        return end

    def evidence(self) -> Mapping[str, Any]:
        """What a checker may look at: the raw files, and the server's own log."""
        return {"files": dict(self.kept()), "effects": list(self.town.effects)}


def applied(effects: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str | None]]:
    """Who was changed and how, in the order in which it happened."""
    return [(effect["account_id"], effect["verb"], effect["target"]) for effect in effects]
