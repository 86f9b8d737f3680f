"""Real processes: the command as people run it, ended the hard way or by a signal, on a file or the emulated API."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.emulator import API_KEY, Emulator
from tests.simulator.recount import recount
from tests.simulator.trials import Trial

ROOT = Path(__file__).resolve().parents[2]
TASKS = {"leavers": ("suspend", "legacy.example"), "movers": ("add_to_groups: moved", "acme.co.uk")}
SETTINGS = "limits: {users_per_run: 1000, percent_per_run: 100, percent_per_day: 100}\n"
LONGEST_S = 60.0
Json = dict[str, Any]


def organization(people: int) -> Json:
    """So many people to change, half of them by each task, two admins, and as many more whom nobody touches."""
    domains = [("legacy.example", "acme.co.uk")[i % 2] for i in range(people)] + ["acme.example"] * (people + 2)
    users = [
        {
            "account_id": f"u-{i:03}", "email": f"u{i}@{domain}", "name": f"Person {i}", "status": "active",
            "managed": True, "synced": False, "mfa": True, "added": "2025-01-01T00:00:00Z",
            "roles": ["org-admin"] if i >= 2 * people else [], "last_active": {}, "groups": ["staff"],
            "direct_access": [],
        }
        for i, domain in enumerate(domains)
    ]  # fmt: skip
    groups: list[Json] = [
        {"id": name, "name": name, "grants": [], "default_for": [], "managed_by_idp": False}
        for name in ("staff", "moved")
    ]
    head = {"format": 1, "taken_at": "2026-11-22T06:00:00Z", "organization": "acme", "complete": True, "apps": []}
    return {**head, "groups": groups, "users": users}


@dataclass
class Desk:
    """A folder with policies and a journal, and how the command reaches its organization."""

    folder: Path
    arguments: tuple[str, ...]
    environ: Mapping[str, str]

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """The command as a process of its own."""
        command = [sys.executable, "-m", "runner", *words, *self.arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.folder, env=dict(self.environ), stdout=pipe, stderr=pipe)

    def run(self, *words: str) -> tuple[int, str]:
        """Its exit code and what it said."""
        process = self.start(*words)
        out, err = process.communicate(timeout=LONGEST_S * 3)
        return process.returncode, (out + err).decode()

    def journal_lines(self) -> int:
        """How many records there are now."""
        return sum(path.read_bytes().count(b"\n") for path in self.folder.glob("journal/runs/*/*/*/*/journal.jsonl"))

    def files(self) -> dict[str, bytes]:
        """The raw journal."""
        root = self.folder / "journal"
        return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def desk(folder: Path, emulator: Emulator | None, people: int) -> Desk:
    """Policies for the organization, in a file or behind the emulated API."""
    tasks = folder / "policies" / "tasks"
    tasks.mkdir(parents=True)
    (folder / "policies" / "settings.yaml").write_text(SETTINGS, encoding="utf-8")
    for name, (action, domain) in TASKS.items():
        text = f"description: {name}\nowner: it@acme.example\nmatch: {{email_domain: {domain}}}\n"
        text += f"actions: [{action if ':' not in action else '{' + action + '}'}]\nschedule: {{manual: true}}\n"
        (tasks / f"{name}.yaml").write_text(text, encoding="utf-8")
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "LANG": "C.UTF-8"}
    if emulator is None:
        (folder / "acme.json").write_text(json.dumps(organization(people)), encoding="utf-8")
        return Desk(folder, ("--directory", "acme.json"), environ)
    reach = {"ATLASSIAN_API_URL": emulator.url, "ATLASSIAN_API_KEY": API_KEY, "ATLASSIAN_ORG_ID": emulator.org_id}
    return Desk(folder, (), {**environ, **reach})


def effects_of_file(folder: Path, people: int) -> list[Json]:
    """What happened to a directory file: it keeps no log, so what is now is held against what was."""
    now = {user["account_id"]: user for user in json.loads((folder / "acme.json").read_text(encoding="utf-8"))["users"]}
    found = []
    for user in organization(people)["users"]:
        new = now[user["account_id"]]
        if new["status"] != user["status"]:
            found.append({"account_id": user["account_id"], "verb": "suspend", "target": None})
        if new["groups"] != user["groups"]:
            found.append({"account_id": user["account_id"], "verb": "add_to_group", "target": "moved"})
    return found


def wait_until(holds: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Look again and again until something holds, or the process has ended."""
    until_s = time.monotonic() + LONGEST_S
    while not holds() and process.poll() is None and time.monotonic() < until_s:
        time.sleep(0.0005)


