"""One way to write a value as bytes, so that equal things have equal hashes."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
"""One for all: `json.dumps` would make one for each of 100,000 people."""


def canonical_json(value: object) -> bytes:
    """Canonical JSON: keys sorted, no spaces, UTF-8 as it is. Readers replace lone surrogates."""
    return _ENCODER.encode(value).encode()


def digest(value: object) -> str:
    """``sha256:`` and the hex SHA-256 of the value's canonical JSON."""
    return "sha256:" + hashlib.sha256(canonical_json(value)).hexdigest()


def iso(instant: datetime) -> str:
    """An instant as ISO 8601 in UTC with ``Z``; microseconds only where there are any."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """An ISO 8601 time; without a zone it is UTC, a date alone is its midnight. Raises ValueError."""
    instant = datetime.fromisoformat(text)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
