"""What the organization itself recorded: its audit events, and with which key each change was made.

The names of actions are not documented as a whole, so events are told apart by the ids that they name (Atlassian facts,
section 2.20).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from runner.directory.atlassian.http import Client
from runner.directory.atlassian.operations import EVENTS
from runner.errors import OtherSideError
from runner.model.canonical import parse_instant

LARGEST_PAGE = 500
_NOT_SAID = frozenset({"forbidden", "not_found", "key_refused"})
"""Answers of an organization that keeps no events, or to a key that may not read them."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its id, its time, the word for what happened, the ids that it names (people, groups, apps), and the id
    of the API key that it was done with (empty where a person did it)."""

    id: str
    at: datetime
    action: str
    about: frozenset[str]
    key: str


def fetch_events(client: Client, since: datetime, until: datetime) -> tuple[Event, ...] | None:
    """The events of a time, oldest first; None where they cannot be read with this key. Raises OtherSideError."""
    try:
        return tuple(_fetch_all(client, since, until))
    except OtherSideError as error:
        if error.reason in _NOT_SAID:
            return None
        raise


def _fetch_all(client: Client, since: datetime, until: datetime) -> Iterator[Event]:
    """The stream is read to its end: a page that is not full is the last."""
    times = {"from": int(since.timestamp() * 1000), "to": int(until.timestamp() * 1000)}
    asked: dict[str, Any] = {"limit": LARGEST_PAGE, "sortOrder": "asc", **times}
    seen: set[str] = set()
    while True:
        answer = client.fetch(EVENTS, {}, query=asked)
        entries, meta = answer.get("data"), answer.get("meta")
        if not isinstance(entries, list):
            raise OtherSideError("bad_answer", "Atlassian's answer to events-stream has no list of entries")
        yield from filter(None, map(_event, entries))
        cursor = meta.get("next") if isinstance(meta, dict) else None
        if len(entries) < LARGEST_PAGE or not isinstance(cursor, str) or cursor in seen:
            return
        seen.add(cursor)
        asked["cursor"] = cursor


def _event(entry: object) -> Event | None:
    """An entry as an event; None for one that does not say when and about whom it is."""
    found = entry.get("attributes") if isinstance(entry, Mapping) else None
    if not isinstance(entry, Mapping) or not isinstance(found, Mapping):
        return None
    try:
        at = parse_instant(str(found.get("time", "")))
    except (ValueError, OverflowError):
        return None
    context = found.get("context")
    parts = [part for part in context if isinstance(part, Mapping)] if isinstance(context, list) else []
    about = frozenset(str(part["id"]) for part in parts if isinstance(part.get("id"), str))
    return Event(str(entry.get("id", "")), at, str(found.get("action", "")), about, _key(found.get("actor")))


def _key(actor: object) -> str:
    auth = actor.get("auth") if isinstance(actor, Mapping) else None
    key = auth.get("tokenId") if isinstance(auth, Mapping) else None
    return key if isinstance(key, str) else ""
