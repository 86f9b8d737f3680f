"""The report of one run as Markdown: in full, as a comment, and as a step's summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runner.model.outcome import APPLIED
from runner.model.report import RunReport
from runner.report import words
from runner.report.budget import EVERYTHING, characters, fitted, more, size
from runner.report.chart import charts
from runner.report.money import seat_rows, totals
from runner.report.privacy import private
from runner.report.safe import Safe, link, render
from runner.report.sentence import cancelled, cut_short, sentence, title, why_short
from runner.report.view import View, build_view

COMMENT = 60_000
"""Characters in a comment: GitHub takes 65,536 and refuses what is longer."""
SUMMARY = 900 * 1024
"""Bytes in a step's summary: GitHub takes 1 MiB and drops what is longer, without saying so."""
PAGE = 500_000
"""Bytes of a Markdown file: GitHub shows what is over 512 KB as plain text, and nothing over 5 MB."""
_BESIDE = Safe("[plan.json](plan.json) and [journal.jsonl](journal.jsonl), and in `policy-runner report RUN --json`")


def render_markdown(report: RunReport, limit: int = PAGE) -> str:
    """The report, the same bytes for the same report; in full unless it is longer than GitHub shows."""
    report = private(report)
    view = build_view(report)
    return fitted(lambda rows: _rendered(report, view, rows, _BESIDE), size, limit)


def render_comment(report: RunReport, limit: int = COMMENT) -> str:
    """The report in at most ``limit`` characters; lists are cut, totals are exact. The least limit is 20,000."""
    report = private(report)
    view = build_view(report)
    return fitted(lambda rows: _rendered(report, view, rows), characters, limit)


def render_summary(report: RunReport, limit: int = SUMMARY) -> str:
    """The report in at most ``limit`` bytes of UTF-8; lists are cut, totals are exact."""
    report = private(report)
    view = build_view(report)
    return fitted(lambda rows: _rendered(report, view, rows), size, limit)


def _rendered(report: RunReport, view: View, rows: int, whole: Safe | None = None) -> str:
    """``whole`` says where everything is; the page itself is where that can be linked."""
    record, around = report.record, report.around
    undelivered = [notice for notice in view.notices if notice.status in ("failed", "unknown")]
    quarantined = sorted(record.ending.quarantined.items()) if record.ending else []
    warnings = report.plan.warnings if report.plan else ()
    short = cut_short(record)
    found = (short, record.refusals, quarantined, view.bad, view.recovered, undelivered, view.missing, warnings)
    return render(
        "report.md.j2",
        **_about(report),
        **_money(report),
        title=title(report),
        sentence=sentence(report),
        record=record,
        plan=report.plan,
        around=around,
        view=view,
        rows=rows,
        more=more(rows),
        cut=rows if rows < EVERYTHING else None,
        whole=whole or (link("the full report", around.link) if around.link else ""),
        attention=any(found),
        cut_short=short[:1].upper() + short[1:],
        why_short=why_short(record),
        sign_short="⏹" if cancelled(record) else "❌",
        quarantined=quarantined,
        undelivered=undelivered,
        warnings=warnings,
        next_runs=around.next_runs,
        charts=[Safe(chart) for chart in charts(around.trend)],
        undoable=any(outcome.status == APPLIED for outcome in record.outcomes),
        skip_reasons=_skip_reasons(view),
        skipped=sum(len(table.people) for table in view.skips),
    )


def _about(report: RunReport) -> Mapping[str, object]:
    """What the table at the top says about the run itself."""
    record = report.record
    late = max((record.start.now - due.at for due in record.planned.due), default=None) if record.planned else None
    ending = words.ENDINGS.get(record.ended, record.ended)
    if record.ending:
        ending += f", exit code {record.ending.exit_code}"
        ending += f", {record.ending.reason}" if record.ending.reason not in ("", record.ended) else ""
    return {
        "job": report.around.job,
        "ending": ending,
        "took": words.span((record.finished_at - record.started_at).total_seconds()) if record.finished_at else "",
        "late": words.span(late.total_seconds()) if late is not None and late.total_seconds() >= 60 else "",
        "shifted": words.when(record.start.now) != words.when(record.started_at),
        "commit": record.start.policies.commit or record.start.policies.sha256,
    }


def _money(report: RunReport) -> Mapping[str, object]:
    seats = report.around.seats
    return {
        "seats": seat_rows(seats),
        "freed": sum(seat.freed for seat in seats),
        "taken": sum(seat.taken for seat in seats),
        "saved": ", ".join(totals(seats)) or "none",
    }


def _skip_reasons(view: View) -> Sequence[Mapping[str, object]]:
    return [
        {"task": table.task, "reason": words.SKIPS.get(why, why), "people": number}
        for table in view.skips
        for why, number in table.counts.items()
    ]
