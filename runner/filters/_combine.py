"""Lists of conditions that are answered together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import CONDITION, Schema
from runner.model.condition import Build, Combination, Condition

CONDITIONS: Schema = {"type": "array", "items": CONDITION, "minItems": 1}


@dataclass(frozen=True)
class Several(Combination):
    """A combination of one or more conditions."""

    conditions: tuple[Condition, ...]

    @classmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        return cls(tuple(build(item) for item in value))

    def children(self) -> tuple[Condition, ...]:
        return self.conditions
