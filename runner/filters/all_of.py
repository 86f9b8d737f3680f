"""``all``: every one of several conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_

from runner.catalog import condition
from runner.filters._combine import CONDITIONS, Several
from runner.model.confined import Confinement, every
from runner.model.verdicts import Verdicts


@condition("all", schema=CONDITIONS)
@dataclass(frozen=True)
class All(Several):
    """Every one of these conditions matches.

    ```yaml
    all:
      - status: active
      - managed: true
    ```
    """

    def combine(self, verdicts: Sequence[Verdicts]) -> Verdicts:
        return reduce(and_, verdicts)

    def confined(self) -> Confinement:
        return every(child.confined() for child in self.conditions)
