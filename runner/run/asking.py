"""Facts that no bulk read gives, or that it lacked: asked of single people whom every cheaper condition left in.

A plan says itself whom that is: whoever it leaves alone for want of such a fact. With the answers it is made again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from runner.directory.interface import Reader
from runner.engine.draft import build_drafts
from runner.engine.evaluate import Evaluation
from runner.engine.guard import Guard
from runner.model.people import Snapshot, User
from runner.model.plan import Plan, Skip
from runner.model.policy import Policies, Task
from runner.model.unknown import UNKNOWN, Unknown
from runner.model.world import World

DIRECT_ACCESS, SYNCED, LAST_ACTIVE = "direct_access", "synced", "last_active"
_FACTS = (DIRECT_ACCESS, SYNCED, LAST_ACTIVE)
"""In this order: whoever drops out by the answer to one is not asked about the next, and the last takes longest."""

Asked = set[tuple[str, str]]
"""Facts and account ids that were asked about already: nobody is asked twice."""


def whom_to_ask(plan: Plan, tasks: Sequence[Task], asked: Asked) -> tuple[str, tuple[str, ...]] | None:
    """A fact and the account ids of the people to ask about it next; None where nothing is left to ask."""
    switching = {task.name for task in tasks if any("deactivate" in action.verbs for action in task.actions)}
    for fact in _FACTS:
        ids = {s.account_id for s in plan.skips if _lacks(s, fact) and (fact != SYNCED or s.task in switching)}
        if fact == SYNCED:
            ids |= _switched_off(plan)
        wanted = tuple(sorted(who for who in ids if (fact, who) not in asked))
        if wanted:
            return fact, wanted
    return None


def _lacks(skip: Skip, fact: str) -> bool:
    return skip.why == "unknown" and fact in skip.detail.split(", ")


def _switched_off(plan: Plan) -> set[str]:
    """Whose account would be deactivated: only the account itself says whether an identity provider allows it."""
    told = {r.account_id for r in plan.reported if any(would.verb == "deactivate" for would in r.would)}
    return told | {change.account_id for change in plan.changes if change.verb == "deactivate"}


def read_asked(reader: Reader, snapshot: Snapshot, fact: str, account_ids: Sequence[str]) -> Snapshot:
    """The snapshot with what these people were asked about; what was not answered stays as it was."""
    found = _readings(reader)[fact](account_ids)
    known = {who: value for who, value in found.items() if not isinstance(value, Unknown)}
    users = tuple(replace(u, **_facts(u, fact, known)) if u.account_id in known else u for u in snapshot.users)
    # Where nobody is answered, all who lack the fact count as lacking it.
    askable = snapshot.askable if known else snapshot.askable - {fact}
    return replace(snapshot, users=users, askable=askable)


def with_direct_access(snapshot: Snapshot, before: Snapshot) -> Snapshot:
    """The snapshot with the roles held directly that were read for the one a moment before."""
    known = {user.account_id: user.direct_access for user in before.users}
    users = (replace(u, direct_access=known[u.account_id]) if u.account_id in known else u for u in snapshot.users)
    return replace(snapshot, users=tuple(users))


def _readings(reader: Reader) -> Mapping[str, Callable[[Sequence[str]], Mapping[str, Any]]]:
    return {DIRECT_ACCESS: reader.read_direct_access, SYNCED: reader.read_synced, LAST_ACTIVE: reader.read_last_active}


def _facts(user: User, fact: str, known: Mapping[str, Any]) -> dict[str, Any]:
    value = known[user.account_id]
    return {fact: _latest(user.last_active, value) if fact == LAST_ACTIVE else value}


Times = Mapping[str, datetime | Unknown]


def _latest(bulk: Times | Unknown, asked: Times) -> Times:
    """The later use of each app that is known: an answer never makes anybody idle who was seen to be active."""
    found = dict(asked)
    for app, at in ({} if isinstance(bulk, Unknown) else bulk).items():
        other = found.get(app, UNKNOWN)
        if not isinstance(at, Unknown) and (isinstance(other, Unknown) or other < at):
            found[app] = at
    return found


def read_again(reader: Reader, fresh: Iterable[User], world: World) -> tuple[User, ...]:
    """People who were read again, with the present answers of those who had to be asked when they last used an app."""
    people = tuple(fresh)
    short = [
        user.account_id
        for user in people
        if world.lacks(user, LAST_ACTIVE)
        and (known := world.users.get(user.account_id)) is not None
        and not world.lacks(known, LAST_ACTIVE)
    ]
    if not short or not world.snapshot.live:
        return people
    return read_asked(reader, replace(world.snapshot, users=people), LAST_ACTIVE, short).users


def early(policies: Policies, tasks: Sequence[Task], now: datetime) -> Callable[[Snapshot], tuple[str, ...]] | None:
    """Whose direct roles a plan of these tasks will ask about, told of a few people at a time; None if of nobody's.

    It is a guess: what only all people together, or the journal, can tell is left out.
    """
    asking = [task for task in tasks if any(DIRECT_ACCESS in action.facts for action in task.actions)]
    if not asking:
        return None

    def wanted(people: Snapshot) -> tuple[str, ...]:
        evaluation = Evaluation(World(people, now, policies.lists))
        guard = Guard(policies, evaluation)
        drafts = (draft for task in asking for draft in build_drafts(task, evaluation, guard, 0))
        skips = (draft.skip for draft in drafts if draft.matched and draft.skip is not None)
        return tuple(dict.fromkeys(skip.account_id for skip in skips if _lacks(skip, DIRECT_ACCESS)))

    return wanted
