"""Who has to wait for what happened before: tasks that undo each other stop by themselves, and somebody of whom it is
not known how an earlier change ended is not touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from runner.engine.draft import Draft, Move
from runner.model.history import PastChange
from runner.model.plan import INVERSE
from runner.model.unknown import UNKNOWN
from runner.model.world import World

WINDOW = timedelta(days=7)
_Key = tuple[str, str, str | None, str | None]


def held(drafts: Iterable[Draft], world: World) -> tuple[Draft, ...]:
    """The drafts, those turned into skips of which a move would be made a second time although another task reversed
    it within the window, or whose person has a change that nobody knows the end of."""
    unresolved: dict[str, list[PastChange]] = {}
    for change in world.history.unresolved:
        unresolved.setdefault(change.account_id, []).append(change)
    past: dict[_Key, list[PastChange]] = {}
    for change in world.history.changes:
        past.setdefault((change.account_id, change.verb, change.target, change.role), []).append(change)
    if not past and not unresolved:
        return tuple(drafts)
    since = world.now - WINDOW
    return tuple(_checked(draft, past, since, unresolved.get(draft.user.account_id, ())) for draft in drafts)


def _checked(
    draft: Draft, past: Mapping[_Key, list[PastChange]], since: datetime, unresolved: Iterable[PastChange]
) -> Draft:
    for change in unresolved if draft.moves else ():
        if not _superseded(change, draft):
            asked = " and ".join(change.tasks)
            return draft.without("held", f"nobody knows how {change.verb} for {asked} in run {change.run} ended")
    for move in draft.moves:
        detail = _quarrel(draft, move, past, since)
        if detail:
            return draft.without("held", detail)
    return draft


def _superseded(change: PastChange, draft: Draft) -> bool:
    """Whether the person's status shows that somebody else has acted since: it is neither what it was nor what the
    change wanted, so how that ended matters no more."""
    status = draft.user.status
    return change.target is None and status is not UNKNOWN and status not in (change.before, change.after)


def _quarrel(draft: Draft, move: Move, past: Mapping[_Key, list[PastChange]], since: datetime) -> str:
    account, task = draft.user.account_id, draft.task.name
    made = [p for p in past.get((account, *move.key), ()) if task in p.tasks]
    reverse = (account, INVERSE[move.verb], *move.key[1:])
    undone = [p for p in past.get(reverse, ()) if task not in p.tasks and p.at > since]
    if not made or not undone or undone[-1].at < made[0].at:
        return ""
    other = " and ".join(undone[-1].tasks)
    return f"{task} made this change and {other} reversed it on {undone[-1].at:%Y-%m-%d}; hold both tasks together"
