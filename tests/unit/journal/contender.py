"""A runner in a process of its own, told over its input what to do, one word a line.

``open``, ``intent``, ``hold``, ``close`` are what a run does; ``nobody`` makes it a process without rights, but for
those on the folder that it is in.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from runner.errors import OtherSideError
from runner.journal.folder import FolderStore
from runner.journal.journal import Journal
from runner.journal.lease import read_gone, read_owner
from runner.journal.writing import OpenRun
from tests.unit.journal.made import change, start


class Contender:
    """The runner, at work in the folder that the process is in."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._owner = read_owner()
        self._run: OpenRun | None = None

    def obey(self, word: str) -> None:
        """Do what a word says. Raises OtherSideError."""
        if word == "nobody" and os.getuid() == 0:
            os.setuid(65534)
        elif word == "open":
            self._open()
        elif self._run and word == "intent":
            self._run.record_intents([change(int(self._token))])
        elif self._run and word == "hold":
            self._run.hold()
        elif self._run and word == "close":
            self._run.close()

    def _open(self) -> None:
        host, clock = self._owner.host, lambda: datetime.now(UTC)
        store = FolderStore(Path())
        journal = Journal(store, clock=clock, owner=self._owner, gone=lambda other: read_gone(other, host))
        self._run, _ = journal.open_run(start(), self._token)


def main(folder: str, token: str) -> None:
    """Answer each word with ``ok`` or the reason why not."""
    os.chdir(folder)
    contender = Contender(token)
    for line in sys.stdin:
        answer = "ok"
        try:
            contender.obey(line.strip())
        except OtherSideError as error:
            answer = error.reason
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
