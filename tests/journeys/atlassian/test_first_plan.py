"""The page for a new admin, followed word by word against the emulated API, with a key that can only read."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.docs.markdown import Command, blocks, commands, shown_pattern
from tests.emulator import READ_KEY, Emulator
from tests.journeys.command import ROOT, run_command

PAGE = ROOT / "docs" / "how-to" / "first-plan.md"
OF_THE_SHELL = ("git clone", "script/demo", "source", "read -rs", "export")
"""What sets the stage: the tour has its own tests, and the key is in the environment."""


class Shell:
    """Carries out one line after the other, each in the folder that the one before ended in."""

    def __init__(self, folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self._note = folder / "cwd"
        self._folder = folder / "policy-runner"
        self._folder.mkdir()
        self._go = monkeypatch.chdir
        self._environ = {
            "NO_COLOR": "1", "ATLASSIAN_API_URL": url, "ATLASSIAN_API_KEY": READ_KEY, "ATLASSIAN_ORG_ID": "acme",
        }  # fmt: skip

    def run(self, line: str) -> tuple[int, str]:
        """Exit code and stdout; our own command in this process."""
        words = shlex.split(line)
        if words[0] == "policy-runner":
            self._go(self._folder)
            done = run_command(*words[1:], environ=self._environ)
            return done.code, done.out
        script = f"{line}\nstatus=$?; pwd > {self._note}; exit $status"
        code = subprocess.run(["bash", "-c", script], cwd=self._folder, capture_output=True, check=False).returncode
        self._folder = Path(self._note.read_text("utf-8").strip())
        return code, ""


def told() -> list[Command]:
    """The page's commands."""
    found = [command for block in blocks(PAGE) if block.language == "console" for command in commands(block)]
    return [command for command in found if not command.line.startswith(OF_THE_SHELL)]


def test_the_page_can_be_followed_word_by_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command does what stands there; a plan may be refused, as the page says, and nothing is ever written."""
    acme = json.loads((ROOT / "examples" / "acme.json").read_text("utf-8"))
    next(user for user in acme["users"] if user["email"] == "otto.wren@acme.example")["email"] = "ann@acme.example"
    expected = {"doctor": {2}, "plan": {0, 3}}
    monkeypatch.setenv("COLUMNS", "120")
    with Emulator(acme, expires_at="2027-02-20T12:00:00Z") as emulator:
        shell = Shell(tmp_path, emulator.url, monkeypatch)
        ran = told()
        assert len(ran) >= 11
        for command in ran:
            code, out = shell.run(command.line)
            words = command.line.split()
            assert code in expected.get(words[1] if words[0] == "policy-runner" else "", {0}), command.line
            if command.shown:
                assert shown_pattern(command.shown).fullmatch(out), f"{command.line}\n{out}"
        assert emulator.effects == ()
        assert emulator.crashes == []
        assert {entry.key for entry in emulator.log} == {"key-read"}
