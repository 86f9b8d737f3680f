"""A snapshot without names, kept beside the journal: what pull requests are compared on where no key is in reach."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta

from runner.journal.mask import Mask
from runner.journal.store import Store
from runner.model.canonical import parse_instant
from runner.model.people import Snapshot, User

RECORDED = "snapshots/latest.json"
"""Where it lies, in the journal's folder or on the audit branch."""
FRESH = timedelta(hours=20)
"""How old it may become before it is recorded again: it is read anew about once a day."""
_WORD = re.compile(r"[^\s,;:\"'\[\]{}()<>]+")


def words_said(texts: Iterable[str]) -> frozenset[str]:
    """What stands in the policies, word by word and case folded: an address that is among it is no secret."""
    return frozenset(word.casefold() for text in texts for word in _WORD.findall(text))


def without_names(snapshot: Snapshot, mask: Mask, said: AbstractSet[str]) -> Snapshot:
    """The snapshot with pseudonyms for names, addresses and account ids.

    The domain of an address is kept, because policies are about domains; so are the addresses and account ids that are
    ``said`` in the policies, without which nobody there would be protected or exempt.
    """
    hiding = mask.knowing(snapshot.users)
    ids = {user.account_id: _id_of(user.account_id, hiding, said) for user in snapshot.users}
    return replace(
        snapshot,
        users=tuple(sorted((_hidden(u, ids[u.account_id], said) for u in snapshot.users), key=lambda u: u.account_id)),
        direct_use={
            app: frozenset(ids.get(a, hiding.account(a)) for a in who) for app, who in snapshot.direct_use.items()
        },
        key_owner=None if snapshot.key_owner is None else _id_of(snapshot.key_owner, hiding, said),
        problems=tuple(hiding.text(text) for text in snapshot.problems),
        warnings=tuple(hiding.text(text) for text in snapshot.warnings),
    )


def _id_of(account_id: str, mask: Mask, said: AbstractSet[str]) -> str:
    return account_id if account_id.casefold() in said else mask.account(account_id)


def _hidden(user: User, account_id: str, said: AbstractSet[str]) -> User:
    email = user.email
    if isinstance(email, str) and email.casefold() not in said:
        email = f"{account_id}@{email.rpartition('@')[2]}"
    return replace(
        user, account_id=account_id, email=email, name=account_id if isinstance(user.name, str) else user.name
    )


def read_is_fresh(store: Store, now: datetime) -> bool:
    """Whether what is kept was recorded less than FRESH ago. Raises OtherSideError ``audit_store``."""
    kept = store.read_file(RECORDED)
    if kept is None:
        return False
    try:
        return now - parse_instant(json.loads(kept)["taken_at"]) < FRESH
    except (ValueError, KeyError, TypeError, OverflowError):
        return False  # whatever it is, a new one is better
