"""``select``: only some of those whom a task would really change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from runner.engine.draft import Draft
from runner.engine.seats import freed, tiers
from runner.model.people import App, User
from runner.model.policy import Select
from runner.model.unknown import Unknown
from runner.model.world import World

_LAST = datetime.max.replace(tzinfo=UTC)


def selected(drafts: Sequence[Draft], select: Select | None, world: World) -> tuple[Draft, ...]:
    """The drafts of one task, with those beyond the selection turned into skips; others stay as they are."""
    if select is None:
        return tuple(drafts)
    candidates = sorted((d for d in drafts if d.moves), key=lambda d: _key(d.user, select, world))
    if select.first is not None:
        chosen = candidates[: select.first]
        detail = f"first {select.first} by {select.order}"
    else:
        chosen, detail = _freeing(candidates, select, world)
    kept = {id(draft) for draft in chosen}
    return tuple(d if not d.moves or id(d) in kept else d.without("not_selected", detail) for d in drafts)


def _freeing(candidates: Sequence[Draft], select: Select, world: World) -> tuple[list[Draft], str]:
    """Just as many as free what is missing of the wanted free seats; whoever frees none is not counted nor taken."""
    app = _tier_app(select, world)
    if app is None or app.seats is None:
        return [], "the app has no known number of seats"
    wanted = select.keep_free_seats
    if wanted is None:
        wanted = math.ceil(app.seats * Decimal(str(select.keep_free_percent or 0)) / 100)
    missing = wanted - (app.seats - tiers(world)[app.id].held)
    chosen = [d for d in candidates if freed(d, app.id, world)][: max(0, missing)]
    return chosen, f"{max(0, missing)} seats of {app.name} to free"


def _tier_app(select: Select, world: World) -> App | None:
    apps = world.apps_named(select.keep_free_app or "")
    return apps[0] if len(apps) == 1 else None


def select_errors(select: Select | None, world: World) -> tuple[str, ...]:
    """Why a selection cannot work in this organization."""
    if select is None or select.keep_free_app is None:
        return ()
    apps = world.apps_named(select.keep_free_app)
    if len(apps) < 2:
        return ()
    return (f"keep_free: {select.keep_free_app} is on several sites: write {' or '.join(a.name for a in apps)}",)


def _key(user: User, select: Select, world: World) -> tuple[bool, datetime, str]:
    """Sorts by the wanted order; people of whom it is not known come last, ties by account id."""
    if select.keep_free_app is not None and (isinstance(user.status, Unknown) or isinstance(user.groups, Unknown)):
        return (True, _LAST, user.account_id)
    if select.order == "longest_inactive":
        at = _idle_since(user, select.app, world)
        return (at is None, at or _LAST, user.account_id)
    if isinstance(user.added, Unknown):
        return (True, _LAST, user.account_id)
    if select.order == "newest_account":
        # The newest first: mirror the time around the latest one that can be written.
        return (False, datetime.min.replace(tzinfo=UTC) + (_LAST - user.added), user.account_id)
    return (False, user.added, user.account_id)


def _idle_since(user: User, app: str | None, world: World) -> datetime | None:
    """The latest use of the app (of anything without one); who never used it counts from when they were added."""
    if isinstance(user.last_active, Unknown):
        return None
    wanted = None if app is None else {a.id for a in world.apps_named(app)}
    used = [at for key, at in user.last_active.items() if wanted is None or key in wanted]
    if any(isinstance(at, Unknown) for at in used):
        return None
    known = [at for at in used if not isinstance(at, Unknown)]
    if known:
        return max(known)
    return None if isinstance(user.added, Unknown) else user.added
