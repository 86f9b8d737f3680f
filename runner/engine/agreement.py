"""Does a directory still say what a run made of it? Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from runner.engine.draft import present
from runner.engine.undo import wish_of
from runner.model.history import PastChange
from runner.model.people import User
from runner.model.unknown import Unknown


def disagreements(made: Iterable[PastChange], users: Iterable[User]) -> Iterator[tuple[PastChange, bool | str]]:
    """The changes (oldest first) of which the directory says something else now, with what it says.

    The last change of one aspect of a person counts. Who left the directory, and what is not known of the others,
    contradicts nothing.
    """
    people = {user.account_id: user for user in users}
    last = {(c.account_id, wish_of(c, value=c.after).aspect): c for c in made if c.account_id in people}
    for change in last.values():
        now = present(people[change.account_id], wish_of(change, value=change.after))
        if not isinstance(now, Unknown) and now != change.after:
            yield change, now
