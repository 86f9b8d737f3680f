"""What becomes of each verb when the reply to it goes wrong, and the reading after it too: the real client and writer
against the emulated API, whose own log is the truth."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Any

from runner.directory.atlassian.http import Patience
from runner.journal.journal import Journal
from runner.journal.lease import Owner
from runner.model.policy import Policies
from runner.run.choosing import Wanted
from runner.run.errand import Errand, TasksErrand, UndoErrand
from runner.run.life import Finished, execute
from runner.run.session import Session, WritingSession
from tests.contract.directories import Clock, atlassian
from tests.emulator import Emulator, Rule
from tests.simulator.archive import FolderArchive
from tests.simulator.fate import Fate
from tests.simulator.recount import recount
from tests.simulator.trials import Trial
from tests.simulator.world import STATUS, WISHES
from tests.unit.engine.made import policies, task

APP = "ari:cloud:jira-software::site/1"
VERBS = (*WISHES, "grant_role")
WRITES = r"/memberships|/suspend|/restore|/roles/|/lifecycle/"
READS = r"users/search|/role-assignments|/roles\?"
FIRST = {
    "reset before": Rule("reset"), "reset after": Rule("reset", effect="after"),
    "closed before": Rule("close"), "closed after": Rule("close", effect="after"),
    "500 before": Rule("status", status=500), "500 after": Rule("status", status=500, effect="after"),
    "503 in HTML before": Rule("status", status=503, shape="html"),
    "503 in HTML after": Rule("status", status=503, shape="html", effect="after"),
    "HTML instead of a reply, before": Rule("html_200"), "HTML, after": Rule("html_200", effect="after"),
    "cut": Rule("truncated"), "seen late": Rule("lag", reads=2),
}  # fmt: skip
THEN = {
    "read back well": None, "one read fails": Rule("status", status=503), "one read is cut": Rule("truncated"),
    "HTML for two reads": Rule("html_200", times=2), "no read succeeds": Rule("status", status=503, times=0),
}  # fmt: skip
_READS = re.compile(READS)
CASES = len(VERBS) * len(FIRST) * len(THEN)


def organization(verb: str) -> dict[str, Any]:
    """Three people for whom the verb is a change, two admins, and three to whom nothing happens."""
    base: dict[str, Any] = {
        "status": STATUS.get(verb, "active"), "managed": True, "synced": False, "mfa": True,
        "added": "2025-01-01T00:00:00Z", "roles": [], "last_active": {}, "groups": ["old"], "direct_access": [APP],
    }  # fmt: skip
    names = ["p-0", "p-1", "p-2", "z-0", "z-1", "z-2", "a-0", "a-1"]
    users: list[dict[str, Any]] = [
        {"account_id": name, "email": f"{name}@acme.example", "name": name, **base} for name in names
    ]
    for user in users[3:]:
        user |= {"status": "active", "roles": ["org-admin"] if user["account_id"].startswith("a") else []}
    groups: list[dict[str, Any]] = [
        {"id": name, "name": name, "grants": [], "default_for": [], "managed_by_idp": False} for name in ("old", "new")
    ]
    apps = [{"id": APP, "key": "jira-software", "site": "acme", "seats": 100}]
    head = {"format": 1, "taken_at": "2026-11-22T06:00:00Z", "organization": "acme", "complete": True}
    return {**head, "apps": apps, "groups": groups, "users": users}


class Bench:
    """One emulated organization, one journal, and runs of one verb on them."""

    def __init__(self, verb: str) -> None:
        """Nothing has run; for a role to be granted it was revoked by a run before."""
        self.clock = Clock()
        self.emulator = Emulator(organization(verb), clock=self.clock.now)
        self.store = FolderArchive(Fate())
        made_by = "revoke_role" if verb == "grant_role" else verb
        wanted = {"account_id": ["p-0", "p-1", "p-2"]}
        self.rules: Policies = policies(task("t", wanted, WISHES[made_by], may_empty=True))
        self.undone = ""
        self._runs = 0

    def run(self) -> Finished:
        """One run of the real core, with the real reader and writer."""
        self._runs += 1
        self.clock.sleep(90)
        patience = Patience(attempts=2, retries=1000, waiting_s=1e6)
        reader, writer = atlassian(self.emulator, self.clock, workers=1, patience=patience)
        session = Session(self.rules, reader, self.clock.now(), self.clock.now)
        journal = Journal(self.store, clock=self.clock.now, owner=Owner("here", self._runs, "0"), gone=lambda _: True)
        writing = WritingSession(session, writer, journal, "t", f"{self._runs:06}", "1.0", wait=self.clock.sleep)
        errand: Errand = UndoErrand(self.undone) if self.undone else TasksErrand(Wanted())
        finished = execute(writing, errand, "apply")
        assert finished is not None
        return finished

    def evidence(self) -> dict[str, Any]:
        """What the second checker looks at."""
        return {"files": self.store.files, "effects": [effect.json() for effect in self.emulator.effects]}


def _ready(verb: str) -> Bench:
    """A bench that runs the verb next."""
    bench = Bench(verb)
    bench.emulator.start()
    if verb == "grant_role":
        bench.undone = bench.run().run
    return bench


@cache
def _reads_before(verb: str) -> int:
    """How many of the reads that a fault can strike come before the last write of an untroubled run."""
    bench = _ready(verb)
    start = len(bench.emulator.log)
    bench.run()
    bench.emulator.close()
    log = bench.emulator.log[start:]
    writes = [entry.seq for entry in log if entry.effects]
    return sum(bool(_READS.search(f"{entry.method} {entry.path}?")) for entry in log if entry.seq < writes[-1])


def reply(number: int) -> Trial:
    """One verb, one thing wrong with the reply to the second person's write, one with what is read afterwards."""
    verb = VERBS[number % len(VERBS)]
    first, then = divmod(number // len(VERBS) % (len(FIRST) * len(THEN)), len(THEN))
    fault, reading = list(FIRST.items())[first], list(THEN.items())[then]
    trial = Trial()
    trial.struck[fault[0]] += 1
    trial.struck[reading[0]] += 1
    reads, bench = _reads_before(verb), _ready(verb)
    try:
        faults = [replace(fault[1], match=WRITES, nth=2)]
        if reading[1] is not None:
            faults.append(replace(reading[1], match=READS, nth=reads + 1))
        bench.emulator.set_faults(faults)
        before = len(bench.emulator.effects)
        _check(bench, trial, before, f"{verb}, {fault[0]}, {reading[0]}")
    finally:
        bench.emulator.close()
    return trial


def _check(bench: Bench, trial: Trial, before: int, what: str) -> None:
    """The run with the faults tells the truth; the next one, without, closes what is open, and everything is done."""
    finished = bench.run()
    trial.wrong += [f"{what}: {wrong}" for wrong in recount(bench.evidence())]
    happened = {effect.account_id for effect in bench.emulator.effects[before:]}
    for outcome in finished.applied.outcomes:
        who, status = outcome.change.account_id, outcome.status
        truth = {"applied": who in happened, "failed": who not in happened}.get(status, status == "unknown")
        trial.expect(truth, f"{what}: {who} is recorded as {status}")
    unknown = [o.change.account_id for o in finished.applied.outcomes if o.status == "unknown"]
    report = finished.report
    trial.expect(all(who in report for who in unknown), f"{what}: an unknown outcome is not in the report")
    bench.emulator.set_faults(())
    bench.run()
    trial.wrong += [f"{what}, then a run in peace: {wrong}" for wrong in recount(bench.evidence())]
    trial.struck["unknown outcomes"] += len(unknown)
    if not finished.refusals:  # after three failures in a row the task is in quarantine
        made = len(bench.emulator.effects) - before
        trial.expect(made == 3, f"{what}: {made} of 3 changes were made in the end")
    trial.expect(not bench.emulator.crashes, f"{what}: {bench.emulator.crashes}")
