"""Changing things: memberships, suspension and roles. Each change that happens leaves an effect; a refusal none."""

from __future__ import annotations

from tests.emulator.accounts import Account, Grant
from tests.emulator.state import Group
from tests.emulator.wire import Reply, errors
from tests.emulator.world import Call

_ORG_ROLES = {"atlassian/org-admin", "atlassian/site-admin"}
_APP_ROLES = {
    f"atlassian/{name}"
    for name in ("user", "user-access-admin", "admin", "guest", "contributor", "customer", "basic", "stakeholder")
}


def _hold_back(call: Call, owner: Account) -> None:
    call.state.hold_back(owner, call.world.lag_reads)


def apply_join(call: Call) -> Reply:
    """`POST .../groups/{groupId}/memberships` (Atlassian facts, section 2.12).

    409 is said both of a member already in and of a licence limit, with different texts.
    """
    directory, group = call.directory(may_be_all=False), call.group()
    account_id = call.body.get("accountId")
    if not isinstance(account_id, str):
        raise errors(400, "ADMIN-400-4", "accountId must be a string")
    owner = call.state.accounts.get(account_id)
    if owner is None or (owner.directories and directory not in owner.directories):
        raise errors(404, "ADMIN-404-8", "User not found in this directory")
    _refuse_external(call, group)
    if group.group_id in (owner.groups or ()):
        raise errors(409, "ADMIN-409-1", "The user is already a member of the group")
    full = [app for app in _new_seats(call, owner, group.grants) if call.state.is_full(app)]
    if full:
        raise errors(409, "ADMIN-409-3", f"You've exceeded your user limit for {full[0]}")
    _hold_back(call, owner)
    call.state.join(owner, group)
    call.effect(owner, "add_to_group", group.group_id, (False, True), directory=group.directory)
    return Reply(204)


def apply_leave(call: Call) -> Reply:
    """`DELETE .../groups/{groupId}/memberships/{accountId}`; 404 for who is no member."""
    call.directory(may_be_all=False)
    group, owner = call.group(), call.account()
    _refuse_external(call, group)
    if group.group_id not in (owner.groups or ()):
        raise errors(404, "ADMIN-404-11", "The user is not a member of the group")
    _hold_back(call, owner)
    call.state.leave(owner, group)
    call.effect(owner, "remove_from_group", group.group_id, (True, False), directory=group.directory)
    return Reply(204)


def _refuse_external(call: Call, group: Group) -> None:
    if group.is_external:
        raise call.refusal("The group is synced from an identity provider. Manage it there")


def _new_seats(call: Call, owner: Account, grants: tuple[Grant, ...]) -> list[str]:
    """The apps on which these grants would give the person a seat that they do not hold."""
    if owner.status != "active":
        return []
    apps = dict.fromkeys(given.app for given in grants if given.takes_seat)
    return [app for app in apps if not call.state.holds_seat(owner, app)]


def apply_suspend(call: Call) -> Reply:
    """`POST .../users/{accountId}/suspend`: in this directory only (Atlassian facts, section 2.13)."""
    owner, directory = _resident(call)
    if owner.is_org_admin:
        raise call.refusal("You can't suspend an organization admin")
    if owner.state == "inactive":
        raise errors(400, "ADMIN-400-4", "The account is deactivated")
    if directory not in owner.suspended_in:
        _set_suspended(call, owner, "suspend", owner.suspended_in | {directory}, directory)
    return Reply(204)


def apply_restore(call: Call) -> Reply:
    """`POST .../users/{accountId}/restore`; refused where a seat would be needed and none is free."""
    owner, directory = _resident(call)
    if directory in owner.suspended_in:
        apps = dict.fromkeys(given.app for given, _ in call.state.grants(owner) if given.takes_seat)
        full = [app for app in apps if owner.status == "suspended" and call.state.is_full(app)]
        if full:
            raise errors(400, "ADMIN-400-4", f"You've exceeded your user limit for {full[0]}")
        _set_suspended(call, owner, "restore", owner.suspended_in - {directory}, directory)
    return Reply(204)


def _resident(call: Call) -> tuple[Account, str]:
    directory, owner = call.directory(may_be_all=False), call.account()
    if directory is None or directory not in owner.directories:
        raise errors(404, "ADMIN-404-8", "User not found in this directory")
    return owner, directory


