"""git as a child process: no prompts, no hooks, a time limit, one language, and credentials only as they are set up."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from runner.text import shorten, terminal

_NAME, _ADDRESS = "policy-runner", "policy-runner@localhost"
_SETTINGS = {
    "core.askPass": "true",  # no window that asks for a password
    "core.hooksPath": "/dev/null",  # the clone's own hooks are about its own work
    "fetch.showForcedUpdates": "true",  # without it, every update counts as a fast-forward
    "gc.auto": "0",
    "maintenance.auto": "false",
    "push.followTags": "false",
    "push.gpgSign": "false",
    "submodule.recurse": "false",
}
_LAST_LOOK_S = 0.2
_INHERITED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE")
_SECRET = re.compile(r"(?<=://)[^/@\s]*@")


class GitError(Exception):
    """git said no. ``said`` is what it wrote, safe to show and without the credentials of an address."""

    def __init__(self, code: int, out: str, said: str) -> None:
        super().__init__(said)
        self.code = code
        self.out = out
        self.said = said


class Git:
    """git in one repository; nothing touches its work tree or its index."""

    def __init__(self, repository: Path, timeout_s: float) -> None:
        self._repository = repository
        self._timeout_s = timeout_s

    def read_text(self, *arguments: str) -> str:
        """What a command prints, without the last line feed."""
        return self.read(*arguments).decode(errors="surrogateescape").removesuffix("\n")

    def read(self, *arguments: str, given: bytes = b"", environment: Mapping[str, str] | None = None) -> bytes:
        """What a command prints that reads ``given``. Raises GitError, also where it takes too long.

        The child has a session of its own: it cannot ask on a terminal, and Ctrl-C does not end it half way.
        """
        settings = [word for key, value in _SETTINGS.items() for word in ("-c", f"{key}={value}")]
        command = ["git", "-C", str(self._repository), *settings, *arguments]
        pipe = subprocess.PIPE
        try:
            child = subprocess.Popen(
                command, stdin=pipe, stdout=pipe, stderr=pipe, env=_environment(environment), start_new_session=True
            )
        except OSError as error:
            raise GitError(-1, "", f"git cannot be started: {error.strerror}") from error
        with child:
            try:
                out, err = self._read_out(child, given)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.communicate()
                raise GitError(-1, "", f"git {arguments[0]} took over {self._timeout_s:g} seconds") from None
        if child.returncode:
            raise GitError(child.returncode, out.decode(errors="replace"), _said(err) or f"git {arguments[0]} failed")
        return out

    def _read_out(self, child: subprocess.Popen[bytes], given: bytes) -> tuple[bytes, bytes]:
        """Its output. When the time is over we look once more: perhaps it was we who were frozen, and git is done."""
        try:
            return child.communicate(given, timeout=self._timeout_s)
        except subprocess.TimeoutExpired:
            return child.communicate(timeout=_LAST_LOOK_S)


def _environment(more: Mapping[str, str] | None) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in _INHERITED}
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _WHO.items()}
    return {**kept, **who, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **(more or {})}


_WHO = {"NAME": _NAME, "EMAIL": _ADDRESS}


def _said(err: bytes) -> str:
    """The last lines of what git complained about, as one."""
    lines = [
        line for line in err.decode(errors="replace").splitlines() if line.strip() and not line.startswith("hint:")
    ]
    return shorten(_SECRET.sub("", " / ".join(terminal(line) for line in lines[-4:])), 400)
