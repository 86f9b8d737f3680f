"""What an answer that is no success says, in its several shapes, as one short line without the key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from runner.directory.atlassian.transport import Answer
from runner.errors import OtherSideError
from runner.text import shorten, terminal

Json = dict[str, Any]

_REASONS = {
    400: ("bad_request", "", "this may be a defect of the runner, or a change of the API: please report it"),
    401: ("key_refused", "the API key is refused", "is ATLASSIAN_API_KEY of this organization, and not expired?"),
    403: ("forbidden", "the API key may not do this", "use an organization API key; writes need one without scopes"),
    404: ("not_found", "there is no such thing in this organization", "check ATLASSIAN_ORG_ID and the directory's id"),
    408: ("unavailable", "", "run again later"),
    429: ("rate_limited", "the API's rate limit is used up", "run again later; someone else may be using the limit"),
}  # fmt: skip


def object_of(answer: Answer) -> Json | None:
    """The JSON object that the answer holds, None for anything else."""
    try:
        data = json.loads(answer.body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def said(answer: Answer, key: str) -> str:
    """The code and text of an error body, at most 200 columns; three shapes of the admin API, one of the lifecycle API,
    and one of workspaces (Atlassian facts, sections 2 and 2.19). Anything else says nothing."""
    data = object_of(answer)
    words = list(_words(data)) if data else []
    text = " ".join(word for word in words if word).replace(key, "[key]")
    return shorten(terminal(text), 200)


def _words(data: Mapping[str, Any]) -> Iterator[str]:
    entries = data.get("errors")
    for entry in entries if isinstance(entries, list) else [data]:
        if isinstance(entry, dict):
            yield from _texts(entry, ("code", "key", "title", "detail", "error", "message"))
            yield from _context(entry.get("context"))


def _context(context: object) -> Iterator[str]:
    if not isinstance(context, dict):
        return
    yield from _texts(context, ("message",))
    reason, codes = context.get("reason"), context.get("errorCodes")
    if isinstance(reason, dict):
        yield from _texts(reason, ("key",))
    for code in codes if isinstance(codes, list) else ():
        if isinstance(code, dict):
            yield from _texts(code, ("code",))


def _texts(record: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[str]:
    for key in keys:
        value = record.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool):
            yield str(value)


def refusal(answer: Answer, key: str, what: str) -> OtherSideError:
    """The error for an answer that is no success; ``what`` names the operation."""
    status = answer.status
    reason, meaning, hint = _REASONS.get(status, ("", "", "run again later"))
    if 300 <= status < 400:
        reason, meaning, hint = "redirected", "redirects are never followed", "check ATLASSIAN_API_URL"
    elif not reason:
        reason = "unavailable" if status >= 500 else "bad_request"
    detail = ": ".join(part for part in (meaning, said(answer, key)) if part)
    return OtherSideError(reason, f"Atlassian answered {status} to {what}{': ' if detail else ''}{detail}", hint=hint)
