"""The command in this process, with its streams and its environment given, and a workplace of sample files."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runner.cli.app import main

ROOT = Path(__file__).resolve().parents[2]
NOW = "2026-11-22T06:00:00Z"


@dataclass(frozen=True)
class Done:
    """What a command gave back."""

    code: int
    out: str
    err: str

    @property
    def form(self) -> Any:
        """Its stdout as JSON."""
        return json.loads(self.out)

    @property
    def reason(self) -> str:
        """The stable word of the refusal or failure in its JSON."""
        return str(self.form["reason"])


def run_command(*argv: str, environ: Mapping[str, str] | None = None) -> Done:
    """Carry out one command; nothing of this process's environment is in its reach."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(argv, environ if environ is not None else {"NO_COLOR": "1"})
    return Done(code, out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class Desk:
    """A folder with policies, an organization in a file and a journal."""

    folder: Path
    environ: dict[str, str] = field(default_factory=lambda: {"NO_COLOR": "1"})

    @property
    def policies(self) -> Path:
        """The folder of policies."""
        return self.folder / "policies"

    @property
    def directory(self) -> Path:
        """The organization's file."""
        return self.folder / "acme.json"

    @property
    def journal(self) -> Path:
        """The journal's folder."""
        return self.folder / "journal"

    def run(self, *argv: str, now: str = NOW) -> Done:
        """Carry out a command on these files, at this time."""
        here = ("--policies", str(self.policies), "--directory", str(self.directory), "--journal", str(self.journal))
        return run_command(*argv, *here, "--now", now, environ=self.environ)

    def people(self) -> dict[str, dict[str, Any]]:
        """The people in the organization's file, by account id."""
        return {user["account_id"]: user for user in self.read()["users"]}

    def read(self) -> Any:
        """The organization's file."""
        return json.loads(self.directory.read_text(encoding="utf-8"))

    def write(self, organization: Any) -> None:
        """Put another organization into the file."""
        self.directory.write_text(json.dumps(organization, ensure_ascii=False), encoding="utf-8")

    def write_lone(self, organization: Any) -> None:
        """The same in ASCII, which can also hold half of a surrogate pair."""
        self.directory.write_text(json.dumps(organization), encoding="utf-8")

    def write_policy(self, path: str, text: str) -> None:
        """Put a file into the folder of policies."""
        file = self.policies / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def files(self) -> dict[str, bytes]:
        """All files of the folder, to see that nothing was written."""
        return {str(p.relative_to(self.folder)): p.read_bytes() for p in self.folder.rglob("*") if p.is_file()}


def sample_desk(folder: Path) -> Desk:
    """The sample policies and the made-up organization."""
    shutil.copytree(ROOT / "policies", folder / "policies")
    shutil.copy(ROOT / "examples" / "acme.json", folder / "acme.json")
    return Desk(folder)
