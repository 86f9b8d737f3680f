"""The formats that schemas name and JSON Schema leaves to the reader: days, instants, zones and cron lines."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache
from zoneinfo import available_timezones

from cronsim import CronSim, CronSimError
from jsonschema import FormatChecker

from runner.model.canonical import parse_instant

YEARS = range(1900, 3000)
INSTANT = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$"
)
CRON = r"^[0-9A-Za-z*,/#-]+( +[0-9A-Za-z*,/#-]+){4}$"

HINTS = {
    "date": "a day that exists, such as 2026-12-31",
    "instant": "an ISO 8601 time that exists, such as 2026-12-01 06:00; without a zone it is UTC",
    "local-time": "a time that exists, such as 2026-12-01 06:00; without a zone it is in `timezone`",
    "time-zone": "an IANA name such as Europe/Berlin or UTC",
    "cron": "five fields that can come true: minute, hour, day of the month, month, day of the week",
}

checker = FormatChecker(formats=())
"""The checker of all formats above; a format takes text only."""


@checker.checks("date", raises=ValueError)
def _is_day(value: object) -> bool:
    return not isinstance(value, str) or date.fromisoformat(value).year in YEARS


@checker.checks("instant", raises=ValueError)
@checker.checks("local-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    return not isinstance(value, str) or (
        datetime.fromisoformat(value).year in YEARS and parse_instant(value).year in YEARS
    )


@checker.checks("time-zone")
def _is_zone(value: object) -> bool:
    return not isinstance(value, str) or value in zones()


@cache
def zones() -> frozenset[str]:
    """The names of all zones; finding them reads hundreds of files."""
    return frozenset(available_timezones())


@checker.checks("cron", raises=(CronSimError, StopIteration, ValueError))
def _is_cron(value: object) -> bool:
    """Whether the line has a next time at all: the 30th of February has none."""
    if not isinstance(value, str):
        return True
    return bool(re.fullmatch(CRON, value)) and next(CronSim(value, datetime(2000, 1, 1))) is not None  # noqa: DTZ001
