"""Records of the API to people and groups. Fields are open: unknown ones are let be, any may be missing or null."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from runner.directory.atlassian.resources import Resources, is_platform
from runner.directory.facts import Facts
from runner.directory.parse import user_from_json
from runner.model.canonical import parse_instant
from runner.model.people import Grant, Group, User
from runner.model.unknown import UNKNOWN, Unknown

_PLAIN = {
    "name": "name",
    "email": "email",
    "status": "status",
    "mfaEnabled": "mfa",
    "addedToOrg": "added",
    "jobTitle": "job_title",
    "department": "department",
    "organization": "organization",
    "location": "location",
    "timeZone": "time_zone",
}
_WORDS = {
    ("claimStatus", "managed"): ("managed", True),
    ("claimStatus", "unmanaged"): ("managed", False),
    ("managementSource", "synced"): ("synced", True),
    ("managementSource", "invited"): ("synced", False),
}


def user_of_record(record: Mapping[str, Any], facts: Facts, resources: Resources, directory: str) -> User:
    """One person as ``users/search`` gives them with everything expanded (Atlassian facts, section 2.3).

    ``record`` has an ``accountId`` that is a text. Who has no membership is in no directory.
    """
    translated: dict[str, Any] = {"account_id": record["accountId"]}
    translated.update({ours: record[theirs] for theirs, ours in _PLAIN.items() if theirs in record})
    for (theirs, word), (ours, value) in _WORDS.items():
        if record.get(theirs) == word:
            translated[ours] = value
    translated["roles"] = _roles(record.get("platformRoles"))
    translated["last_active"] = _last_active(record.get("productAccess"), resources, "lastActiveTimestamp")
    translated["groups"] = _group_ids(record.get("groups"))
    translated["directories"] = [] if record.get("membershipStatus") == "no_membership" else [directory]
    return user_from_json(translated, facts)


def bare_role(role: str) -> str:
    """``org-admin`` of ``atlassian/org-admin``; the set is open."""
    return role.removeprefix("atlassian/")


def bare_id(id_: str) -> str:
    """The id itself: groups come as ARIs here and bare there (Atlassian facts, section 2.3)."""
    return id_.rpartition("/")[2]


def _roles(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(role, str) for role in value):
        return [bare_role(role) for role in value]
    return value


def _group_ids(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(entry, dict) and isinstance(entry.get("id"), str) for entry in value):
        return [bare_id(entry["id"]) for entry in value]
    return value


def last_active_of_products(
    products: list[Any], facts: Facts, resources: Resources
) -> Mapping[str, datetime | Unknown] | Unknown:
    """When a person last used each app, as ``last-active-dates`` gives it, in snake case (Atlassian facts, section
    2.6). The instant counts, not the bare date beside it: that may be a day too early."""
    return facts.instants({"last_active": _last_active(products, resources, "last_active_timestamp")}, "last_active")


def _last_active(value: Any, resources: Resources, timestamp: str) -> Any:
    """Times by app id. What names a family of products counts for each app of it on that site; what names nothing that
    is known keeps its name, and counts as the use of some app."""
    if not isinstance(value, list):
        return value
    found: dict[str, Any] = {}
    for entry in value:
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
            return value
        for app in resources.meant(entry["id"]) or (entry["id"],):
            time = entry.get(timestamp)
            found[app] = _later(found[app], time) if app in found else time
    return found


def _later(one: Any, other: Any) -> Any:
    """The later of two times; None (unknown) unless both can be read."""
    try:
        return one if parse_instant(one) >= parse_instant(other) else other
    except (TypeError, ValueError, OverflowError):
        return None


def group_names(record: Mapping[str, Any]) -> dict[str, str]:
    """The names of a person's groups by their ids, as far as they are there."""
    groups = record.get("groups")
    return {
        bare_id(entry["id"]): entry["name"]
        for entry in (groups if isinstance(groups, list) else ())
        if isinstance(entry, dict) and isinstance(entry.get("id"), str) and isinstance(entry.get("name"), str)
    }


def group_of_record(record: Mapping[str, Any], facts: Facts, directory: str) -> Group:
    """A group as ``groups/search`` gives it (Atlassian facts, section 2.9); ``record`` has an ``id`` that is a text.

    What it grants is not known yet, unless it is known to grant nothing.
    """
    counts = record.get("counts")
    grants_nothing = isinstance(counts, dict) and counts.get("resources") == 0 and counts.get("resources") is not False
    nothing: frozenset[Any] | Unknown = frozenset() if grants_nothing else UNKNOWN
    name = facts.word(record, "name")
    return Group(
        id=facts.share(bare_id(record["id"])),
        name=bare_id(record["id"]) if isinstance(name, Unknown) else name,
        grants=nothing,
        default_for=nothing,
        managed_by_idp=_is_external(record),
        directory=directory,
    )


def _is_external(record: Mapping[str, Any]) -> bool | Unknown:
    """Whether we may not change it: ``modifiable: false`` is the gate, the two others corroborate (section 2.9)."""
    access, synced, owner = record.get("managementAccess"), record.get("externalSynced"), record.get("managedBy")
    modifiable = access.get("modifiable") if isinstance(access, dict) else None
    if modifiable is False or synced is True or owner == "external":
        return True
    return False if modifiable is True or synced is False or isinstance(owner, str) else UNKNOWN


def grants_of_records(
    records: list[dict[str, Any]], resources: Resources
) -> tuple[frozenset[Grant], frozenset[str]] | None:
    """What a group grants and the apps that it is a default group for (Atlassian facts, section 2.10); None where an
    entry makes no sense, for then it is not known."""
    grants, defaults = set(), set()
    for record in records:
        resource, owner, roles = record.get("resourceId"), record.get("resourceOwner"), record.get("roles")
        if not isinstance(resource, str) or not isinstance(roles, list) or not all(isinstance(r, str) for r in roles):
            return None
        if is_platform(resource):
            continue
        app = resources.granted(resource, owner if isinstance(owner, str) else "")
        grants |= {Grant(app, bare_role(role)) for role in roles}
        if record.get("defaultRole") is not None:
            defaults.add(app)
    return frozenset(grants), frozenset(defaults)


def direct_grants_of_records(records: list[dict[str, Any]], resources: Resources) -> frozenset[Grant] | Unknown:
    """The roles that a person holds directly, of all their role assignments (Atlassian facts, section 2.8); unknown
    where an entry does not say how a role was given."""
    grants = set()
    for record in records:
        resource, owner, given = record.get("resourceId"), record.get("resourceOwner"), record.get("roleAssignments")
        if not isinstance(resource, str) or not isinstance(given, list):
            return UNKNOWN
        if is_platform(resource):
            continue
        for entry in given:
            role, methods = (
                (entry.get("role"), entry.get("roleAssignmentMethods")) if isinstance(entry, dict) else (0, 0)
            )
            if not isinstance(role, str) or not isinstance(methods, list):
                return UNKNOWN
            if "direct" in methods:
                grants.add(Grant(resources.granted(resource, owner if isinstance(owner, str) else ""), bare_role(role)))
    return frozenset(grants)
