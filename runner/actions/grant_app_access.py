"""``grant_app_access``: uses the app, through its default group (Atlassian facts, section 2.10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import TEXT, action, as_tuple, one_or_more
from runner.model.action import MEMBER, USE, Action, Desired, Hindrance, Scope, Wish, app_names
from runner.model.people import Grant, Group, User
from runner.model.unknown import Unknown
from runner.model.world import World


@action(
    "grant_app_access",
    schema=one_or_more({**TEXT, "description": "An app; with @site where the organization has it on several."}),
    facts=("groups", "direct_access"),
    verbs=("add_to_group",),
)
@dataclass(frozen=True)
class GrantAppAccess(Action):
    """Let the person use the app, by making them a member of its default group.

    ```yaml
    - grant_app_access: confluence@acme
    ```
    """

    names: tuple[str, ...]

    @classmethod
    def from_yaml(cls, value: Any) -> Self:
        return cls(as_tuple(value))

    def apps(self) -> frozenset[str]:
        return frozenset(self.names)

    def errors(self, world: World) -> tuple[str, ...]:
        return tuple(_errors(self.names, world))

    def desired(self, user: User, scope: Scope) -> Desired:
        wishes: list[Wish] = []
        hindrances: list[Hindrance] = []
        for app in (app for name in self.names for app in scope.world.apps_named(name)):
            wishes.append(Wish(USE, app.id, value=True))
            uses = scope.world.uses(user, app.id)
            if uses is None:
                fact = "groups" if isinstance(user.groups, Unknown) else "direct_access"
                hindrances.append(Hindrance("unknown", fact))
            for group in () if uses is not False else default_groups(scope.world, app.id):
                wishes.append(Wish(MEMBER, group.id, value=True))
                others = sorted({grant.app for grant in _grants(group)} - scope.named)
                if others and not scope.shared_groups:
                    hindrances.append(
                        Hindrance("shared_group", f"{group.name} also grants {app_names(scope.world, others)}")
                    )
        return tuple(wishes), tuple(hindrances)


def _grants(group: Group) -> frozenset[Grant]:
    return frozenset() if isinstance(group.grants, Unknown) else group.grants


def default_groups(world: World, app_id: str) -> tuple[Group, ...]:
    """The groups that make their members use the app and are a default of it."""
    return tuple(
        group
        for group in world.snapshot.groups
        if not isinstance(group.default_for, Unknown)
        and app_id in group.default_for
        and group.id in world.groups_granting(app_id)
    )


def _errors(names: tuple[str, ...], world: World) -> Iterator[str]:
    for name in names:
        apps = world.apps_named(name)
        if len(apps) > 1:
            choice = " or ".join(app.name for app in apps)
            yield f"{name} is on several sites: write {choice}"
        for app in apps if len(apps) == 1 else ():
            groups = default_groups(world, app.id)
            if len(groups) != 1:
                found = ", ".join(group.name for group in groups) or "none"
                yield f"{app.name} needs exactly one default group, found {found}; name the group in add_to_groups"
