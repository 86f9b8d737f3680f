"""Real processes: the command as people run it, ended the hard way, on a file or the emulated API, its journal in a
folder or on a branch of a real bare repository."""

from __future__ import annotations

import io
import json
import os
import random
import signal
import subprocess
import sys
import tarfile
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
BRANCH = "audit"
PUSHES = 10
"""How many a run of two batches makes: lease, start, snapshot, plan, twice intents and outcomes, end, report."""
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
    origin: Path | None = None
    """The bare repository that keeps the journal; without one it is a folder beside the policies."""
    module: str = "runner"
    """What is started as the command."""

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """The command as a process of its own."""
        command = [sys.executable, "-m", self.module, *words, *self.arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.folder, env=dict(self.environ), stdout=pipe, stderr=pipe)

    def run(self, *words: str) -> tuple[int, str]:
        """Its exit code and what it said."""
        process = self.start(*words)
        out, err = process.communicate(timeout=LONGEST_S * 3)
        return process.returncode, (out + err).decode()

    def steps(self) -> int:
        """How many records or pushes there are now."""
        if self.origin is not None:
            known = (self.origin / "refs" / "heads" / BRANCH).exists()
            return int(git(self.origin, "rev-list", "--count", BRANCH)) if known else 0
        return sum(path.read_bytes().count(b"\n") for path in self.folder.glob("journal/runs/*/*/*/*/journal.jsonl"))

    def files(self) -> dict[str, bytes]:
        """The raw journal, from where it is kept."""
        if self.origin is None:
            root = self.folder / "journal"
            return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        if not self.steps():
            return {}
        with tarfile.open(fileobj=io.BytesIO(git(self.origin, "archive", BRANCH))) as tree:
            found = {entry.name: tree.extractfile(entry) for entry in tree if entry.isfile()}
        return {name: file.read() for name, file in found.items() if file is not None}


def git(folder: Path, *words: str) -> bytes:
    """What git says in a folder."""
    identity = ("-c", "user.name=Ann", "-c", "user.email=ann@acme.example")
    return subprocess.run(("git", "-C", str(folder), *identity, *words), check=True, capture_output=True).stdout


def desk(folder: Path, emulator: Emulator | None, people: int, store: str = "folder") -> Desk:
    """Policies for the organization, in a file or behind the emulated API, and a journal in a folder or a branch."""
    origin = None
    if store == "branch":
        origin, folder = folder / "origin.git", folder / "clone"
        git(origin.parent, "init", "--quiet", "--bare", str(origin))
        git(origin.parent, "init", "--quiet", str(folder))
        git(folder, "remote", "add", "origin", f"file://{origin}")
    tasks = folder / "policies" / "tasks"
    tasks.mkdir(parents=True)
    (folder / "policies" / "settings.yaml").write_text(SETTINGS, encoding="utf-8")
    for name, (action, domain) in TASKS.items():
        text = f"description: {name}\nowner: it@acme.example\nmatch: {{email_domain: {domain}}}\n"
        text += f"actions: [{action if ':' not in action else '{' + action + '}'}]\nschedule: {{manual: true}}\n"
        (tasks / f"{name}.yaml").write_text(text, encoding="utf-8")
    kept = ("--audit-branch", BRANCH) if origin else ()
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "LANG": "C.UTF-8"}
    environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    if emulator is None:
        (folder / "acme.json").write_text(json.dumps(organization(people)), encoding="utf-8")
        return Desk(folder, ("--directory", "acme.json", *kept), environ, origin)
    reach = {"ATLASSIAN_API_URL": emulator.url, "ATLASSIAN_API_KEY": API_KEY, "ATLASSIAN_ORG_ID": emulator.org_id}
    return Desk(folder, kept, {**environ, **reach}, origin)


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
    steps = chance.choice((0, 1, 2, 3, 3 + people, 4 + people, 3 + 2 * people))
    return _killed_on_file(place, people, steps, chance, trial)


def killed_on_branch(seed: int, folder: Path) -> Trial:
    """The same where each step is a push: what git had begun goes on when the process is gone."""
    chance = random.Random(seed)
    people = chance.randint(1, 12)
    place, trial = desk(folder, None, people, "branch"), Trial()
    return _killed_on_file(place, people, chance.randint(0, 9), chance, trial)


def _killed_on_file(place: Desk, people: int, steps: int, chance: random.Random, trial: Trial) -> Trial:
    process = place.start("apply", "--all")
    wait_until(lambda: place.steps() >= steps, process)
    time.sleep(chance.choice((0.0, 0.0, 0.001, 0.01, 0.05)))
    _kill(process, trial)
    return after(place, trial, lambda: effects_of_file(place.folder, people), people)


def killed_on_api(seed: int, folder: Path) -> Trial:
    """``kill -9`` after so many effects of the emulated API, whose answers take their time; then the next run."""
    chance = random.Random(seed)
    people, trial = chance.randint(1, 12), Trial()
    with Emulator(organization(people), latency_s=0.02) as emulator:
        place = desk(folder, emulator, people)
        process = place.start("apply", "--all")
        effects = chance.randint(0, people)
        wait_until(lambda: place.steps() > 3 and len(emulator.effects) >= effects, process)
        time.sleep(chance.choice((0.0, 0.005, 0.02, 0.05)))
        _kill(process, trial)
        return after(place, trial, lambda: [effect.json() for effect in emulator.effects], people)


_REFUSING = """#!/bin/sh
cd "$(dirname "$0")/.."
count=$(($(cat pushes 2>/dev/null || echo 0) + 1))
echo $count > pushes
[ $count -lt AT ] || { echo 'no more pushes today' >&2; exit 1; }
"""


def refused_from(push: int, folder: Path, people: int = 8) -> Trial:
    """From one push on the remote takes none: exit 4, and no write without an intent there; then all is made."""
    place, trial = desk(folder, None, people, "branch"), Trial()
    assert place.origin is not None
    hook = place.origin / "hooks" / "pre-receive"
    hook.write_text(_REFUSING.replace("AT", str(push)), encoding="utf-8")
    hook.chmod(0o755)
    code, said = place.run("apply", "--all")
    trial.struck[f"{place.steps()} pushes taken, then none"] += 1
    trial.expect(code == 4 and "Traceback" not in said, f"exit {code}: {said[-400:]}")
    trial.wrong += recount(
        {"files": place.files(), "effects": effects_of_file(place.folder, people)}, open_allowed=True
    )
    hook.unlink()
    return after(place, trial, lambda: effects_of_file(place.folder, people), people)


def _kill(process: subprocess.Popen[bytes], trial: Trial) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()
    trial.struck["killed with -9" if process.returncode == -signal.SIGKILL else "ended before it was killed"] += 1


def after(place: Desk, trial: Trial, effects: Callable[[], list[Json]], people: int) -> Trial:
    """One recovery run: all is accounted for and done, and `verify` agrees."""
    trial.wrong += recount({"files": place.files(), "effects": effects()}, open_allowed=True)
    code, said = place.run("apply", "--all")
    trial.expect(code == 0, f"the recovery run ended with {code}: {said[-400:]}")
    trial.wrong += recount({"files": place.files(), "effects": effects()})
    trial.expect(len(effects()) == people, f"{len(effects())} of {people} changes were made")
    code, said = place.run("verify")
    trial.expect(code == 0, f"verify: {said[-400:]}")
    return trial
