"""Which directory a command works on: a file, or the organization that the environment names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from runner.directory.atlassian.connection import Connection, connection_from
from runner.directory.atlassian.http import Client, Clocks
from runner.directory.atlassian.read import AtlassianReader
from runner.directory.atlassian.write import AtlassianWriter
from runner.directory.file import FileReader, FileWriter
from runner.directory.interface import Progress, Reader, Writer, no_progress

WALL = Clocks()
"""The clocks of this machine."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A directory that was named and not opened yet: a file's path, or a connection."""

    where: Path | Connection


def choose_directory(
    file: Path | None, environ: Mapping[str, str], *, organization: str | None, directory: str | None
) -> Choice:
    """The file where one is given, else Atlassian Cloud with the key from the environment and, from the settings, the
    ids of ``organization`` and ``directory``. Raises InputError where something needed is not set."""
    if file is not None:
        return Choice(file)
    return Choice(connection_from(environ, organization=organization, directory=directory))


def open_reader(
    choice: Choice, clocks: Clocks = WALL, *, now: datetime | None = None, progress: Progress = no_progress
) -> Reader:
    """The half that reads; it cannot write. ``now`` stands for the present where a plan is made for another time."""
    if isinstance(choice.where, Path):
        return FileReader(choice.where, now)
    return AtlassianReader(Client(choice.where, clocks=clocks), now=now, progress=progress)


def open_writer(choice: Choice, reader: Reader, clocks: Clocks = WALL) -> Writer:
    """The half that writes; ``reader`` is the one that plan and re-reading use."""
    if isinstance(choice.where, Path):
        return FileWriter(choice.where, clocks.now, clocks.sleep)
    assert isinstance(reader, AtlassianReader)
    client = Client(choice.where, may_write=True, clocks=clocks, pace=reader.client.pace)
    return AtlassianWriter(reader, client)
