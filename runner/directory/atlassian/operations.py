"""Every request that may be sent, and no other: method, path template, kinds of ids.

Base, paths and bodies: Atlassian facts, section 2; documented limits: section 4. Version 1 directory operations are
gone and ``GET .../users`` and ``.../groups`` of version 2 are deprecated (section 0), so none of them is here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from runner.text import shorten, terminal

EVERY_DIRECTORY = "-"
"""Stands for all directories that the key may manage, in reads (Atlassian facts, section 2)."""

_ID = r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}"
_KINDS = {
    "org": re.compile(_ID),
    "directory": re.compile(_ID),
    "directories": re.compile(rf"{_ID}|-"),
    "group": re.compile(_ID),
    "account": re.compile(r"[A-Za-z0-9][A-Za-z0-9:_-]{0,127}"),
}
_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so many calls in any so many seconds."""

    calls: int
    seconds: float


class OddIdError(ValueError):
    """An id that is not of its kind: whoever gave it, it goes into no path."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. ``query`` and ``body`` are the keys that it may be given, ``rate`` is its documented limit."""

    method: str
    template: str
    writes: bool = False
    query: frozenset[str] = frozenset()
    body: frozenset[str] = frozenset()
    rate: Rate | None = None

    @property
    def name(self) -> str:
        """``GET /admin/v1/orgs``: what limits and errors call it."""
        return f"{self.method} {self.template}"

    def path(self, ids: Mapping[str, str]) -> str:
        """The path for these ids; raises ValueError for an id that is missing or not asked for, OddIdError for one that
        is not of its kind."""
        wanted = set(_PLACEHOLDER.findall(self.template))
        if set(ids) != wanted:
            raise ValueError(f"not sent: the ids do not fit {self.name}")
        for kind, id_ in ids.items():
            if not _KINDS[kind].fullmatch(id_):
                what = "directory" if kind == "directories" else kind
                raise OddIdError(f"not sent: no {what} has such an id: {shorten(terminal(id_), 60)}")
        return _PLACEHOLDER.sub(lambda match: quote(ids[match.group(1)], safe=":"), self.template)

    def check(self, query: Mapping[str, object], body: Mapping[str, object]) -> None:
        """Raise ValueError for a parameter that the operation is not known to have."""
        if not set(query) <= self.query or not set(body) <= self.body:
            raise ValueError(f"not sent: unknown parameters for {self.name}")


_V1, _V2 = "/admin/v1/orgs/{org}", "/admin/v2/orgs/{org}"
_READ, _WRITE = f"{_V2}/directories/{{directories}}", f"{_V2}/directories/{{directory}}"
_MANAGE = "/users/{account}/manage"
_PAGE = frozenset({"cursor", "limit"})
_FILTERS = frozenset({"groupIds", "emailDomains", "status", "roleIds", "resourceIds"})

ORGANIZATIONS = Operation("GET", "/admin/v1/orgs", query=frozenset({"cursor"}))
ORGANIZATION = Operation("GET", _V1)
MANAGED = Operation("GET", f"{_V1}/users", query=frozenset({"cursor"}))
API_KEYS = Operation("GET", "/admin/api-access/v1/orgs/{org}/api-keys", query=frozenset({"cursor"}))
DIRECTORIES = Operation("GET", f"{_V2}/directories", query=_PAGE)
WORKSPACES = Operation("POST", f"{_V2}/workspaces", body=_PAGE)
SEARCH_USERS = Operation(
    "POST", f"{_READ}/users/search", body=_PAGE | _FILTERS | {"accountIds", "emails", "expand"}
)  # fmt: skip
COUNT_USERS = Operation("GET", f"{_READ}/users/count", query=_FILTERS)
USER_ROLES = Operation("GET", f"{_READ}/users/{{account}}/role-assignments", query=_PAGE)
SEARCH_GROUPS = Operation(
    "POST", f"{_READ}/groups/search", body=_PAGE | {"groupIds", "groupNames", "resourceIds", "expand"}
)  # fmt: skip
COUNT_GROUPS = Operation("GET", f"{_READ}/groups/count", query=frozenset({"accountIds"}))
GROUP_ROLES = Operation("GET", f"{_READ}/groups/{{group}}/role-assignments", query=_PAGE)
LAST_ACTIVE = Operation(
    "GET", f"{_V1}/directory/users/{{account}}/last-active-dates", query=frozenset({"cursor"}), rate=Rate(200, 60.0)
)  # fmt: skip
EVENTS = Operation(
    "GET", f"{_V1}/events-stream", query=_PAGE | {"from", "to", "sortOrder"}, rate=Rate(50, 60.0)
)  # fmt: skip
PRIVILEGES = Operation("GET", _MANAGE, query=frozenset({"privileges"}))

JOIN = Operation("POST", f"{_WRITE}/groups/{{group}}/memberships", writes=True, body=frozenset({"accountId"}))
LEAVE = Operation("DELETE", f"{_WRITE}/groups/{{group}}/memberships/{{account}}", writes=True)
SUSPEND = Operation("POST", f"{_WRITE}/users/{{account}}/suspend", writes=True)
RESTORE = Operation("POST", f"{_WRITE}/users/{{account}}/restore", writes=True)
_ROLE = frozenset({"role", "resource"})
ASSIGN_ROLE = Operation("POST", f"{_V1}/users/{{account}}/roles/assign", writes=True, body=_ROLE)
REVOKE_ROLE = Operation("POST", f"{_V1}/users/{{account}}/roles/revoke", writes=True, body=_ROLE)
DISABLE = Operation("POST", f"{_MANAGE}/lifecycle/disable", writes=True, body=frozenset({"message"}))
ENABLE = Operation("POST", f"{_MANAGE}/lifecycle/enable", writes=True)
