"""What a request may say: each operation lists its fields, and every error is reported at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.emulator.wire import Json, errors

_ROLES = (
    "user",
    "admin",
    "guest",
    "customer",
    "user-access-admin",
    "contributor",
    "basic",
    "stakeholder",
    "org-admin",
    "site-admin",
    "ai-access",
)
ROLE_IDS = tuple(f"atlassian/{name}" for name in _ROLES)
STATUSES = ("active", "suspended", "not_invited", "deactivated", "for_deletion")
ACCOUNT_STATUSES = ("active", "inactive", "closed")
MEMBERSHIP_STATUSES = ("active", "suspended", "no_membership")


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `kind` is `text`, `list`, `flag`, `number` or `sort`; `most` its longest list or largest number."""

    name: str
    kind: str = "text"
    most: int = 0
    words: tuple[str, ...] = ()
    nullable: bool = False


def listed(name: str, most: int, words: tuple[str, ...] = ()) -> Field:
    """A list of 1 to `most` strings."""
    return Field(name, "list", most, words)


CURSOR = Field("cursor")
USER_FILTERS = (
    listed("accountIds", 10),
    listed("directoryIds", 10),
    listed("groupIds", 10),
    listed("roleIds", 10, ROLE_IDS),
    listed("emailDomains", 10),
    listed("resourceIds", 20),
    Field("searchTerm"),
    listed("status", 4, STATUSES),
    listed("accountStatus", 3, ACCOUNT_STATUSES),
    listed("membershipStatus", 3, MEMBERSHIP_STATUSES),
    Field("claimStatus", words=("managed", "unmanaged")),
    Field("mfaEnabled", "flag"),
)
USER_SEARCH = (
    *USER_FILTERS,
    listed("emails", 100),
    Field("sortBy", "sort", words=("nick_name",)),
    CURSOR,
    Field("limit", "number", 100),
    listed("expand", 4, ("platformRoles", "counts.resources", "productAccess", "groups")),
)
GROUP_FILTERS = (
    listed("directoryIds", 10),
    listed("accountIds", 10),
    listed("groupIds", 10),
    listed("resourceOwners", 10),
    listed("resourceIds", 20),
    Field("searchTerm"),
    listed("roleIds", 10),
)
GROUP_SEARCH = (
    *GROUP_FILTERS,
    listed("groupNames", 100),
    Field("sortBy", "sort", words=("name",)),
    CURSOR,
    Field("limit", "number", 100),
    listed("expand", 2, ("counts.resources", "counts.users")),
)
ASSIGNMENTS = (
    CURSOR,
    Field("limit", "number", 100),
    listed("directoryIds", 10),
    listed("resourceOwners", 10),
    listed("resourceIds", 20),
    listed("roleIds", 10, ROLE_IDS),
)
DIRECTORIES = (
    CURSOR,
    Field("limit", "number", 100),
    Field("accountId"),
    listed("directoryIds", 10),
    Field("searchTerm"),
)


def checked(given: Json, fields: Iterable[Field], code: str = "ADMIN-400-4") -> Json:
    """The fields that are known, or a 400 with one entry of `errors[]` for each that is wrong."""
    known = {field.name: given[field.name] for field in fields if field.name in given}
    wrong = [message for field in fields if field.name in known for message in _complaints(field, known[field.name])]
    if "emails" in known and "searchTerm" in known:
        wrong.append("emails and searchTerm are mutually exclusive")
    if "groupNames" in known and ("searchTerm" in known or "groupIds" in known):
        wrong.append("groupNames cannot be combined with searchTerm or groupIds")
    if wrong:
        raise errors(400, code, *wrong)
    return known


def from_query(query: Mapping[str, list[str]], fields: Iterable[Field]) -> Json:
    """The query's parameters with the types that a body would have given them, checked."""
    fields = tuple(fields)
    given: Json = {}
    for field in fields:
        values = query.get(field.name)
        if values:
            given[field.name] = values if field.kind == "list" else _typed(field, values[-1])
    return checked(given, fields)


def _typed(field: Field, value: str) -> object:
    if field.kind == "number" and value.lstrip("-").isdecimal() and len(value) < 12:
        return int(value)
    if field.kind == "flag" and value in {"true", "false"}:
        return value == "true"
    return value


def _complaints(field: Field, value: object) -> list[str]:
    if value is None and field.nullable:
        return []
    return {"list": _list, "flag": _flag, "number": _number, "sort": _sort}.get(field.kind, _text)(field, value)


def _text(field: Field, value: object) -> list[str]:
    if not isinstance(value, str):
        return [f"{field.name} must be a string"]
    return [f"{field.name} must be one of {', '.join(field.words)}"] if field.words and value not in field.words else []


def _flag(field: Field, value: object) -> list[str]:
    return [] if isinstance(value, bool) else [f"{field.name} must be true or false"]


def _number(field: Field, value: object) -> list[str]:
    right = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= field.most
    return [] if right else [f"{field.name} must be a number from 1 to {field.most}"]


def _list(field: Field, value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return [f"{field.name} must be a list of strings"]
    found = []
    if not 1 <= len(value) <= field.most:
        found.append(f"{field.name} must have 1 to {field.most} items, not {len(value)}")
    if field.words and not set(value) <= set(field.words):
        found.append(f"{field.name} may only have {', '.join(field.words)}")
    if field.name in {"emails", "expand"} and len(set(value)) < len(value):
        found.append(f"{field.name} must not repeat an item")
    return found


def _sort(field: Field, value: object) -> list[str]:
    right = (
        isinstance(value, list)
        and len(value) == 1
        and isinstance(value[0], dict)
        and value[0].get("field") in field.words
        and value[0].get("direction") in {"asc", "desc"}
    )
    return [] if right else [f"{field.name} must be one item with field and direction"]
