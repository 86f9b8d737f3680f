"""Opaque cursors: each stands for a search whose result was fixed when its first page was asked for.

A cursor carries everything, so whatever else comes with it is discarded (Atlassian facts, section 4).
Walking 100,000 people costs one search and a thousand slices.
"""

from __future__ import annotations

import base64
import binascii
import itertools
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.emulator.wire import Problem, errors

_KEPT = 500


@dataclass(frozen=True, slots=True)
class Walk:
    """A search under way: what was asked, the result's keys in order, and the size of a page."""

    about: str
    asked: Any
    keys: Sequence[str]
    limit: int


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of a walk, with the tokens of itself and its neighbours (None: there is none)."""

    walk: Walk
    keys: Sequence[str]
    here: str
    after: str | None
    before: str | None


class Cursors:
    """The walks under way, the oldest forgotten first."""

    def __init__(self) -> None:
        """Start with none."""
        self._walks: OrderedDict[int, Walk] = OrderedDict()
        self._numbers = itertools.count(1)

    def start(self, walk: Walk) -> Page:
        """The first page of a new walk."""
        number = next(self._numbers)
        if len(walk.keys) > walk.limit:
            self._walks[number] = walk
            if len(self._walks) > _KEPT:
                self._walks.popitem(last=False)
        return _page(number, walk, 0)

    def resume(self, token: str, about: str, broken: Problem | None = None) -> Page:
        """The page a token stands for; a token that was never given out is refused (`broken`, or a 400)."""
        number, offset = self._read(token)
        walk = self._walks.get(number)
        if walk is None or walk.about != about or not 0 < offset < len(walk.keys) or offset % walk.limit:
            raise broken or errors(400, "ADMIN-400-1", "The page cursor is invalid")
        return _page(number, walk, offset)

    def beyond(self, token: str) -> str | None:
        """The token one page further on than `token` (None: there is no such page); faults lose pages with it."""
        number, offset = self._read(token)
        walk = self._walks.get(number)
        return None if walk is None else _token(number, walk, offset + walk.limit)

    def again(self, token: str) -> str:
        """Another token for the same page; faults make lists without an end with it."""
        number, offset = self._read(token)
        return base64.urlsafe_b64encode(b"%d.%d.%d" % (number, offset, next(self._numbers))).decode("ascii")

    @staticmethod
    def _read(token: str) -> tuple[int, int]:
        try:
            number, offset, *_ = base64.urlsafe_b64decode(token.encode("ascii")).split(b".")
            return int(number), int(offset)
        except (ValueError, binascii.Error):
            return 0, 0


def _page(number: int, walk: Walk, offset: int) -> Page:
    here = _token(number, walk, offset) or _written(number, 0)
    before = None if offset == 0 else _token(number, walk, offset - walk.limit)
    return Page(walk, walk.keys[offset : offset + walk.limit], here, _token(number, walk, offset + walk.limit), before)


def _token(number: int, walk: Walk, offset: int) -> str | None:
    return _written(number, offset) if 0 <= offset < len(walk.keys) else None


def _written(number: int, offset: int) -> str:
    return base64.urlsafe_b64encode(b"%d.%d" % (number, offset)).decode("ascii")


def links(page: Page) -> dict[str, str]:
    """The `links` of a v2 page: bare tokens, and only those that lead somewhere (Atlassian facts, section 2.2)."""
    named = {"self": page.here, "prev": page.before, "next": page.after}
    return {name: token for name, token in named.items() if token is not None}
