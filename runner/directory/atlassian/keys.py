"""The organization's API keys: which may be ours, when they expire, and whether they may write.

A key is shown once and its list has no secrets, so nobody can tell ours from the others but by its name: keys are to be
called ``policy-runner`` and something (Atlassian facts, section 6).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from runner.directory.atlassian.http import Client
from runner.directory.atlassian.operations import API_KEYS, ORGANIZATIONS
from runner.errors import OtherSideError
from runner.model.canonical import parse_instant

OUR_NAME = "policy-runner"
SOON = timedelta(days=30)
NOT_SAID = frozenset({"key_refused", "forbidden", "not_found", "bad_request", "bad_answer", "unavailable"})
"""Answers of an organization that does not say what was asked, or not to this key: one goes on without knowing it. A
key that lacks a scope is met by a 401 as well as by a 403 (Atlassian facts, section 0); by then it has read others."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key by its name. ``expires`` and ``scoped`` are None where that is not said."""

    name: str
    expires: datetime | None
    scoped: bool | None


def fetch_keys(client: Client) -> tuple[ApiKey, ...] | None:
    """The keys that are in force; None where this key may not see them."""
    try:
        data = client.fetch(API_KEYS, {}).get("data")
    except OtherSideError as error:
        if error.reason in NOT_SAID:
            return None
        raise
    entries = data if isinstance(data, list) else []
    return tuple(_key(entry) for entry in entries if isinstance(entry, dict) and entry.get("status") != "revoked")


def _key(entry: dict[str, Any]) -> ApiKey:
    name, scopes = entry.get("name"), entry.get("scopes")
    try:
        expires = parse_instant(entry.get("expiresAt") or "")
    except (ValueError, TypeError, AttributeError, OverflowError):
        expires = None
    return ApiKey(name if isinstance(name, str) else "", expires, bool(scopes) if isinstance(scopes, list) else None)


def fetch_is_scoped(client: Client) -> bool | None:
    """Whether our key has scopes, and so cannot write: then the list of organizations is empty, though the one that it
    belongs to can be read (Atlassian facts, section 2.1). None where there is no list."""
    try:
        data = client.fetch(ORGANIZATIONS, {}).get("data")
    except OtherSideError as error:
        if error.reason in NOT_SAID:
            return None
        raise
    return not data if isinstance(data, list) else None


def ours_among(keys: Iterable[ApiKey], *, scoped: bool | None = None) -> tuple[ApiKey, ...]:
    """The keys that may be ours: of that kind, those of our name; else the only one there is; else nobody can tell."""
    found = [key for key in keys if scoped is None or key.scoped in (None, scoped)]
    named = [key for key in found if key.name.casefold().startswith(OUR_NAME)]
    return tuple(named or (found if len(found) == 1 else []))


def expiry_warnings(keys: Iterable[ApiKey], now: datetime) -> Iterator[str]:
    """What to say of keys of ours that expire within 30 days: afterwards nothing works any more."""
    for key in ours_among(keys):
        if key.expires is not None and key.expires - now <= SOON:
            days = max(0, (key.expires - now).days)
            yield f"the API key {key.name} expires on {key.expires:%Y-%m-%d}, in {days} days: make a new one in time"
