"""Approved is what runs: a saved plan is carried out only as it was made, once, soon, and for the same policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from runner.engine.digest import changes_digest
from runner.errors import InputError, RefusedError
from runner.model.canonical import iso
from runner.model.history import History
from runner.model.plan import CHANGED_SINCE, Change, Plan, Skip
from runner.model.record import RunRecord
from runner.run.session import Session

LIFETIME = timedelta(hours=24)


def plan_use(plan: Plan) -> str:
    """How a saved plan that was applied is remembered."""
    return f"{plan.digest}@{iso(plan.created_at)}"


def check_saved(saved: Plan, session: Session, history: History) -> None:
    """Raise unless the saved plan may be carried out now: RefusedError ``plan_old``, ``plan_used``, or InputError
    ``plan_policies`` and ``unknown_task``."""
    again = "make a new plan with policy-runner plan --out FILE"
    if saved.policies.sha256 != session.policies.provenance.sha256:
        message = "the plan was made for other policies than the ones here"
        raise InputError("plan_policies", message, hint=f"check out the policies it was made for, or {again}")
    if abs(session.now - saved.created_at) > LIFETIME:
        how = "over 24 hours old" if saved.created_at < session.now else "over 24 hours ahead of the clock"
        raise RefusedError("plan_old", f"the plan is of {iso(saved.created_at)}, {how}", hint=again)
    if plan_use(saved) in history.used_plans:
        raise RefusedError("plan_used", "the plan was applied before", hint=again)


def check_organization(saved: Plan, organization: str) -> None:
    """Raise InputError ``plan_organization`` where the plan was made for another one."""
    if saved.organization != organization:
        message = f"the plan was made for organization {saved.organization}, the directory is of {organization}"
        raise InputError("plan_organization", message, hint="use the directory that the plan was made for")


def check_journal(runs: Sequence[RunRecord], now: Plan) -> None:
    """Raise InputError ``wrong_organization`` where the journal is of another organization: its past would measure
    nothing, no budget and no number of people."""
    last = next((run for run in reversed(runs) if run.start.organization and run.snapshot), None)
    if last is not None and last.snapshot is not None and last.start.organization != now.organization:
        known = f"organization {last.start.organization} ({last.snapshot.users} people)"
        message = f"this journal is of {known}, the directory is of {now.organization} ({now.snapshot.users} people)"
        hint = "check ATLASSIAN_ORG_ID or --directory; another organization needs a journal of its own (--journal)"
        raise InputError("wrong_organization", message, hint=hint)


def check_growth(saved: Plan, now: Plan) -> None:
    """Raise RefusedError ``plan_grew`` where there is more to do by now than was approved; less goes on."""
    approved = {change.id for change in saved.pending}
    more = [change for change in now.pending if change.id not in approved]
    if more:
        message = f"{len(more)} changes more than the plan has, for {more[0].account_id} first"
        raise RefusedError(
            "plan_grew", message, hint=f"look at the new plan ({changes_digest(now.pending)}) and save it"
        )


def with_dropped(saved: Plan, now: Plan) -> Plan:
    """The plan of now, which also says of everybody whose approved change is not wanted any more that they changed."""
    wanted = {change.id for change in now.changes}
    dropped = [change for change in saved.pending if change.id not in wanted]
    before = {(skip.account_id, skip.task): skip for skip in now.skips}
    gone = {(change.account_id, task): _dropped(change, task, before) for change in dropped for task in change.tasks}
    skips = sorted((before | gone).values(), key=lambda skip: (skip.account_id, skip.task, skip.why))
    return replace(now, skips=tuple(skips)) if gone else now


def _dropped(change: Change, task: str, before: Mapping[tuple[str, str], Skip]) -> Skip:
    skip = before.get((change.account_id, task))
    why = f"now {skip.why}" + (f": {skip.detail}" if skip.detail else "") if skip else "no longer matches"
    return Skip(change.account_id, task, CHANGED_SINCE, f"{change.verb} was approved; {why}")


def check_digest(approved: str | None, now: Plan) -> None:
    """Raise RefusedError ``plan_changed`` where another plan was approved than the one that would be carried out."""
    if approved is not None and approved != now.digest:
        message = f"what would happen now has the digest {now.digest}, and {approved} was approved"
        raise RefusedError("plan_changed", message, hint="look at the new plan and approve its digest")
