"""A repository of policies with its origin, its organization and GitHub, and act to run its workflows."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.emulator.emulator import API_KEY, READ_KEY, Emulator
from tests.journeys.github.hub import ANN, NUMBERS, Hub, git

ROOT = Path(__file__).resolve().parents[3]
STAND_INS = Path(__file__).parent / "stand_ins"
_MINE = Path.home() / ".config" / "pip" / "pip.conf"
PIP = {
    **({"PIP_CONFIG_FILE": str(_MINE)} if _MINE.exists() else {}),
    **{name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_CERT_", "REQUESTS_CA_"))},
}
"""How pip finds packages on this machine; only the real installation asks."""
USES = re.compile(r"uses: (actions/([a-z-]+)@[0-9a-f]{40})")
_LONG_AGO = (datetime.now(UTC) - timedelta(days=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
_TOOL = (".github", "action.yml", "pyproject.toml", "requirements.lock", "README.md", "LICENSE", "runner")


@dataclass(frozen=True)
class Acted:
    """What act did: every line that it logged, as objects."""

    code: int
    lines: tuple[Mapping[str, Any], ...]
    everything: str

    @cached_property
    def jobs(self) -> Mapping[str, str]:
        """How each job ended that ran, by its id."""
        return {line["jobID"]: line["jobResult"] for line in self.lines if "jobResult" in line}

    @cached_property
    def said(self) -> str:
        """What the steps printed, and what went wrong."""
        shown = (line for line in self.lines if line.get("raw_output") or line.get("level") == "error")
        return "\n".join(f"{line.get('jobID')}: {str(line.get('msg', '')).rstrip()}" for line in shown)

    @cached_property
    def summary(self) -> str:
        """What stands on the page of the workflow's run."""
        return "\n".join(m for line in self.lines if (m := str(line.get("msg", ""))).lstrip(" ⚙️").startswith("Summary"))

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """The outputs that steps set, by their names."""
        set_ = (line for line in self.lines if line.get("command") == "set-output" and "name" in line)
        return {line["name"]: line["arg"] for line in set_ if line["arg"]}


