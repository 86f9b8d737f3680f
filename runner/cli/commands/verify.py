"""``verify``: is the journal whole, and do the reports say what it says?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from runner.cli.carrying_out import read_report
from runner.cli.workplace import Workplace
from runner.directory.atlassian.events import fetch_events
from runner.directory.atlassian.http import Client
from runner.directory.file import FileReader
from runner.directory.interface import EVERYTHING
from runner.engine.agreement import disagreements
from runner.errors import FINE, OTHER_SIDE, InputError, OtherSideError
from runner.journal.chain import Finding
from runner.journal.journal import Past
from runner.journal.lease import lease_from
from runner.journal.privacy import VARIABLE, Pseudonyms, is_pseudonym, keys_from
from runner.journal.store import INDEX, LEASE, REPORT, Store
from runner.journal.verify import check_journal
from runner.model.record import FAILED, RunRecord
from runner.report.index import render_index
from runner.report.markdown import render_markdown
from runner.report.words import count
from runner.run.publishing import audit_index
from runner.run.reconciling import events_since, reconcile

HELP = "check that nobody changed the journal or its reports, and that the directory agrees"
ABOUT = """
Follow the chain of all records: every edit, loss, insertion, reordering, exchange and cut is found, the first bad
record first. Then every report and the journal's index (README.md) are made anew and must have the same bytes. With
--directory, everybody must also still be what the runs made of them. With --online, the organization's own audit events
are read: every change of the journal must stand there too, and whatever the same key did must stand in the journal.

examples:
  policy-runner verify
  policy-runner verify --directory acme.json
  policy-runner verify --audit-branch audit
  policy-runner verify --online

The hash of the last record is an anchor: noted elsewhere, it also proves that the journal was not rewritten as a whole.
Exit code 4 means that something was found: reason journal_damaged; directory_differs where the journal is whole and
somebody else changed people since; events_differ where the audit events say otherwise.
"""
_WORDS = {"journal_damaged": "damaged", "directory_differs": "differs", "events_differ": "differs"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command."""
    parser.add_argument("--online", action="store_true", help="read the organization's audit events too")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    ends = _read_ends(place.store)
    findings = check_journal(place.store.read_files(), ends.anchor)
    past = None if findings else place.archive.read_past()
    if past is not None:
        findings = (*_report_findings([record.run for record in past.runs], place), *_lost_report(past, ends, place))
        findings = findings or tuple(_index_findings(past, ends, place))
    reason = "journal_damaged" if findings else ""
    if past is not None and not findings:
        findings = tuple(_directory_findings(past, place))
        reason = "directory_differs" if findings else ""
    if past is not None and not findings and args.online:
        findings = tuple(_online_findings(past, place))
        reason = "events_differ" if findings else ""
    head = past.head if past else None
    if place.console.json:
        runs = len(past.runs) if past else None
        found = [_form(finding) for finding in findings]
        form = {"ok": not findings, "reason": reason, "findings": found, "runs": runs, "head": head}
        place.console.result_json(form)
    elif findings:
        for finding in findings:
            place.console.complain(f"{_WORDS[reason]}: {finding}", "remove")
    elif past is not None:
        whole = f"whole: {count(len(past.runs), 'run')}"
        place.console.result(f"{whole}, every report as its records say; head {head or 'none yet'}")
    place.outputs |= {"reason": reason}
    return OTHER_SIDE if findings else FINE


@dataclass(frozen=True)
class _Ends:
    """What each run leaves anew: the anchor, the lease and the index. Read before all else, so that none of it can be
    ahead of the runs, which are read afterwards: one of them may be at work."""

    anchor: str | None
    lease: bytes | None
    index: bytes | None

    def is_closed(self, record: RunRecord) -> bool:
        """Whether this run was the last to give its lease back."""
        lease = None if self.lease is None else lease_from(self.lease)
        return lease is not None and lease.released and lease.run == record.run


def _read_ends(store: Store) -> _Ends:
    return _Ends(store.read_anchor(), store.read_file(LEASE), store.read_file(INDEX))


