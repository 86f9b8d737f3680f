"""The README of the audit branch: how things stand, for people who look in once a week."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from runner.model.outcome import APPLIED
from runner.model.record import DONE, RecordedChange, RunRecord
from runner.model.report import AuditIndex, TaskState
from runner.report import words
from runner.report.budget import more
from runner.report.chart import charts
from runner.report.money import seat_rows, totals
from runner.report.privacy import without_names
from runner.report.safe import Safe, finalize, link, render
from runner.report.sentence import result

LATEST = 15
"""Runs listed; the others are in their folders."""
_KINDS = {
    "add_to_group": "added to a group",
    "remove_from_group": "removed from a group",
    "grant_role": "role granted",
    "revoke_role": "role revoked",
    "suspend": "suspended",
    "restore": "restored",
    "deactivate": "deactivated",
    "reactivate": "reactivated",
}


def render_index(index: AuditIndex) -> str:
    """The index of the audit branch; the same bytes for the same runs, whatever time it is."""
    if index.privacy != "plain":
        index = without_names(index)
    newest = index.runs[0] if index.runs else None
    month = newest.start.now.strftime("%Y-%m") if newest else ""
    of_month = [run for run in index.runs if run.start.now.strftime("%Y-%m") == month]
    return render(
        "index.md.j2",
        index=index,
        latest=[
            (run, run_link(run, words.when(run.start.now)), words.ENDINGS.get(run.ended, run.ended), result(run))
            for run in index.runs[:LATEST]
        ],
        newest=newest,
        good=next((run for run in index.runs if run.ended == DONE), None),
        month=month,
        runs_of_month=len(of_month),
        by_verb=(by_verb := _by_verb(of_month)),
        changes=sum(number for _, number in by_verb),
        people=len({change.account_id for change in _made(of_month)}),
        **_seats(index),
        charts=[Safe(chart) for chart in charts(index.trend)],
        upcoming=sorted((t for t in index.tasks if t.next_at), key=lambda t: (t.next_at, t.name)),
        tasks=[(task, _state(task), _last(task, index.runs)) for task in index.tasks],
        expiring=index.exemptions_expiring,
        more=more(LATEST),
    )


def run_link(run: RunRecord, label: str) -> Safe:
    """A link to a run's report, from the root of the branch; the run's name has its day first."""
    name = run.run
    return link(label, f"runs/{name[:4]}/{name[4:6]}/{name[6:8]}/{name}/report.md")


def _by_verb(runs: Iterable[RunRecord]) -> Sequence[tuple[str, int]]:
    """Changes that were made, by what they did, most first."""
    counts: dict[str, int] = {}
    for change in _made(runs):
        counts[change.verb] = counts.get(change.verb, 0) + 1
    return [(_KINDS.get(verb, verb), counts[verb]) for verb in sorted(counts, key=lambda verb: (-counts[verb], verb))]


def _made(runs: Iterable[RunRecord]) -> Iterator[RecordedChange]:
    """The changes that were made, those whose end a later run found out with it."""
    for run in runs:
        for outcome in (*run.outcomes, *run.recovered):
            if outcome.status == APPLIED:
                yield outcome.change


def _last(task: TaskState, runs: Sequence[RunRecord]) -> Safe:
    """When a task last had its turn, as a link to the report, and how that ended."""
    run = next((run for run in runs if run.run == task.last_run), None)
    if run is None:
        return Safe(finalize(task.last_run or "never"))
    return Safe(
        f"{run_link(run, run.start.now.date().isoformat())}, {finalize(words.ENDINGS.get(task.ended, task.ended))}"
    )


def _state(task: TaskState) -> str:
    if task.quarantine:
        return f"⛔ in quarantine: {task.quarantine}"
    return "▶ on" if task.enabled else "⏸ paused"


def _seats(index: AuditIndex) -> dict[str, object]:
    return {
        "seats": seat_rows(index.seats),
        "freed": sum(seat.freed for seat in index.seats),
        "taken": sum(seat.taken for seat in index.seats),
        "saved": ", ".join(totals(index.seats)) or "none",
        "rows": 1_000,
    }
