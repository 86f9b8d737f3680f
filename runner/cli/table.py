"""Tables that fit a terminal."""

from __future__ import annotations

from collections.abc import Sequence, Set

from runner.text import display_width, pad, shorten, terminal

_GAP = "  "
_LEAST = 6
"""Columns below which a cell says nothing."""


def render_table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int,
    firm: Set[int] = frozenset(),
    whole: Set[int] = frozenset(),
    spare: Set[int] = frozenset(),
) -> list[str]:
    """Lines no wider than ``width``, the head first. Cells are outside text; the widest columns give way first, those
    of the indexes ``firm`` last, and those of ``whole``, which people copy, never: then lines are wider. The last
    columns are left out if they are ``spare`` and the firm ones would have to give way to them."""
    shown = [[terminal(cell) for cell in row] for row in rows]
    needed = [max(map(display_width, column)) for column in zip(head, *shown, strict=True)]
    least = [need if index in firm | whole else min(need, _LEAST) for index, need in enumerate(needed)]
    while len(least) - 1 in spare and sum(least) + len(_GAP) * (len(least) - 1) > width:
        least.pop()
    if len(least) < len(head):
        return render_table(head[: len(least)], [row[: len(least)] for row in rows], width, firm, whole)
    room = width - len(_GAP) * (len(head) - 1)
    soft = [index for index in range(len(head)) if index not in firm | whole]
    rest = [index for index in range(len(head)) if index not in whole]
    widths = _fitting(_fitting(needed, soft, room), rest, room)
    return [_GAP.join(map(pad, map(shorten, row, widths), widths)).rstrip() for row in (head, *shown)]


def _fitting(needed: Sequence[int], cut: Sequence[int], room: int) -> list[int]:
    """The widths with the widest of the columns ``cut`` made narrower until all fit, or none can be any more."""
    widths = list(needed)
    ceiling = max((widths[index] for index in cut), default=0)
    while ceiling > _LEAST and sum(widths) > room:
        ceiling -= 1
        widths = [min(width, ceiling) if index in cut else width for index, width in enumerate(widths)]
    return widths
