"""Seats: who holds one, how many are free, and who gets one first.

First come, first served by account id over the whole plan; seats that the same plan frees do not count, and an app
whose number of seats is not known has enough (The policy language, "All or nothing").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from runner.engine.draft import Draft, Move
from runner.model.action import MEMBER
from runner.model.effect import after
from runner.model.people import SEAT_ROLES, App, User
from runner.model.plan import REMOVALS, Change, Target
from runner.model.unknown import Unknown
from runner.model.world import World


@dataclass(frozen=True, slots=True)
class Tier:
    """The seats of one app: how many there are (None: no known limit) and how many are held, as far as is known."""

    app: App
    held: int

    @property
    def free(self) -> int | None:
        """Seats that nobody holds; None without a known limit."""
        return None if self.app.seats is None else max(0, self.app.seats - self.held)


def tiers(world: World) -> Mapping[str, Tier]:
    """Every app's seats; a person of whom it is not known, or who was not read, counts as holding one."""
    users = world.snapshot.users
    unread = world.snapshot.population - len(users)
    return {
        app.id: Tier(app, unread + sum(world.holds_seat(user, app.id) is not False for user in users))
        for app in world.snapshot.apps
    }


def moved(user: User, moves: Iterable[Move]) -> User:
    """The person as they will be after the moves."""
    for move in moves:
        user = after(user, *move.key, value=move.wish.value)
    return user


def freed(draft: Draft, app_id: str, world: World) -> bool:
    """Whether the draft's moves free a seat of the app."""
    before = world.holds_seat(draft.user, app_id) is not False
    return before and world.holds_seat(moved(draft.user, draft.moves), app_id) is False


def taken(user: User, moves: Sequence[Move], world: World) -> frozenset[str]:
    """Ids of the apps of which the moves take a seat that the person does not hold now, were it for a moment."""
    given = [move for move in moves if move.verb not in REMOVALS]
    if all(move.wish.kind == MEMBER and not _seat_group(world, move.wish.target) for move in given):
        return frozenset()
    changed = moved(user, given)
    return frozenset(
        app.id
        for app in world.snapshot.apps
        if world.holds_seat(changed, app.id) is not False and world.holds_seat(user, app.id) is False
    )


def _seat_group(world: World, group_id: str | None) -> bool:
    group = world.groups.get(group_id or "")
    if group is None or isinstance(group.grants, Unknown):
        return True
    return any(grant.role in SEAT_ROLES for grant in group.grants)


def seated(drafts: Iterable[Draft], world: World) -> tuple[Draft, ...]:
    """The drafts of a whole plan, those without a free seat turned into skips. Two tasks that want the same seat for
    one person share it."""
    ordered = sorted(drafts, key=lambda d: d.user.account_id)
    needs = {id(d): taken(d.user, d.moves, world) for d in ordered}
    if not any(needs.values()):
        return tuple(drafts)
    return tuple(_serve(ordered, needs, world))


def _serve(ordered: Iterable[Draft], needs: Mapping[int, frozenset[str]], world: World) -> Iterator[Draft]:
    free = {app: tier.free for app, tier in tiers(world).items()}
    given: set[tuple[str, str]] = set()
    for draft in ordered:
        wanted = [app for app in sorted(needs[id(draft)]) if (draft.user.account_id, app) not in given]
        full = [app for app in wanted if free[app] is not None and (free[app] or 0) < 1]
        if full:
            names = ", ".join(world.apps[app].name for app in full)
            yield draft.without("no_seat", f"no free seat in {names}")
            continue
        for app in wanted:
            given.add((draft.user.account_id, app))
            left = free[app]
            free[app] = None if left is None else left - 1
        yield draft


def seat_balance(changes: Iterable[Change], world: World) -> Mapping[str, tuple[int, int]]:
    """Seats that the changes free and take, by the app's id; apps without either are left out."""
    people: dict[str, list[Change]] = {}
    for change in changes:
        people.setdefault(change.account_id, []).append(change)
    freed_seats: Counter[str] = Counter()
    taken_seats: Counter[str] = Counter()
    for account_id, own in people.items():
        user = world.users.get(account_id)
        if user is not None:
            changed = after_changes(user, own)
            for app in world.snapshot.apps:
                before, now = world.holds_seat(user, app.id), world.holds_seat(changed, app.id)
                freed_seats[app.id] += before is True and now is False
                taken_seats[app.id] += before is False and now is True
    touched = (app.id for app in world.snapshot.apps if freed_seats[app.id] or taken_seats[app.id])
    return {app: (freed_seats[app], taken_seats[app]) for app in touched}


def after_changes(user: User, changes: Iterable[Change]) -> User:
    """The person as they will be after these changes."""
    for change in changes:
        target = change.target or Target("", "")
        user = after(user, change.verb, target.id, target.role, value=change.after)
    return user
