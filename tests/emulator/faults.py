"""A scripted plan of faults: which requests are struck, and how. Nothing in it is random."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from tests.emulator.wire import Json, Request

# Kinds that put another reply in the place of the real one; with `effect="before"` the request is never carried out.
REPLACING = ("status", "html_200", "empty_200", "redirect", "invalid_json", "huge", "gzip_bomb", "reset", "close")
# Kinds that change how the real reply leaves.
DELIVERING = ("truncated", "drip", "delay", "skew", "gzip")
# Kinds that change what the real reply says.
SPOILING = (
    "drop_keys",
    "set_keys",
    "duplicate_user",
    "repeat_cursor",
    "page_missing",
    "last_page_early",
    "endless",
    "empty_page",
    "count_off",
    "next_host",
)
# Kinds that change the organization, or when its changes are seen.
WORLDLY = ("edit", "vanish", "lag")
KINDS = (*REPLACING, *DELIVERING, *SPOILING, *WORLDLY)


@dataclass(frozen=True, slots=True)
class Rule:
    """One fault. It strikes the `nth` request that matches, then each `every`-th, `times` times (0: for ever).

    `match` is a regular expression searched in `METHOD path?query`, `body` one searched in the body.
    `effect`: whether a replacing kind strikes `before` the request is carried out, or `after`, when its effect
    stands and only the reply is lost.

    What the kinds read: `status`: `status`, `shape` (`errors`, `proxy`, `gateway`, `key`, `html`, `empty`) with
    `patch` over it, and `retry` (a style of `limits.retry_headers`) with `seconds`; `redirect`: `status`, `url`;
    `huge`, `gzip_bomb`: `size` bytes when decoded; `drip`: one byte each `seconds`; `delay`, `skew` (of the `Date`
    header): `seconds`; `drop_keys`: `keys`, `set_keys`: `patch`, both for `accounts`, or for each `share`-th item,
    or for all; `duplicate_user`: an item of the page before once more, with `patch` over it; `count_off`: `by`;
    `endless`: the last of several pages names itself as the next one, under a new token each time; `next_host`:
    `url`; `edit`: `patch` (facts of our file) over the user `accounts[0]`; `vanish`: `accounts` leave the
    organization; `lag`: the write is not seen by the next `reads` reads.
    """

    kind: str
    match: str = ""
    body: str = ""
    nth: int = 1
    times: int = 1
    every: int = 1
    effect: str = "before"
    status: int = 503
    shape: str = "errors"
    retry: str = "none"
    seconds: float = 0.0
    url: str = "https://elsewhere.acme.example/admin"
    size: int = 200_000_000
    keys: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    share: int = 1
    patch: Mapping[str, Any] = field(default_factory=dict)
    by: int = 1
    reads: int = 1

    def __post_init__(self) -> None:
        """Refuse a rule that could never do what it says."""
        if self.kind not in KINDS:
            raise ValueError(f"no kind of fault {self.kind!r}; there are {', '.join(KINDS)}")
        if self.effect not in {"before", "after"} or min(self.nth, self.every, self.share) < 1 or self.times < 0:
            raise ValueError(f"a rule that cannot be: {self}")


def rules(given: Iterable[Json]) -> tuple[Rule, ...]:
    """Read rules from JSON; an unknown key is a ValueError."""
    names = {item.name for item in fields(Rule)}
    found = []
    for item in given:
        if unknown := set(item) - names:
            raise ValueError(f"no such key of a rule: {', '.join(sorted(unknown))}")
        given_lists: Json = {name: tuple(value) for name, value in item.items() if isinstance(value, list)}
        found.append(Rule(**{**item, **given_lists}))
    return tuple(found)


class Plan:
    """The rules in force, each with the number of requests that matched it so far."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        """Start with no request seen."""
        self._rules = [(rule, re.compile(rule.match), re.compile(rule.body)) for rule in rules]
        self._matched = [0] * len(self._rules)

    def strike(self, request: Request) -> list[Rule]:
        """The rules that strike this request; each that matches counts it."""
        struck = []
        for number, (rule, pattern, body) in enumerate(self._rules):
            if pattern.search(request.text) and body.search(request.body.decode("utf-8", "replace")):
                self._matched[number] += 1
                since = self._matched[number] - rule.nth
                turn, rest = divmod(since, rule.every)
                if since >= 0 and rest == 0 and (rule.times == 0 or turn < rule.times):
                    struck.append(rule)
        return struck
