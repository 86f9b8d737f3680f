"""``role``: what the person is in the organization or in an app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import TEXT, as_tuple, condition, one_or_more
from runner.filters._apps import ANY, APPS, app_words
from runner.filters._words import listing
from runner.model.condition import Build, Question
from runner.model.people import ORG_ADMIN, User
from runner.model.unknown import Truth, Unknown
from runner.model.world import World

ROLE = {
    **TEXT,
    "description": "A role: org-admin, site-admin, admin, user, guest, customer and so on; the set is open.",
}
IN_APP = {
    "type": "object",
    "additionalProperties": False,
    "required": ["is"],
    "properties": {
        "is": {**one_or_more(ROLE), "description": "The roles, any of them."},
        "app": {**APPS, "description": "The apps in which to look; roles in the organization do not count then."},
    },
}
SCHEMA = {"oneOf": [*one_or_more(ROLE)["oneOf"], IN_APP]}


@condition("role", schema=SCHEMA, facts=("roles", "groups", "direct_access"))
@dataclass(frozen=True)
class HasRole(Question):
    """Holds one of these roles in the organization or in any app, or, with ``app``, in one of those apps.

    ```yaml
    role: {is: [guest, customer], app: confluence}
    ```
    """

    roles: frozenset[str]
    names: frozenset[str]
    """The apps as written; empty for the organization and all apps."""

    @classmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        given = value if isinstance(value, dict) else {"is": value}
        names = frozenset(as_tuple(given["app"])) if "app" in given else frozenset[str]()
        return cls(frozenset(role.casefold() for role in as_tuple(given["is"])), names)

    def apps(self) -> frozenset[str]:
        return self.names or (frozenset() if self.roles == {ORG_ADMIN} else ANY)

    def _where(self, world: World) -> frozenset[str]:
        return world.app_ids(self.names or ANY)

    def _is_held(self, user: User, world: World) -> bool:
        """Whether the person is known to hold one of the roles."""
        where, roles, groups, direct = self._where(world), user.roles, user.groups, user.direct_access
        if not self.names and not isinstance(roles, Unknown) and any(role.casefold() in self.roles for role in roles):
            return True
        if not isinstance(groups, Unknown) and not world.groups_with_role(self.roles, where).isdisjoint(groups):
            return True
        return not isinstance(direct, Unknown) and any(
            g.app in where and g.role.casefold() in self.roles for g in direct
        )

    def _held(self, user: User, world: World) -> frozenset[str]:
        """The roles asked for that the person is known to hold, in words."""
        found = {
            f"{grant.role} of {app_words([grant.app], world)}"
            for grant in world.known_grants(user)
            if grant.role.casefold() in self.roles and grant.app in self._where(world)
        }
        if not self.names and not isinstance(user.roles, Unknown):
            found |= {role for role in user.roles if role.casefold() in self.roles}
        return frozenset(found)

    def _all_known(self, user: User, world: World) -> bool:
        """Whether the person can hold no role of these beyond what is known of them.

        An org admin is one by a role in the organization alone (Atlassian facts, section 2.15), so no app has to be
        asked about it.
        """
        if not self.names and isinstance(user.roles, Unknown):
            return False
        if not self.names and self.roles == {ORG_ADMIN}:
            return True
        return world.knows_grants(user, self._where(world)) and not isinstance(user.direct_access, Unknown)

    def truth(self, user: User, world: World) -> Truth:
        return True if self._is_held(user, world) else False if self._all_known(user, world) else None

    def reason(self, user: User, world: World) -> str:
        held = self._held(user, world)
        if held:
            return f"role {listing(held)}"
        where = f" in {listing(self.names)}" if self.names else ""
        return f"{'no role' if self._all_known(user, world) else 'not known whether'} {listing(self.roles)}{where}"
