"""The commands: every module of ``runner.cli.commands``, by name."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
from typing import Protocol, cast

from runner.cli import commands
from runner.cli.workplace import Workplace


class Command(Protocol):
    """What a module of ``runner.cli.commands`` has. Its name is the command's, with ``_`` for ``-``."""

    HELP: str
    """What it does, in a line."""
    ABOUT: str
    """What to know before the first use, with examples."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say which arguments it takes besides those that every command takes."""

    def run(self, args: argparse.Namespace, place: Workplace) -> int:
        """Do it and give the exit code; raises RunnerError."""


def command_names() -> tuple[str, ...]:
    """The names of all commands."""
    return tuple(sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(commands.__path__)))


def command_of(name: str) -> Command:
    """The command of a name that ``command_names`` gives."""
    return cast("Command", importlib.import_module(f"runner.cli.commands.{name.replace('-', '_')}"))
