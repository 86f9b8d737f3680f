"""``init``: a repository to start with, written from what the organization has."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from runner.cli.trial import try_out
from runner.cli.workplace import Workplace
from runner.directory.choice import choose_directory, open_reader
from runner.directory.interface import EVERYTHING
from runner.errors import FINE, InputError, OtherSideError, RunnerError
from runner.model.people import Snapshot
from runner.policy.load import load
from runner.policy.schemas import write_schemas
from runner.run.start import build_start
from runner.run.start_workflows import build_workflows

HELP = "write a repository to start with, from what the organization has"
ABOUT = """
Read the organization and write what one begins with: settings with its apps, groups and people to protect, three tasks
that are paused until you enable them, a test for each, and the schemas that make editors complete what you write.
Nothing that is there is overwritten, and nothing of the organization is changed.

examples:
  policy-runner init                                           from the organization of ATLASSIAN_API_KEY
  policy-runner init --owner it@acme.example                   who answers for the tasks
  policy-runner init --directory acme.json --policies new/policies
  policy-runner init --workflows acme/policy-runner@COMMIT     also what GitHub needs: workflows, rules, forms
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command."""
    parser.add_argument("--owner", default="it-admins@acme.example", metavar="EMAIL", help="the owner of the tasks")
    parser.add_argument("--workflows", metavar="REPOSITORY@COMMIT", help="write workflows that call those of there")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    folder = place.options.policies.resolve()
    _check_free(folder)
    workflows = build_workflows(args.workflows) if args.workflows else {}
    snapshot = _read(place)
    place.progress.wipe()
    texts = build_start(snapshot, now=place.now, owner=args.owner)
    _write_policies(folder, texts, place)
    write_schemas(folder.parent / "schemas")
    written = [f"{folder.name}/{name}" for name in sorted(texts)] + ["schemas/"]
    written += _write_missing(folder.parent, workflows)
    if place.console.json:
        place.console.result_json({"ok": True, "folder": str(folder.parent), "written": written})
    else:
        place.console.result(
            "\n".join([f"written in {folder.parent}:", *(f"  {name}" for name in written), *_next(args)])
        )
    return FINE


def _check_free(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        hint = "name another folder with --policies, or move this one away; init never overwrites anything"
        raise InputError("exists", f"there is something at {folder} already", hint=hint)


def _read(place: Workplace) -> Snapshot:
    """The whole organization; there are no policies yet that could say which one. Raises OtherSideError where it is
    not whole: what one begins with must not rest on a part."""
    choice = choose_directory(place.options.directory, place.environ, organization=None, directory=None)
    now = place.now if isinstance(choice.where, Path) else place.options.now
    snapshot = open_reader(choice, place.clocks, now=now, progress=place.report_progress).read_snapshot(EVERYTHING)
    if not snapshot.complete:
        hint = "run it again; policy-runner doctor says more"
        raise OtherSideError("snapshot_incomplete", f"not everything was read: {snapshot.problems[0]}", hint=hint)
    return snapshot


def _write_policies(folder: Path, texts: Mapping[str, str], place: Workplace) -> None:
    """Write all of it or nothing: beside its place first, and there only when it is sound and its tests pass."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".init-", dir=folder.parent) as name:
            made = Path(name) / folder.name
            _write_files(made, texts)
            policies = load(made, today=place.now.date())
            failed = [test.name for test in policies.tests if try_out(test, policies, made).failures]
            if failed:
                raise RunnerError(
                    "bug", f"the tests that init writes fail: {', '.join(failed)}", hint="please report it"
                )
            if folder.is_dir():
                folder.rmdir()
            shutil.move(made, folder)
    except OSError as error:
        raise InputError("unwritable", f"{folder} cannot be written: {error.strerror}") from error


def _write_files(folder: Path, texts: Mapping[str, str]) -> None:
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")


def _write_missing(folder: Path, texts: Mapping[str, str]) -> list[str]:
    """Write the files that are not there yet, and give their paths."""
    new = {path: text for path, text in texts.items() if not (folder / path).exists()}
    try:
        _write_files(folder, new)
    except OSError as error:
        raise InputError("unwritable", f"the workflows cannot be written: {error.strerror}") from error
    return sorted(new)


def _next(args: argparse.Namespace) -> list[str]:
    where = "" if str(args.policies) == "policies" else f" --policies {args.policies}"
    directory = f" --directory {args.directory}" if args.directory else ""
    steps = [
        f"read {args.policies}/settings.yaml: whom does it protect, and whom has it overlooked?",
        f"see what a task would do, though it is paused:  policy-runner plan suspend-idle{where}{directory}",
        f"ask why:                                        policy-runner explain EMAIL suspend-idle{where}{directory}",
        "enable one task by taking `enabled: false` out of its file, with `mode: report` in its place at first",
    ]
    if args.workflows:
        steps += [
            "say in .github/CODEOWNERS who must look at what, and put it all into a private repository",
            "on GitHub, under Settings, Rules: import .github/rulesets/main.json and audit.json",
            "under Settings, Environments: atlassian, for the default branch alone, with the secret ATLASSIAN_API_KEY",
        ]
    else:
        steps.append("put it all into a repository, and protect its default branch")
        steps.append("let GitHub run it: init --workflows, or a copy of the runner's own repository (docs/how-to)")
    return ["", "next:", *(f"  {number}. {step}" for number, step in enumerate(steps, 1))]
