"""``report``: nothing changes; the people are listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import action
from runner.model.action import Action, Desired, Scope
from runner.model.people import User


@action("report", schema={"type": "null"})
@dataclass(frozen=True)
class Report(Action):
    """List the people who match, protected people too, and change nothing.

    ```yaml
    - report
    ```
    """

    @classmethod
    def from_yaml(cls, value: Any) -> Self:
        return cls()

    def desired(self, user: User, scope: Scope) -> Desired:
        return (), ()
