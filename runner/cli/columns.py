"""The columns of the user browser: what each shows of a person, and how people are put in order by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from runner.model.canonical import iso
from runner.model.people import PROFILE_FIELDS, User
from runner.model.unknown import Unknown
from runner.model.world import World

UNKNOWN_SHOWN, NOTHING_SHOWN = "?", "-"
DEFAULT = ("name", "email", "status", "last_active", "apps")
_FACTS = ("name", "email", "account_id", "status", "managed", "synced", "mfa", "added", "roles", *PROFILE_FIELDS)
Column = Callable[[User, World], str]


def _fact(name: str) -> Column:
    def show(user: User, world: World) -> str:
        del world
        return _shown(getattr(user, name))

    return show


def _shown(value: object) -> str:
    if isinstance(value, Unknown):
        return UNKNOWN_SHOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return iso(value.replace(microsecond=0))
    if isinstance(value, frozenset):
        return ", ".join(sorted(value)) or NOTHING_SHOWN
    return str(value) if value else NOTHING_SHOWN


def _groups(user: User, world: World) -> str:
    if isinstance(user.groups, Unknown):
        return UNKNOWN_SHOWN
    names = sorted(world.groups[group].name if group in world.groups else group for group in user.groups)
    return ", ".join(names) or NOTHING_SHOWN


def _apps(user: User, world: World) -> str:
    """The apps they use; with a question mark where there may be more."""
    known = sorted(app.name for app in world.snapshot.apps if world.uses(user, app.id))
    more = any(world.uses(user, app.id) is None for app in world.snapshot.apps)
    return ", ".join([*known, *([UNKNOWN_SHOWN] if more else [])]) or NOTHING_SHOWN


def _last_active(user: User, world: World) -> str:
    latest = world.latest_use(user, None)
    if latest.at is None:
        return "never" if latest.certain else UNKNOWN_SHOWN
    return f"{latest.at:%Y-%m-%d}" + ("" if latest.certain else UNKNOWN_SHOWN)


COLUMNS: Mapping[str, Column] = {
    **{name: _fact(name) for name in _FACTS},
    "last_active": _last_active,
    "groups": _groups,
    "apps": _apps,
}
"""What can be shown, by name."""


def ordered(users: Iterable[User], column: str, world: World, *, reverse: bool) -> list[User]:
    """People by a column: text without regard to case, ``never`` before every date; the unknown come last."""
    show = COLUMNS[column]

    def key(user: User) -> tuple[str, str]:
        shown = show(user, world)
        return ("" if shown == "never" else shown.casefold(), user.account_id)

    everybody = sorted(users, key=key, reverse=reverse)
    return sorted(everybody, key=lambda user: show(user, world) == UNKNOWN_SHOWN)
