"""``search``: a text anywhere in the name or the e-mail address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import TEXT, condition
from runner.model.condition import Build, Question
from runner.model.people import User
from runner.model.unknown import Truth, Unknown
from runner.model.world import World


@condition(
    "search", schema={**TEXT, "description": "A text, as it is; * and ? mean themselves."}, facts=("email", "name")
)
@dataclass(frozen=True)
class Search(Question):
    """The text occurs in the name or the e-mail address.

    ```yaml
    search: intern
    ```
    """

    text: str

    @classmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        return cls(value.casefold())

    def truth(self, user: User, world: World) -> Truth:
        known = [text for text in (user.name, user.email) if not isinstance(text, Unknown)]
        if any(self.text in text.casefold() for text in known):
            return True
        return False if len(known) == 2 else None

    def reason(self, user: User, world: World) -> str:
        name = "unknown" if isinstance(user.name, Unknown) else user.name
        email = "unknown" if isinstance(user.email, Unknown) else user.email
        return f"name {name}, e-mail {email}"
