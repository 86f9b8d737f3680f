"""From words to arguments: options that stand before or after the command, help that teaches, and near misses."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from runner import __version__
from runner.cli.registry import Command, command_names, command_of
from runner.cli.workplace import Everywhere
from runner.errors import InputError
from runner.model.canonical import parse_instant
from runner.policy.problems import did_you_mean, shown

PROGRAM = "policy-runner"
AUDIT_BRANCH = "POLICY_RUNNER_AUDIT_BRANCH"
EVERYWHERE = "every command takes"
_HERE: Mapping[str, Any] = {
    "policies": Path("policies"),
    "directory": None,
    "journal": Path("journal"),
    "audit_branch": None,
    "now": None,
    "json": False,
    "quiet": False,
    "no_color": False,
}
_ABOUT = """\
GitOps for Atlassian Cloud user management: policies written in YAML become a plan, the plan passes the safety rails,
and only then is anything changed, with a journal and a report of every run.
"""
_FIRST_STEPS = f"""\
the usual way:
  {PROGRAM} demo                       see all of it on a made-up organization
  {PROGRAM} validate                   are the policies in policies/ sound?
  {PROGRAM} plan --directory acme.json what would they change? (reads, never writes)
  {PROGRAM} explain ann@acme.example   why is this person matched, or left alone?
  {PROGRAM} apply --all                carry it out, within the limits, and write a report

Without --directory the organization is the one of ATLASSIAN_API_KEY and ATLASSIAN_ORG_ID.
{PROGRAM} COMMAND --help has examples of each command.

exit codes: 0 fine, 1 a bug, 2 your input, 3 a rail refused, 4 the other side, 5 partly done, 10 there are changes
"""


class AskedError(Exception):
    """Somebody asked for help or for the version: there is nothing to do but to show the text."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True)
class Asked:
    """What was asked for on the command line."""

    name: str
    command: Command
    args: argparse.Namespace

    def everywhere(self, environ: Mapping[str, str]) -> Everywhere:
        """The options that every command takes."""
        args = self.args
        branch = args.audit_branch or environ.get(AUDIT_BRANCH) or None
        return Everywhere(args.policies, args.directory, args.journal, branch, args.now)


def parse(argv: Sequence[str]) -> Asked:
    """The command and its arguments. Raises InputError ``usage``, or AskedError."""
    first = _Parser(prog=PROGRAM, description=_ABOUT, epilog=_FIRST_STEPS, usage="%(prog)s COMMAND [OPTION ...]")
    first.set_defaults(**_HERE)
    first.add_argument("command", nargs="?", metavar="COMMAND", help=argparse.SUPPRESS)
    first.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    _add_everywhere(first)
    first.add_argument("--version", action=_Show, text=lambda _: f"{PROGRAM} {__version__}\n", help="say which it is")
    first.add_argument("-h", "--help", action=_Show, text=_overview, help="show this and end")
    known = first.parse_known(argv)
    name = known.command
    if name is None:
        raise _usage("a command is missing", f"{PROGRAM} --help lists them")
    if name not in command_names():
        raise _usage(f"there is no command {shown(name)}", did_you_mean(name, command_names(), listed=30))
    command = command_of(name)
    return Asked(name, command, parser_of(name, command).parse_known(known.rest, known))


def parser_of(name: str, command: Command) -> _Parser:
    """The parser of one command's own arguments."""
    lines = command.ABOUT.strip("\n").split("\n\n", 1)
    about, examples = lines[0], lines[1] if len(lines) > 1 else ""
    parser = _Parser(prog=f"{PROGRAM} {name}", description=about, epilog=examples)
    command.add_arguments(parser)
    _add_everywhere(parser)
    parser.add_argument("-h", "--help", action=_Show, text=lambda p: p.format_help(), help="show this and end")
    return parser


