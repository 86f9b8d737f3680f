"""``email_domain``: which domain the e-mail address is in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import as_tuple, condition, one_or_more
from runner.model.condition import Build, Question
from runner.model.confined import Confined, Confinement, plain_words
from runner.model.people import User
from runner.model.unknown import Truth, Unknown
from runner.model.world import World

DOMAIN = {
    "type": "string",
    "pattern": r"^(\*\.)?[^*?@\s]+$",
    "description": "A domain, exactly (acme.example), or *.acme.example: any depth below it, not itself.",
}


def domain_of(user: User) -> str | None:
    """The case-folded domain of the person's address; None where the address is unknown or is not one."""
    if isinstance(user.email, Unknown):
        return None
    before, at, domain = user.email.rpartition("@")
    return domain.casefold() if before and at and domain else None


@condition("email_domain", schema=one_or_more(DOMAIN), facts=("email",))
@dataclass(frozen=True)
class EmailDomain(Question):
    """The e-mail address is in one of these domains, or below one written as ``*.acme.example``.

    ```yaml
    email_domain: [contractor.acme.example, "*.legacy.example"]
    ```
    """

    exactly: frozenset[str]
    below: tuple[str, ...]

    @classmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        folded = sorted({text.casefold() for text in as_tuple(value)})
        exactly = frozenset(text for text in folded if not text.startswith("*."))
        return cls(exactly, tuple(text.removeprefix("*") for text in folded if text.startswith("*.")))

    def truth(self, user: User, world: World) -> Truth:
        domain = domain_of(user)
        return None if domain is None else domain in self.exactly or domain.endswith(self.below)

    def reason(self, user: User, world: World) -> str:
        domain = domain_of(user)
        return "e-mail domain unknown" if domain is None else f"e-mail domain {domain}"

    def confined(self) -> Confinement:
        exact = not self.below and plain_words(tuple(self.exactly))
        return (Confined(domains=self.exactly),) if exact else None
