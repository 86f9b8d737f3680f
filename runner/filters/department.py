"""``department``: what the profile says of their department."""

from __future__ import annotations

from dataclasses import dataclass

from runner.catalog import condition
from runner.filters._pattern import GLOBS, Pattern


@condition("department", schema=GLOBS, facts=("department",))
@dataclass(frozen=True)
class Department(Pattern):
    """The profile's department fits one of these; an empty one fits none.

    ```yaml
    department: Engineering
    ```
    """

    word = "department"
