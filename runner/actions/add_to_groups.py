"""``add_to_groups``: is a member."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import TEXT, action, as_tuple, one_or_more
from runner.model.action import Action, Desired, Scope, membership
from runner.model.people import User


@action("add_to_groups", schema=one_or_more(TEXT), facts=("groups",), verbs=("add_to_group",))
@dataclass(frozen=True)
class AddToGroups(Action):
    """Make the person a member of these groups.

    ```yaml
    - add_to_groups: [engineering, all-staff]
    ```
    """

    names: tuple[str, ...]

    @classmethod
    def from_yaml(cls, value: Any) -> Self:
        return cls(as_tuple(value))

    def groups(self) -> tuple[str, ...]:
        return self.names

    def desired(self, user: User, scope: Scope) -> Desired:
        return membership(user, scope, self.names, value=True), ()
