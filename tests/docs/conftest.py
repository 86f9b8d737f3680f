"""A copy of the repository for documentation to run in, and the shell it runs with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, tracked_and_new_files


@dataclass(frozen=True)
class Place:
    """A copy of the repository, with one commit, and an environment in which `policy-runner` is a command."""

    folder: Path
    environment: dict[str, str]

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        """Carry out one line of shell; what it prints is what a terminal would show, errors in their place."""
        return subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
            timeout=120,
        )

    def write(self, path: str, text: str) -> None:
        """Put a file into the copy."""
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text, "utf-8")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A fresh copy, so that no page finds what another one left."""
    folder = tmp_path / "policies-repository"
    for file in tracked_and_new_files():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / file, folder / file)
    commands = tmp_path / "bin"
    commands.mkdir()
    starter = commands / "policy-runner"
    starter.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m runner "$@"\n', "utf-8")
    starter.chmod(0o755)
    environment = {
        "HOME": str(tmp_path),
        "PATH": os.pathsep.join([str(commands), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(folder),
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
        "COLUMNS": "120",
    }
    for name in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{name}_NAME": "Ann", f"GIT_{name}_EMAIL": "ann@acme.example"}
    made = Place(folder, environment)
    assert made.run("git init -q && git add -A && git commit -q -m 'Start'").returncode == 0
    return made
