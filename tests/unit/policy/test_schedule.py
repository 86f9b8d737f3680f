"""When a task is planned, and when it is due, against a schedule that is spelled out minute by minute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runner.model.duration import Duration
from runner.model.policy import Schedule, Task
from runner.model.problem import NOWHERE
from runner.policy.elements import Elements
from runner.policy.problems import Problems
from runner.policy.schedule import due, latest_planned, next_planned

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")
MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def planned_minute_by_minute(
    schedule: Schedule, fits: Callable[[datetime], bool], first: date, days: int
) -> list[datetime]:
    """Every planned instant of some days: each minute of the wall clock once, a repeated one the first time."""
    zone = ZoneInfo(schedule.timezone)
    found = set()
    for offset in range(days):
        day = first + timedelta(days=offset)
        paused = any(start <= day <= end for start, end in schedule.not_during)
        if paused or (schedule.start and day < schedule.start) or (schedule.end and day > schedule.end):
            continue
        for minute in range(24 * 60):
            local = datetime.combine(day, time()) + minute * MINUTE
            if fits(local):
                found.add(local.replace(tzinfo=zone).astimezone(UTC))
    return sorted(found)


def check_around(schedule: Schedule, fits: Callable[[datetime], bool], now: datetime) -> None:
    """Both functions agree with the spelled-out schedule wherever that one reaches."""
    planned = planned_minute_by_minute(schedule, fits, now.date() - timedelta(days=10), 21)
    past, future = [t for t in planned if t <= now], [t for t in planned if t > now]
    if past:
        assert latest_planned(schedule, now) == past[-1]
    if future:
        assert next_planned(schedule, now) == future[0]


moments = st.one_of(
    st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2027-12-31")),
    # Round the switches of the zones above.
    st.sampled_from(["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04"]).flatmap(
        lambda day: st.integers(-180, 36 * 60).map(lambda m: datetime.fromisoformat(day) + m * MINUTE)
    ),
).map(lambda moment: moment.replace(tzinfo=UTC))
times = st.tuples(st.sampled_from([0, 1, 2, 3, 6, 23]), st.sampled_from([0, 15, 30, 59]))
pauses = st.lists(
    st.tuples(st.integers(-5, 5), st.integers(0, 4)), max_size=2
)  # days from the moment, and how many more


def paused(now: datetime, drawn: list[tuple[int, int]]) -> tuple[tuple[date, date], ...]:
    """Pauses near a moment."""
    starts = [(now.date() + timedelta(days=start), length) for start, length in drawn]
    return tuple((start, start + timedelta(days=length)) for start, length in starts)


@settings(max_examples=60)
@given(moments, times, st.sampled_from(ZONES), pauses)
def test_daily_is_every_day_once_whatever_the_clock_does(
    now: datetime, clock: tuple[int, int], zone: str, drawn: list[tuple[int, int]]
) -> None:
    """A daily task is planned once a day, also when daylight saving skips or repeats its time."""
    schedule = Schedule("daily", at=clock, timezone=zone, not_during=paused(now, drawn))
    check_around(schedule, lambda local: (local.hour, local.minute) == clock, now)


@settings(max_examples=60)
@given(moments, times, st.sampled_from(ZONES), st.sets(st.integers(0, 6), min_size=1))
def test_weekly_is_on_its_days_only(now: datetime, clock: tuple[int, int], zone: str, days: set[int]) -> None:
    """A weekly task is planned on the days it names."""
    schedule = Schedule("weekly", at=clock, days=tuple(sorted(days)), timezone=zone)
    check_around(schedule, lambda local: (local.hour, local.minute) == clock and local.weekday() in days, now)


@settings(max_examples=60)
@given(moments, st.sampled_from(["*/7 * * * *", "30 * * * *", "0,30 2 * * *", "15 1-3 * * 0"]), st.sampled_from(ZONES))
@example(at("2026-03-29T01:20:00"), "0,30 2 * * *", "Europe/Berlin")
@example(at("2026-10-25T01:10:00"), "30 * * * *", "Europe/Berlin")
def test_cron_counts_a_skipped_or_repeated_time_once(now: datetime, line: str, zone: str) -> None:
    """A cron line is read on the wall clock: a skipped time comes when the clock went on, a repeated one comes once."""
    minute, hour, _, _, weekday = line.split()

    def fits(local: datetime) -> bool:
        minutes = range(0, 60, 7) if minute == "*/7" else [int(m) for m in minute.split(",")]
        hours = range(24) if hour == "*" else range(1, 4) if hour == "1-3" else [int(hour)]
        return local.minute in minutes and local.hour in hours and (weekday == "*" or local.weekday() == 6)

    check_around(Schedule("cron", cron=line, timezone=zone), fits, now)


@given(moments, st.integers(1, 31), st.sampled_from(ZONES))
def test_monthly_is_once_a_month_on_its_day_or_the_last(now: datetime, day: int, zone: str) -> None:
    """The 31st of a shorter month is its last day; next and latest are in neighbouring months."""
    schedule = Schedule("monthly", day=day, at=(12, 0), timezone=zone)
    last, following = latest_planned(schedule, now), next_planned(schedule, now)
    assert last is not None
    assert following is not None
    here, there = last.astimezone(ZoneInfo(zone)), following.astimezone(ZoneInfo(zone))
    assert (there.year * 12 + there.month) - (here.year * 12 + here.month) == 1
    for local in (here, there):
        assert local.day == day or (local.day < day and (local + timedelta(days=1)).day == 1)


def test_monthly_last() -> None:
    """``day: last`` is the month's last day, in February too."""
    schedule = Schedule("monthly", day=0, at=(6, 0))
    assert next_planned(schedule, at("2028-02-01T00:00:00")) == at("2028-02-29T06:00:00")
    assert latest_planned(schedule, at("2027-03-01T00:00:00")) == at("2027-02-28T06:00:00")


