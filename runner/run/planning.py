"""From policies and a reader to a plan: read what the tasks need, plan, and read what the plan found missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from runner.directory.interface import Need
from runner.engine.confine import confinement, exempting, groups_named, people_named, rests_on_others
from runner.engine.names import apps_needed
from runner.engine.plan import Planned, build_plan
from runner.engine.recheck import recheck
from runner.engine.undo import build_undo, recheck_undo
from runner.errors import InputError
from runner.journal.mask import PLAIN, Mask
from runner.journal.privacy import is_pseudonym
from runner.model.history import History, PastChange
from runner.model.people import Snapshot, User
from runner.model.plan import Change, Plan
from runner.model.policy import Policies, Task
from runner.model.world import World
from runner.policy.problems import PolicyError, did_you_mean, shown
from runner.run.asking import DIRECT_ACCESS, Asked, early, read_again, read_asked, whom_to_ask, with_direct_access
from runner.run.session import Session

Looked = tuple[tuple[Change, ...], Mapping[str, str]]
Recheck = Callable[[Sequence[Change], Iterable[User]], Looked]
"""The last look: of some changes and their people, read again, the changes that go on, and by id why others do not."""


@dataclass(frozen=True)
class Made:
    """A plan with the world that it was made of, and what its changes are held against before they are sent."""

    planned: Planned
    world: World
    recheck: Recheck
    mask: Mask
    """What the journal calls the people of this world."""

    @property
    def plan(self) -> Plan:
        """The plan itself."""
        return self.planned.plan


def chosen_tasks(policies: Policies, names: Sequence[str]) -> tuple[Task, ...]:
    """The tasks of these names, or all enabled ones. Raises InputError ``unknown_task``, ``task_paused``."""
    if not names:
        return tuple(task for task in policies.tasks.values() if task.enabled)
    unknown = [name for name in names if name not in policies.tasks]
    if unknown:
        hint = did_you_mean(unknown[0], policies.tasks, listed=30) or "there are no tasks"
        raise InputError("unknown_task", f"no task is called {shown(unknown[0])}", hint=hint)
    return tuple(policies.tasks[name] for name in dict.fromkeys(names))


def need_of(tasks: Sequence[Task], policies: Policies) -> Need:
    """What a snapshot must hold for these tasks, under these settings and exemptions."""
    apps, confined = apps_needed(tasks, exempting(policies, tasks)), confinement(tasks)
    if not confined:
        return Need(apps=apps)
    people, groups = people_named(policies), groups_named(policies, tasks)
    return Need(apps=apps, confined=confined, people=people, groups=groups)


def make_plan(session: Session, tasks: Sequence[Task], history: History, *, applying: bool = False) -> Made:
    """Read the organization and plan. What only a call for each person tells is read only of people whom everything
    else leaves in, and only some people are read where that says all that everybody would.

    Raises PolicyError for names that the organization does not know, InputError ``wrong_organization``, and whatever
    the reader raises.
    """
    need = replace(need_of(tasks, session.policies), early=early(session.policies, tasks, session.now))
    if session.mask is not PLAIN and any(is_pseudonym(change.account_id) for change in history.unresolved):
        need = replace(need, confined=())  # whose changes are still open is found among everybody only
    made = _make(session, tasks, history, session.reader.read_snapshot(need), applying=applying)
    if made.world.snapshot.narrowed and rests_on_others(made.plan, made.world):
        whole = session.reader.read_snapshot(replace(need, confined=(), early=None))
        return _make(session, tasks, history, with_direct_access(whole, made.world.snapshot), applying=applying)
    return made


def _make(session: Session, tasks: Sequence[Task], history: History, snapshot: Snapshot, *, applying: bool) -> Made:
    _check_organization(session.policies, snapshot)
    mask = session.mask.knowing(snapshot.users)
    world = World(snapshot, session.now, session.policies.lists, mask.revealed_history(history))
    planned = _planned(session, tasks, world, applying=applying)
    asked: Asked = set()
    while snapshot.live and (asking := whom_to_ask(planned.plan, tasks, asked)) is not None:
        fact, account_ids = asking
        asked |= {(fact, account_id) for account_id in account_ids}
        world = replace(world, snapshot=read_asked(session.reader, world.snapshot, fact, account_ids))
        planned = _planned(session, tasks, world, applying=applying)

    def look_again(changes: Sequence[Change], fresh: Iterable[User]) -> Looked:
        return recheck(changes, read_again(session.reader, fresh, world), session.policies, world, refused)

    refused = {refusal.task for refusal in planned.plan.refusals if refusal.task is not None}
    return Made(planned, world, look_again, mask)


def with_single_facts(session: Session, tasks: Sequence[Task], history: History, snapshot: Snapshot) -> Snapshot:
    """The snapshot with all that a plan of these tasks asks of single people; raises as ``make_plan``."""
    return _make(session, tasks, history, snapshot, applying=False).world.snapshot


def make_undo(
    session: Session, run: str, made: Sequence[PastChange], history: History, *, applying: bool = False
) -> Made:
    """Read the organization and plan the way back from what ``made`` says; raises as ``make_plan``."""
    snapshot = session.reader.read_snapshot(Need())
    _check_organization(session.policies, snapshot)
    direct = tuple({change.account_id for change in made if change.role is not None})
    if snapshot.live and direct:
        snapshot = read_asked(session.reader, snapshot, DIRECT_ACCESS, direct)
    mask = session.mask.knowing(snapshot.users)
    found = [replace(change, account_id=mask.person(change.account_id)) for change in made]
    world = World(snapshot, session.now, session.policies.lists, mask.revealed_history(history))
    at = _applying_at(session, applying=applying)
    planned = build_undo(session.policies, run, found, world, stopped=session.stopped(), applying_at=at)
    return Made(planned, world, partial(recheck_undo, policies=session.policies, world=world), mask)


def _applying_at(session: Session, *, applying: bool) -> datetime | None:
    """The wall clock where the plan is about to be carried out: asked when all has been read, which can take long."""
    return session.clock() if applying else None


def _planned(session: Session, tasks: Sequence[Task], world: World, *, applying: bool) -> Planned:
    at = _applying_at(session, applying=applying)
    planned = build_plan(session.policies, tasks, world, stopped=session.stopped(), applying_at=at)
    if planned.names.errors and world.snapshot.complete:  # else they may be what is missing; the plan is refused
        raise PolicyError(planned.names.errors)
    return planned


def _check_organization(policies: Policies, snapshot: Snapshot) -> None:
    wanted = policies.settings.organization
    if wanted is not None and wanted != snapshot.organization:
        message = f"these policies are for organization {wanted}, the directory is of {snapshot.organization}"
        raise InputError("wrong_organization", message, hint="correct organization.id in policies/settings.yaml")
