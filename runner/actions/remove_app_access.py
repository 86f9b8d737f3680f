"""``remove_app_access``: does not use the app any more.

Access to an app is membership of any group that grants it, or a role held directly; all of them have to go (Atlassian
facts, section 3, algorithm B).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import TEXT, action, as_tuple, one_or_more
from runner.model.action import MEMBER, ROLE, USE, Action, Desired, Hindrance, Scope, Wish, app_names
from runner.model.people import User
from runner.model.unknown import Unknown


@action(
    "remove_app_access",
    schema=one_or_more({**TEXT, "description": "An app (jira-software), an app on one site (…@acme), or all."}),
    facts=("groups", "direct_access"),
    verbs=("remove_from_group", "revoke_role"),
)
@dataclass(frozen=True)
class RemoveAppAccess(Action):
    """Take the person out of every group that grants the app, and every direct role on it away.

    ```yaml
    - remove_app_access: jira-software
    ```
    """

    names: tuple[str, ...]

    @classmethod
    def from_yaml(cls, value: Any) -> Self:
        return cls(as_tuple(value))

    def apps(self) -> frozenset[str]:
        return frozenset(self.names)

    def desired(self, user: User, scope: Scope) -> Desired:
        world = scope.world
        targets = [app.id for name in self.names for app in world.apps_named(name)]
        wishes = [Wish(USE, app, value=False) for app in targets]
        for app in targets:
            wishes += [Wish(MEMBER, group, value=False) for group in sorted(world.groups_granting(app))]
        if not isinstance(user.direct_access, Unknown):
            held = sorted(grant for grant in user.direct_access if grant.uses and grant.app in targets)
            wishes += [Wish(ROLE, grant.app, value=False, role=grant.role) for grant in held]
        return tuple(dict.fromkeys(wishes)), tuple(_hindrances(user, scope, frozenset(targets)))


def _hindrances(user: User, scope: Scope, targets: frozenset[str]) -> Iterator[Hindrance]:
    """Facts that are not known, and groups to leave that also grant what nobody asked to take away."""
    world = scope.world
    if isinstance(user.direct_access, Unknown):
        yield Hindrance("unknown", "direct_access")
    if isinstance(user.groups, Unknown):
        yield Hindrance("unknown", "groups")
        return
    if not world.knows_grants(user, targets):
        yield Hindrance("unknown", "grants")
    for group_id in sorted(user.groups & world.known_groups):
        group = world.groups[group_id]
        grants = frozenset() if isinstance(group.grants, Unknown) else group.grants
        if any(grant.uses and grant.app in targets for grant in grants):
            others = sorted({grant.app for grant in grants} - scope.named)
            if others and not scope.shared_groups:
                yield Hindrance("shared_group", f"{group.name} also grants {app_names(world, others)}")
