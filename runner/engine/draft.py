"""What one task wants of each person it matches, before tasks are held against each other.

A draft is either moves (wishes that are changes) or a skip: all or nothing for a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from runner.engine.evaluate import Evaluation
from runner.engine.guard import Guard
from runner.model.action import MEMBER, ROLE, STATUS, Action, Desired, Hindrance, Scope, Wish
from runner.model.effect import after
from runner.model.people import Grant, User
from runner.model.plan import SKIP_ORDER, Handover, Skip, Target
from runner.model.policy import Task
from runner.model.unknown import UNKNOWN, Unknown
from runner.model.verdicts import members
from runner.model.world import World

_STATUS_VERBS = {"suspended": "suspend", "deactivated": "deactivate"}


@dataclass(frozen=True, slots=True)
class Move:
    """A wish that is a change: what the person is (``before``), and the verb that makes them what is wished."""

    wish: Wish
    verb: str
    before: bool | str

    @property
    def key(self) -> tuple[str, str | None, str | None]:
        """Verb, id of the target, role: what the move does, whoever wants it."""
        return (self.verb, self.wish.target, self.wish.role)


@dataclass(frozen=True, slots=True)
class Draft:
    """What one task wants of one person: ``wishes`` (empty when it leaves them alone), ``moves``, or a ``skip``.

    ``listed`` is true where ``report`` lists the person, whatever else happens to them.
    """

    user: User
    task: Task
    matched: bool
    wishes: tuple[Wish, ...] = ()
    moves: tuple[Move, ...] = ()
    skip: Skip | None = None
    handover: tuple[Handover, ...] = ()
    listed: bool = False

    def without(self, why: str, detail: str) -> Draft:
        """The same person left alone for this reason."""
        skip = Skip(self.user.account_id, self.task.name, why, detail)
        return Draft(self.user, self.task, self.matched, skip=skip, listed=self.listed)


def drafts_by_task(drafts: Iterable[Draft]) -> dict[str, list[Draft]]:
    """The drafts of each task that has any, by its name, in the order given."""
    found: dict[str, list[Draft]] = {}
    for draft in drafts:
        found.setdefault(draft.task.name, []).append(draft)
    return found


def build_drafts(task: Task, evaluation: Evaluation, guard: Guard, others: int) -> tuple[Draft, ...]:
    """Drafts for everybody who matches, everybody of whom it is not known, and, for actions that want something of
    those who do not match, the people in the bit set ``others``; in the order of account ids."""
    world = evaluation.world
    verdicts = evaluation.verdicts(task.condition)
    scopes = [Scope(world, task.shared_groups, named_apps(task.actions, type(a), world)) for a in task.actions]
    matching, unsure = set(members(verdicts.yes)), set(members(verdicts.unknown))
    drafts = []
    for index in members(verdicts.yes | verdicts.unknown | others):
        user = world.snapshot.users[index]
        if index in unsure:
            drafts.append(_draft_unknown(task, user, evaluation, guard))
        else:
            drafts += _draft(task, user, scopes, world, guard, matched=index in matching)
    return tuple(drafts)


def _draft_unknown(task: Task, user: User, evaluation: Evaluation, guard: Guard) -> Draft:
    """Somebody of whom it is not known whether they match is left alone, and listed with the missing facts."""
    guarded = guard.reason(user, task)
    why, detail = guarded or ("unknown", ", ".join(evaluation.missing(task.condition, user)))
    skip = Skip(user.account_id, task.name, why, detail)
    return Draft(user, task, matched=False, skip=skip)


def _draft(
    task: Task, user: User, scopes: Sequence[Scope], world: World, guard: Guard, *, matched: bool
) -> tuple[Draft, ...]:
    """One draft; none for somebody who does not match and of whom the task wants nothing, or may not change."""
    wishes, hindrances = _desired(task, user, scopes, world, matched=matched)
    if not wishes and not matched:
        return ()
    listed = matched and lists(task) and guard.exempt(user, task) is None
    blank = Draft(user, task, matched, listed=listed)
    moves, found = _moves(wishes, user, world)
    guarded = guard.reason(user, task)
    if guarded is not None:
        # Of those who do not match, only whom the task would really change is worth a line.
        return (blank.without(*guarded),) if matched or moves else ()
    obstacles = [h for h in (*hindrances, *found) if h.why != "not_applicable"]
    if obstacles:
        first = min(obstacles, key=lambda h: SKIP_ORDER.index(h.why))
        draft = blank.without(first.why, _details(obstacles, first.why))
        return (with_handover(draft, moves, world) if first.why.startswith("synced_") else draft,)
    skip = _nothing_to_do(task, user, hindrances) if matched and not moves else None
    return (Draft(user, task, matched, wishes, moves, skip, listed=listed),)


def _nothing_to_do(task: Task, user: User, hindrances: Iterable[Hindrance]) -> Skip | None:
    """The skip of somebody whom no action would change, whose ``hindrances`` are all of the kind ``not_applicable``; a
    task that only lists people has nothing to say here."""
    if writes_nothing(task):
        return None
    first = next((h.detail for h in hindrances), None)
    return Skip(user.account_id, task.name, "already" if first is None else "not_applicable", first or "")


def lists(task: Task) -> bool:
    """Whether one of the task's actions is ``report``."""
    return any(action.name == "report" for action in task.actions)


