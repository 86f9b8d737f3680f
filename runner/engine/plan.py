"""From policies and a world to a plan, in a straight line; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from runner.engine.case import Case
from runner.engine.digest import changes_digest
from runner.engine.draft import Draft, build_drafts, drafts_by_task
from runner.engine.evaluate import Evaluation
from runner.engine.guard import Guard
from runner.engine.held import held
from runner.engine.merge import merge, target_of
from runner.engine.names import NameCheck, check_names
from runner.engine.seats import seated
from runner.engine.select import selected
from runner.engine.settle import Settled, override_use, settle
from runner.model.plan import Change, Handover, Plan, Reported, Skip, SnapshotSummary, Would
from runner.model.policy import Exemption, Policies, Task
from runner.model.unknown import Unknown
from runner.model.world import World


@dataclass(frozen=True)
class Planned:
    """A plan, and what a report says besides it. ``names`` has errors where names are wrong: then there is no plan to
    carry out. ``exemptions`` kept somebody from a task."""

    plan: Plan
    names: NameCheck
    exemptions: tuple[Exemption, ...]


def build_plan(
    policies: Policies,
    tasks: Sequence[Task],
    world: World,
    *,
    stopped: str = "",
    applying_at: datetime | None = None,
) -> Planned:
    """Work out what differs from what the tasks want, and put it before the rails.

    ``stopped`` says why everything is stopped (the kill switch); ``applying_at`` is the wall clock when the plan is
    about to be carried out.
    """
    tasks = sorted(tasks, key=lambda task: task.name)
    evaluation = Evaluation(world)
    guard = Guard(policies, evaluation)
    drafts = all_drafts(tasks, evaluation, guard)
    case = Case(policies, world, evaluation, tuple(tasks), drafts, (), stopped=stopped, applying_at=applying_at)
    names = check_names(policies, [*tasks, *_paused(policies, tasks, world)], world)
    return Planned(judged(case, _remembering(evaluation), names.warnings), names, guard.used(tuple(tasks)))


def _paused(policies: Policies, tasks: Sequence[Task], world: World) -> list[Task]:
    """The paused tasks that are not planned: what is wrong with their names is a warning, unless not all was read."""
    planned = {task.name for task in tasks}
    paused = [task for task in policies.tasks.values() if not task.enabled and task.name not in planned]
    return [] if world.snapshot.narrowed else paused


def judged(case: Case, reasons: Callable[[Draft], tuple[str, ...]], warnings: tuple[str, ...] = ()) -> Plan:
    """The drafts of a case as a plan, after the rails."""
    writing = tuple(draft for draft in case.drafts if not draft.task.report_only)

    def merged(refused: AbstractSet[str]) -> tuple[tuple[Change, ...], tuple[Skip, ...]]:
        return merge(writing, refused, case.world, reasons)

    return _plan(case, settle(case, merged), warnings)


def all_drafts(tasks: Sequence[Task], evaluation: Evaluation, guard: Guard) -> tuple[Draft, ...]:
    """Every task's drafts, after the past (``held``), the seats and each task's selection."""
    world = evaluation.world
    matched = 0
    for task in tasks:
        matched |= evaluation.verdicts(task.condition).yes
    drafts = [d for task in tasks for d in build_drafts(task, evaluation, guard, _others(task, world, matched))]
    writing = seated([d for d in held(drafts, world) if not d.task.report_only], world)
    # A task that only reports competes with nobody for a seat.
    listing = drafts_by_task(d for d in drafts if d.task.report_only)
    reporting = [draft for own in listing.values() for draft in seated(own, world)]
    mine = drafts_by_task((*writing, *reporting))
    return tuple(draft for task in tasks for draft in selected(mine.get(task.name, ()), task.select, world))


def _others(task: Task, world: World, matched: int) -> int:
    """Who is looked at although they may not match: for a task that syncs groups whoever is a member or may be one, and
    everybody whom another task may want in. Of the rest it wants what they are already."""
    names = {n.casefold() for action in task.actions if action.name == "sync_groups" for n in action.groups()}
    if not names:
        return 0
    groups = {group.id for name in names for group in world.groups_by_name.get(name, ())}
    users = world.snapshot.users
    belong = (i for i, user in enumerate(users) if isinstance(user.groups, Unknown) or user.groups & groups)
    bits = matched
    for index in belong:
        bits |= 1 << index
    return bits


def _remembering(evaluation: Evaluation) -> Callable[[Draft], tuple[str, ...]]:
    """Why a draft's person is changed. Rails may have the changes merged more than once; reasons are made once."""
    made: dict[int, tuple[str, ...]] = {}

    def reasons(draft: Draft) -> tuple[str, ...]:
        if not draft.matched:
            return (f"does not match {draft.task.filter_name or 'the filter'} of {draft.task.name}",)
        if id(draft) not in made:
            made[id(draft)] = evaluation.reasons(draft.task.condition, draft.user)
        return made[id(draft)]

    return reasons


def _plan(case: Case, settled: Settled, warnings: tuple[str, ...]) -> Plan:
    world, drafts = case.world, case.drafts
    snapshot = world.snapshot
    skips = (*(d.skip for d in drafts if d.skip is not None), *settled.covered)
    return Plan(
        digest=changes_digest(change for change in settled.changes if not change.blocked),
        organization=snapshot.organization,
        created_at=world.now,
        policies=case.policies.provenance,
        snapshot=SnapshotSummary(snapshot.taken_at, snapshot.population, snapshot.complete, snapshot.sha256),
        tasks=tuple(task.name for task in case.tasks),
        changes=settled.changes,
        skips=tuple(sorted(skips, key=lambda s: (s.account_id, s.task, s.why))),
        handover=tuple(sorted(_handover(drafts), key=lambda h: (h.account_id, h.task, h.group.id if h.group else ""))),
        reported=tuple(_reported(drafts, world)),
        refusals=settled.refusals,
        warnings=(*snapshot.warnings, *warnings, *_lasting(settled.changes)),
        overrides=tuple(override_use(override) for override in settled.overrides),
        to_quarantine=settled.to_quarantine,
        released=settled.released,
    )


def _lasting(changes: Iterable[Change]) -> Iterator[str]:
    """What no undo will bring back."""
    for change in changes:
        if change.inverse is None and change.target is not None:
            role = f"the role {change.target.role} in {change.target.name}"
            yield f"cannot be undone: {change.account_id} loses {role}, which can only be given by hand"


def _handover(drafts: Iterable[Draft]) -> Iterable[Handover]:
    return dict.fromkeys(entry for draft in drafts for entry in draft.handover)


def _reported(drafts: Iterable[Draft], world: World) -> Iterable[Reported]:
    """Whom ``report`` lists, and what tasks in ``mode: report`` would do."""
    for draft in sorted(drafts, key=lambda d: (d.user.account_id, d.task.name)):
        would = draft.moves if draft.task.report_only else ()
        if draft.listed or would:
            moves = tuple(
                Would(m.verb, target_of(m.wish.kind, m.wish.target, m.wish.role, world) if m.wish.target else None)
                for m in would
            )
            yield Reported(draft.user.account_id, draft.task.name, moves)
