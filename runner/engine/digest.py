"""What identifies a change and a plan: the digest changes when, and only when, what would happen changes."""

from __future__ import annotations

from collections.abc import Iterable

from runner.model.canonical import digest
from runner.model.plan import Change


def changes_digest(changes: Iterable[Change]) -> str:
    """``sha256:`` and the SHA-256 of the canonical JSON of the sorted ``[account_id, verb, target id, before, after]``
    of the changes (Running it, "Plan"). The caller leaves blocked changes out."""
    rows = [[c.account_id, c.verb, c.target.id if c.target else None, c.before, c.after] for c in changes]
    return digest(sorted(rows))  # a verb always goes with one type of target and state, so rows compare


def change_id(account_id: str, verb: str, target: str | None, role: str | None, *, before: bool | str) -> str:
    """Sixteen hex digits that follow from what the change does, so that a change has one id in every plan."""
    return digest([account_id, verb, target, role, before])[7:23]
