"""``schema``: the JSON Schemas of the policy language, for editors and for CI."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from runner.cli.reference import PAGE, render_commands
from runner.cli.workplace import Workplace
from runner.errors import FINE, INPUT, InputError
from runner.policy.generated import read_stale, write_stale
from runner.policy.reference import MADE, render_reference
from runner.policy.schemas import check_schemas, write_schemas

HELP = "write the JSON Schemas that editors complete and check policies with, and the reference pages"
ABOUT = """
Write one JSON Schema (draft 2020-12) for each kind of policy file. They are generated from the conditions and actions
that this version knows; the comment `# yaml-language-server: $schema=...` in a policy points an editor to them. The
reference pages of the language and of the commands are made with them, where a folder is kept for them.

examples:
  policy-runner schema                             write them to schemas/
  policy-runner schema --check                     exit with 2 if those in schemas/ are not the ones of this version
  policy-runner schema --reference our-docs        the reference pages too, to our-docs/

Pages that are in docs/reference already are kept fresh without --reference.
"""
_PAGES = Path("docs/reference")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command."""
    parser.add_argument("--out", type=Path, default=Path("schemas"), metavar="DIR", help="the folder (schemas)")
    parser.add_argument("--reference", type=Path, metavar="DIR", help="a folder for the reference pages")
    parser.add_argument("--check", action="store_true", help="write nothing; say which are not fresh")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    pages = args.reference or (_PAGES if _are_kept(_PAGES) else None)
    found = _stale(args.out, pages) if args.check else _written(args.out, pages)
    if place.console.json:
        place.console.result_json({"ok": not (args.check and found), "changed": [path.name for path in found]})
    elif args.check:
        for path in found:
            place.console.complain(f"{path} is not fresh")
    if args.check and found:
        place.console.say("write them anew with: policy-runner schema")
        return INPUT
    where = f"{args.out} and {pages}" if pages else f"{args.out}"
    place.console.say(f"{len(found)} of the files in {where} {'are not fresh' if args.check else 'changed'}")
    return FINE


def _texts() -> Mapping[str, str]:
    return {**render_reference(), PAGE: render_commands()}


def _are_kept(pages: Path) -> bool:
    """Whether a page of ours is there: a folder that is somebody else's is let be."""
    return any(MADE in path.read_text("utf-8", "replace")[: len(MADE)] for path in pages.glob("*.md"))


def _stale(schemas: Path, pages: Path | None) -> list[Path]:
    found = [schemas / name for name in check_schemas(schemas)]
    return found + ([pages / name for name in read_stale(pages, _texts())] if pages else [])


def _written(schemas: Path, pages: Path | None) -> list[Path]:
    try:
        found = [schemas / name for name in write_schemas(schemas)]
        return found + ([pages / name for name in write_stale(pages, _texts())] if pages else [])
    except OSError as error:
        raise InputError("unwritable", f"{error.filename} cannot be written: {error.strerror}") from error