def writes_nothing(task: Task) -> bool:
    """Whether none of the task's actions ever changes anything."""
    return all(not action.verbs for action in task.actions)


def _desired(task: Task, user: User, scopes: Sequence[Scope], world: World, *, matched: bool) -> Desired:
    """The wishes and hindrances of all the actions, each wish once.

    What one action takes away, another may have to give anew (somebody who has an app that they are granted only by a
    group that they leave): so several actions are asked again about the person as the first answer leaves them.
    """
    wishes, hindrances = _asked(task, user, scopes, matched=matched)
    moves = _moves(wishes, user, world)[0] if len(scopes) > 1 else ()
    if moves:
        for move in moves:
            user = after(user, *move.key, value=move.wish.value)
        more, hindered = _asked(task, user, scopes, matched=matched)
        wishes, hindrances = (*wishes, *more), (*hindrances, *hindered)
    return tuple(dict.fromkeys(wishes)), tuple(dict.fromkeys(hindrances))


def _asked(task: Task, user: User, scopes: Sequence[Scope], *, matched: bool) -> Desired:
    """What the actions say, each with its scope, in the order written."""
    wishes: list[Wish] = []
    hindrances: list[Hindrance] = []
    for action, scope in zip(task.actions, scopes, strict=True):
        of = action.desired if matched else action.desired_of_others
        wanted, hindered = of(user, scope)
        wishes += wanted
        hindrances += hindered
    return tuple(wishes), tuple(hindrances)


def named_apps(actions: Iterable[Action], kind: type[Action], world: World) -> frozenset[str]:
    """The ids of the apps that the actions of one kind name."""
    names = (name for action in actions if isinstance(action, kind) for name in action.apps())
    return frozenset(app.id for name in names for app in world.apps_named(name))


def _moves(wishes: Iterable[Wish], user: User, world: World) -> tuple[tuple[Move, ...], tuple[Hindrance, ...]]:
    """The wishes that are changes, and what stands in the way of memberships whoever wants them."""
    moves: list[Move] = []
    hindrances: list[Hindrance] = []
    for wish in wishes:
        before = present(user, wish)
        if isinstance(before, Unknown):
            hindrances.append(Hindrance("unknown", "groups" if wish.kind == MEMBER else "direct_access"))
        elif before != wish.value:
            moves.append(Move(wish, _verb(wish, before=before), before))
            hindrances += synced(wish, world) if wish.kind == MEMBER else ()
    return tuple(moves), tuple(hindrances)


def present(user: User, wish: Wish) -> bool | str | Unknown:
    """What the person is in the aspect of a wish; for kind use, whatever is wished (it changes nothing itself)."""
    if wish.kind == STATUS:
        return user.status
    if wish.kind == ROLE:
        if isinstance(user.direct_access, Unknown) or wish.target is None:
            return UNKNOWN
        return Grant(wish.target, wish.role or "user") in user.direct_access
    if wish.kind == MEMBER:
        return UNKNOWN if isinstance(user.groups, Unknown) else wish.target in user.groups
    return wish.value


def _verb(wish: Wish, *, before: bool | str) -> str:
    if wish.kind == MEMBER:
        return "add_to_group" if wish.value else "remove_from_group"
    if wish.kind == ROLE:
        return "grant_role" if wish.value else "revoke_role"
    if wish.value == "active":
        return "restore" if before == "suspended" else "reactivate"
    return _STATUS_VERBS[str(wish.value)]


def synced(wish: Wish, world: World) -> tuple[Hindrance, ...]:
    """What stands in the way of changing a membership: an identity provider owns the group, or may own it."""
    group = world.groups.get(wish.target or "")
    if group is None or isinstance(group.managed_by_idp, Unknown):
        return (Hindrance("unknown", "managed_by_idp"),)
    return (Hindrance("synced_group", group.name),) if group.managed_by_idp else ()


def _details(obstacles: Iterable[Hindrance], why: str) -> str:
    return ", ".join(dict.fromkeys(h.detail for h in obstacles if h.why == why))


def with_handover(draft: Draft, moves: Iterable[Move], world: World) -> Draft:
    """Add everything that the task wants of the person and only the identity provider can do."""
    entries = tuple(_handovers(draft, moves, world))
    return replace(draft, handover=entries)


def _handovers(draft: Draft, moves: Iterable[Move], world: World) -> Iterator[Handover]:
    for move in moves:
        wish = move.wish
        if wish.kind == MEMBER and wish.target is not None and synced(wish, world):
            group = world.groups[wish.target]
            change = "add" if wish.value else "remove"
            yield Handover(draft.user.account_id, draft.task.name, Target(group.id, group.name), change)
        elif wish.value == "deactivated" and draft.user.synced is True:
            yield Handover(draft.user.account_id, draft.task.name, None, "deactivate")
