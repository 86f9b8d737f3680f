"""The life of one run, a straight line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runner.engine.planfile import plan_json
from runner.errors import FINE, PARTLY, REFUSED, RunnerError
from runner.journal.writing import OpenRun
from runner.model import record
from runner.model.canonical import canonical_json
from runner.model.plan import Plan, Refusal
from runner.model.policy import UNDO
from runner.model.record import Ending, PlanCounts, Planned, Start
from runner.run.applying import Applied, apply_changes
from runner.run.errand import Errand, Prospect
from runner.run.publishing import publish
from runner.run.recovery import recover
from runner.run.session import WritingSession

RETRIED = frozenset({"stop", "snapshot_incomplete", "snapshot_empty", "snapshot_stale", "population_drop"})
"""Rails that say nothing about a task: it has not had its turn, and is due again in the next run."""


@dataclass(frozen=True)
class Finished:
    """A run that came to its end. ``report`` is the Markdown; ``head`` the hash of the journal's last record."""

    run: str
    plan: Plan
    applied: Applied
    refusals: tuple[Refusal, ...]
    ending: Ending
    report: str
    head: str


def execute(writing: WritingSession, errand: Errand, mode: str) -> Finished | None:
    """Recover, plan, put before the rails, record, apply, report. None where nothing was to do or left open.

    Everything is planned once before the first record is written, so that bad input leaves no trace. Raises
    RunnerError; whatever happened until then is in the journal.
    """
    session = writing.session
    past = writing.journal.read_past()
    if errand.idle(session, past) and not past.open_intents:
        return None
    prospect = errand.look_ahead(session, past)
    run, past = writing.journal.open_run(_start(writing, mode, prospect), writing.token)
    run.mask = prospect.made.mask
    try:
        if past.unresolved_intents or past.head != prospect.past.head:
            live = prospect.made.world.snapshot.live
            intents = tuple(map(prospect.made.mask.revealed_intent, past.unresolved_intents))
            recover(run, intents, writing, live=live)
            prospect = errand.look_ahead(session, writing.journal.read_past())
        return _carry_out(writing, run, prospect)
    except RunnerError as error:
        _record_failure(run, error)
        raise


def _start(writing: WritingSession, mode: str, prospect: Prospect) -> Start:
    session = writing.session
    organization = prospect.made.plan.organization
    return Start(mode, writing.actor, session.now, session.policies.provenance, writing.tool_version, organization)


def _carry_out(writing: WritingSession, run: OpenRun, prospect: Prospect) -> Finished:
    made, plan = prospect.made, prospect.made.plan
    run.mask = made.mask
    run.record_snapshot(plan.snapshot, made.world.snapshot.pages)
    planned = Planned(
        plan.digest, plan.tasks, counts(plan), prospect.due, plan.overrides, plan.released, prospect.saved_plan
    )
    run.record_plan(planned, plan_bytes(made.mask.plan(plan)), plan.refusals)
    applied = apply_changes(plan.pending, made.recheck, run, writing)
    if applied.refusal is not None:
        run.record_refusals([applied.refusal])
    refusals = (*plan.refusals, *([applied.refusal] if applied.refusal else []))
    ending = ending_of(plan, applied, refusals)
    report = publish(writing, run, prospect, applied, ending)
    return Finished(run.run, plan, applied, refusals, ending, report, run.head)


def ending_of(plan: Plan, applied: Applied, refusals: tuple[Refusal, ...]) -> Ending:
    """How the run ended, in a word and an exit code, and which tasks have had their turn."""
    blameless = applied.refusal is not None and not applied.suspects
    untried = any(refusal.rail in RETRIED for refusal in refusals)
    turned = () if blameless or untried else plan.tasks
    if applied.cancelled:
        return Ending(record.CANCELLED, PARTLY, (), "cancelled")
    if refusals:
        return Ending(record.REFUSED, REFUSED, turned, refusals[0].rail, _quarantined(plan, applied, untried=untried))
    if applied.partly:
        return Ending(record.PARTLY, PARTLY, turned, "changes_failed")
    return Ending(record.DONE, FINE, turned)


def _quarantined(plan: Plan, applied: Applied, *, untried: bool) -> Mapping[str, str]:
    """The tasks that do nothing more until somebody has looked, and why: what they asked for failed, or would have gone
    beyond the day's budget. An undo is no task: whoever asks for it is looking."""
    found = {} if untried else dict(plan.to_quarantine)
    if applied.refusal is not None:
        found |= dict.fromkeys(applied.suspects, applied.refusal.found)
    return {task: why for task, why in found.items() if not task.startswith(UNDO)}


def _record_failure(run: OpenRun, error: RunnerError) -> None:
    """Say in the journal how the run ended, unless the journal is what failed."""
    if error.reason in ("audit_store", "lease_lost", "lease_held", "journal_damaged"):
        return
    run.finish(Ending(record.FAILED, error.exit_code, (), error.reason))
    run.close()


def counts(plan: Plan) -> PlanCounts:
    """How many there are of each thing."""
    pending = len(plan.pending)
    return PlanCounts(
        changes=pending,
        blocked=len(plan.changes) - pending,
        skips=len(plan.skips),
        notices=len(plan.notices),
        handover=len(plan.handover),
        reported=len(plan.reported),
        refusals=len(plan.refusals),
    )


def plan_bytes(plan: Plan) -> bytes:
    """``plan.json`` as it is kept: canonical JSON and a line end."""
    return canonical_json(plan_json(plan)) + b"\n"