def argument_groups(parser: argparse.ArgumentParser) -> Mapping[str, Sequence[argparse.Action]]:
    """The arguments of a parser by the title of their group, as its help shows them; ``--help`` is left out."""
    return {
        group.title or "": [argument for argument in group._group_actions if argument.dest != "help"]  # noqa: SLF001
        for group in parser._action_groups  # noqa: SLF001 (argparse lists them nowhere else)
    }


def _overview(parser: argparse.ArgumentParser) -> str:
    """The help of the whole program: what each command does, in a line."""
    names = command_names()
    width = max(map(len, names))
    commands = "\n".join(f"  {name:<{width}}  {command_of(name).HELP}" for name in names)
    return parser.format_help().replace(f"\n{EVERYWHERE}:", f"\ncommands:\n{commands}\n\n{EVERYWHERE}:", 1)


def _add_everywhere(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(EVERYWHERE)

    def add(flag: str, help: str, **how: Any) -> None:  # noqa: A002 (argparse's own word)
        group.add_argument(flag, help=help, default=argparse.SUPPRESS, **how)

    add("--policies", "the folder of policies (policies)", metavar="DIR", type=Path)
    add("--directory", "an organization in a file, instead of Atlassian Cloud", metavar="FILE", type=Path)
    add("--journal", "the folder of the journal (journal)", metavar="DIR", type=Path)
    add("--audit-branch", f"a git branch to keep the journal on instead ({AUDIT_BRANCH})", metavar="NAME")
    add("--now", "judge everything at this time, such as 2026-11-22T06:00:00Z", metavar="TIME", type=_instant)
    add("--json", "results as JSON", action="store_true")
    add("--quiet", "results and errors only", action="store_true")
    add("--no-color", "no colours (NO_COLOR does the same)", action="store_true")


def _instant(text: str) -> datetime:
    try:
        return parse_instant(text)
    except (ValueError, OverflowError):
        hint = "write a time such as 2026-11-22T06:00:00Z, or a day such as 2026-11-22"
        raise argparse.ArgumentTypeError(f"{shown(text)} is not a time; {hint}") from None


def _usage(message: str, hint: str) -> InputError:
    return InputError("usage", message, hint=hint)


class _Show(argparse.Action):
    """An option that shows a text and ends."""

    def __init__(self, option_strings: Sequence[str], dest: str, text: Callable[[Any], str], **how: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, **how)
        self._text = text

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        """See argparse.Action."""
        raise AskedError(self._text(parser))


class _Parser(argparse.ArgumentParser):
    """argparse that raises InputError instead of ending the process, and says what was nearly right."""

    def __init__(self, **how: Any) -> None:
        super().__init__(
            **how, add_help=False, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
        )

    def parse_known(self, argv: Sequence[str], into: argparse.Namespace | None = None) -> argparse.Namespace:
        """The arguments. Raises InputError ``usage`` for any that is not known."""
        args, extra = self.parse_known_args(list(argv), into)
        if extra:
            raise self._strange(extra[0])
        return args

    def _strange(self, word: str) -> InputError:
        help_hint = f"{self.prog} --help says what it takes"
        if not word.startswith("-"):
            return _usage(f"{shown(word)} is one argument too many", help_hint)
        option = word.partition("=")[0]
        known = [flag for action in self._actions for flag in action.option_strings]
        near = did_you_mean(option, known, listed=0)
        return _usage(f"there is no option {shown(option)}", near if near.startswith("did you mean") else help_hint)

    def error(self, message: str) -> NoReturn:
        """See argparse: here an InputError, with what was nearly right."""
        found = re.match(r"argument (\S+): invalid choice: '(.*)' \(choose from (.*)\)$", message)
        if found:
            flag, word, choices = found.groups()
            hint = did_you_mean(word, _words(choices))
            raise _usage(f"{flag} cannot be {shown(word)}", hint)
        raise _usage(message, f"{self.prog} --help says what it takes")


def _words(choices: str) -> Iterable[str]:
    return [choice.strip().strip("'") for choice in choices.split(",")]