def _set_suspended(call: Call, owner: Account, verb: str, where: frozenset[str], directory: str) -> None:
    _hold_back(call, owner)
    before = owner.status
    call.state.suspend_in(owner, where)
    call.effect(owner, verb, None, (before, owner.status), directory=directory)


def apply_assign(call: Call) -> Reply:
    """`POST /v1/orgs/{orgId}/users/{accountId}/roles/assign`: a direct role (Atlassian facts, section 2.15)."""
    owner, role, app = _asked_role(call)
    if app is None:
        return _set_org_role(call, owner, role, held=True)
    if owner.state == "inactive":
        raise errors(400, "ADMIN-UAM-400-2", "The user is inactive")
    given = Grant(app, role)
    if given in (owner.direct or ()):
        raise errors(409, "ADMIN-UAM-409-1", "The user already has the role")
    if any(call.state.is_full(name) for name in _new_seats(call, owner, (given,))):
        raise errors(409, "ADMIN-UAM-409-3", "You've exceeded your user limit")
    _hold_back(call, owner)
    call.state.assign(owner, given)
    call.effect(owner, "grant_role", app, (False, True), role=role)
    return Reply(204)


def apply_revoke(call: Call) -> Reply:
    """`POST /v1/orgs/{orgId}/users/{accountId}/roles/revoke`; refused for an organization admin (section 3)."""
    owner, role, app = _asked_role(call)
    if app is None:
        return _set_org_role(call, owner, role, held=False)
    if owner.is_org_admin:
        raise errors(403, "ADMIN-UAM-403-1", "Remove the organization admin role first")
    given = Grant(app, role)
    ways = [group for held, group in call.state.grants(owner) if held == given]
    if call.world.options.revoke_leaves_groups:
        ways = [group for group in ways if group is None]
    if not ways:
        raise errors(404, "ADMIN-UAM-404-3", "The user does not have the role")
    _hold_back(call, owner)
    for group in ways:
        if group is None:
            call.state.revoke(owner, given)
            call.effect(owner, "revoke_role", app, (True, False), role=role)
        else:
            call.state.leave(owner, group)
            call.effect(owner, "remove_from_group", group.group_id, (True, False), directory=group.directory)
    return Reply(204)


def _asked_role(call: Call) -> tuple[Account, str, str | None]:
    """Who, the bare role, and the app (None for a role in the organization)."""
    role, app = call.body.get("role"), call.body.get("resource")
    if role not in _APP_ROLES | _ORG_ROLES or not isinstance(app, str | None):
        raise errors(400, "ADMIN-UAM-400-1", "role or resource is invalid")
    owner = call.state.accounts.get(call.path["account"])
    if owner is None:
        raise errors(404, "ADMIN-UAM-404-3", "User not found")
    if role in _ORG_ROLES:
        return owner, role.removeprefix("atlassian/"), None
    if app is None:
        raise errors(400, "ADMIN-UAM-400-1", "resource is required")
    if app not in call.state.apps:
        raise errors(404, "ADMIN-UAM-404-3", "Unknown Resource")
    return owner, role.removeprefix("atlassian/"), app


def apply_org_assign(call: Call) -> Reply:
    """`POST .../role-assignments/assign`: org-admin only (Atlassian facts, section 2.16)."""
    return _set_org_role(call, *_asked_org_role(call), held=True)


def apply_org_revoke(call: Call) -> Reply:
    """`POST .../role-assignments/revoke`: org-admin only."""
    return _set_org_role(call, *_asked_org_role(call), held=False)


def _asked_org_role(call: Call) -> tuple[Account, str]:
    if call.body.get("role") != "atlassian/org-admin":
        raise errors(400, "ADMIN-UAM-400-1", "role must be atlassian/org-admin")
    return call.account(), "org-admin"


def _set_org_role(call: Call, owner: Account, role: str, *, held: bool) -> Reply:
    roles = list(owner.facts.get("roles") or ())
    if (role in roles) != held:
        _hold_back(call, owner)
        owner.facts["roles"] = [*roles, role] if held else [name for name in roles if name != role]
        call.effect(owner, "grant_org_role" if held else "revoke_org_role", None, (not held, held), role=role)
    return Reply(204)