@given(
    moments, st.sampled_from(["1h", "6h", "36h", "3d", "2w", "1mo", "5mo", "1y", "99999y"]), st.sampled_from(ZONES),
    st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2027, 6, 30))),
)  # fmt: skip
def test_every_is_a_fixed_length_apart(now: datetime, length: str, zone: str, start: date | None) -> None:
    """Repetitions are counted in real time from midnight of ``from``: no clock change makes one longer or shorter."""
    every = Duration.parse(length)
    schedule = Schedule("every", every=every, timezone=zone, start=start)
    last, following = latest_planned(schedule, now), next_planned(schedule, now)
    if start is not None:
        anchor = datetime.combine(start, time(), ZoneInfo(zone)).astimezone(UTC)
        assert (last is None) == (now < anchor)
        assert following == anchor or last is not None
    assert last is None or last <= now
    assert following is None or following > now
    if last and following and every.unit in "hdw":
        hours = every.number * {"h": 1, "d": 24, "w": 168}[every.unit]
        assert following - last == timedelta(hours=hours)
        assert next_planned(schedule, last) == following


def test_once_is_once() -> None:
    """A time without a zone is read where the task lives; one with a zone is what it says."""
    local = Schedule("once", once=datetime.fromisoformat("2026-12-01 06:00"), timezone="Europe/Berlin")
    assert next_planned(local, at("2026-11-01T00:00:00")) == at("2026-12-01T05:00:00")
    assert latest_planned(local, at("2026-11-01T00:00:00")) is None
    assert latest_planned(local, at("2026-12-01T05:00:00")) == at("2026-12-01T05:00:00")
    assert next_planned(local, at("2026-12-01T05:00:00")) is None
    second_half_past_two = datetime.fromisoformat("2026-10-25T02:30:00+01:00")
    fixed = Schedule("once", once=second_half_past_two, timezone="Europe/Berlin")
    assert next_planned(fixed, at("2026-10-25T01:00:00")) == at("2026-10-25T01:30:00")


def test_manual_is_never_planned() -> None:
    """A manual task has no planned times."""
    now = at("2026-11-22T06:00:00")
    assert latest_planned(Schedule("manual"), now) is None
    assert next_planned(Schedule("manual"), now) is None


def test_bounds_are_days_of_the_task_and_both_count() -> None:
    """``from`` and ``until`` are days where the task lives, both with planned times."""
    schedule = Schedule("daily", at=(0, 0), timezone="Europe/Berlin", start=date(2026, 12, 1), end=date(2026, 12, 3))
    assert next_planned(schedule, at("2026-01-01T00:00:00")) == at("2026-11-30T23:00:00")
    assert latest_planned(schedule, at("2026-11-30T22:59:59")) is None
    assert latest_planned(schedule, at("2030-01-01T00:00:00")) == at("2026-12-02T23:00:00")
    assert next_planned(schedule, at("2026-12-02T23:00:00")) is None


