"""``init``: a repository to start with, written from what the organization has."""

from __future__ import annotations

import argparse
import shlex
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from runner.cli.origin import read_source
from runner.cli.trial import try_out
from runner.cli.workplace import Workplace
from runner.directory.interface import EVERYTHING
from runner.errors import FINE, InputError, OtherSideError, RunnerError
from runner.model.people import Snapshot
from runner.policy.load import load
from runner.policy.schemas import render_schemas
from runner.run.start import build_start
from runner.run.start_workflows import build_workflows
from runner.text import terminal, wrap

HELP = "write a repository to start with, from what the organization has"
ABOUT = """
Read the organization and write what one begins with: settings with its apps, groups and people to protect, three tasks
that are paused until you enable them, a test for each, the schemas that make editors complete what you write, and what
GitHub needs: workflows that call those of the repository and commit that this runner is from, rules, forms. Nothing
that is there is overwritten, and nothing of the organization is changed.

examples:
  policy-runner init                                           from the organization of ATLASSIAN_API_KEY
  policy-runner init --owner it@acme.example                   who answers for the tasks
  policy-runner init --directory acme.json --policies new/policies
  policy-runner init --workflows acme/policy-runner@COMMIT     call these; where there are policies, add no more
"""

SOMEBODY = "it-admins@acme.example"
"""Who answers for the tasks while nobody says who does."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command."""
    parser.add_argument("--owner", metavar="EMAIL", help="the owner of the tasks")
    parser.add_argument(
        "--workflows",
        metavar="REPOSITORY@COMMIT",
        help="call the workflows of there; where policies exist, write these only",
    )


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    folder = place.options.policies.resolve()
    source = args.workflows or read_source(place.environ)
    more = {f"schemas/{name}": text for name, text in render_schemas().items()}
    more |= build_workflows(source) if source else {}
    add_only = args.workflows is not None and _is_taken(folder)
    _check_free(folder, more, add_only=add_only)
    written = [] if add_only else _write_start(folder, args.owner or SOMEBODY, place)
    kept = _read_others(folder.parent, more)
    written += _write_missing(folder.parent, more)
    if place.console.json:
        place.console.result_json({"ok": True, "folder": str(folder.parent), "written": written, "kept": kept})
        return FINE
    lines = [f"written in {folder.parent}:", *(f"  {name}" for name in written)]
    lines += [f"left as it was: {name}" for name in kept]
    steps = [*([] if add_only else _first_steps(args)), *_github_steps(args, source)]
    place.console.result("\n".join([*lines, "", "next:", *_numbered(steps, place.console.width)]))
    return FINE


def _is_taken(folder: Path) -> bool:
    return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))


def _check_free(folder: Path, more: Mapping[str, str], *, add_only: bool) -> None:
    """Whether everything can be written, before anything is."""
    if _is_taken(folder) and not add_only:
        hint = "name another folder with --policies, or move this one away; with --workflows only these are added"
        raise InputError("exists", f"there is something at {folder} already", hint=hint)
    for path in sorted({parent for name in more for parent in (folder.parent / name).parents}):
        if path.exists() and not path.is_dir():
            raise InputError("exists", f"{path} is no folder", hint="move it away; init never overwrites anything")


def _write_start(folder: Path, owner: str, place: Workplace) -> list[str]:
    """Read the organization and write its first policies; their paths."""
    snapshot = _read(place)
    place.progress.wipe()
    texts = build_start(snapshot, now=place.now, owner=owner)
    _write_policies(folder, texts, place)
    return [f"{folder.name}/{name}" for name in sorted(texts)]


def _read(place: Workplace) -> Snapshot:
    """The whole organization; there are no policies yet that could say which one. Raises OtherSideError where it is
    not whole: what one begins with must not rest on a part."""
    snapshot = place.bare_reader.read_snapshot(EVERYTHING)
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


def _read_others(folder: Path, texts: Mapping[str, str]) -> list[str]:
    """The files that are there with another content than they would get."""
    there = {path: folder / path for path in sorted(texts) if (folder / path).exists()}
    return [path for path, file in there.items() if not file.is_file() or file.read_bytes() != texts[path].encode()]


def _write_missing(folder: Path, texts: Mapping[str, str]) -> list[str]:
    """Write the files that are not there yet, and give their paths, in order."""
    new = {path: text for path, text in texts.items() if not (folder / path).exists()}
    try:
        _write_files(folder, new)
    except OSError as error:
        raise InputError("unwritable", f"{error.filename} cannot be written: {error.strerror}") from error
    return sorted(new)


def _first_steps(args: argparse.Namespace) -> Iterator[str]:
    """What to do with new policies; a command stands on a line of its own."""
    here = _options(args)
    yield f"read {args.policies}/settings.yaml: whom does it protect, and whom has it overlooked?"
    yield f"see what a task would do, though it is paused:\npolicy-runner plan suspend-idle{here}"
    yield f"ask why:\npolicy-runner explain EMAIL suspend-idle{here}"
    if not args.owner:
        yield f"say in {args.policies}/tasks/ who answers for them, in the place of {SOMEBODY}"
    yield "let one task say what it would do: in its file, write `mode: report` in the place of `enabled: false`"


def _github_steps(args: argparse.Namespace, source: str | None) -> Iterator[str]:
    """How GitHub comes to run it."""
    if source is None:
        yield "put it all into a private repository, and protect its default branch"
        yield (
            "let GitHub run it: which repository this runner is from cannot be told here, so add its workflows with\n"
            f"policy-runner init --workflows OWNER/policy-runner@COMMIT{_options(args)}"
        )
        return
    yield "say in .github/CODEOWNERS who must look at what, and put it all into a private repository"
    yield "on GitHub, under Settings, Rules: import .github/rulesets/main.json and audit.json"
    yield "under Settings, Environments: atlassian, for the default branch alone, with the secret ATLASSIAN_API_KEY"


def _options(args: argparse.Namespace) -> str:
    given = {"--policies": args.policies if str(args.policies) != "policies" else None, "--directory": args.directory}
    return "".join(f" {name} {shlex.quote(str(value))}" for name, value in given.items() if value is not None)


def _numbered(steps: Iterable[str], width: int) -> Iterator[str]:
    for number, step in enumerate(steps, 1):
        text, *commands = step.split("\n")
        yield from wrap(text, width, f"  {number}. ", "     ")
        yield from (f"       {terminal(command)}" for command in commands)
