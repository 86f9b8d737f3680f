"""``none``: not one of several conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from runner.catalog import condition
from runner.filters._combine import CONDITIONS, Several
from runner.model.verdicts import Verdicts


@condition("none", schema=CONDITIONS)
@dataclass(frozen=True)
class NoneOf(Several):
    """Not one of these conditions matches.

    ```yaml
    none:
      - group: service-accounts
      - role: org-admin
    ```
    """

    negates = True

    def combine(self, verdicts: Sequence[Verdicts]) -> Verdicts:
        return ~reduce(or_, verdicts)
