"""``account_id``: people named one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import TEXT, as_tuple, condition, one_or_more
from runner.model.condition import Build, Question
from runner.model.people import User
from runner.model.unknown import Truth
from runner.model.world import World


@condition("account_id", schema=one_or_more({**TEXT, "description": "An account id."}), facts=("account_id",))
@dataclass(frozen=True)
class AccountId(Question):
    """The account id is one of these.

    ```yaml
    account_id: [u-1, u-2]
    ```
    """

    ids: frozenset[str]

    @classmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        return cls(frozenset(text.casefold() for text in as_tuple(value)))

    def truth(self, user: User, world: World) -> Truth:
        return user.account_id.casefold() in self.ids

    def reason(self, user: User, world: World) -> str:
        return f"account id {user.account_id}"

    def warnings(self, world: World) -> tuple[str, ...]:
        if world.snapshot.narrowed:
            return ()
        unheard = self.ids - {account.casefold() for account in world.users}
        return tuple(f"account_id: nobody has the id {account}" for account in sorted(unheard))
