"""What a fault does to a reply: another in its place, or the real one with something wrong in it."""

from __future__ import annotations

import copy
import gzip
import zlib
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from tests.emulator.faults import Rule
from tests.emulator.limits import retry_headers
from tests.emulator.paging import Cursors
from tests.emulator.wire import Delivery, Json, Reply, Request, errors, gateway, keyed, proxy

_PAGE = b"<!doctype html><title>Atlassian</title><h1>We are down for maintenance</h1>"


def replaced(rule: Rule, request: Request, now: datetime) -> Reply:
    """The reply that a rule of a replacing kind sends instead of the real one."""
    html = {"Content-Type": "text/html; charset=utf-8"}
    if rule.kind == "status":
        return _status(rule, request, now)
    if rule.kind == "redirect":
        return Reply(302 if rule.status == 503 else rule.status, None, {"Location": rule.url})
    if rule.kind == "gzip_bomb":
        return Reply(200, body=_bomb(rule.size), headers={"Content-Encoding": "gzip"})
    if rule.kind in {"reset", "close"}:
        return Reply(0, None, delivery=Delivery(rule.kind))
    if rule.kind == "huge":
        return Reply(200, None, delivery=Delivery("padded", size=rule.size))
    bodies: dict[str, tuple[bytes, dict[str, str]]] = {
        "html_200": (_PAGE, html),
        "empty_200": (b"", {}),
        "invalid_json": (b'{"data": [{"accountId": "u-', {}),
    }
    body, headers = bodies[rule.kind]
    return Reply(200, None, headers, body)


def _status(rule: Rule, request: Request, now: datetime) -> Reply:
    headers = retry_headers(rule.retry, now, now + timedelta(seconds=rule.seconds))
    if rule.shape == "html":
        return Reply(rule.status, None, {**headers, "Content-Type": "text/html"}, _PAGE)
    if rule.shape == "empty":
        return Reply(rule.status, None, headers)
    message = "A fault of the plan"
    problem = {
        "errors": lambda: errors(rule.status, f"ADMIN-{rule.status}-1", message),
        "proxy": lambda: proxy(rule.status, message),
        "gateway": lambda: gateway(rule.status, message, request.path, now.isoformat()),
        "key": lambda: keyed(rule.status, "forbidden"),
    }[rule.shape]()
    payload = {**problem.payload, **rule.patch} if isinstance(problem.payload, dict) else problem.payload
    return Reply(rule.status, payload, headers)


@lru_cache(maxsize=2)
def _bomb(size: int) -> bytes:
    """`size` blanks, gzipped: about a thousandth of that on the wire."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b" " * 1_000_000
    parts = [packer.compress(block[: min(len(block), size - start)]) for start in range(0, size, len(block))]
    return b"".join([*parts, packer.flush()])


def delivered(rule: Rule, reply: Reply) -> Reply:
    """The reply with another way of leaving."""
    if rule.kind == "truncated":
        reply.delivery = Delivery("truncated")
    elif rule.kind == "drip":
        reply.delivery = Delivery("drip", gap_s=rule.seconds)
    elif rule.kind == "delay":
        reply.delivery = replace(reply.delivery, delay_s=rule.seconds)
    elif rule.kind == "gzip":
        reply.body = gzip.compress(reply.content())
        reply.headers["Content-Encoding"] = "gzip"
    return reply


class Spoiler:
    """Changes what replies say; it remembers the last item of the page before, to repeat it."""

    def __init__(self, cursors: Cursors) -> None:
        """Start with no page seen."""
        self._cursors = cursors
        self._last: Json | None = None

    def spoil(self, rules: list[Rule], request_cursor: str | None, payload: object) -> object:
        """The payload as the rules leave it; replies that are no JSON object pass."""
        if not isinstance(payload, dict):
            return payload
        before = self._last
        items = payload.get("data")
        if isinstance(items, list) and items and isinstance(items[-1], dict) and "accountId" in items[-1]:
            self._last = items[-1]
        for rule in rules:
            if rule.kind in {"drop_keys", "set_keys"}:
                _change_items(rule, payload)
            elif rule.kind == "duplicate_user" and before is not None and isinstance(items, list):
                items.insert(0, {**copy.deepcopy(before), **rule.patch})
            elif rule.kind == "count_off" and isinstance(payload.get("count"), int):
                payload["count"] += rule.by
            else:
                self._change_links(rule, payload, request_cursor)
        return payload

    def _change_links(self, rule: Rule, payload: Json, request_cursor: str | None) -> None:
        links = payload.get("links")
        if not isinstance(links, dict):
            return
        if rule.kind == "repeat_cursor" and request_cursor is not None:
            links["next"] = request_cursor
        elif rule.kind == "page_missing" and "next" in links:
            beyond = self._cursors.beyond(links.pop("next"))
            if beyond is not None:
                links["next"] = beyond
        elif rule.kind == "endless" and "next" not in links and "prev" in links:
            links["next"] = self._cursors.again(links["self"])
        elif rule.kind == "last_page_early":
            links.pop("next", None)
        elif rule.kind == "empty_page":
            payload["data"] = []
        elif rule.kind == "next_host" and "next" in links:
            links["next"] = f"{rule.url}?cursor={links['next']}"


def _change_items(rule: Rule, payload: Json) -> None:
    data = payload.get("data")
    items = data if isinstance(data, list) else [data if isinstance(data, dict) else payload]
    for number, item in enumerate(items):
        if rule.accounts and item.get("accountId") not in rule.accounts:
            continue
        if number % rule.share == 0:
            for name in rule.keys:
                item.pop(name, None)
            item.update(copy.deepcopy(dict(rule.patch)))
