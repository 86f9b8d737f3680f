"""``report``: the report of a run again, byte for byte."""

from __future__ import annotations

import argparse

from runner.cli.carrying_out import read_report
from runner.cli.workplace import Workplace
from runner.errors import FINE
from runner.report.document import render_json
from runner.report.markdown import render_markdown

HELP = "show the report of a run again"
ABOUT = """
Print the Markdown report of a run as it was published, byte for byte. Of a run that was killed before it wrote one, the
report is made from its records.

examples:
  policy-runner report last
  policy-runner report 20261122-060000-7f3a9c > report.md
  policy-runner report last --json                        the same facts for machines
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command."""
    parser.add_argument("run", metavar="RUN", help="the run's name, the end of it, or `last`")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    report = read_report(place, args.run)
    if place.console.json:
        place.console.document_json(render_json(report))
        return FINE
    kept = place.archive.read_report(report.record.run)
    place.console.document(render_markdown(report) if kept is None else kept.decode("utf-8", "backslashreplace"))
    return FINE
