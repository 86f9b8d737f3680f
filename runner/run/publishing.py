"""The end of a run: its last record, the report made of the records, the index, and the lease given back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from runner.journal.fold import history
from runner.journal.ids import run_folder
from runner.journal.journal import Journal
from runner.journal.mask import Mask
from runner.journal.store import REPORT
from runner.journal.writing import OpenRun
from runner.model.history import History
from runner.model.outcome import APPLIED
from runner.model.plan import Plan
from runner.model.record import Ending, RunRecord
from runner.model.report import AuditIndex, ExemptionUse, NextRun, RunReport, SeatChange, Surroundings, TaskState
from runner.report.document import render_surroundings, surroundings_from
from runner.report.handover import handover_files
from runner.report.index import render_index
from runner.report.markdown import render_markdown
from runner.report.privacy import without_names
from runner.run.applying import Applied
from runner.run.errand import Prospect
from runner.run.session import WritingSession
from runner.run.surroundings import PAUSED, people_by_id, surroundings

SURROUNDINGS = "surroundings.json"
"""Beside ``plan.json``: what the report says besides the records and the plan, so that it can be made again."""


def publish(writing: WritingSession, run: OpenRun, prospect: Prospect, applied: Applied, ending: Ending) -> str:
    """Finish the run and give its report. The files are sealed by the run's last record, the report follows from it."""
    session, made = writing.session, prospect.made
    plan = made.mask.plan(made.plan)
    changes = [outcome.change for outcome in applied.outcomes if outcome.status == APPLIED]
    earlier = [record for record in prospect.past.runs if record.run != run.run]
    around = surroundings(session, made, changes, earlier, run.run)
    full = f"{writing.link}/{run_folder(run.run)}/{REPORT}" if writing.link else ""
    month = month_seats(writing.journal, earlier, around.seats, session.now)
    around = replace(around, link=full, job=writing.job, month_seats=month)
    if around.privacy != "plain":  # owners, and whom an exemption names, are people too
        around = without_names(_without_exempt(around, made.mask))
    else:  # those of an earlier run's changes need not be in this plan
        around = replace(around, people={**people_by_id(_recovered(prospect, run), made.world), **around.people})
    files = {f"handover/{name}": text.encode() for name, text in handover_files(plan, around.people).items()}
    run.finish(ending, {**files, SURROUNDINGS: render_surroundings(around).encode()})
    past = writing.journal.read_past()
    report = render_markdown(RunReport(past.find(run.run), plan, around))
    run.close(report.encode(), render_index(audit_index(past.runs, around)).encode())
    return report


def _without_exempt(around: Surroundings, mask: Mask) -> Surroundings:
    """The surroundings in which the exemptions name nobody, neither as whom they are for nor in their reasons."""

    def hidden(uses: Iterable[ExemptionUse]) -> tuple[ExemptionUse, ...]:
        return tuple(replace(use, who=mask.text(use.who), reason=mask.text(use.reason)) for use in uses)

    used, expiring = hidden(around.exemptions_used), hidden(around.exemptions_expiring)
    return replace(around, exemptions_used=used, exemptions_expiring=expiring)


def _recovered(prospect: Prospect, run: OpenRun) -> set[str]:
    """Everybody of whom this run found out how an earlier run's change had ended."""
    records = (record for record in prospect.past.runs if record.run == run.run)
    return {outcome.change.account_id for record in records for outcome in record.recovered}


def month_seats(
    journal: Journal, earlier: Sequence[RunRecord], seats: Iterable[SeatChange], now: datetime
) -> tuple[SeatChange, ...]:
    """The seats of this run and of all before it in the month of ``now``: the newest of these has kept the sum."""
    for record in reversed(earlier):
        if (record.start.now.year, record.start.now.month) != (now.year, now.month):
            break
        kept = journal.read_kept(record.run, SURROUNDINGS)
        if kept is None:  # it ended before its report
            continue
        with contextlib.suppress(ValueError):  # verify names a file that somebody spoiled; a run goes on to its end
            return _added(surroundings_from(kept.decode(errors="replace")).month_seats, seats)
    return _added(seats)


def _added(*lists: Iterable[SeatChange]) -> tuple[SeatChange, ...]:
    """Seats app by app, with the newest price."""
    found: dict[str, SeatChange] = {}
    for seat in (seat for seats in lists for seat in seats):
        before = found.get(seat.app, SeatChange(seat.app, 0, 0))
        found[seat.app] = replace(seat, freed=before.freed + seat.freed, taken=before.taken + seat.taken)
    return tuple(found[app] for app in sorted(found))


def audit_index(runs: Sequence[RunRecord], around: Surroundings) -> AuditIndex:
    """What the journal's README is made of: all runs so far, oldest first, and the surroundings of the last one."""
    return AuditIndex(
        organization=runs[-1].start.organization,
        runs=tuple(reversed(runs)),
        tasks=task_states(around.next_runs, history(runs)),
        seats=around.month_seats,
        trend=around.trend,
        exemptions_expiring=around.exemptions_expiring,
        privacy=around.privacy,
    )


def task_states(planned: Sequence[NextRun], past: History) -> tuple[TaskState, ...]:
    """Every task, how it last ran and when it is due next."""
    last = past.last_runs
    return tuple(
        TaskState(
            task.task,
            task.description,
            task.owner,
            task.note != PAUSED,
            last[task.task].run if task.task in last else "",
            last[task.task].ended if task.task in last else "",
            task.at,
            past.quarantined.get(task.task, ""),
        )
        for task in planned
    )


def report_again(record: RunRecord, plan: Plan | None, around: bytes | None) -> RunReport:
    """A past run's report from what the journal keeps of it."""
    kept = Surroundings() if around is None else surroundings_from(around.decode())
    return RunReport(record, plan, kept)
