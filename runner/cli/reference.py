"""The reference page of the commands, generated from their parsers: what ``--help`` says, in one place."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from runner.cli.arguments import EVERYWHERE, PROGRAM, argument_groups, parser_of
from runner.cli.registry import command_names, command_of
from runner.policy.reference import MADE, render_table

PAGE = "commands.md"
_INTRO = f"""\
# Commands

`{PROGRAM} COMMAND --help` says the same. Results go to standard output, everything else to standard error.

Exit codes: 0 fine, 1 a bug, 2 your input, 3 a rail refused, 4 the other side (network, API, credentials, audit store),
5 partly done; 10 with `plan --exit-code` when there are changes.
"""


def render_commands() -> str:
    """The text of the page."""
    names = command_names()
    index = render_table(("command", "what it does"), ((f"[`{n}`](#{n})", command_of(n).HELP) for n in names))
    shared = argument_groups(parser_of(names[0], command_of(names[0])))[EVERYWHERE]
    everywhere = f"## Every command takes\n\n{_table(shared)}"
    return "\n".join((f"{MADE}\n", _INTRO, index, everywhere, *map(_section, names)))


def _section(name: str) -> str:
    parser = parser_of(name, command_of(name))
    groups = argument_groups(parser)
    own = [argument for title, found in groups.items() if title != EVERYWHERE for argument in found]
    examples, _, after = (parser.epilog or "").removeprefix("examples:\n").partition("\n\n")
    parts = (
        f"## {name}\n",
        f"{parser.description}\n",
        _table(own) if own else "",
        f"```text\n{_flush(examples)}\n```\n" if examples else "",
        f"{after.strip()}\n" if after else "",
    )
    return "\n".join(part for part in parts if part)


def _table(arguments: Iterable[argparse.Action]) -> str:
    return render_table(("argument", "meaning"), ((f"`{_written(a)}`", _cell(a.help or "")) for a in arguments))


def _written(argument: argparse.Action) -> str:
    """``--out FILE``, ``PLAN|TASK ...``, ``--format text|json``: the argument as it is typed."""
    choices = "|".join(map(str, argument.choices or ()))
    value = argument.metavar or choices or (argument.dest if not argument.option_strings else "")
    takes_value = argument.nargs != 0
    words = [
        *argument.option_strings[:1],
        *([str(value)] if takes_value else []),
        *(["..."] if _many(argument) else []),
    ]
    return _cell(" ".join(words))


def _many(argument: argparse.Action) -> bool:
    return argument.nargs in ("*", "+")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _flush(block: str) -> str:
    """The lines of a block without what they are all indented by."""
    return "\n".join(line.removeprefix("  ") for line in block.split("\n"))
