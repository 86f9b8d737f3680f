"""``snapshot``: records the organization as a file."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from runner.cli.workplace import Workplace
from runner.directory.file import write_json
from runner.directory.interface import EVERYTHING
from runner.directory.parse import snapshot_to_json
from runner.errors import FINE, OTHER_SIDE
from runner.model.people import Snapshot
from runner.model.unknown import Unknown

HELP = "record the organization in a file"
ABOUT = """
Read everything and write it in the format that --directory reads: to try policies without a key, to test them on a
recorded day, to keep a day for later. The file names people; keep it as you would keep the directory itself.

examples:
  policy-runner snapshot --out acme.json
  policy-runner snapshot --out acme.json --direct-roles    also who holds which role directly: one call a person
  policy-runner plan --directory acme.json

Exit code 4 means that the snapshot is not complete; the file says so too, and no plan is carried out on it.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command."""
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="where to write it")
    parser.add_argument("--direct-roles", action="store_true", help="read everybody's direct roles, one call each")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    snapshot = place.reader.read_snapshot(EVERYTHING)
    if args.direct_roles:
        snapshot = _with_direct_roles(snapshot, place)
    place.progress.wipe()
    write_json(args.out, snapshot_to_json(snapshot))
    for text in (*snapshot.problems, *snapshot.warnings):
        place.console.complain(f"warning: {text}", "unsure")
    counts = {"users": len(snapshot.users), "groups": len(snapshot.groups), "apps": len(snapshot.apps)}
    if place.console.json:
        form = {"ok": snapshot.complete, "complete": snapshot.complete, **counts, "sha256": snapshot.sha256}
        place.console.result_json(form)
    place.console.say(f"{', '.join(f'{count} {what}' for what, count in counts.items())} in {args.out}")
    return FINE if snapshot.complete else OTHER_SIDE


def _with_direct_roles(snapshot: Snapshot, place: Workplace) -> Snapshot:
    unknown = [user.account_id for user in snapshot.users if isinstance(user.direct_access, Unknown)]
    found = place.reader.read_direct_access(unknown)
    users = (replace(u, direct_access=found[u.account_id]) if u.account_id in found else u for u in snapshot.users)
    return replace(snapshot, users=tuple(users))
