"""``location``: what the profile says of their place."""

from __future__ import annotations

from dataclasses import dataclass

from runner.catalog import condition
from runner.filters._pattern import GLOBS, Pattern


@condition("location", schema=GLOBS, facts=("location",))
@dataclass(frozen=True)
class Location(Pattern):
    """The profile's location fits one of these; an empty one fits none.

    ```yaml
    location: [Berlin, "* (DE)"]
    ```
    """

    word = "location"
