"""An emulated organization, policies for it, and the command run against both on a clock that never waits."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runner.cli.app import main
from tests.contract.directories import Clock
from tests.emulator import API_KEY, Emulator, Entry, Limit, Options, Rule
from tests.journeys.command import Done

Json = dict[str, Any]
SITE = "site/1"
JIRA, WIKI = f"ari:cloud:jira-software::{SITE}", f"ari:cloud:confluence::{SITE}"
LONG_AGO, LATELY = "2026-02-01T00:00:00Z", "2026-11-20T00:00:00Z"
IDLE = frozenset(f"idle-{n:02}" for n in range(12))
"""Who has not used Jira for over 90 days and holds a seat; everybody else has, or is left alone."""
AWAY = frozenset(f"away-{n:02}" for n in range(4))
"""Contractors who have used nothing for over 90 days."""
PEOPLE = 120
"""All people, besides which the idle ones are few enough for every limit."""

SETTINGS = """\
organization: {id: acme}
protect: {users: [boss@acme.example], groups: [robots], min_org_admins: 1}
limits: {users_per_run: 40, percent_per_run: 40, percent_per_day: 90}
"""
RECLAIM = """\
description: Take back Jira seats that nobody uses
owner: it@acme.example
match:
  all: [{status: active}, {app: jira-software}, {inactive: {app: jira-software, for: 90d}}, {not: {group: robots}}]
