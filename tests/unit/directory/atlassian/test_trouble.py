"""Error bodies in all their shapes, as one short line without the key."""

from __future__ import annotations

import json

import pytest

from runner.directory.atlassian.transport import Answer
from runner.directory.atlassian.trouble import object_of, refusal, said

KEY = "secret-key"


def answer(body: object, status: int = 400) -> Answer:
    """An answer with this JSON."""
    return Answer(status, {}, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"errors": [{"id": "1", "status": "403", "code": "ADMIN-403-3", "title": "Forbidden", "detail": "No."}]},
         "ADMIN-403-3 Forbidden No."),
        ({"code": 401, "message": "Unauthorized"}, "401 Unauthorized"),
        ({"timestamp": "t", "path": "/x", "status": 403, "error": "Forbidden", "message": "Not you", "requestId": "r"},
         "Forbidden Not you"),
        ({"key": "forbidden.action", "context": {"allowed": False, "reason": {"key": "externalDirectory.scim"}}},
         "forbidden.action externalDirectory.scim"),
        ({"key": "conflict.lifecycleErrors", "context": {"message": "m", "errorCodes": [{"code": "c"}]}},
         "conflict.lifecycleErrors m c"),
        ({"id": "1", "code": "ADMIN-400-4", "title": "Bad Request", "detail": "cursor"},
         "ADMIN-400-4 Bad Request cursor"),
        ({"errors": ["text", {"code": None, "detail": ["x"]}], "message": "not looked at"}, ""),
        ({"context": {"errorCodes": "none"}}, ""),
        ([], ""),
    ],
)  # fmt: skip
def test_each_shape_says_its_code_and_text(body: object, words: str) -> None:
    """Three shapes of the admin API, one of the lifecycle API, one of workspaces; the rest says nothing."""
    assert said(answer(body), KEY) == words


def test_a_key_that_comes_back_is_not_shown() -> None:
    """Some servers repeat what they were sent."""
    assert said(answer({"message": f"bad token {KEY}!"}), KEY) == "bad token [key]!"
    assert KEY not in refusal(answer({"message": KEY}, 401), KEY, "GET /x").message


def test_hostile_text_is_one_short_visible_line() -> None:
    """Controls are escaped, and nobody's log is flooded."""
    text = said(answer({"message": "a\n::error::b\x1b[2J" + "x" * 1000}), KEY)
    assert text.startswith("a\\n::error::b\\u001b[2J")
    assert len(text) <= 200


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"null", b'{"a": NaN}', b"[" * 100_000, b"\xff", b'"text"'])
def test_only_objects_count(body: bytes) -> None:
    """Anything but a JSON object is no answer."""
    assert object_of(Answer(200, {}, body)) is None


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "bad_request"), (401, "key_refused"), (403, "forbidden"), (404, "not_found"), (418, "bad_request"),
        (429, "rate_limited"), (500, "unavailable"), (503, "unavailable"), (302, "redirected"),
    ],
)  # fmt: skip
def test_each_status_has_its_reason_and_a_hint(status: int, reason: str) -> None:
    """Words that machines can rely on."""
    error = refusal(answer({}, status), KEY, "GET /x")
    assert (error.reason, error.exit_code, bool(error.hint)) == (reason, 4, True)