def killed_on_file(seed: int, folder: Path) -> Trial:
    """``kill -9`` when the journal has so many records, and a chance more; then the next run."""
    chance = random.Random(seed)
    people = chance.randint(1, 60)
    place, trial = desk(folder, None, people), Trial()
    process = place.start("apply", "--all")
    lines = chance.choice((0, 1, 2, 3, 3 + people, 4 + people, 3 + 2 * people))
    wait_until(lambda: place.journal_lines() >= lines, process)
    time.sleep(chance.choice((0.0, 0.0, 0.001, 0.01)))
    _kill(process, trial)
    return _after(place, trial, lambda: effects_of_file(folder, people), people)


def killed_on_api(seed: int, folder: Path) -> Trial:
    """``kill -9`` after so many effects of the emulated API, whose answers take their time; then the next run."""
    chance = random.Random(seed)
    people, trial = chance.randint(1, 12), Trial()
    with Emulator(organization(people), latency_s=0.02) as emulator:
        place = desk(folder, emulator, people)
        process = place.start("apply", "--all")
        effects = chance.randint(0, people)
        wait_until(lambda: place.journal_lines() > 3 and len(emulator.effects) >= effects, process)
        time.sleep(chance.choice((0.0, 0.005, 0.02, 0.05)))
        _kill(process, trial)
        return _after(place, trial, lambda: [effect.json() for effect in emulator.effects], people)


def _kill(process: subprocess.Popen[bytes], trial: Trial) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()
    trial.struck["killed with -9" if process.returncode == -signal.SIGKILL else "ended before it was killed"] += 1


def _after(place: Desk, trial: Trial, effects: Callable[[], list[Json]], people: int) -> Trial:
    """One recovery run: all is accounted for and done, and `verify` agrees."""
    trial.wrong += recount({"files": place.files(), "effects": effects()}, open_allowed=True)
    code, said = place.run("apply", "--all")
    trial.expect(code == 0, f"the recovery run ended with {code}: {said[-400:]}")
    trial.wrong += recount({"files": place.files(), "effects": effects()})
    trial.expect(len(effects()) == people, f"{len(effects())} of {people} changes were made")
    code, said = place.run("verify")
    trial.expect(code == 0, f"verify: {said[-400:]}")
    return trial


@dataclass
class Cancelled:
    """A run that got a signal: how it ended, how long that took, and which writes began later than a second after."""

    code: int
    took_s: float
    late: int
    effects: int


def cancelled(folder: Path, number: signal.Signals, latency_s: float, *, people: int = 40) -> tuple[Cancelled, Trial]:
    """The command gets a signal after three effects of an API whose answers take ``latency_s``; then the next run."""
    trial = Trial()
    with Emulator(organization(people), latency_s=0.005) as emulator:
        place = desk(folder, emulator, people)
        process = place.start("apply", "--all")
        wait_until(lambda: len(emulator.effects) >= 3, process)
        emulator.latency_s = latency_s
        wait_until(lambda: len(emulator.effects) >= 7, process)
        at_s = time.monotonic()
        process.send_signal(number)
        err = process.communicate(timeout=LONGEST_S)[1]
        took_s = time.monotonic() - at_s
        late = [e for e in emulator.log if e.effects and e.mono_s > at_s + 1.0]
        ended = Cancelled(process.returncode, took_s, len(late), len(emulator.effects))
        trial.expect(b"Traceback" not in err, err.decode()[-400:])
        trial.struck[f"{number.name}, answers take {latency_s:g} s"] += 1
        emulator.latency_s = 0.0
        return ended, _after(place, trial, lambda: [effect.json() for effect in emulator.effects], people)
