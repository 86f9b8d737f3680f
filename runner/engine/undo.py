"""The way back: the inverses of what a run changed, as an ordinary plan through the same rails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from runner.engine.case import Case
from runner.engine.draft import Draft, Move, present, synced, with_handover
from runner.engine.evaluate import Evaluation
from runner.engine.guard import Guard, people
from runner.engine.names import NameCheck
from runner.engine.plan import Planned, judged
from runner.engine.recheck import completed
from runner.engine.seats import seated
from runner.model.action import MEMBER, ROLE, STATUS, Wish
from runner.model.history import PastChange
from runner.model.people import User
from runner.model.plan import CHANGED_SINCE, Change, Plan, Skip, inverse_of
from runner.model.policy import UNDO, Policies, Schedule, Task
from runner.model.problem import NOWHERE
from runner.model.unknown import Unknown
from runner.model.world import World

_KINDS = {"add_to_group": MEMBER, "remove_from_group": MEMBER, "grant_role": ROLE, "revoke_role": ROLE}
_Aspect = tuple[str, str, str | None, str | None]
"""An account id, and what of the person is meant: the kind of wish, its target, its role."""


def build_undo(
    policies: Policies,
    run: str,
    made: Sequence[PastChange],
    world: World,
    *,
    stopped: str = "",
    applying_at: datetime | None = None,
) -> Planned:
    """The plan that brings back what ``made`` changed, wherever nobody changed it since: no later run either.

    Whoever is protected by now stays as they are; exemptions are from tasks, and this is none. Rails, seats and groups
    of an identity provider count as for any plan.
    """
    task = _task(run, made)
    evaluation = Evaluation(world)
    drafts, gone = _drafts(task, made, world, Guard(policies, evaluation))
    case = Case(
        policies, world, evaluation, (task,), seated(drafts, world), (), stopped=stopped, applying_at=applying_at
    )
    plan = judged(case, lambda _: (f"undo of run {run}",))
    return Planned(_with_skips(plan, gone), NameCheck((), ()), ())


def _task(run: str, made: Iterable[PastChange]) -> Task:
    """What stands where plans name a task; no task of a policy can be called so."""
    return Task(
        name=f"{UNDO}{run}",
        description=f"Undo of run {run}",
        owner="whoever asked for it",
        condition=people({change.account_id for change in made}),
        filter_name=None,
        actions=(),
        schedule=Schedule("manual"),
        place=NOWHERE,
        may_empty=True,  # a group that was empty before the run may be so again
    )


def _drafts(
    task: Task, made: Iterable[PastChange], world: World, guard: Guard
) -> tuple[tuple[Draft, ...], tuple[Skip, ...]]:
    """One draft a person with everything of theirs that can be brought back, and skips for what cannot."""
    later = _later(task, world)
    drafts: list[Draft] = []
    skips: list[Skip] = []
    for account_id, changes in sorted(_by_person(made).items()):
        user = world.users.get(account_id)
        if user is None:
            skips.append(Skip(account_id, task.name, CHANGED_SINCE, "no longer in the directory"))
            continue
        moves, unlike = _moves(task, user, changes, later)
        skips += unlike
        if moves:
            drafts.append(_draft(task, user, moves, world, guard))
    return tuple(drafts), tuple(skips)


def _by_person(made: Iterable[PastChange]) -> Mapping[str, list[PastChange]]:
    found: dict[str, list[PastChange]] = {}
    for change in made:
        found.setdefault(change.account_id, []).append(change)
    return found


def _later(task: Task, world: World) -> Mapping[_Aspect, str]:
    """The last run that changed an aspect of a person after the one that is undone: what is now is that one's doing,
    also where it looks like the first one's (somebody was put back by hand, and suspended anew for another reason)."""
    run = task.name.removeprefix(UNDO)  # the order of runs is that of their names
    after = (change for change in world.history.changes if change.run > run)
    return {(change.account_id, *wish_of(change, value=change.after).aspect): change.run for change in after}


