"""The planned times of a schedule on an undisturbed clock: the one before, and the one after, a moment.

Moments are times without a zone. ``daily``, ``weekly``, ``monthly`` and ``cron`` are of the wall clock where the task
lives; ``once`` and ``every`` are points in real time and their moments are UTC. Zones, pauses and bounds are for
``schedule`` to add.
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from runner.model.duration import Duration
from runner.model.policy import Schedule

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  a moment has no zone
NEVER = datetime.max  # noqa: DTZ901  later than anything that can be planned
IN_REAL_TIME = ("once", "every")
_LENGTH = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_TWO_MONTHS = 63
"""Days in which every week and month has a planned day."""


def occurrence_before(schedule: Schedule, moment: datetime) -> datetime | None:
    """The latest planned moment that is strictly before this one, or None."""
    if schedule.kind == "once":
        return once if (once := _once(schedule)) < moment else None
    if schedule.kind == "every":
        return _repetition(schedule, moment, last_before=True)
    if schedule.kind == "cron":
        return next(CronSim(schedule.cron, moment, reverse=True), None)
    days = (moment.date() - timedelta(days=back) for back in range(_TWO_MONTHS))
    times = (datetime.combine(day, time(*schedule.at)) for day in days if _falls_on(schedule, day))
    return next((found for found in times if found < moment), None)


def occurrence_after(schedule: Schedule, moment: datetime) -> datetime | None:
    """The earliest planned moment that is strictly after this one, or None."""
    if schedule.kind == "once":
        return once if (once := _once(schedule)) > moment else None
    if schedule.kind == "every":
        return _repetition(schedule, moment, last_before=False)
    if schedule.kind == "cron":
        return next(CronSim(schedule.cron, moment), None)
    days = (moment.date() + timedelta(days=ahead) for ahead in range(_TWO_MONTHS))
    times = (datetime.combine(day, time(*schedule.at)) for day in days if _falls_on(schedule, day))
    return next((found for found in times if found > moment), None)


def _falls_on(schedule: Schedule, day: date) -> bool:
    """Whether a task that is planned by the day is planned on this one; on none if it is ``manual``."""
    if schedule.kind == "weekly":
        return day.weekday() in schedule.days
    if schedule.kind == "monthly":
        last = calendar.monthrange(day.year, day.month)[1]
        return day.day == min(schedule.day or last, last)
    return schedule.kind == "daily"


def _once(schedule: Schedule) -> datetime:
    assert schedule.once is not None
    written = schedule.once
    instant = written if written.tzinfo else written.replace(tzinfo=ZoneInfo(schedule.timezone))
    return instant.astimezone(UTC).replace(tzinfo=None)


def _repetition(schedule: Schedule, moment: datetime, *, last_before: bool) -> datetime | None:
    """Repetitions are counted from midnight of ``from``, or else of 1 January 1970 UTC; none is before that."""
    assert schedule.every is not None
    anchor = EPOCH
    if schedule.start is not None:
        midnight = datetime.combine(schedule.start, time(), ZoneInfo(schedule.timezone))
        anchor = midnight.astimezone(UTC).replace(tzinfo=None)
    index = max(0, int((moment - anchor) / _about(schedule.every)))
    while index > 0 and _nth(anchor, schedule.every, index) >= moment:
        index -= 1
    while _nth(anchor, schedule.every, index + 1) < moment:
        index += 1
    if last_before:
        found = _nth(anchor, schedule.every, index)
        return found if found < moment else None
    while (found := _nth(anchor, schedule.every, index)) <= moment:
        index += 1
    return found if found < NEVER else None


def _about(every: Duration) -> timedelta:
    """Roughly how long one repetition takes: a first guess that counting corrects."""
    return every.number * _LENGTH.get(every.unit, timedelta(days=365.2425 if every.unit == "y" else 30.436875))


def _nth(anchor: datetime, every: Duration, index: int) -> datetime:
    """The repetition of this number; what would lie beyond the calendar is at its end."""
    try:
        if every.unit in _LENGTH:
            return anchor + index * every.number * _LENGTH[every.unit]
        months = anchor.year * 12 + anchor.month - 1 + index * every.number * (12 if every.unit == "y" else 1)
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return anchor.replace(year=year, month=month + 1, day=min(anchor.day, last))
    except (OverflowError, ValueError, calendar.IllegalMonthError):
        return NEVER
