"""``remove_from_groups``: is not a member."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import TEXT, action, as_tuple, one_or_more
from runner.model.action import Action, Desired, Scope, membership
from runner.model.people import User


@action("remove_from_groups", schema=one_or_more(TEXT), facts=("groups",), verbs=("remove_from_group",))
@dataclass(frozen=True)
class RemoveFromGroups(Action):
    """Take the person out of these groups, whatever else the groups grant.

    ```yaml
    - remove_from_groups: jira-administrators
    ```
    """

    names: tuple[str, ...]

    @classmethod
    def from_yaml(cls, value: Any) -> Self:
        return cls(as_tuple(value))

    def groups(self) -> tuple[str, ...]:
        return self.names

    def desired(self, user: User, scope: Scope) -> Desired:
        return membership(user, scope, self.names, value=False), ()
