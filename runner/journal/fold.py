"""Records to nouns: one run as a RunRecord, all runs as the History that a plan rests on. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

from runner.journal import forms
from runner.journal.records import KINDS, Record, RecordError
from runner.model.history import History, PastChange, PastRun
from runner.model.outcome import APPLIED, UNKNOWN_OUTCOME
from runner.model.record import DONE, OpenIntent, RecordedChange, RunRecord


def run_record(records: Sequence[Record]) -> RunRecord:
    """One run from its records, of which the first is ``started``. Raises RecordError on a body it cannot read."""
    if not records or records[0].kind != "started":
        raise RecordError("not_a_record", "the run does not begin with a started record")
    try:
        return _folded(records)
    except (KeyError, TypeError, ValueError) as error:
        run = records[0].run
        raise RecordError("not_a_record", f"a record of run {run} lacks what its kind needs: {error}") from None


def _folded(records: Sequence[Record]) -> RunRecord:
    first = records[0]
    of: dict[str, list[Record]] = {kind: [record for record in records if record.kind == kind] for kind in KINDS}
    outcomes = [forms.outcome_from(record.body, record.at) for record in of["outcome"]]
    snapshot, pages = forms.snapshot_from(of["snapshot"][-1].body) if of["snapshot"] else (None, 0)
    finished = of["finished"][-1] if of["finished"] else None
    return RunRecord(
        run=first.run,
        started_at=first.at,
        start=forms.start_from(first.body),
        head=records[-1].hash,
        snapshot=snapshot,
        pages=pages,
        planned=forms.planned_from(of["planned"][-1].body) if of["planned"] else None,
        refusals=tuple(forms.refusal_from(record.body) for record in of["refused"]),
        intents=tuple(forms.change_from(record.body) for record in of["intent"]),
        outcomes=tuple(outcome for outcome in outcomes if outcome.intent_run is None),
        recovered=tuple(outcome for outcome in outcomes if outcome.intent_run is not None),
        notified=tuple(forms.notice_from(record.body, record.at) for record in of["notified"]),
        ending=forms.ending_from(finished.body) if finished else None,
        finished_at=finished.at if finished else None,
    )


def _statuses(runs: Iterable[RunRecord]) -> dict[tuple[str, str], str]:
    """The last known status of each change, by the run that announced it and the change's id."""
    found: dict[tuple[str, str], str] = {}
    for run in runs:
        for outcome in (*run.outcomes, *run.recovered):
            found[outcome.intent_run or run.run, outcome.change.id] = outcome.status
    return found


def _past(run: RunRecord, change: RecordedChange) -> PastChange:
    what = (change.account_id, change.verb, change.target, change.role, change.after, change.tasks)
    return PastChange(*what, run.start.now, run.run, change.before)


def history(runs: Sequence[RunRecord]) -> History:
    """What the runs, oldest first, mean for the next plan. A change counts where its run announced it."""
    statuses = _statuses(runs)
    quarantined = _quarantined(runs)
    announced = [(run, change, statuses.get((run.run, change.id))) for run in runs for change in run.intents]
    return History(
        changes=tuple(_past(run, change) for run, change, status in announced if status == APPLIED),
        unresolved=tuple(_past(run, change) for run, change, status in announced if status in (None, UNKNOWN_OUTCOME)),
        last_runs=_last_runs(runs),
        last_population=_last_population(runs),
        used_overrides=frozenset(name for run in runs if run.planned and _used(run) for name in run.planned.overrides),
        used_plans=frozenset(
            run.planned.saved_plan for run in runs if run.planned and run.planned.saved_plan and _used(run)
        ),
        quarantined={task: run.ending.quarantined[task] for task, run in quarantined.items() if run.ending},
        over_budget=frozenset(task for task, run in quarantined.items() if _over_budget(run)),
    )


def _used(run: RunRecord) -> bool:
    """Whether what allowed this run is used up: it announced a change, or there was nothing left to do."""
    return bool(run.intents) or run.ended == DONE


def _last_runs(runs: Iterable[RunRecord]) -> Mapping[str, PastRun]:
    found = {}
    for run in runs:
        if run.ending:
            for task in run.ending.tasks:
                found[task] = PastRun(run.run, run.start.now, run.ending.ended)
    return found


def _last_population(runs: Iterable[RunRecord]) -> int | None:
    """People in the last snapshot that was complete, led to a plan, and that no rail refused for the whole run.

    A task's refusal says nothing against the snapshot; one that a run's rail refused must not become the measure.
    """
    population = None
    for run in runs:
        sound = run.snapshot and run.snapshot.complete and run.planned and run.ending
        if run.snapshot and sound and all(refusal.task is not None for refusal in run.refusals):
            population = run.snapshot.users
    return population


def _quarantined(runs: Iterable[RunRecord]) -> Mapping[str, RunRecord]:
    """The run that put a task in quarantine, for each that is still there."""
    found: dict[str, RunRecord] = {}
    for run in runs:
        for task in run.planned.released if run.planned and _used(run) else ():
            found.pop(task, None)
        if run.ending:
            found.update(dict.fromkeys(run.ending.quarantined, run))
    return found


def _over_budget(run: RunRecord) -> bool:
    """Whether a run was refused for the day's budget; whom it put in quarantine is there for that."""
    return any(refusal.rail == "day_limit" for refusal in run.refusals)


def open_intents(runs: Sequence[RunRecord]) -> tuple[OpenIntent, ...]:
    """Changes that were announced and have no outcome yet, oldest first."""
    return _ended(runs, {None})


def unresolved_intents(runs: Sequence[RunRecord]) -> tuple[OpenIntent, ...]:
    """Changes of which nobody knows whether they happened: those still open, and those found unknown, oldest first."""
    return _ended(runs, {None, UNKNOWN_OUTCOME})


def _ended(runs: Sequence[RunRecord], wanted: Set[str | None]) -> tuple[OpenIntent, ...]:
    statuses = _statuses(runs)
    return tuple(
        OpenIntent(run.run, change)
        for run in runs
        for change in run.intents
        if statuses.get((run.run, change.id)) in wanted
    )
