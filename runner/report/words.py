"""The words that reports use: what a change does, how it ended, how many, when, how much."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from runner.model.outcome import FAILED, NOT_SENT
from runner.model.plan import Target

_VERBS = {
    "add_to_group": "add to",
    "remove_from_group": "remove from",
    "grant_role": "grant",
    "revoke_role": "revoke",
    "suspend": "suspend",
    "restore": "restore",
    "deactivate": "deactivate",
    "reactivate": "reactivate",
}

OUTCOMES = {
    "applied": "✅ done",
    "already": "✅ already so",
    "failed": "❌ failed",
    "unknown": "❓ unknown",
    "changed_since": "⚪ not done, changed since",
    "refused": "⛔ refused",
    "planned": "planned",
    "not_sent": "⚪ not sent",
    "not_tried": "⚪ not sent",
}

SKIPS = {
    "protected": "protected",
    "exempt": "exempt",
    "unknown": "with an unknown fact",
    "unmanaged": "not managed",
    "synced_account": "account owned by the identity provider",
    "shared_group": "group grants other apps too",
    "synced_group": "group owned by the identity provider",
    "no_seat": "without a free seat",
    "not_applicable": "not applicable",
    "already": "already so",
    "not_selected": "not selected this time",
    "covered": "covered by another task",
    "waiting": "waiting on a ladder",
    "held": "held, another task did the opposite",
    "changed_since": "changed since the plan",
}
"""Why people are left alone, so that a number can stand before it."""

DELIVERIES = {
    "sent": "✅ sent",
    "failed": "❌ failed",
    "unknown": "❓ unknown",
    "refused": "⛔ refused",
    "not_tried": "⚪ not sent",
}

ENDINGS = {
    "done": "✅ done",
    "refused": "⛔ refused",
    "partly": "❌ partly done",
    "failed": "❌ failed",
    "cancelled": "⏹ cancelled",
    "killed": "❓ killed",
}


def fate(status: str, detail: str) -> tuple[str, str]:
    """What became of a change, and what is known about it: what never left did not fail, as the journal has it."""
    held, _, why = detail.partition(": ")
    return (NOT_SENT, why) if status == FAILED and held == NOT_SENT else (status, detail)


def verb(name: str, target: Target | None) -> tuple[str, str]:
    """What a change does, as the words before its target's name, and that name (empty where there is none)."""
    words = _VERBS.get(name, name)
    if target is None:
        return words, ""
    if name in ("grant_role", "revoke_role"):
        return f"{words} {target.role or 'user'} on", target.name
    return words, target.name


def doing(name: str) -> str:
    """What changes with this verb do, without saying to what: ``remove from group``."""
    return name.replace("_", " ")


def count(number: int, one: str, many: str = "") -> str:
    """``1 change``, ``2 changes``, ``1,234 people``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def when(instant: datetime) -> str:
    """``2026-11-22 06:00 UTC``, to the minute."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def span(seconds: float) -> str:
    """A length of time in its two largest units: ``2 d 3 h``, ``17 min``."""
    minutes = int(seconds) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{number} {unit}" for number, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if number]
    return " ".join(parts[:2]) or "less than a minute"


def listing(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def money(cents: int, currency: str | None) -> str:
    """``EUR 1,234.50``."""
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    return f"{currency or ''} {sign}{cents // 100:,}.{cents % 100:02}".strip()