def _report_findings(runs: list[str], place: Workplace) -> Iterator[Finding]:
    """Reports that are not what their runs' records say."""
    for run in runs:
        kept = place.archive.read_report(run)
        if kept is None:
            continue
        try:
            same = render_markdown(read_report(place, run)).encode() == kept
        except (InputError, ValueError):
            yield Finding(run, "changed_file", "the run's plan or surroundings cannot be read", file="plan.json")
            continue
        if not same:
            yield Finding(run, "changed_file", "the report is not what the run's records say", file="report.md")


def _lost_report(past: Past, ends: _Ends, place: Workplace) -> Iterator[Finding]:
    """The newest report, where it is gone. A run that publishes one gives its lease back in the same step, so one that
    was killed before that is told from one whose report was taken away."""
    record = past.runs[-1] if past.runs else None
    if (
        record is not None
        and _is_published(record)
        and ends.is_closed(record)
        and not place.archive.read_report(record.run)
    ):
        yield Finding(record.run, "lost_file", "the report is missing", file=REPORT)


def _index_findings(past: Past, ends: _Ends, place: Workplace) -> Iterator[Finding]:
    """The journal's README, where it is not what the newest published run made of it; of one that may have died between
    its report and the README, the one before may have."""
    reported = [
        n for n, record in enumerate(past.runs, 1) if _is_published(record) and place.archive.read_report(record.run)
    ]
    if not reported:
        return
    is_closed = reported[-1] == len(past.runs) and ends.is_closed(past.runs[-1])
    makers = reported[-1:] if is_closed else reported[-2:]
    if ends.index is None and (is_closed or len(makers) > 1):
        yield Finding("", "lost_file", "the journal's index is missing", file=INDEX)
    if ends.index is not None and ends.index not in [_index(past.runs[:number], place) for number in makers]:
        yield Finding("", "changed_file", "the journal's index is not what the runs say", file=INDEX)


def _index(runs: Sequence[RunRecord], place: Workplace) -> bytes:
    """The index as the last of these runs has made it."""
    return render_index(audit_index(runs, read_report(place, runs[-1].run).around)).encode()


def _is_published(record: RunRecord) -> bool:
    """Whether a run came to the end at which its report is written."""
    return record.ending is not None and record.ending.ended != FAILED


def _directory_findings(past: Past, place: Workplace) -> Iterator[Finding]:
    """What a directory file says otherwise than the last change of each aspect of a person left it."""
    made = past.history.changes
    if place.options.directory is None or not made:
        return
    users = FileReader(place.options.directory, place.now).read_snapshot(EVERYTHING).users
    if any(is_pseudonym(change.account_id) for change in made):
        mask = Pseudonyms(keys_from(place.environ.get(VARIABLE, ""))).knowing(users)
        made = mask.revealed_history(past.history).changes
    for change, now in disagreements(made, users):
        what = f"{change.account_id}: {change.verb} {change.target or ''}".rstrip()
        yield Finding(change.run, "directory_differs", f"{what} was made, and now it is {str(now).lower()}")


def _online_findings(past: Past, place: Workplace) -> Iterator[Finding]:
    """What journal and audit events do not both say. Raises OtherSideError where the events cannot be read."""
    connection = place.directory.where
    if isinstance(connection, Path):
        raise InputError("usage", "a directory file has no audit events", hint="leave out --directory or --online")
    now = place.clocks.now()
    since = events_since(past.runs, now)
    if since is None:
        return
    events = fetch_events(Client(connection, clocks=place.clocks), since, now)
    if events is None:
        hint = "the key needs the scope read:events:admin, and the organization a plan that has an audit log"
        raise OtherSideError("events_unreadable", "this key cannot read the organization's audit events", hint=hint)
    for mismatch in reconcile(past.runs, events, place.mask, since):
        yield Finding(mismatch.run, "events_differ", mismatch.message)


def _form(finding: Finding) -> dict[str, object]:
    return {
        "run": finding.run,
        "code": finding.code,
        "message": finding.message,
        "seq": finding.seq,
        "line": finding.line,
        "file": finding.file,
    }