@pytest.mark.parametrize("pause", [(date(1990, 1, 1), date(2090, 1, 1)), (date(2026, 1, 1), date(2026, 12, 31))])
def test_a_long_pause_of_a_frequent_task_is_jumped_over(pause: tuple[date, date]) -> None:
    """A pause of a century costs no walk through its 50 million minutes."""
    schedule = Schedule("cron", cron="* * * * *", not_during=(pause,))
    now = at("2026-11-22T06:00:00")
    assert next_planned(schedule, now) == datetime.combine(pause[1] + timedelta(days=1), time(), UTC)
    assert latest_planned(schedule, now) == datetime.combine(pause[0], time(), UTC) - MINUTE


def test_the_29th_of_february_and_a_day_that_never_comes() -> None:
    """A sparse line is found years away; one that never comes true ends the search."""
    sparse = Schedule("cron", cron="0 6 29 2 *")
    assert next_planned(sparse, at("2096-03-01T00:00:00")) == at("2104-02-29T06:00:00")
    assert latest_planned(sparse, at("2026-11-22T00:00:00")) == at("2024-02-29T06:00:00")
    fifth = Schedule("cron", cron="0 6 * 2 mon#5")
    assert next_planned(fifth, at("2026-11-22T00:00:00")) == at("2044-02-29T06:00:00")
    ended = Schedule("cron", cron="* * * * *", end=date(2000, 1, 1))
    assert next_planned(ended, at("2026-11-22T00:00:00")) is None
    assert latest_planned(ended, at("2026-11-22T00:00:00")) == at("2000-01-01T23:59:00")


# When it is due


def task(schedule: Schedule, *, enabled: bool = True, since: datetime | None = None) -> Task:
    """A task with nothing in it but its schedule."""
    condition = Elements(Problems()).condition({"status": "active"})
    return Task("t", "d", "o", condition, None, (), schedule, NOWHERE, enabled=enabled, enabled_since=since)


DAILY = Schedule("daily", at=(6, 0))


def test_a_task_that_never_ran_in_a_folder_without_history_is_due_at_once() -> None:
    """Any planned time that has passed makes it due."""
    assert due(task(DAILY), at("2026-11-22T05:00:00"), None) == at("2026-11-21T06:00:00")


def test_a_task_that_never_ran_waits_for_the_first_planned_time_after_its_commit() -> None:
    """A task merged at noon is not due for the morning."""
    merged = task(DAILY, since=at("2026-11-22T12:00:00"))
    assert due(merged, at("2026-11-22T13:00:00"), None) is None
    assert due(merged, at("2026-11-23T06:00:00"), None) == at("2026-11-23T06:00:00")


def test_a_task_paused_and_resumed_does_not_run_for_the_past() -> None:
    """Planned times between its last run and the commit that enabled it again are gone."""
    resumed = task(DAILY, since=at("2026-11-22T12:00:00"))
    assert due(resumed, at("2026-11-22T13:00:00"), at("2026-10-01T06:00:00")) is None
    assert due(task(DAILY, enabled=False), at("2026-11-22T13:00:00"), at("2026-10-01T06:00:00")) is None


def test_a_task_enabled_long_ago_goes_by_its_last_run() -> None:
    """Late and missed runs lead to one: the latest planned time counts, and only if nothing ran since."""
    old = task(DAILY, since=at("2026-01-01T00:00:00"))
    assert due(old, at("2026-11-22T09:00:00"), at("2026-11-18T06:10:00")) == at("2026-11-22T06:00:00")
    assert due(old, at("2026-11-22T09:00:00"), at("2026-11-22T06:00:00")) is None


@settings(max_examples=60)
@given(
    moments, st.sampled_from(ZONES), st.lists(st.integers(0, 40), min_size=1, max_size=40),
    st.sampled_from([
        DAILY, Schedule("every", every=Duration(6, "h")), Schedule("cron", cron="30 2 * * *"),
        Schedule("weekly", days=(0, 6), at=(2, 30)), Schedule("cron", cron="0 */4 * * *"),
    ]),
)  # fmt: skip
def test_late_missed_and_doubled_wake_ups_run_once_for_each_planned_time(
    start: datetime, zone: str, gaps: list[int], schedule: Schedule
) -> None:
    """However often CI wakes up, each planned time is run for at most once, and the newest one never goes unserved."""
    living = Schedule(
        schedule.kind, schedule.at, schedule.days, schedule.day, None, schedule.every, schedule.cron, zone
    )
    now, last_run, served = start, start, []
    for gap in gaps:
        now += timedelta(hours=gap)
        planned = due(task(living), now, last_run)
        if planned is not None:
            served.append(planned)
            last_run = now
            assert due(task(living), now, last_run) is None
        latest = latest_planned(living, now)
        assert latest is None or latest <= last_run
    assert served == sorted(set(served))
