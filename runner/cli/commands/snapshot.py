"""``snapshot``: records the organization as a file."""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from runner.cli.console import json_text
from runner.cli.files import check_place
from runner.cli.workplace import Workplace
from runner.directory.file import write_json
from runner.directory.interface import EVERYTHING, Reader
from runner.directory.parse import snapshot_digest, snapshot_to_json
from runner.errors import FINE, OTHER_SIDE
from runner.journal.privacy import VARIABLE, Pseudonyms, keys_from
from runner.model.people import Snapshot
from runner.model.unknown import Unknown
from runner.policy.problems import PolicyError
from runner.run.planning import with_single_facts
from runner.run.recording import RECORDED, read_is_fresh, without_names, words_said

HELP = "record the organization in a file"
ABOUT = """
Read everything and write it in the format that --directory reads: to try policies without a key, to test them on a
recorded day, to keep a day for later. The file names people; keep it as you would keep the directory itself.

examples:
  policy-runner snapshot --out acme.json
  policy-runner snapshot --out acme.json --direct-roles    who holds which role directly: one call a person
  policy-runner snapshot --out acme.json --pseudonymous    pseudonyms for names, addresses and account ids
  policy-runner plan --directory acme.json
  policy-runner snapshot --record --audit-branch audit     without names, beside the journal, at most once a day

What takes a call for each person (roles given directly, above all) is asked of those whom the tasks of your policies
match, paused ones too, so that a plan of the file says what a plan of the organization would; --direct-roles asks
everybody, for policies that are yet to be written.

What --record keeps is for comparing pull requests where no key is in reach (`diff --directory`): pseudonyms in the
place of names, addresses and account ids, but for those that stand in the policies anyway. --pseudonymous writes the
same into a file. The domains of addresses stay, so that filters on them work. POLICY_RUNNER_PSEUDONYM_KEY makes the
pseudonyms those of the journal; without it nobody can ever find out whom one stands for.

Exit code 4 means that the snapshot is not complete; the file says so too, and no plan is carried out on it.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command."""
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, metavar="FILE", help="where to write it")
    where.add_argument("--record", action="store_true", help="keep it without names beside the journal")
    parser.add_argument("--pseudonymous", action="store_true", help="write it without names")
    parser.add_argument("--direct-roles", action="store_true", help="read everybody's direct roles, one call each")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    if args.record and read_is_fresh(place.store, place.now):
        place.console.say("what is recorded is not a day old")
        return FINE
    if not args.record:
        check_place(args.out)
    snapshot = _read(place, everybody=args.direct_roles)
    place.progress.wipe()
    if args.record:
        where = place.place_of(_write_record(snapshot, place))
    else:
        shown = _nameless(snapshot, place) if args.pseudonymous else snapshot
        write_json(args.out, snapshot_to_json(shown))
        where = str(args.out)
    for text in (*snapshot.problems, *snapshot.warnings):
        place.console.complain(f"warning: {text}", "unsure")
    counts = {"users": len(snapshot.users), "groups": len(snapshot.groups), "apps": len(snapshot.apps)}
    if place.console.json:
        form = {"ok": snapshot.complete, "complete": snapshot.complete, **counts, "sha256": snapshot.sha256}
        place.console.result_json(form)
    place.console.say(f"{', '.join(f'{count} {what}' for what, count in counts.items())} in {where}")
    return FINE if snapshot.complete else OTHER_SIDE


def _write_record(snapshot: Snapshot, place: Workplace) -> str:
    """Keep the snapshot without names and give its path."""
    data = json_text(snapshot_to_json(_nameless(snapshot, place))).encode()
    place.journal.keep_file(RECORDED, data, "Snapshot without names", secrets.token_hex(3))
    return RECORDED


def _nameless(snapshot: Snapshot, place: Workplace) -> Snapshot:
    """The snapshot without names. Without a key of pseudonyms one is made up for this once."""
    said = words_said(path.read_text("utf-8", "replace") for path in _policy_files(place.options.policies))
    key = place.environ.get(VARIABLE, "") or secrets.token_hex(32)
    return without_names(snapshot, Pseudonyms(keys_from(key)), said)


def _policy_files(folder: Path) -> Iterable[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix in (".yaml", ".csv") and path.is_file())


def _read(place: Workplace, *, everybody: bool) -> Snapshot:
    """Everything, with what only a call a person tells: of ``everybody``, or of whom the policies would act on."""
    has_policies = place.options.policies.is_dir()
    reader = place.reader if has_policies else place.bare_reader
    snapshot = reader.read_snapshot(EVERYTHING)
    if everybody:
        snapshot = _with_direct_roles(snapshot, reader)
    if has_policies:
        snapshot = _with_single_facts(snapshot, place)
    return replace(snapshot, sha256=snapshot_digest(snapshot))


def _with_direct_roles(snapshot: Snapshot, reader: Reader) -> Snapshot:
    unknown = [user.account_id for user in snapshot.users if isinstance(user.direct_access, Unknown)]
    found = reader.read_direct_access(unknown)
    users = (replace(u, direct_access=found[u.account_id]) if u.account_id in found else u for u in snapshot.users)
    return replace(snapshot, users=tuple(users))


def _with_single_facts(snapshot: Snapshot, place: Workplace) -> Snapshot:
    """With what plans of the policies' tasks, paused ones too, would ask of single people: else a plan of the file
    would leave them alone for want of it."""
    tasks = tuple(place.policies.tasks.values())
    try:
        return with_single_facts(place.session, tasks, place.journal.read_past().history, snapshot)
    except PolicyError as error:
        place.console.complain(
            f"warning: nobody was asked alone, since the policies do not fit: {error.message}", "unsure"
        )
        return snapshot
