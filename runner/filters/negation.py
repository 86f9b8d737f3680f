"""``not``: the opposite of a condition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import CONDITION, condition
from runner.model.condition import Build, Combination, Condition
from runner.model.verdicts import Verdicts


@condition("not", schema=CONDITION)
@dataclass(frozen=True)
class Not(Combination):
    """The condition does not match; where it is not known whether it does, nor is this.

    ```yaml
    not: {group: service-accounts}
    ```
    """

    negates = True

    inner: Condition

    @classmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        return cls(build(value))

    def children(self) -> tuple[Condition, ...]:
        return (self.inner,)

    def combine(self, verdicts: Sequence[Verdicts]) -> Verdicts:
        return ~verdicts[0]
