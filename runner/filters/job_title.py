"""``job_title``: what the profile says of their work."""

from __future__ import annotations

from dataclasses import dataclass

from runner.catalog import condition
from runner.filters._pattern import GLOBS, Pattern


@condition("job_title", schema=GLOBS, facts=("job_title",))
@dataclass(frozen=True)
class JobTitle(Pattern):
    """The profile's job title fits one of these; an empty one fits none.

    ```yaml
    job_title: ["*engineer*", Consultant]
    ```
    """

    word = "job title"
