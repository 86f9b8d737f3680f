"""Which tasks are due: planned times in the task's own time zone, and what ran since.

A time that daylight saving skips happens when the clock has gone on (02:30 becomes 03:30), one that it repeats happens
the first time only: each counts once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from runner.model.policy import Schedule, Task
from runner.policy.formats import YEARS
from runner.policy.occurrences import IN_REAL_TIME, occurrence_after, occurrence_before

_TICK = timedelta(microseconds=1)


def due(task: Task, now: datetime, last_run: datetime | None) -> datetime | None:
    """The planned time that makes a task due at ``now``, or None.

    That is the latest one, if it has passed since the task's last finished run and since the commit that added or
    enabled the task; with neither, any that has passed.
    """
    if not task.enabled:
        return None
    planned = latest_planned(task.schedule, now)
    since = [moment for moment in (last_run, task.enabled_since) if moment is not None]
    return planned if planned is not None and (not since or planned > max(since)) else None


def latest_planned(schedule: Schedule, now: datetime) -> datetime | None:
    """The latest planned time that is not after ``now``, in UTC, or None. ``now`` has a zone."""
    if now.year not in YEARS:
        return None
    zone = _clock(schedule)
    here = now.astimezone(zone).replace(tzinfo=None)
    best: datetime | None = None
    floor = here
    for moment in _backward(schedule, here + _shift(zone, here) + _TICK):
        if best is not None and moment < floor:
            break
        instant = _instant(moment, zone)
        if instant <= now and (best is None or instant > best):
            floor = moment - _shift(zone, moment)
            best = instant
    return best


def next_planned(schedule: Schedule, now: datetime) -> datetime | None:
    """The earliest planned time that is after ``now``, in UTC, or None. ``now`` has a zone."""
    if now.year not in YEARS:
        return None
    zone = _clock(schedule)
    here = now.astimezone(zone).replace(tzinfo=None)
    best: datetime | None = None
    ceiling = here
    for moment in _forward(schedule, here - _shift(zone, here) - _TICK):
        if best is not None and moment > ceiling:
            break
        instant = _instant(moment, zone)
        if instant > now and (best is None or instant < best):
            ceiling = moment + _shift(zone, moment)
            best = instant
    return best


def _backward(schedule: Schedule, moment: datetime) -> Iterator[datetime]:
    """Planned moments before this one, latest first, within bounds and outside pauses."""
    if schedule.end is not None:
        moment = min(moment, _midnight(schedule, schedule.end + timedelta(days=1)))
    while (found := occurrence_before(schedule, moment)) is not None:
        day = _day(schedule, found)
        if schedule.start is not None and day < schedule.start:
            return
        pause = _pause(schedule, day)
        if pause is None:
            yield found
        moment = found if pause is None else min(found, _midnight(schedule, pause[0]))


def _forward(schedule: Schedule, moment: datetime) -> Iterator[datetime]:
    """Planned moments after this one, earliest first, within bounds and outside pauses."""
    if schedule.start is not None:
        moment = max(moment, _midnight(schedule, schedule.start) - _TICK)
    while (found := occurrence_after(schedule, moment)) is not None and found.year in YEARS:
        day = _day(schedule, found)
        if schedule.end is not None and day > schedule.end:
            return
        pause = _pause(schedule, day)
        if pause is None:
            yield found
        after = found if pause is None else _midnight(schedule, pause[1] + timedelta(days=1)) - _TICK
        moment = max(found, after)


def _clock(schedule: Schedule) -> tzinfo:
    """The zone whose clock the schedule's moments are read from."""
    return UTC if schedule.kind in IN_REAL_TIME else ZoneInfo(schedule.timezone)


def _instant(moment: datetime, zone: tzinfo) -> datetime:
    return moment.replace(tzinfo=zone).astimezone(UTC)


def _shift(zone: tzinfo, moment: datetime) -> timedelta:
    """How much the clock is put forward or back about this moment: so far may moments be out of order in real time."""
    days = (moment + timedelta(days=days) for days in (-2, -1, 0, 1, 2))
    offsets = [offset for day in days if (offset := day.replace(tzinfo=zone).utcoffset()) is not None]
    return max(offsets) - min(offsets)


def _day(schedule: Schedule, moment: datetime) -> date:
    """The day of a moment where the task lives."""
    if schedule.kind not in IN_REAL_TIME:
        return moment.date()
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(schedule.timezone)).date()


def _midnight(schedule: Schedule, day: date) -> datetime:
    """The moment at which a day begins where the task lives."""
    if schedule.kind not in IN_REAL_TIME:
        return datetime.combine(day, time())
    return datetime.combine(day, time(), ZoneInfo(schedule.timezone)).astimezone(UTC).replace(tzinfo=None)


def _pause(schedule: Schedule, day: date) -> tuple[date, date] | None:
    return next((pause for pause in schedule.not_during if pause[0] <= day <= pause[1]), None)
