"""Many tasks' drafts become one list of changes: what two tasks ask for is one change, and a deactivation covers a
suspension."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from runner.engine.digest import change_id
from runner.engine.draft import Draft, Move
from runner.model.action import ROLE, STATUS
from runner.model.people import User
from runner.model.plan import Change, Skip, Target
from runner.model.unknown import Unknown
from runner.model.world import World

Reasons = Callable[[Draft], tuple[str, ...]]
"""Why a draft's person is changed; made for people who end up in a plan only."""


@dataclass(slots=True)
class _Asked:
    """A change on its way: the move, and the tasks that ask for it with their drafts."""

    move: Move
    drafts: list[Draft] = field(default_factory=list)


def merge(
    drafts: Iterable[Draft], refused: Set[str], world: World, reasons: Reasons
) -> tuple[tuple[Change, ...], tuple[Skip, ...]]:
    """The changes in their fixed order (by account id, a person's in the order written) and the ``covered`` skips.

    A change is blocked when every task that asks for it is refused.
    """
    people: dict[str, list[Draft]] = {}
    for draft in drafts:
        if draft.moves:
            people.setdefault(draft.user.account_id, []).append(draft)
    changes: list[Change] = []
    skips: list[Skip] = []
    for account_id in sorted(people):
        own = people[account_id]
        covered = _covered(own, refused)
        skips += covered.values()
        changes += _changes(own, covered, refused, world, reasons)
    return tuple(changes), tuple(skips)


def _covered(drafts: Sequence[Draft], refused: Set[str]) -> Mapping[str, Skip]:
    """The tasks whose suspension of this person is covered by another task's deactivation that goes ahead."""
    by = [d.task.name for d in drafts if d.task.name not in refused and _moves_to(d, "deactivated")]
    if not by:
        return {}
    return {
        d.task.name: Skip(d.user.account_id, d.task.name, "covered", f"{by[0]} deactivates the account")
        for d in drafts
        if _moves_to(d, "suspended") and d.task.name not in by
    }


def _moves_to(draft: Draft, status: str) -> bool:
    return any(move.wish.kind == STATUS and move.wish.value == status for move in draft.moves)


def _changes(
    drafts: Sequence[Draft], covered: Mapping[str, Skip], refused: Set[str], world: World, reasons: Reasons
) -> Iterator[Change]:
    asked: dict[tuple[str, str | None, str | None], _Asked] = {}
    for draft in drafts:
        for move in _uncovered(draft, covered):
            asked.setdefault(move.key, _Asked(move)).drafts.append(draft)
    for entry in asked.values():
        tasks = tuple(draft.task.name for draft in entry.drafts)
        why = dict.fromkeys(reason for draft in entry.drafts for reason in reasons(draft))
        yield build_change(entry.move, drafts[0].user, tasks, tuple(why), world, blocked=refused >= set(tasks))


def _uncovered(draft: Draft, covered: Mapping[str, Skip]) -> Iterator[Move]:
    """The moves that remain: no suspension where the same person is deactivated, by this task or another."""
    drop = draft.task.name in covered or _moves_to(draft, "deactivated")
    for move in draft.moves:
        if not (drop and move.wish.kind == STATUS and move.wish.value == "suspended"):
            yield move


def build_change(
    move: Move, user: User, tasks: tuple[str, ...], reasons: tuple[str, ...], world: World, *, blocked: bool
) -> Change:
    """A move as a change of a plan."""
    wish = move.wish
    return Change(
        id=change_id(user.account_id, *move.key, before=move.before),
        account_id=user.account_id,
        name=None if isinstance(user.name, Unknown) else user.name,
        email=None if isinstance(user.email, Unknown) else user.email,
        verb=move.verb,
        target=None if wish.target is None else target_of(wish.kind, wish.target, wish.role, world),
        before=move.before,
        after=wish.value,
        tasks=tasks,
        reasons=reasons,
        blocked=blocked,
        message=wish.message,
    )


def target_of(kind: str, target: str, role: str | None, world: World) -> Target:
    """The group or app of a wish, with the name that people know it by."""
    if kind == ROLE:
        app = world.apps.get(target)
        return Target(target, app.name if app else target, role or "user")
    group = world.groups.get(target)
    return Target(target, group.name if group else target)
