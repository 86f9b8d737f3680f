"""The last look before a write: does each change still follow from the facts, read again just now?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace

from runner.engine.draft import build_drafts
from runner.engine.evaluate import Evaluation
from runner.engine.guard import Guard
from runner.model.action import STATUS
from runner.model.people import User
from runner.model.plan import Change
from runner.model.policy import Policies
from runner.model.unknown import Unknown
from runner.model.world import World


def recheck(
    changes: Sequence[Change],
    fresh: Iterable[User],
    policies: Policies,
    world: World,
    refused: Set[str] = frozenset(),
) -> tuple[tuple[Change, ...], Mapping[str, str]]:
    """The changes that some task still asks for, and why the others do not go on, by their ids.

    A task that by now wants more groups or roles changed of somebody than were planned asks for nothing of theirs:
    that person's plan grew. ``fresh`` are the people of these changes, all changes of each, read again; ``refused`` are
    the tasks that a rail took out: what such a task alone still asks for is off. What no bulk read gives (roles held
    directly) is taken from the world that the plan was made of.
    """
    people = {user.account_id: completed(user, world) for user in fresh}
    present = tuple(people[key] for key in sorted(people))
    small = replace(world, snapshot=replace(world.snapshot, users=present))
    evaluation = Evaluation(small)
    guard = Guard(policies, evaluation)
    asked: set[tuple[str, str, tuple[str, str | None, str | None], bool | str]] = set()
    planned = {_what(change)[:2] for change in changes}
    for name in sorted({task for change in changes for task in change.tasks} - refused):
        everyone = (1 << len(present)) - 1
        for draft in build_drafts(policies.tasks[name], evaluation, guard, everyone):
            who = draft.user.account_id
            # A status that was not planned is covered by one that was.
            if all(move.wish.kind == STATUS or (who, move.key) in planned for move in draft.moves):
                asked |= {(name, who, move.key, move.before) for move in draft.moves}
    still = tuple(change for change in changes if any((task, *_what(change)) in asked for task in change.tasks))
    gone = {c.id: _why(c, people.get(c.account_id), refused) for c in changes if c not in still}
    return still, gone


def _what(change: Change) -> tuple[str, tuple[str, str | None, str | None], bool | str]:
    target = change.target
    key = (change.verb, target.id if target else None, target.role if target else None)
    return (change.account_id, key, change.before)


def completed(user: User, world: World) -> User:
    """The person with what the last look did not read as the plan knew it: the roles held directly, and who owns the
    account (which the writer asks once more)."""
    known = world.users.get(user.account_id)
    if known is None:
        return user
    direct = known.direct_access if isinstance(user.direct_access, Unknown) else user.direct_access
    synced = known.synced if isinstance(user.synced, Unknown) else user.synced
    return replace(user, direct_access=direct, synced=synced)


def _why(change: Change, user: User | None, refused: Set[str]) -> str:
    if user is None:
        return "no longer in the directory"
    asked = ", ".join(task for task in change.tasks if task not in refused)
    return f"no longer asked for by {asked}: the person changed since the plan was made"