def _moves(
    task: Task, user: User, changes: Iterable[PastChange], later: Mapping[_Aspect, str]
) -> tuple[tuple[Move, ...], tuple[Skip, ...]]:
    moves: list[Move] = []
    skips: list[Skip] = []
    for change in reversed(list(changes)):  # the last one is taken back first
        wish = wish_of(change, value=change.before)
        now = present(user, wish)
        what = f"{change.verb} {change.target or ''}".rstrip()
        if isinstance(now, Unknown):
            skips.append(Skip(user.account_id, task.name, "unknown", f"{what}: the present state"))
        elif now == change.before:
            skips.append(Skip(user.account_id, task.name, "already", f"{what} is undone"))
        elif now != change.after:
            skips.append(
                Skip(user.account_id, task.name, CHANGED_SINCE, f"{what} left {change.after}, now it is {now}")
            )
        elif (user.account_id, *wish.aspect) in later:
            by = later[user.account_id, *wish.aspect]
            skips.append(Skip(user.account_id, task.name, CHANGED_SINCE, f"{what}: run {by} changed it since"))
        else:
            verb = inverse_of(change.verb, change.role)
            if verb is None:
                skips.append(Skip(user.account_id, task.name, "not_applicable", f"{what}: cannot be undone"))
            else:
                moves.append(Move(wish, verb, now))
    return tuple(moves), tuple(skips)


def wish_of(change: PastChange, *, value: bool | str) -> Wish:
    """The wish that what a change was about has this value."""
    return Wish(_KINDS.get(change.verb, STATUS), change.target, value, change.role)


def _draft(task: Task, user: User, moves: tuple[Move, ...], world: World, guard: Guard) -> Draft:
    draft = Draft(user, task, matched=True, wishes=tuple(move.wish for move in moves), moves=moves)
    guarded = guard.protected(user)
    if guarded is not None:
        return draft.without(*guarded)
    hindrances = [h for move in moves if move.wish.kind == MEMBER for h in synced(move.wish, world)]
    if not hindrances:
        return draft
    why = min((h.why for h in hindrances), key=("unknown", "synced_group").index)
    left = draft.without(why, ", ".join(h.detail for h in hindrances if h.why == why))
    return with_handover(left, moves, world) if why == "synced_group" else left


def _with_skips(plan: Plan, skips: Iterable[Skip]) -> Plan:
    merged = sorted((*plan.skips, *skips), key=lambda s: (s.account_id, s.task, s.why))
    return replace(plan, skips=tuple(merged))


def recheck_undo(
    changes: Sequence[Change], fresh: Iterable[User], policies: Policies, world: World
) -> tuple[tuple[Change, ...], Mapping[str, str]]:
    """The last look before the write, for an undo: the state is still the one that the plan found, and nobody is
    protected by now."""
    found = {user.account_id: user for user in fresh}
    small = replace(world, snapshot=replace(world.snapshot, users=tuple(found[key] for key in sorted(found))))
    guard = Guard(policies, Evaluation(small))
    gone = dict(_gone(changes, found, guard, world))
    return tuple(change for change in changes if change.id not in gone), gone


def _gone(
    changes: Iterable[Change], found: Mapping[str, User], guard: Guard, world: World
) -> Iterator[tuple[str, str]]:
    for change in changes:
        user = found.get(change.account_id)
        if user is None:
            yield change.id, "no longer in the directory"
        elif guard.protected(user) is not None:
            yield change.id, "protected by now"
        elif _present(change, completed(user, world)) != change.before:
            yield change.id, "changed since the plan was made"


def _present(change: Change, user: User) -> bool | str | Unknown:
    target = change.target
    kind = _KINDS.get(change.verb, STATUS)
    return present(user, Wish(kind, target.id if target else None, change.after, target.role if target else None))
