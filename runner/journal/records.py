"""Records: one canonical JSON object a line, each holding the hash of the one before.

The body of a record, what comes beside the six fields that all have, is plain JSON here; ``forms`` makes nouns of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from runner.model.canonical import canonical_json, digest

KINDS = ("started", "snapshot", "planned", "refused", "intent", "outcome", "notified", "finished")
_FRAME = ("seq", "at", "run", "kind", "prev", "hash")
_REMEMBERED = 10_000
"""Lines: some 20 MiB."""


class RecordError(ValueError):
    """A line that is no record; ``code`` is a short stable word."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Tip:
    """Where the chain ends: the last record of all."""

    run: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Record:
    """One record. ``seq`` counts from 1 in each run; ``prev`` is None only for the very first of all."""

    seq: int
    at: datetime
    run: str
    kind: str
    prev: str | None
    hash: str
    body: Mapping[str, Any]

    @property
    def tip(self) -> Tip:
        """The end of a chain that ends with this record."""
        return Tip(self.run, self.seq, self.hash)

    @property
    def line(self) -> bytes:
        """The line of ``journal.jsonl``, with its line feed."""
        return (
            canonical_json({**_framed(self.seq, self.at, self.run, self.kind, self.prev, self.body), "hash": self.hash})
            + b"\n"
        )


def sha256(data: bytes) -> str:
    """The hash of a file's bytes, written as digests are."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def wall_time(instant: datetime) -> str:
    """The wall clock as records write it: UTC with microseconds, always."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _framed(seq: int, at: datetime, run: str, kind: str, prev: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
    return {**body, "seq": seq, "at": wall_time(at), "run": run, "kind": kind, "prev": prev}


def build_record(before: Tip | None, at: datetime, run: str, kind: str, body: Mapping[str, Any]) -> Record:
    """The record of ``run`` that comes after ``before``, the end of the chain so far (None: there is none)."""
    seq = before.seq + 1 if before is not None and before.run == run else 1
    prev = before.hash if before is not None else None
    framed = _framed(seq, at, run, kind, prev, body)
    return Record(seq, at.astimezone(UTC), run, kind, prev, digest(framed), body)


@lru_cache(_REMEMBERED)
def parse_line(line: bytes) -> Record:
    """The record that a line (without its line feed) holds. Raises RecordError, also where the hash does not fit.

    A run reads the whole journal several times, and what the same bytes say does not change in between.
    """
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise RecordError("not_json", "the line is not JSON") from None
    if not isinstance(value, dict) or any(key not in value for key in _FRAME):
        raise RecordError("not_a_record", "the line is not a record")
    if not _is_canonical(value, line):
        raise RecordError("not_canonical", "the line is not canonical JSON")
    stated = value.pop("hash")
    if digest(value) != stated:
        raise RecordError("hash", "the record was changed: its hash does not fit")
    return _record(value, stated)


def _is_canonical(value: object, line: bytes) -> bool:
    try:
        return canonical_json(value) == line
    except (ValueError, RecursionError):  # NaN, a lone surrogate
        return False


def _record(value: dict[str, Any], stated: str) -> Record:
    seq, run, kind, prev = (value.pop(key) for key in ("seq", "run", "kind", "prev"))
    try:
        written = value.pop("at")
        at = datetime.fromisoformat(written).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise RecordError("not_a_record", "the record has no time") from None
    sound = type(seq) is int and isinstance(run, str) and kind in KINDS and isinstance(prev, str | None)
    if not sound or wall_time(at) != written:
        raise RecordError("not_a_record", "the record's seq, at, run, kind or prev is not what such a field holds")
    return Record(seq, at, run, kind, prev, stated, value)
