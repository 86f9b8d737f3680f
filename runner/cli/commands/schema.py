"""``schema``: the JSON Schemas of the policy language, for editors and for CI."""

from __future__ import annotations

import argparse
from pathlib import Path

from runner.cli.workplace import Workplace
from runner.errors import FINE, INPUT, InputError
from runner.policy.schemas import check_schemas, write_schemas

HELP = "write the JSON Schemas that editors complete and check policies with"
ABOUT = """
Write one JSON Schema (draft 2020-12) for each kind of policy file. They are generated from the conditions and actions
that this version knows; the comment `# yaml-language-server: $schema=...` in a policy points an editor to them.

examples:
  policy-runner schema             write them to schemas/
  policy-runner schema --check     exit with 2 if those in schemas/ are not the ones of this version
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command."""
    parser.add_argument("--out", type=Path, default=Path("schemas"), metavar="DIR", help="the folder (schemas)")
    parser.add_argument("--check", action="store_true", help="write nothing; say which are not fresh")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    names = check_schemas(args.out) if args.check else _written(args.out)
    if place.console.json:
        place.console.result_json({"ok": not (args.check and names), "changed": names})
    elif args.check:
        for name in names:
            place.console.complain(f"{args.out / name} is not fresh")
    if args.check and names:
        place.console.say("write them anew with: policy-runner schema")
        return INPUT
    place.console.say(f"{len(names)} of the schemas in {args.out} {'are not fresh' if args.check else 'changed'}")
    return FINE


def _written(folder: Path) -> list[str]:
    try:
        return write_schemas(folder)
    except OSError as error:
        raise InputError("unwritable", f"{folder} cannot be written: {error.strerror}") from error
