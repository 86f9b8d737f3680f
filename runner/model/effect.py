"""What a change does to a person, as a pure function."""

from __future__ import annotations

from dataclasses import replace

from runner.model.people import Grant, User
from runner.model.unknown import Unknown


def after(user: User, verb: str, target: str | None, role: str | None, *, value: bool | str) -> User:
    """The person as they will be; a fact that is unknown stays unknown."""
    if verb in ("add_to_group", "remove_from_group") and target is not None and not isinstance(user.groups, Unknown):
        return replace(user, groups=user.groups | {target} if value else user.groups - {target})
    if verb in ("grant_role", "revoke_role") and target is not None and not isinstance(user.direct_access, Unknown):
        grant = {Grant(target, role or "user")}
        return replace(user, direct_access=user.direct_access | grant if value else user.direct_access - grant)
    if isinstance(value, str):
        return replace(user, status=value)
    return user
