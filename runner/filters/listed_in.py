"""``listed_in``: people named in a file of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import NAME, condition
from runner.model.condition import Build, Question
from runner.model.people import User
from runner.model.unknown import Truth, Unknown
from runner.model.world import World


@condition("listed_in", schema=NAME, facts=("account_id", "email"))
@dataclass(frozen=True)
class ListedIn(Question):
    """The e-mail address or the account id stands in ``lists/NAME.csv``.

    ```yaml
    listed_in: leavers
    ```
    """

    list_name: str

    @classmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        return cls(value)

    def truth(self, user: User, world: World) -> Truth:
        entries = world.lists.get(self.list_name)
        if entries is None:
            return None
        if user.account_id.casefold() in entries:
            return True
        if isinstance(user.email, Unknown):
            return None if any("@" in entry for entry in entries) else False
        return user.email.casefold() in entries

    def reason(self, user: User, world: World) -> str:
        truth = self.truth(user, world)
        if truth is None:
            return f"not known whether listed in {self.list_name}"
        return f"listed in {self.list_name}" if truth else f"not listed in {self.list_name}"

    def missing(self, user: User, world: World) -> tuple[str, ...]:
        return ("email",) if self.list_name in world.lists else (f"lists/{self.list_name}.csv",)

    def lists(self) -> frozenset[str]:
        return frozenset({self.list_name})

    def warnings(self, world: World) -> tuple[str, ...]:
        if world.snapshot.narrowed:
            return ()
        known = {account.casefold() for account in world.users}
        known |= {user.email.casefold() for user in world.snapshot.users if not isinstance(user.email, Unknown)}
        unheard = sorted(entry for entry in world.lists.get(self.list_name, ()) if entry not in known)
        return tuple(f"lists/{self.list_name}.csv: nobody has the address or id {entry}" for entry in unheard)
