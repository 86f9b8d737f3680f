"""From the checked ``schedule`` of a task to a Schedule."""

from __future__ import annotations

from datetime import date, datetime

from runner.catalog import as_tuple
from runner.model.duration import Duration
from runner.model.policy import Schedule
from runner.policy.problems import Problems
from runner.policy.schema_tasks import KINDS, WEEKDAYS
from runner.policy.values import Placed


def build_schedule(values: Placed, problems: Problems) -> Schedule:
    """The schedule of a task; days that end before they begin go to ``problems``."""
    kind = next(kind for kind in KINDS if kind in values)
    inner = values[kind] if isinstance(values[kind], dict) else {}
    day = inner.get("day", 0)
    return Schedule(
        kind=kind,
        at=_time(inner.get("at", "00:00")),
        days=tuple(sorted({WEEKDAYS.index(name) for name in as_tuple(inner.get("days", []))})),
        day=0 if day == "last" else day,
        once=datetime.fromisoformat(values["once"]) if kind == "once" else None,
        every=Duration.parse(values["every"]) if kind == "every" else None,
        cron=" ".join(values["cron"].split()) if kind == "cron" else "",
        timezone=values.get("timezone", "UTC"),
        start=_day(values.get("from")),
        end=_day(values.get("until")),
        not_during=_pauses(values, problems),
    )


def _pauses(values: Placed, problems: Problems) -> tuple[tuple[date, date], ...]:
    _check_order(values, "from", "until", problems)
    pauses: list[Placed] = values.get("not_during", [])
    for pause in pauses:
        _check_order(pause, "from", "to", problems)
    return tuple((date.fromisoformat(pause["from"]), date.fromisoformat(pause["to"])) for pause in pauses)


def _check_order(values: Placed, first: str, last: str, problems: Problems) -> None:
    if first in values and last in values and values[last] < values[first]:
        message = f"{values[last]} is before {values[first]}"
        problems.error(values.at(last), "order", message, f"`{last}` is the last day, `{first}` the first")


def _time(text: str) -> tuple[int, int]:
    hour, minute = text.split(":")
    return int(hour), int(minute)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
