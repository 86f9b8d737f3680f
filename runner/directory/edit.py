"""Changes made to the records of a directory file, as Atlassian Cloud would make them to the organization."""

from __future__ import annotations

from typing import Any

from runner.directory.aspect import LIFECYCLE, MEMBERSHIP, ROLES, STATUS_VERBS
from runner.directory.facts import STATUSES
from runner.model.outcome import ALREADY, APPLIED, CHANGED_SINCE, FAILED
from runner.model.people import NOT_USING
from runner.model.plan import Change

Result = tuple[str, str]
"""An outcome's status and detail."""

Record = dict[str, Any]


class Book:
    """The records of one file, found by id. ``changed`` says whether anything was done to them."""

    def __init__(self, data: Record) -> None:
        self.changed = False
        self._data = data
        self._users: dict[str, list[Record]] = {}
        for record in data["users"]:
            self._users.setdefault(record["account_id"], []).append(record)
        self._groups: dict[str, Record] = {record["id"]: record for record in data.get("groups") or ()}
        self._apps = {record["id"] for record in data.get("apps") or ()}

    def apply(self, change: Change) -> Result:
        """Carry out one change; whoever is in the desired state already stays untouched."""
        records = self._users.get(change.account_id, [])
        if not records:
            return FAILED, "not_found: this account is not in the directory"
        obstacle = self._obstacle(records[0], change)
        if obstacle:
            return FAILED, obstacle
        results = [self._apply_to(record, change) for record in records]
        if results[0][0] == APPLIED:
            self.changed = True
            self._prove_again(records[0], change)
        return results[0]

    def _obstacle(self, record: Record, change: Change) -> str:
        """What the other side would refuse (Atlassian facts, sections 2.12 and 2.19)."""
        target = change.target.id if change.target else None
        if change.verb in MEMBERSHIP:
            if target not in self._groups:
                return "not_found: there is no such group"
            if self._groups[target].get("managed_by_idp") is True:
                return "synced_group: an identity provider owns the group"
        elif change.verb in ROLES and target not in self._apps:
            return "not_found: there is no such app"
        elif change.verb in LIFECYCLE and record.get("managed") is not True:
            return "unmanaged: not a managed account"
        elif change.verb in LIFECYCLE and record.get("synced") is True:
            return "synced_account: an identity provider owns the account"
        return ""

    def _apply_to(self, record: Record, change: Change) -> Result:
        if change.verb in STATUS_VERBS:
            return _set_status(record, change)
        assert change.target is not None
        if change.verb in MEMBERSHIP:
            return _set_member(record, change.target.id, wanted=MEMBERSHIP[change.verb])
        return _set_role(record, change.target.id, change.target.role or "user", wanted=ROLES[change.verb])

    def _prove_again(self, record: Record, change: Change) -> None:
        """Keep ``direct_use`` true for the person, or drop it for an app where that cannot be told any more."""
        proven: Record = self._data.get("direct_use") or {}
        for app in self._touched(change) & set(proven):
            direct, groups = record.get("direct_access"), record.get("groups")
            if _grants(direct) is None or not _are_ids(groups):
                del proven[app]
                continue
            by_group = any(_uses(self._groups[group].get("grants"), app) for group in groups or ())
            alone = _uses(direct, app) and not by_group
            others = [id_ for id_ in proven[app] if id_ != change.account_id]
            proven[app] = sorted([*others, change.account_id]) if alone else others

    def _touched(self, change: Change) -> set[str]:
        if change.target is None:
            return set()
        if change.verb in ROLES:
            return {change.target.id}
        return {app for app, _ in _grants(self._groups[change.target.id].get("grants")) or ()}


def _grants(entries: Any) -> list[tuple[Any, Any]] | None:
    """Apps and roles of a list that makes sense; None for any other value, which is unknown (see ``Facts.grants``)."""
    if not isinstance(entries, list):
        return None
    found = [(e.get("app"), e.get("role", "user")) if isinstance(e, dict) else (e, "user") for e in entries]
    return found if all(isinstance(app, str) and isinstance(role, str) for app, role in found) else None


def _are_ids(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def _uses(entries: Any, app: str) -> bool:
    return any(held == app and role not in NOT_USING for held, role in _grants(entries) or ())


def _set_status(record: Record, change: Change) -> Result:
    present = record.get("status")
    if not isinstance(present, str) or present not in STATUSES:
        return FAILED, "unknown: status"
    if present == change.after:
        return ALREADY, ""
    if present != change.before:
        return CHANGED_SINCE, f"status is {present}, was {change.before}"
    record["status"] = change.after
    return APPLIED, ""


def _set_member(record: Record, group: str, *, wanted: bool) -> Result:
    groups: Any = record.get("groups")
    if not _are_ids(groups):
        return FAILED, "unknown: groups"
    if (group in groups) == wanted:
        return ALREADY, ""
    record["groups"] = [*groups, group] if wanted else [id_ for id_ in groups if id_ != group]
    return APPLIED, ""


def _set_role(record: Record, app: str, role: str, *, wanted: bool) -> Result:
    direct: Any = record.get("direct_access")
    held = _grants(direct)
    if held is None:
        return FAILED, "unknown: direct_access"
    if ((app, role) in held) == wanted:
        return ALREADY, ""
    added: Any = app if role == "user" else {"app": app, "role": role}
    kept = [entry for entry, grant in zip(direct, held, strict=True) if grant != (app, role)]
    record["direct_access"] = [*kept, added] if wanted else kept
    return APPLIED, ""
