"""Lengths of time as policies write them: ``12h``, ``90d``, ``6w``, ``6mo``, ``1y``."""

from __future__ import annotations

import calendar
import re
from datetime import datetime, timedelta
from typing import NamedTuple

PATTERN = r"^[1-9][0-9]{0,4}(h|d|w|mo|y)$"
_HOURS = {"h": 1, "d": 24, "w": 168}


class Duration(NamedTuple):
    """A number of hours, 24-hour days, weeks, calendar months or calendar years."""

    number: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read ``90d``; raises ValueError for anything that PATTERN does not match."""
        if not re.fullmatch(PATTERN, text):
            raise ValueError(f"not a duration: {text!r}")
        digits = re.match(r"[0-9]+", text)
        assert digits is not None
        return cls(int(digits.group()), text[digits.end() :])

    def before(self, instant: datetime) -> datetime:
        """The instant this long before; months and years by the UTC calendar, clamped to the month's last day.

        Lengths that reach before year 1 end there: such a date is before everything.
        """
        try:
            if self.unit in _HOURS:
                return instant - timedelta(hours=self.number * _HOURS[self.unit])
            months = self.number * (12 if self.unit == "y" else 1)
            year, month = divmod(instant.year * 12 + instant.month - 1 - months, 12)
            last = calendar.monthrange(year, month + 1)[1]
            return instant.replace(year=year, month=month + 1, day=min(instant.day, last))
        except (OverflowError, ValueError, calendar.IllegalMonthError):
            return datetime.min.replace(tzinfo=instant.tzinfo)

    def __str__(self) -> str:
        return f"{self.number}{self.unit}"
