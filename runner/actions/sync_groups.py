"""``sync_groups``: the group's members are exactly the people who match."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import TEXT, action, as_tuple, one_or_more
from runner.model.action import Action, Desired, Scope, membership
from runner.model.people import User


@action("sync_groups", schema=one_or_more(TEXT), facts=("groups",), verbs=("add_to_group", "remove_from_group"))
@dataclass(frozen=True)
class SyncGroups(Action):
    """Add everybody who matches and remove everybody who does not; whom it is not known of stays as they are.

    ```yaml
    - sync_groups: jira-software-users-acme
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

    def desired_of_others(self, user: User, scope: Scope) -> Desired:
        return membership(user, scope, self.names, value=False), ()
