"""git as a child process: what it inherits, what it says, and when it is left."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from runner.journal.git import Git, GitError


def told(folder: Path, *names: str) -> list[str]:
    """The values of environment variables as a child of git sees them; a dash for one that is not set."""
    script = "alias.told=!echo " + " ".join(f"${{{name}:--}}" for name in names)
    return Git(folder, 10).read_text("-c", script, "told").split()


def test_git_asks_nobody_and_speaks_one_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the language of whoever calls it: its words are compared."""
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "1")
    assert told(tmp_path, "LC_ALL", "GIT_TERMINAL_PROMPT") == ["C", "0"]


def test_git_works_where_it_is_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the caller is itself a hook, whose git has other ideas."""
    monkeypatch.setenv("GIT_DIR", "/elsewhere/.git")
    Git(tmp_path, 10).read("init", "--quiet")
    assert (tmp_path / ".git").is_dir()


def test_what_git_says_shows_no_password_and_moves_no_text(tmp_path: Path) -> None:
    """An address may hold credentials, and a name control characters."""
    with pytest.raises(GitError) as caught:
        Git(tmp_path, 10).read(
            "-c", "alias.fails=!printf 'no https://ann:s3cret@acme.example/\\033[2J' >&2; false", "fails"
        )
    assert "s3cret" not in caught.value.said
    assert caught.value.said == r"no https://acme.example/\u001b[2J"


def test_a_command_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    """Whoever still holds its output would keep us waiting."""
    with pytest.raises(GitError, match="took over"):
        Git(tmp_path, 0.2).read("-c", "alias.slow=!sleep 600 & sleep 600", "slow")


FROZEN = """
import os, pathlib
from runner.journal.git import Git
script = f"alias.freeze=!kill -STOP {os.getpid()}; sleep 2.2; echo said"
print(Git(pathlib.Path("."), 2).read_text("-c", script, "freeze"))
"""


def test_what_git_said_while_the_process_was_frozen_counts(tmp_path: Path) -> None:
    """git was done, only nobody looked: that is no command that took too long."""
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    process = subprocess.Popen([sys.executable, "-c", FROZEN], cwd=tmp_path, env=environ, stdout=subprocess.PIPE)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    (child,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8").split()
    select.select([os.pidfd_open(int(child))], [], [])  # until it has ended
    process.send_signal(signal.SIGCONT)
    assert process.communicate()[0] == b"said\n"
