"""``any``: one at least of several conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from runner.catalog import condition
from runner.filters._combine import CONDITIONS, Several
from runner.model.confined import Confinement, either
from runner.model.verdicts import Verdicts


@condition("any", schema=CONDITIONS)
@dataclass(frozen=True)
class AnyOf(Several):
    """One of these conditions matches, or more.

    ```yaml
    any:
      - status: not_invited
      - never_active: true
    ```
    """

    def combine(self, verdicts: Sequence[Verdicts]) -> Verdicts:
        return reduce(or_, verdicts)

    def confined(self) -> Confinement:
        return either(child.confined() for child in self.conditions)
