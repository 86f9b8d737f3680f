"""``demo``: the main job on a made-up organization, from the first look to the second run."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import runner
from runner.cli.arguments import parse
from runner.cli.console import Console
from runner.cli.workplace import Everywhere, Workplace
from runner.demo.acme import PEOPLE, SEED, build_organization, render_organization
from runner.errors import FINE, InputError, RunnerError

HELP = "see all of it on a made-up organization, in under a minute"
ABOUT = """
Go through the main job on the embedded organization acme (some 300 people): validate, plan, apply, the report, a
second run that finds nothing left to do, and why one person was left alone. It needs no key and no network, works in a
temporary folder, and leaves nothing behind.

examples:
  policy-runner demo
  policy-runner demo --keep acme       keep policies, organization, journal and report in a new folder, to play with
"""
_NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
_EXPLAINED = ("lena.okafor@acme.example", "jira-90d-reclaim")
Step = Callable[[str, Sequence[str]], int]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command."""
    parser.add_argument("--keep", type=Path, metavar="DIR", help="work in this new folder and keep it")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    with _folder(args.keep) as folder:
        _write_start(folder)
        try:
            _tour(_stepping(folder, place), folder, place)
        except RunnerError as error:
            raise RunnerError("demo", f"the tour broke off: {error.message}", hint=error.hint) from error
    if args.keep:
        place.console.result(f"\nAll of it is in {args.keep}.")
    return FINE


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """A folder to work in: a temporary one, or the one to keep, which must be new."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="policy-runner-demo-") as name:
            yield Path(name)
        return
    try:
        keep.mkdir(parents=True)
    except OSError as error:
        message = f"{keep} cannot be made: {error.strerror}"
        raise InputError("folder", message, hint="name a folder that does not exist yet") from error
    yield keep


def _write_start(folder: Path) -> None:
    """The sample policies, and the organization."""
    samples = Path(runner.__file__).resolve().parent.parent / "policies"
    if not samples.is_dir():
        hint = "run script/demo in a clone of the repository"
        raise InputError("no_samples", "the sample policies are not installed beside the program", hint=hint)
    shutil.copytree(samples, folder / "policies")
    text = render_organization(build_organization(seed=SEED, people=PEOPLE, now=_NOW))
    (folder / "acme.json").write_text(text, encoding="utf-8", newline="\n")


def _stepping(folder: Path, place: Workplace) -> Step:
    """How one step is shown and carried out: the words, the command as one would type it, and what it says."""
    everywhere = Everywhere(folder / "policies", folder / "acme.json", folder / "journal", None, _NOW)

    # Of a workflow's files only those of the command itself are written, and the tour is text whatever was asked for.
    environ = {name: value for name, value in place.environ.items() if not name.startswith("GITHUB_")}
    console = Console(out=place.console.out, err=place.console.err, environ=environ, quiet=place.console.quiet)

    def step(words: str, argv: Sequence[str]) -> int:
        shown = " ".join(f'"{word}"' if " " in word else word for word in argv)
        console.result(console.paint(f"\n# {words}", "heading"))
        console.result(console.paint(f"$ policy-runner {shown}", "dim"))
        asked = parse(argv)
        return asked.command.run(asked.args, Workplace(everywhere, console, environ))

    return step


def _tour(step: Step, folder: Path, place: Workplace) -> None:
    say = place.console.result
    say("The made-up organization acme: 310 people, 6 apps on 2 sites, and the policies in policies/.")
    step("Are the policies sound, and do the apps and groups they name exist?", ["validate"])
    step("What would change? Reading only.", ["plan"])
    step("Carry it out: within limits, with a journal and a report.", ["apply", "--all"])
    report = next((folder / "journal").glob("runs/*/*/*/*/report.md")).relative_to(folder)
    say(f"\n# The report, for people who read it on GitHub ({report}), begins:")
    text = (folder / report).read_text(encoding="utf-8").splitlines()
    say("\n".join(f"| {line}" for line in text[:12]))
    step("A second run finds nothing left to do.", ["apply", "--all"])
    step("Why was this person left alone?", ["explain", *_EXPLAINED])
    step("Is the journal whole?", ["verify"])