actions: [{remove_app_access: jira-software}, {add_to_groups: reclaimed}]
schedule: {manual: true}
limits: {users: 30, percent: 30}
"""
SUSPEND = """\
description: Suspend contractors who do nothing
owner: it@acme.example
match: {all: [{email_domain: contractor.acme.example}, {status: active}, {inactive: {for: 90d}}]}
actions: [suspend]
schedule: {manual: true}
limits: {users: 30, percent: 30}
"""
TASKS = {"reclaim": RECLAIM, "suspend": SUSPEND}


def person(account_id: str, **facts: Any) -> Json:
    """Somebody active and busy, but for these facts."""
    return {
        "account_id": account_id, "email": f"{account_id}@acme.example", "name": account_id.title(), "status": "active",
        "managed": True, "synced": False, "mfa": True, "added": "2025-01-01T00:00:00Z", "roles": [],
        "last_active": {JIRA: LATELY, WIKI: LATELY}, "groups": ["jira", "staff"], "direct_access": [],
        "job_title": None, "department": None, "organization": None, "location": None, "time_zone": None, **facts,
    }  # fmt: skip


def group(name: str, *grants: Any, **facts: Any) -> Json:
    """A group that we manage."""
    plain = [grant for grant in grants if isinstance(grant, str)]
    return {"id": name, "name": name, "grants": list(grants), "default_for": plain, "managed_by_idp": False, **facts}


def organization(**facts: Any) -> Json:
    """Two apps on one site; idle, away and busy people, an admin, a robot, somebody new, somebody of the directory of
    an identity provider. ``facts`` replace whole keys."""
    idle = [person(who, last_active={JIRA: LONG_AGO, WIKI: LATELY}) for who in sorted(IDLE)]
    away = [
        person(who, email=f"{who}@contractor.acme.example", last_active={WIKI: LONG_AGO}, groups=["wiki"])
        for who in sorted(AWAY)
    ]
    special = [
        person("boss", roles=["org-admin"], last_active={}),
        person("robot", groups=["jira", "robots"], last_active={}),
        person("new", added="2026-11-01T00:00:00Z", last_active={}),
        person("synced", groups=["jira-idp"], last_active={}),
    ]
    busy = [person(f"busy-{n:03}") for n in range(PEOPLE - len(idle) - len(away) - len(special))]
    return {
        "format": 1, "taken_at": "2026-11-22T06:00:00Z", "organization": "acme", "complete": True,
        "apps": [
            {"id": JIRA, "key": "jira-software", "site": "acme"}, {"id": WIKI, "key": "confluence", "site": "acme"},
        ],
        "groups": [
            group("jira", JIRA), group("wiki", WIKI), group("staff"), group("reclaimed"), group("robots"),
            group("jira-idp", {"app": JIRA, "role": "user"}, managed_by_idp=True),
        ],
        "users": [*idle, *away, *special, *busy],
        **facts,
    }  # fmt: skip


@dataclass
class Town:
    """The emulated organization with its policies and journal; ``key`` is the API key that commands are given."""

    emulator: Emulator
    folder: Path
    clock: Clock
    key: str = API_KEY
    environ: dict[str, str] = field(default_factory=dict)

    def run(self, *argv: str) -> Done:
        """Carry out a command against the organization; what it prints holds no key, and nothing crashes."""
        environ = {
            "NO_COLOR": "1", "ATLASSIAN_API_URL": self.emulator.url, "ATLASSIAN_API_KEY": self.key,
            "ATLASSIAN_ORG_ID": self.emulator.org_id, **self.environ,
        }  # fmt: skip
        where = ("--policies", str(self.folder / "policies"), "--journal", str(self.folder / "journal"))
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main((*where, *argv, "--json"), environ, self.clock.clocks)
        done = Done(code, out.getvalue(), err.getvalue())
        assert self.key not in done.out + done.err
        assert "Traceback" not in done.err
        assert self.emulator.crashes == []
        return done

    @property
    def records(self) -> list[Json]:
        """Every record of the journal, in order."""
        files = sorted((self.folder / "journal").glob("runs/*/*/*/*/journal.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]

    @property
    def people(self) -> dict[str, Json]:
        """The true people, by account id."""
        return {user["account_id"]: user for user in self.emulator.organization()["users"]}

    @property
    def writes(self) -> list[Entry]:
        """The writes that the server received."""
        reading = ("/users/search", "/groups/search", "/workspaces")
        return [entry for entry in self.emulator.log if entry.method != "GET" and not entry.path.endswith(reading)]


@contextmanager
def town(
    folder: Path,
    *,
    faults: Iterable[Rule] = (),
    limits: Iterable[Limit] = (),
    options: Options | None = None,
    people: Json | None = None,
    tasks: dict[str, str] | None = None,
    settings: str = SETTINGS,
    **more: Any,
) -> Iterator[Town]:
    """An organization with faults, and policies that fit it."""
    policies = folder / "policies"
    (policies / "tasks").mkdir(parents=True)
    (policies / "settings.yaml").write_text(settings, encoding="utf-8")
    for name, text in (TASKS if tasks is None else tasks).items():
        (policies / "tasks" / f"{name}.yaml").write_text(text, encoding="utf-8")
    clock = Clock()
    known = organization() if people is None else people
    given = {"clock": clock.now, **more}
    with Emulator(known, faults=faults, limits=limits, options=options, **given) as emulator:
        yield Town(emulator, folder, clock)


def check_truth(found: Town) -> None:
    """The journal says what the server's log says: each effect has one intent and an outcome that allows it, what is
    called applied happened once, what is called failed did not; no run sent a write twice but after a 429."""
    effects = Counter((effect.account_id, effect.verb, effect.target) for effect in found.emulator.effects)
    intents = Counter(_key(record["change"]) for record in found.records if record["kind"] == "intent")
    last: dict[tuple[str, str, str | None], str] = {}
    for record in found.records:
        if record["kind"] == "outcome":
            last[_key(record["change"])] = record["status"]
    assert set(effects) <= set(intents), "something changed that was not announced"
    assert all(count == 1 for count in effects.values()), "something was done twice"
    for key, status in last.items():
        if status == "applied":
            assert effects[key] == 1, f"{key} is called applied and did not happen"
        elif status in ("failed", "changed_since"):
            assert effects[key] == 0, f"{key} is called {status} and happened"
    assert set(intents) <= set(last), "an intent was left without an outcome"
    sent = Counter((w.method, w.path, json.dumps(w.body)) for w in found.writes if w.status != 429)
    runs = sum(record["kind"] == "started" for record in found.records)
    assert all(count <= runs for count in sent.values()), "a write was sent again"


def check_nobody_wrongly_idle(found: Town) -> None:
    """Only people who really are idle lost anything."""
    for effect in found.emulator.effects:
        assert effect.account_id in IDLE | AWAY, f"{effect.account_id} is not idle and was changed: {effect.verb}"


def _key(change: Json) -> tuple[str, str, str | None]:
    return (change["account_id"], change["verb"], change["target"])
