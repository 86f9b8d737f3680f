"""What goes over the wire: requests, replies, and the error bodies that Atlassian's gateways speak.

Three shapes of error exist beside each other (Atlassian facts, section 2): the list `errors[]`, the
proxy's `{"code", "message"}` and the gateway's `{"timestamp", "path", "status", ...}`. The user-management
API has a fourth of its own, `{"key", "context"}` (section 2.19).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came; `path` is still percent-encoded, header names are lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        """Method, path and query in one line: what fault rules and limits are matched against."""
        return f"{self.method} {self.path}" + (f"?{self.query}" if self.query else "")


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the bytes of a reply leave: whole, cut short, drop by drop, or not at all.

    `how` is one of `whole`, `truncated` (the length promises more than comes), `reset` (TCP reset instead
    of a reply), `close` (the connection ends without a byte), `drip` (`step` bytes, then `gap_s` seconds, ...),
    `padded` (a JSON object of `size` bytes, made while it is sent). `delay_s` passes before the first byte.
    """

    how: str = "whole"
    delay_s: float = 0.0
    step: int = 1
    gap_s: float = 0.0
    size: int = 0


@dataclass(slots=True)
class Reply:
    """One reply; `payload` is JSON still to be encoded, unless `body` already holds the bytes."""

    status: int = 204
    payload: object = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    delivery: Delivery = field(default_factory=Delivery)

    def content(self) -> bytes:
        """The bytes of the body; plain ASCII, so that a lone surrogate in a name cannot break it."""
        if self.body is not None:
            return self.body
        if self.payload is None:
            return b""
        return json.dumps(self.payload, separators=(",", ":")).encode("ascii")


class Problem(Exception):  # noqa: N818 - it is a reply on its way, not a failure of ours
    """A reply other than success, raised from wherever it became clear."""

    def __init__(self, status: int, payload: object) -> None:
        """Keep what to answer: an HTTP status and a JSON body (None: no body)."""
        super().__init__(f"{status}: {payload}")
        self.status = status
        self.payload = payload


def errors(status: int, code: str, *details: str) -> Problem:
    """Build the documented v2 shape, `{"errors": [{"id", "status", "code", "title", "detail"}]}`."""
    title = HTTPStatus(status).phrase
    listed = [
        {"id": f"{code}/{number}", "status": str(status), "code": code, "title": title, "detail": detail}
        for number, detail in enumerate(details or (title,), 1)
    ]
    return Problem(status, {"errors": listed})


def error(status: int, code: str, detail: str) -> Problem:
    """Build a single application error, which is how the workspaces operation declares its errors."""
    title = HTTPStatus(status).phrase
    return Problem(status, {"id": code, "status": str(status), "code": code, "title": title, "detail": detail})


def proxy(status: int, message: str) -> Problem:
    """Build the proxy's shape, `{"code", "message"}`."""
    return Problem(status, {"code": status, "message": message})


def gateway(status: int, message: str, path: str, at: str) -> Problem:
    """Build the gateway's shape (seen by third parties on 403; Atlassian facts, section 2)."""
    phrase = HTTPStatus(status).phrase
    body = {"timestamp": at, "path": path, "status": status, "error": phrase, "message": message, "requestId": "e-1"}
    return Problem(status, body)


def keyed(status: int, key: str, context: Json | None = None) -> Problem:
    """Build the user-management API's shape, `{"key", "context"}`."""
    return Problem(status, {"key": key} if context is None else {"key": key, "context": context})
