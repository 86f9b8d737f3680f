"""The command from its first word to its exit code."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Mapping, Sequence

from runner.cli.arguments import Asked, AskedError, parse
from runner.cli.console import Console
from runner.cli.failures import bug_from, tell_failure
from runner.cli.github import write_outputs
from runner.cli.signals import HARD_EXIT
from runner.cli.workplace import Workplace
from runner.directory.atlassian.http import Clocks
from runner.directory.choice import WALL
from runner.errors import FINE, RunnerError


def main(argv: Sequence[str], environ: Mapping[str, str] | None = None, clocks: Clocks = WALL) -> int:
    """Carry out one command and give its exit code; nothing that goes wrong ends in a traceback."""
    environ = os.environ if environ is None else environ
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # only real streams have it
    console = Console(environ=environ, json="--json" in argv, color=False)
    try:
        asked = parse(argv)
        args = asked.args
        console = Console(environ=environ, json=args.json, quiet=args.quiet, color=not args.no_color)
        return _run(asked, console, environ, clocks)
    except AskedError as answer:
        console.document(answer.text)
        return FINE
    except RunnerError as error:
        tell_failure(error, console)
        return error.exit_code
    except KeyboardInterrupt:
        console.say("interrupted; nothing was written")
        return HARD_EXIT
    except Exception as error:  # noqa: BLE001  a bug, told in one line; the only place that catches everything
        bug = bug_from(error)
        if environ.get("POLICY_RUNNER_DEBUG"):
            traceback.print_exc(file=sys.stderr)
        tell_failure(bug, console)
        return bug.exit_code


def _run(asked: Asked, console: Console, environ: Mapping[str, str], clocks: Clocks) -> int:
    place = Workplace(asked.everywhere(environ), console, environ, clocks)
    reason, code = "", FINE
    try:
        code = asked.command.run(asked.args, place)
    except RunnerError as error:
        reason, code = error.reason, error.exit_code
        raise
    finally:
        place.progress.wipe()
        if place.outputs or reason:
            write_outputs(environ, {"reason": reason, **place.outputs, "exit_code": code})
    return code
