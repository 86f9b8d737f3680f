"""``name``: the name that is shown."""

from __future__ import annotations

from dataclasses import dataclass

from runner.catalog import condition
from runner.filters._pattern import GLOBS, Pattern


@condition("name", schema=GLOBS, facts=("name",))
@dataclass(frozen=True)
class Name(Pattern):
    """The name fits one of these.

    ```yaml
    name: ["*(contractor)", "Test ?"]
    ```
    """

    word = "name"
