"""Conditions about time: when somebody joined, when they used something, what day it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from runner.model.unknown import Truth
from tests.unit.filters.made import ABSENT, NOW, ask, explained

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


def at(time: datetime) -> str:
    """The time as a directory file has it."""
    return time.isoformat()


@pytest.mark.parametrize(
    ("age", "over", "within"),
    [
        (90 * DAY, True, False),
        (90 * DAY - TICK, False, True),
        (90 * DAY + TICK, True, False),
        (timedelta(0), False, True),
        (-TICK, None, None),
    ],
)
def test_at_least_includes_the_exact_instant_and_less_than_does_not(age: timedelta, over: Truth, within: Truth) -> None:
    """Exactly 90 days ago is at least 90 days ago, and not within 90 days; a time to come is unknown."""
    time = at(NOW - age)
    assert ask("added: {over: 90d}", added=time) is over
    assert ask("added: {within: 90d}", added=time) is within
    assert ask("inactive: {for: 90d}", last_active={"jira": time}) is over
    assert ask("active: {within: 90d}", last_active={"jira": time}) is within


@pytest.mark.parametrize(
    ("now", "length", "edge"),
    [
        ("2026-03-31T12:00:00Z", "1mo", "2026-02-28T12:00:00Z"),
        ("2024-03-31T12:00:00Z", "1mo", "2024-02-29T12:00:00Z"),
        ("2024-02-29T00:00:00Z", "1y", "2023-02-28T00:00:00Z"),
        ("2024-02-29T00:00:00Z", "4y", "2020-02-29T00:00:00Z"),
        ("2026-01-15T00:00:00Z", "13mo", "2024-12-15T00:00:00Z"),
        ("2026-11-22T06:00:00Z", "36h", "2026-11-20T18:00:00Z"),
        ("2026-11-22T06:00:00Z", "6w", "2026-10-11T06:00:00Z"),
    ],
)
def test_months_and_years_go_by_the_calendar(now: str, length: str, edge: str) -> None:
    """They are taken off in UTC and end on the month's last day at the latest."""
    moment, limit = datetime.fromisoformat(now), datetime.fromisoformat(edge)
    condition = f"added: {{over: {length}}}"
    assert ask(condition, now=moment, added=at(limit)) is True
    assert ask(condition, now=moment, added=at(limit + TICK)) is False


@pytest.mark.parametrize(
    ("added", "expected"),
    [("2026-10-01", True), ("2026-08-25", True), ("2026-11-10", False), ("2026-08-24T06:00:00Z", False)],
)
def test_both_ends_of_added_hold(added: str, expected: Truth) -> None:
    """At least 30 days ago and less than 90; a date alone is its midnight."""
    assert ask("added: {over: 30d, within: 90d}", added=added) is expected


OLD, RECENT = "2026-05-01T00:00:00Z", "2026-11-21T00:00:00Z"


@pytest.mark.parametrize(
    ("condition", "last_active", "expected"),
    [
        ("inactive: {for: 90d}", {"jira": OLD}, True),
        ("inactive: {for: 90d}", {"jira": OLD, "conf": RECENT}, False),
        ("inactive: {for: 90d}", {"jira": OLD, "an-app-that-is-gone": RECENT}, False),
        ("inactive: {for: 90d}", {"jira": None, "conf": RECENT}, False),
        ("inactive: {for: 90d}", {"jira": None, "conf": OLD}, None),
        ("inactive: {for: 90d}", {"jira": "2027-01-01"}, None),
        ("inactive: {for: 90d}", {"jira": "soon"}, None),
        ("inactive: {for: 90d}", None, None),
        ("inactive: {for: 90d}", ABSENT, None),
        ("inactive: {for: 90d, app: jira-software}", {"jira": OLD, "conf": RECENT}, True),
        ("inactive: {for: 90d, app: jira-software}", {"jira": OLD, "jira-b": RECENT}, False),
        ("inactive: {for: 90d, app: jira-software@acme}", {"jira": OLD, "jira-b": RECENT}, True),
        ("inactive: {for: 90d, app: [jira-software, confluence]}", {"jira": OLD, "conf": RECENT}, False),
        ("inactive: {for: 90d, app: [jira-software, confluence]}", {"jira": OLD}, True),
        ("inactive: {for: 90d, app: jira-software}", {"jira": OLD, "conf": None}, True),
        ("inactive: {for: 90d, app: any}", {"jira": OLD, "an-app-that-is-gone": RECENT}, False),
        ("active: {within: 7d}", {"jira": OLD, "conf": RECENT}, True),
        ("active: {within: 7d}", {"jira": None, "conf": RECENT}, True),
        ("active: {within: 7d}", {"jira": None, "conf": OLD}, None),
        ("active: {within: 7d}", {}, False),
        ("active: {within: 7d, app: jira-software}", {"conf": RECENT}, False),
        ("active: {within: 7d, app: [jira-software, confluence]}", {"conf": RECENT}, True),
        ("active: {within: 7d}", ABSENT, None),
        ("never_active: true", {}, True),
        ("never_active: true", {"jira": OLD}, False),
        ("never_active: true", {"jira": None}, None),
        ("never_active: true", {"jira": None, "conf": OLD}, False),
        ("never_active: true", None, None),
        ("never_active: {app: confluence}", {"jira": RECENT}, True),
        ("never_active: {app: jira-software}", {"jira-b": RECENT}, False),
        ("never_active: {app: [jira-software, confluence]}", {"conf": None}, None),
    ],
)
def test_use_of_apps(condition: str, last_active: Any, expected: Truth) -> None:
    """No entry is never used, null is unknown, and one use that is known to be recent decides."""
    assert ask(condition, last_active=last_active) is expected


