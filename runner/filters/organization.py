"""``organization``: what the profile says of their company."""

from __future__ import annotations

from dataclasses import dataclass

from runner.catalog import condition
from runner.filters._pattern import GLOBS, Pattern


@condition("organization", schema=GLOBS, facts=("organization",))
@dataclass(frozen=True)
class Organization(Pattern):
    """The profile's organization fits one of these; an empty one fits none.

    ```yaml
    organization: ["Acme*"]
    ```
    """

    word = "organization"
