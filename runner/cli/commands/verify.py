"""``verify``: is the journal whole, and do the reports say what it says?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from runner.cli.carrying_out import read_report
from runner.cli.workplace import Workplace
from runner.errors import FINE, OTHER_SIDE, InputError
from runner.journal.chain import Finding
from runner.journal.verify import check_journal
from runner.report.markdown import render_markdown
from runner.report.words import count

HELP = "check that nobody changed the journal or its reports"
ABOUT = """
Follow the chain of all records: every edit, loss, insertion, reordering, exchange and cut is found, the first bad
record first. Then every report is made anew and must have the same bytes.

examples:
  policy-runner verify
  policy-runner verify --audit-branch audit

The hash of the last record is an anchor: noted elsewhere, it also proves that the journal was not rewritten as a whole.
Exit code 4 (reason journal_damaged) means that something was found.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command: it takes none of its own."""
    del parser


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    del args
    findings = check_journal(place.store.read_files(), place.store.read_anchor())
    past = None if findings else place.archive.read_past()
    if past is not None:
        findings = tuple(_report_findings([record.run for record in past.runs], place))
    head = past.head if past else None
    reason = "journal_damaged" if findings else ""
    if place.console.json:
        runs = len(past.runs) if past else None
        found = [_form(finding) for finding in findings]
        form = {"ok": not findings, "reason": reason, "findings": found, "runs": runs, "head": head}
        place.console.result_json(form)
    elif findings:
        for finding in findings:
            place.console.complain(f"damaged: {finding}", "remove")
    elif past is not None:
        whole = f"whole: {count(len(past.runs), 'run')}"
        place.console.result(f"{whole}, every report as its records say; head {head or 'none yet'}")
    place.outputs |= {"reason": reason}
    return OTHER_SIDE if findings else FINE


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


def _form(finding: Finding) -> dict[str, object]:
    return {
        "run": finding.run,
        "code": finding.code,
        "message": finding.message,
        "seq": finding.seq,
        "line": finding.line,
        "file": finding.file,
    }