@pytest.mark.parametrize(
    ("never_active", "added", "expected"),
    [
        ("since_added", at(NOW - 90 * DAY), True),
        ("since_added", at(NOW - 90 * DAY + TICK), False),
        ("since_added", ABSENT, None),
        ("since_added", at(NOW + DAY), None),
        ("match", at(NOW), True),
        ("match", ABSENT, True),
        ("skip", at(NOW - 900 * DAY), False),
        ("skip", ABSENT, False),
    ],
)
def test_who_never_used_it_counts_as_never_active_says(never_active: str, added: Any, expected: Truth) -> None:
    """Idle since the instant they were added (also when left out), a match, or no match; unknown use stays unknown."""
    condition = f"inactive: {{for: 90d, never_active: {never_active}}}"
    assert ask(condition, added=added) is expected
    assert ask(condition, added=added, last_active=ABSENT) is None
    if never_active == "since_added":
        assert ask("inactive: {for: 90d}", added=added) is expected


def test_of_several_apps_one_that_was_used_makes_them_used() -> None:
    """Who used one of them is judged by that use, and is not somebody who never used them."""
    facts: dict[str, Any] = {"last_active": {"jira": OLD}, "added": at(NOW - DAY)}
    assert ask("inactive: {for: 90d, app: [jira-software, confluence]}", **facts) is True
    assert ask("inactive: {for: 90d, app: [jira-software, confluence], never_active: skip}", **facts) is True
    assert ask("inactive: {for: 90d, app: confluence, never_active: skip}", **facts) is False


@pytest.mark.parametrize(
    ("condition", "now", "expected"),
    [
        ("date: {after: 2026-12-31}", "2026-12-31T23:59:59Z", False),
        ("date: {after: 2026-12-31}", "2027-01-01T00:00:00Z", True),
        ("date: {before: 2026-12-31}", "2026-12-30T23:59:59Z", True),
        ("date: {before: 2026-12-31}", "2026-12-31T00:00:00Z", False),
        ("date: {after: 2026-11-30, before: 2027-01-01}", "2026-12-24T00:00:00Z", True),
        ("date: {after: 2026-11-30, before: 2027-01-01}", "2027-01-01T00:00:00Z", False),
        ("date: {after: 2026-12-31}", "2027-01-01T00:30:00+01:00", False),
    ],
)
def test_date_is_a_matter_of_whole_days_in_utc(condition: str, now: str, expected: Truth) -> None:
    """After the day means from the next midnight on, wherever the clock stands."""
    assert ask(condition, now=datetime.fromisoformat(now).astimezone(UTC)) is expected


@pytest.mark.parametrize(
    ("condition", "last_active", "reason"),
    [
        (
            "inactive: {for: 90d, app: jira-software}",
            {"jira": OLD},
            "jira-software last used 2026-05-01 (205 days ago)",
        ),
        ("inactive: {for: 90d}", {"jira": RECENT}, "any app last used 2026-11-21 (1 day ago)"),
        ("active: {within: 1d}", {"jira": at(NOW)}, "any app last used 2026-11-22 (less than a day ago)"),
        ("inactive: {for: 9d}", {"jira": OLD, "conf": None}, "any app last used 2026-05-01 (205 days ago) or later"),
        ("never_active: {app: [c, b]}", None, "not known when b, c was last used"),
        ("inactive: {for: 90d}", {}, "any app never used, added 2024-01-01 (1056 days ago)"),
        ("inactive: {for: 90d, never_active: match}", {}, "any app never used"),
    ],
)
def test_reasons_say_when_and_how_long_ago(condition: str, last_active: Any, reason: str) -> None:
    """Days are whole days of 24 hours."""
    assert explained(condition, last_active=last_active).reason == reason


@pytest.mark.parametrize(
    ("condition", "added", "reason"),
    [
        ("added: {over: 30d}", "2024-01-01", "added 2024-01-01 (1056 days ago)"),
        ("added: {over: 30d}", None, "added at an unknown time"),
        ("inactive: {for: 90d}", ABSENT, "any app never used, added at an unknown time"),
        ("date: {after: 2026-01-01}", None, "today is 2026-11-22"),
    ],
)
def test_reasons_say_when_somebody_joined_and_what_day_it_is(condition: str, added: Any, reason: str) -> None:
    """The date, in UTC, and how long ago that was."""
    assert explained(condition, added=added).reason == reason