@dataclass
class Workshop:
    """What stands around the workflows. ``variables`` are the repository's, ``secrets`` its environment's."""

    folder: Path
    hub: Hub
    emulator: Emulator
    variables: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(
        default_factory=lambda: {"ATLASSIAN_API_KEY": API_KEY, "GITHUB_TOKEN": "fake-token"}
    )
    environment: dict[str, str] = field(default_factory=dict)
    branch: str = "audit"

    @property
    def origin(self) -> Path:
        """The bare repository on GitHub."""
        return self.folder / "origin.git"

    def command(self, event: str, workflow: str, payload: Any, home: str, inputs: Mapping[str, str]) -> list[str]:
        """act's command line for an event."""
        place = self.checkout(home)
        file = place.parent / "event.json"
        file.write_text(json.dumps(payload), "utf-8")
        pairs = [
            *(("-s", f"{name}={value}") for name, value in self.secrets.items()),
            *(("--var", f"{k}={v}") for k, v in {"ATLASSIAN_API_URL": self.emulator.url, **self.variables}.items()),
            *(("--input", f"{name}={value}") for name, value in inputs.items()),
            *(("--local-repository", f"{uses}={STAND_INS / name}") for uses, name in stand_ins(place)),
            *(("--env", f"{name}={value}") for name, value in self._environment(home).items()),
        ]
        return [
            *("act", event, "-C", str(place), "-W", f".github/workflows/{workflow}", "-e", str(file)),
            *("-P", "ubuntu-24.04=-self-hosted", "--pull=false", "--no-cache-server", "--no-skip-checkout", "--json"),
            *("--actor", ANN, *(word for pair in pairs for word in pair)),
        ]

    def _environment(self, home: str) -> Mapping[str, str]:
        return {
            "GITHUB_API_URL": self.hub.url,
            "GITHUB_ACTOR_ID": str(NUMBERS[ANN]),
            "NO_COLOR": "1",
            "TERM": "dumb",
            "STAND_IN_PYTHON": sys.executable,
            "STAND_IN_ARTIFACTS": str(self.folder / home / "artifacts"),
            **self.environment,
        }

    def checkout(self, home: str) -> Path:
        """The clone that act takes the workflow's file from, as new as the default branch."""
        place = self.folder / home / "policies"
        if place.exists():
            git(place, "fetch", "--quiet", str(self.origin), "main")
            git(place, "reset", "--quiet", "--hard", "FETCH_HEAD")
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            git(self.folder, "clone", "--quiet", str(self.origin), str(place))
            git(place, "remote", "set-url", "origin", "https://github.com/acme/policies")
            settings = f'[url "file://{self.origin}"]\n\tinsteadOf = https://github.com/acme/policies\n'
            (place.parent / ".gitconfig").write_text(settings, "utf-8")
        return place

    def start(
        self, event: str, workflow: str, payload: Any = None, *, home: str = "home", **inputs: str
    ) -> subprocess.Popen[str]:
        """Start a workflow; nothing of this process's environment is in its reach."""
        path = os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"])
        return subprocess.Popen(
            self.command(event, workflow, payload or {}, home, inputs),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={"PATH": path, "HOME": str(self.folder / home), **PIP},
        )

    def act(self, event: str, workflow: str, payload: Any = None, *, home: str = "home", **inputs: str) -> Acted:
        """Run a workflow to its end."""
        return ended(self.start(event, workflow, payload, home=home, **inputs))

    def schedule(self, home: str = "home") -> Acted:
        """The schedule strikes."""
        return self.act("schedule", "run.yml", {"schedule": "17,47 * * * *"}, home=home)

    def dispatch(self, **inputs: str) -> Acted:
        """Somebody starts the workflow by hand."""
        given = {"mode": "due", "task": "", "digest": "", "run": "", "user": "", "reason": "", **inputs}
        return self.act("workflow_dispatch", "run.yml", {"inputs": given}, **given)

    def commit(self, files: Mapping[str, str], branch: str = "main", message: str = "policies") -> str:
        """Put files on a branch of the origin and give the commit."""
        place = self.folder / "desk"
        if not place.exists():
            git(self.folder, "clone", "--quiet", str(self.origin), str(place))
        git(place, "fetch", "--quiet", "origin")
        start = branch if git(place, "ls-remote", "origin", branch) else "main"
        git(place, "checkout", "--quiet", "-B", branch, f"origin/{start}")
        for path, text in files.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_text(text, "utf-8")
        git(place, "add", "--all")
        git(place, "commit", "--quiet", "-m", message, GIT_COMMITTER_DATE=_LONG_AGO)
        git(place, "push", "--quiet", "origin", branch)
        return git(place, "rev-parse", "HEAD")

    def record(self) -> None:
        """The audit branch as a schedule left it: with a snapshot in which nobody is named."""
        organization = self.emulator.organization()
        for number, user in enumerate(organization["users"]):
            name = f"p-{number:032x}"
            user |= {"account_id": name, "name": name, "email": f"{name}@acme.example"}
        self.commit({"snapshots/latest.json": json.dumps(organization)}, self.branch, "snapshot")

    def pull_request(self, files: Mapping[str, str], *, fork: bool = False) -> Acted:
        """A pull request with these files is opened or pushed to."""
        head = self.commit(files, "change")
        tip = git(self.origin, "rev-parse", "main")
        tree = git(self.origin, "merge-tree", "--write-tree", tip, head)
        merge = git(self.origin, "commit-tree", tree, "-p", tip, "-p", head, given="merge\n")
        git(self.origin, "update-ref", "refs/pull/7/merge", merge)
        name = "somebody/policies" if fork else "acme/policies"
        pull = {
            "number": 7,
            "head": {"sha": head, "ref": "change", "repo": {"full_name": name}},
            "base": {"ref": "main"},
        }
        return self.act(
            "pull_request", "pull-request.yml", {"action": "synchronize", "number": 7, "pull_request": pull}
        )

    def audit(self, path: str) -> str:
        """A file of the audit branch."""
        return git(self.origin, "show", f"refs/heads/{self.branch}:{path}")

    def runs(self) -> list[str]:
        """The folders of the runs on the audit branch, oldest first."""
        if not git(self.origin, "for-each-ref", ref := f"refs/heads/{self.branch}"):
            return []
        listing = git(self.origin, "ls-tree", "-r", "--name-only", ref, "--", "runs").splitlines()
        return sorted({str(Path(path).parent) for path in listing if path.endswith("journal.jsonl")})

    def records(self, run: str) -> list[Any]:
        """The journal of one run."""
        return [json.loads(line) for line in self.audit(f"{run}/journal.jsonl").splitlines()]

    def applied(self, runs: Iterable[str] | None = None) -> list[tuple[str, str, str | None]]:
        """What the journal says was done: person, verb, target."""
        records = (record for run in (runs or self.runs()) for record in self.records(run))
        changes = (r["change"] for r in records if r["kind"] == "outcome" and r["status"] == "applied")
        return sorted((c["account_id"], c["verb"], c["target"]) for c in changes)

    def happened(self) -> list[tuple[str, str, str | None]]:
        """What really was done to the organization, in the same words."""
        return sorted((e.account_id, e.verb, e.target) for e in self.emulator.effects)

    def hook(self, name: str, script: str) -> None:
        """A hook of the origin."""
        file = self.origin / "hooks" / name
        file.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        file.chmod(0o755)


def ended(process: subprocess.Popen[str]) -> Acted:
    """What a started act came to."""
    said, _ = process.communicate(timeout=300)
    lines = tuple(json.loads(line) for line in said.splitlines() if line.startswith("{"))
    return Acted(process.returncode, lines, said)


def stand_ins(place: Path) -> set[tuple[str, str]]:
    """Each remote action that the workflows use, and the folder that stands in for it."""
    files = [*(place / ".github" / "workflows").glob("*.yml"), place / "action.yml"]
    return {found for file in files for found in USES.findall(file.read_text("utf-8"))}


def make_origin(folder: Path, policies: Mapping[str, str]) -> Path:
    """A bare repository that is a copy of this template, with other policies, committed some days ago."""
    seed, origin = folder / "seed", folder / "origin.git"
    seed.mkdir(parents=True)
    ignore = shutil.ignore_patterns("__pycache__")
    for name in _TOOL:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, seed / name, ignore=ignore)
        else:
            shutil.copy(ROOT / name, seed / name)
    for path, text in policies.items():
        (seed / "policies" / path).parent.mkdir(parents=True, exist_ok=True)
        (seed / "policies" / path).write_text(text, "utf-8")
    git(seed, "init", "--quiet", "--initial-branch", "main")
    git(seed, "add", "--all")
    git(seed, "commit", "--quiet", "-m", "policies", GIT_COMMITTER_DATE=_LONG_AGO)
    git(folder, "clone", "--quiet", "--bare", str(seed), str(origin))
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    return origin


READER = {"ATLASSIAN_READ_KEY": READ_KEY}
