"""``time_zone``: what the profile says of their time zone."""

from __future__ import annotations

from dataclasses import dataclass

from runner.catalog import condition
from runner.filters._pattern import GLOBS, Pattern


@condition("time_zone", schema=GLOBS, facts=("time_zone",))
@dataclass(frozen=True)
class TimeZone(Pattern):
    """The profile's time zone fits one of these; an empty one fits none.

    ```yaml
    time_zone: ["Europe/*"]
    ```
    """

    word = "time zone"
