"""The trend as Mermaid charts: changes a day, and the seats held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from runner.model.report import TrendPoint
from runner.text import mermaid

DAYS = 26
"""The latest days with a run that a chart shows; more labels would run into each other."""
# Mermaid's own colour for the first plot can hardly be seen on white.
_INK = '%%{init: {"themeVariables": {"xyChart": {"plotColorPalette": "#0969da"}}}}%%'


def charts(trend: Sequence[TrendPoint]) -> tuple[str, ...]:
    """The charts' sources without their fences; none before there are two days to compare."""
    days = _days(trend)[-DAYS:]
    if len(days) < 2:
        return ()
    labels = _labels([day for day, _, _ in days])
    found = [_chart("Changes made", "changes", labels, [changes for _, changes, _ in days], "bar")]
    held = [(label, seats) for label, (_, _, seats) in zip(labels, days, strict=True) if seats is not None]
    if len(held) > 1:
        found.append(_chart("Seats held", "seats", [h[0] for h in held], [h[1] for h in held], "line"))
    return tuple(found)


def _days(trend: Sequence[TrendPoint]) -> list[tuple[date, int, int | None]]:
    """One entry a day, since an axis cannot have a label twice: changes added up, seats as they were last."""
    found: dict[date, tuple[int, int | None]] = {}
    for point in trend:
        changes, held = found.get(point.day, (0, None))
        found[point.day] = (changes + point.changes, held if point.held is None else point.held)
    return [(day, *found[day]) for day in sorted(found)]


def _labels(days: Sequence[date]) -> list[str]:
    short = [f"{day:%m-%d}" for day in days]
    return short if len(set(short)) == len(short) else [day.isoformat() for day in days]


def _chart(title: str, axis: str, labels: Sequence[str], values: Sequence[int], kind: str) -> str:
    low = 0 if kind == "bar" else max(0, min(values) - max(1, (max(values) - min(values)) // 4))
    high = max(*values, low + 1)
    names = ", ".join(f'"{mermaid(label)}"' for label in labels)
    numbers = ", ".join(map(str, values))
    return (
        f'{_INK}\nxychart-beta\n    title "{mermaid(title)}"\n    x-axis [{names}]\n'
        f'    y-axis "{mermaid(axis)}" {low} --> {high}\n    {kind} [{numbers}]'
    )
