"""``filter``: a condition that has a name and a file of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import NAME, condition
from runner.model.condition import Build, Combination, Condition
from runner.model.confined import Confinement
from runner.model.verdicts import Verdicts


@condition("filter", schema=NAME)
@dataclass(frozen=True)
class Saved(Combination):
    """The saved filter of this name matches.

    ```yaml
    filter: idle-in-jira
    ```
    """

    filter_name: str
    condition: Condition

    @classmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        return cls(value, build(value))

    def children(self) -> tuple[Condition, ...]:
        return (self.condition,)

    def combine(self, verdicts: Sequence[Verdicts]) -> Verdicts:
        return verdicts[0]

    def confined(self) -> Confinement:
        return self.condition.confined()
