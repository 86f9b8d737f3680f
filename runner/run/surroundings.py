"""What a report says besides the run's records and its plan: seats, money, exemptions, the trend, what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from runner.engine.seats import seat_balance
from runner.model.outcome import APPLIED
from runner.model.people import User
from runner.model.plan import Change, Plan
from runner.model.policy import Exemption, Policies
from runner.model.record import RunRecord
from runner.model.report import (
    ExemptionUse,
    NextRun,
    Person,
    SeatChange,
    Surroundings,
    TaskNote,
    TrendPoint,
)
from runner.model.unknown import Unknown
from runner.model.world import World
from runner.policy.schedule import next_planned
from runner.run.planning import Made
from runner.run.session import Session

SOON = timedelta(days=30)
PAUSED = "paused"
TREND = 30
"""Runs that the trend shows, this one included."""


def surroundings(
    session: Session, made: Made, applied: Sequence[Change], past: Sequence[RunRecord], run: str
) -> Surroundings:
    """Everything of this run that neither its records nor its plan hold; ``applied`` are the changes that were made."""
    policies, planned, world = session.policies, made.planned, made.world
    plain = policies.settings.privacy == "plain"
    trend = [TrendPoint(r.run, r.start.now.date(), _made(r)) for r in past[-(TREND - 1) :] if r.planned]
    today = TrendPoint(run, session.now.date(), len(applied), held_seats(world))
    return Surroundings(
        tasks=tuple(
            TaskNote(name, policies.tasks[name].description, policies.tasks[name].owner)
            for name in planned.plan.tasks
            if name in policies.tasks  # an undo is no task of a policy
        ),
        exemptions_used=tuple(exemption_use(e) for e in planned.exemptions),
        exemptions_expiring=expiring(session),
        seats=seat_changes(applied, world, policies),
        trend=(*trend, today),
        next_runs=next_runs(session),
        people=people_named(planned.plan, world) if plain else {},
        privacy=policies.settings.privacy,
    )


def _made(record: RunRecord) -> int:
    return sum(outcome.status == APPLIED for outcome in (*record.outcomes, *record.recovered))


def held_seats(world: World) -> int | None:
    """The seats held in all apps together, as far as is known; None where only some people were read."""
    if world.snapshot.narrowed:
        return None
    apps = [app.id for app in world.snapshot.apps]
    return sum(world.holds_seat(user, app) is True for user in world.snapshot.users for app in apps)


def expiring(session: Session) -> tuple[ExemptionUse, ...]:
    """The exemptions that run out within 30 days."""
    last = session.now.date() + SOON
    return tuple(exemption_use(e) for e in session.policies.exemptions if e.expires <= last)


def exemption_use(exemption: Exemption) -> ExemptionUse:
    """An exemption as a report names it."""
    kinds = {"group": exemption.group, "email_domain": exemption.email_domain, "filter": exemption.filter}
    who = exemption.user or next(f"{kind}: {value}" for kind, value in kinds.items() if value is not None)
    tasks = None if exemption.tasks is None else tuple(sorted(exemption.tasks))
    return ExemptionUse(who, exemption.reason, exemption.owner, exemption.expires, tasks)


def seat_changes(changes: Iterable[Change], world: World, policies: Policies) -> tuple[SeatChange, ...]:
    """The seats that these changes freed and took, with their price."""
    prices, currency = policies.settings.prices, policies.settings.currency
    return tuple(
        SeatChange(world.apps[app].name, freed, taken, prices.get(world.apps[app].key), currency)
        for app, (freed, taken) in seat_balance(changes, world).items()
    )


def next_runs(session: Session) -> tuple[NextRun, ...]:
    """When each task is planned next."""
    return tuple(
        NextRun(
            task.name,
            next_planned(task.schedule, session.now) if task.enabled else None,
            PAUSED if not task.enabled else "by hand" if task.schedule.kind == "manual" else "",
            task.description,
            task.owner,
        )
        for task in session.policies.tasks.values()
    )


def people_named(plan: Plan, world: World) -> dict[str, Person]:
    """Names of the people whom a plan names by their ids alone."""
    ids = {s.account_id for s in plan.skips} | {h.account_id for h in plan.handover}
    ids |= {r.account_id for r in plan.reported} | {n.account_id for n in plan.notices}
    return people_by_id(ids, world)


def people_by_id(ids: Iterable[str], world: World) -> dict[str, Person]:
    """The names of these people, as far as they are in the directory."""
    return {account_id: _person(world.users[account_id]) for account_id in sorted(ids) if account_id in world.users}


def _person(user: User) -> Person:
    return Person(
        None if isinstance(user.name, Unknown) else user.name, None if isinstance(user.email, Unknown) else user.email
    )
