"""What a command works with: the policies, the directory, the journal and the clock, opened when they are asked for."""

from __future__ import annotations

import getpass
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from runner import __version__
from runner.cli.console import Console
from runner.cli.github import branch_address, job_address
from runner.cli.progress import ProgressLine
from runner.cli.signals import Cancel, minutes_from
from runner.directory.atlassian.connection import Connection
from runner.directory.atlassian.http import Clocks
from runner.directory.choice import WALL, Choice, choose_directory, open_reader, open_writer
from runner.directory.interface import EVERYTHING, Reader
from runner.errors import InputError
from runner.journal.branch import GitBranchStore
from runner.journal.folder import FolderStore
from runner.journal.journal import Journal
from runner.journal.lease import read_gone, read_owner
from runner.journal.mask import PLAIN, Mask
from runner.journal.privacy import VARIABLE, Pseudonyms, keys_from
from runner.journal.store import Store
from runner.model.policy import Policies
from runner.model.world import World
from runner.policy.load import load
from runner.run.session import Session, WritingSession
from runner.text import terminal

UNDO_ONLY = "undo only"


@dataclass(frozen=True)
class Everywhere:
    """The options that every command takes. ``now`` is None for the present, ``audit_branch`` for a journal folder."""

    policies: Path
    directory: Path | None
    journal: Path
    audit_branch: str | None
    now: datetime | None


class Workplace:
    """The world of one command; nothing is read before it is asked for, and what is asked for twice is read once."""

    def __init__(
        self, options: Everywhere, console: Console, environ: Mapping[str, str], clocks: Clocks = WALL
    ) -> None:
        self.options = options
        self.console = console
        self.environ = environ
        self.cancel = Cancel(minutes_from(environ))
        self.clocks = replace(clocks, sleep=self.cancel.wait) if clocks is WALL else clocks
        self._sleep = self.cancel.sleep if clocks is WALL else clocks.sleep
        self.progress = ProgressLine(console, time.monotonic)
        self.outputs: dict[str, object] = {}
        self.undoing = False

    @cached_property
    def now(self) -> datetime:
        """The instant that everything in this command is judged by."""
        return self.options.now or self.clocks.now()

    @cached_property
    def policies(self) -> Policies:
        """The policies. Raises PolicyError with every problem of every file."""
        return load(self.options.policies, today=self.now.date())

    @cached_property
    def directory(self) -> Choice:
        """The directory that is meant. Raises InputError where none is."""
        settings = self.policies.settings
        return choose_directory(
            self.options.directory, self.environ, organization=settings.organization, directory=settings.directory
        )

    @cached_property
    def reader(self) -> Reader:
        """The reading half of the directory. A file is its own present, a live organization has a clock of its own."""
        is_file = isinstance(self.directory.where, Path)
        now = self.now if is_file else self.options.now
        return open_reader(self.directory, self.clocks, now=now, progress=self.report_progress)

    @cached_property
    def bare_reader(self) -> Reader:
        """The reading half of the directory that the options and the environment name, while there are no policies."""
        choice = choose_directory(self.options.directory, self.environ, organization=None, directory=None)
        now = self.now if isinstance(choice.where, Path) else self.options.now
        return open_reader(choice, self.clocks, now=now, progress=self.report_progress)

    @cached_property
    def store(self) -> Store:
        """Where the journal is kept: on the audit branch if one is named, else in a folder."""
        branch = self.options.audit_branch
        return FolderStore(self.options.journal) if branch is None else GitBranchStore(Path.cwd(), branch)

    @cached_property
    def journal(self) -> Journal:
        """The journal; nothing is written before a run is opened."""
        return self._journal(self.mask)

    @cached_property
    def archive(self) -> Journal:
        """The journal as it is kept, to be read without any policies."""
        return self._journal(PLAIN)

    def _journal(self, mask: Mask) -> Journal:
        owner = read_owner()
        return Journal(
            self.store, clock=self.clocks.now, owner=owner, gone=lambda other: read_gone(other, owner.host), mask=mask
        )

    @cached_property
    def mask(self) -> Mask:
        """What the journal calls people. Raises InputError ``pseudonym_key`` where they must be hidden and cannot."""
        if self.policies.settings.privacy == "plain":
            return PLAIN
        return Pseudonyms(keys_from(self.environ.get(VARIABLE, "")))

    @cached_property
    def session(self) -> Session:
        """All that planning needs; it cannot write."""
        return Session(
            policies=self.policies,
            reader=self.reader,
            now=self.now,
            clock=self.clocks.now,
            stopped=self.stopped,
            cancelled=lambda: self.cancel.reason,
            progress=self.report_progress,
            mask=self.mask,
        )

    @cached_property
    def world(self) -> World:
        """The whole organization, with the past, for commands that look at people."""
        snapshot = self.reader.read_snapshot(EVERYTHING)
        history = self.mask.knowing(snapshot.users).revealed_history(self.journal.read_past().history)
        return World(snapshot, self.now, self.policies.lists, history)

    def writing(self) -> WritingSession:
        """All that a run needs, the writing half of the directory with it.

        Raises InputError ``now_live`` where Atlassian Cloud would be changed by another time than the present: people
        would seem idle who are not, and the budget of the day would be another day's.
        """
        where = self.directory.where
        if self.options.now is not None and isinstance(where, Connection) and not where.is_local:
            message = "--now is for plans and tests: an organization of Atlassian Cloud is changed by the present only"
            raise InputError("now_live", message, hint="leave out --now, or try it on a file with --directory")
        return WritingSession(
            session=self.session,
            writer=open_writer(self.directory, self.reader, self.clocks),
            wait=self._sleep,
            journal=self.journal,
            actor=read_actor(self.environ),
            token=secrets.token_hex(3),
            tool_version=__version__,
            link=branch_address(self.environ, self.options.audit_branch or ""),
            job=job_address(self.environ),
        )

    def stopped(self) -> str:
        """Why everything is stopped; looked at anew each time. A stop that says ``undo only`` lets undo go on."""
        variable, file = self.environ.get("POLICY_RUNNER_STOP", ""), self.options.policies / "STOP"
        stops = []
        if variable:
            stops.append(("POLICY_RUNNER_STOP is set", variable))
        if os.path.lexists(file):
            stops.append((f"there is a file {file.name} in the policies", read_short(file)))
        return next((why for why, said in stops if not (self.undoing and says_undo_only(said))), "")

    def report_progress(self, what: str, done: int, total: int | None) -> None:
        """Show how far long reading or writing has come. What only reads ends here when it is told to."""
        self.progress(what, done, total)
        if what != "applying":
            self.cancel.check()

    def place_of(self, path: str) -> str:
        """Where people find a file of the journal."""
        branch = self.options.audit_branch
        return str(self.options.journal / path) if branch is None else f"{path} on the branch {branch}"


def says_undo_only(said: str) -> bool:
    """Whether a stop leaves the way back open: its text is ``undo only``, and nothing else."""
    return said.strip().casefold() == UNDO_ONLY


def read_short(file: Path) -> str:
    """The first characters of a file; nothing where it is no readable file, so that it stops everything."""
    if not file.is_file():
        return ""
    try:
        with file.open(encoding="utf-8", errors="replace") as stream:
            return stream.read(100)
    except OSError:
        return ""


def read_actor(environ: Mapping[str, str]) -> str:
    """Who is at work, in one line: the account that GitHub names, else the one that is logged in."""
    if environ.get("GITHUB_ACTOR"):
        return terminal(environ["GITHUB_ACTOR"])
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
