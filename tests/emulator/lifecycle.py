"""Managed accounts: what may be done to one, and switching it off and on (Atlassian facts, section 2.19)."""

from __future__ import annotations

from tests.emulator.accounts import Account
from tests.emulator.wire import Json, Reply, keyed
from tests.emulator.world import Call

_PROFILE = ("name", "nickname", "zoneinfo", "extended_profile.department", "extended_profile.job_title")
_PRIVILEGES = (
    "profile",
    "profile.write",
    "profile.read",
    "email.set",
    "lifecycle.enablement",
    "lifecycle.delete",
    "apiToken.read",
    "apiToken.delete",
)
_SCIM: Json = {"allowed": False, "reason": {"key": "externalDirectory.scim"}}


def _managed(call: Call) -> Account:
    """The account of the path; nobody can operate on an unmanaged one, and a key with scopes on none."""
    owner = call.state.accounts.get(call.path["account"])
    if owner is None:
        raise keyed(404, "accountNotFound")
    if call.key.is_scoped or not owner.facts.get("managed"):
        raise keyed(403, "forbidden")
    return owner


def read_privileges(call: Call) -> Reply:
    """`GET /users/{account_id}/manage?privileges=...`."""
    owner = _managed(call)
    asked = call.query.get("privileges") or list(_PRIVILEGES)
    rule = _rule(owner)
    answer: Json = {}
    for name in asked:
        if name in {"profile", "profile.write"}:
            answer[name] = dict.fromkeys(_PROFILE, rule)
        elif name in _PRIVILEGES:
            answer[name] = (
                rule if name in {"lifecycle.enablement", "lifecycle.delete", "email.set"} else {"allowed": True}
            )
    return Reply(200, answer)


def _rule(owner: Account) -> Json:
    return _SCIM if owner.facts.get("synced") else {"allowed": True}


def apply_disable(call: Call) -> Reply:
    """`POST .../lifecycle/disable`: from active or suspended; not for an account that SCIM provisions."""
    owner = _enablable(call)
    if owner.state == "inactive":
        raise _conflict(owner, "The account is not active")
    return _set_state(call, owner, "deactivate", "inactive")


def apply_enable(call: Call) -> Reply:
    """`POST .../lifecycle/enable`; an account to be deleted must have its deletion cancelled first."""
    owner = _enablable(call)
    if owner.leaving or owner.state != "inactive":
        raise _conflict(owner, "The account cannot be activated")
    return _set_state(call, owner, "reactivate", "active")


def _enablable(call: Call) -> Account:
    owner = _managed(call)
    if owner.facts.get("synced"):
        raise keyed(403, "forbidden.action", _SCIM)
    return owner


def _conflict(owner: Account, message: str) -> Exception:
    codes = [{"code": "lifecycle.state", "message": message}]
    context = {"message": message, "accountId": owner.account_id, "errorCodes": codes}
    return keyed(409, "conflict.lifecycleErrors", context)


def _set_state(call: Call, owner: Account, verb: str, state: str) -> Reply:
    call.state.hold_back(owner, call.world.lag_reads)
    before = owner.status
    call.state.switch(owner, state)
    call.effect(owner, verb, None, (before, owner.status))
    return Reply(204)
