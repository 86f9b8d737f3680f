"""Lists that come page by page, read to their ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from runner.directory.atlassian.connection import DEFAULT_URL
from runner.directory.atlassian.http import Client
from runner.directory.atlassian.operations import WORKSPACES, Operation
from runner.directory.atlassian.trouble import Json
from runner.errors import OtherSideError

LARGEST_PAGE = 100
MOST_ENTRIES = 20_000
"""Entries of a list whose length nobody has counted."""
_MOST_EMPTY = 10
"""Pages in a row without an entry; each names a next one."""


def fetch_pages(
    client: Client,
    operation: Operation,
    ids: Mapping[str, str],
    asked: Mapping[str, Any],
    problems: list[str],
    *,
    most: int = MOST_ENTRIES,
) -> Iterator[list[Json]]:
    """The entries of each page; ``asked`` are filters, sent with every page (Atlassian facts, section 4).

    A cursor that comes twice ends the list and is noted in ``problems``; so does a list that goes on and on: one with
    more than ``most`` entries, or with empty pages only. Raises OtherSideError.
    """
    cursor: str | None = None
    seen: set[str] = set()
    entries = empty = 0
    while True:
        answer = _fetch_page(client, operation, ids, asked, cursor)
        page = _entries(answer, operation)
        yield page
        cursor = next_cursor(client, answer, operation)
        if cursor is None:
            return
        entries, empty = entries + len(page), 0 if page else empty + 1
        if cursor in seen:
            problems.append(f"a cursor came twice in {operation.template}")
            return
        if entries > most or empty > _MOST_EMPTY:
            problems.append(f"{operation.template} has no end: {entries} entries, and still a next page")
            return
        seen.add(cursor)


def most_of(count: int) -> int:
    """How many entries a list may have that the server counts so many of: pages that shift repeat some."""
    return 2 * count + LARGEST_PAGE


def _fetch_page(
    client: Client, operation: Operation, ids: Mapping[str, str], asked: Mapping[str, Any], cursor: str | None
) -> Json:
    page: dict[str, Any] = {"limit": LARGEST_PAGE, **asked}
    if cursor is not None:
        # Beside a cursor, workspaces accept nothing else (Atlassian facts, section 2.17).
        page = {"cursor": cursor} if operation is WORKSPACES else {**page, "cursor": cursor}
    if operation.method == "GET":
        return client.fetch(operation, ids, query=page)
    return client.fetch(operation, ids, body=page)


def _entries(answer: Json, operation: Operation) -> list[Json]:
    data = answer.get("data")
    if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
        raise OtherSideError("bad_answer", f"Atlassian's answer to {operation.template} has no list of entries")
    return data


def next_cursor(client: Client, answer: Json, operation: Operation) -> str | None:
    """The cursor of the next page. Version 2 gives a bare one; of a URL only its ``cursor`` is used, and only of a URL
    of the API's own (Atlassian facts, sections 2.2 and 2.17)."""
    links = answer.get("links")
    token = links.get("next") if isinstance(links, dict) else None
    if token is None or token == "":
        return None
    if not isinstance(token, str):
        raise _bad_link(operation)
    if "://" not in token:
        return token
    try:
        parts, ours = urlsplit(token), urlsplit(client.connection.url)
        cursors = parse_qs(parts.query).get("cursor", [])
        known = {(ours.scheme, ours.netloc), tuple(urlsplit(DEFAULT_URL)[:2])}
    except ValueError:
        raise _bad_link(operation) from None
    if (parts.scheme, parts.netloc) not in known or len(cursors) != 1:
        raise _bad_link(operation)
    return cursors[0]


def _bad_link(operation: Operation) -> OtherSideError:
    return OtherSideError(
        "bad_link",
        f"the link to the next page of {operation.template} leads elsewhere",
        hint="check ATLASSIAN_API_URL, and whether something between here and there answers in its place",
    )
