"""A small organization with one of everything, and a client that shows raw replies: for the emulator's own tests."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any

from tests.emulator.emulator import API_KEY, Emulator
from tests.emulator.wire import Json

JIRA = "ari:cloud:jira-software::site/1"
WIKI = "ari:cloud:confluence::site/2"
DESK = "ari:cloud:jira-service-desk::site/3"
ORG = "/admin/v1/orgs/acme"
V2 = "/admin/v2/orgs/acme"
DIRECTORY = f"{V2}/directories/dir-1"
_PROFILE = ("job_title", "department", "organization", "location", "time_zone")


def organization() -> Json:
    """Seven people, four groups, three apps on two sites; `u-unknown` is known by nothing but its id."""
    return {
        "format": 1,
        "taken_at": "2026-11-22T06:00:00Z",
        "organization": "acme",
        "complete": True,
        "apps": [
            {"id": JIRA, "key": "jira-software", "site": "acme", "seats": 3},
            {"id": WIKI, "key": "confluence", "site": "acme-eu", "seats": 100},
            {"id": DESK, "key": "jira-service-desk", "site": "acme"},
        ],
        "groups": [
            {"id": "g-jira", "name": "jira-users", "grants": [JIRA], "default_for": [JIRA], "managed_by_idp": False},
            {
                "id": "g-wiki",
                "name": "Wiki Guests",
                "grants": [{"app": WIKI, "role": "guest"}],
                "default_for": [],
                "managed_by_idp": False,
            },
            {"id": "g-idp", "name": "idp-all", "grants": [JIRA, WIKI], "default_for": [], "managed_by_idp": True},
            {"id": "g-plain", "name": "all-staff", "grants": [], "default_for": [], "managed_by_idp": False},
        ],
        "users": [
            person(
                "ada", roles=["org-admin"], groups=["g-jira", "g-plain"], last_active={JIRA: "2026-11-01T08:00:00Z"}
            ),
            person("ben", groups=["g-jira"], last_active={JIRA: None}, job_title="Engineer"),
            person("cleo", groups=["g-idp", "g-plain"], synced=True, mfa=False),
            person("dov", status="suspended", groups=["g-jira"], managed=False, email="dov@contractor.acme.example"),
            person("eve", status="not_invited", managed=False, direct_access=[{"app": DESK, "role": "customer"}]),
            person("fay", status="deactivated", direct_access=[WIKI]),
            {"account_id": "u-unknown"},
        ],
    }


def person(name: str, **facts: Any) -> Json:
    """A user of our file with plain facts (active, managed, never active anywhere) under those given."""
    return {
        "account_id": f"u-{name}",
        "email": f"{name}@acme.example",
        "name": f"{name.title()} Example",
        "status": "active",
        "managed": True,
        "synced": False,
        "mfa": True,
        "added": "2025-01-01T00:00:00Z",
        "roles": [],
        "last_active": {},
        "groups": [],
        "direct_access": [],
        **dict.fromkeys(_PROFILE),
        **facts,
    }


class Client:
    """Sends requests and returns status and decoded body as they are: no retries, no redirects, one connection."""

    def __init__(self, emulator: Emulator, key: str = API_KEY) -> None:
        """Talk to a started emulator with this key."""
        self._connection = http.client.HTTPConnection(emulator.url.removeprefix("http://"), timeout=10)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def send(self, method: str, path: str, body: object = None) -> tuple[int, Any, Mapping[str, str]]:
        """Status, decoded JSON (None where there is no body; text where it is no JSON) and headers."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        try:
            self._connection.request(method, path, data, self._headers)
            reply = self._connection.getresponse()
            content = reply.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
        return reply.status, _decoded(content), {name.lower(): value for name, value in reply.getheaders()}

    def get(self, path: str) -> tuple[int, Any]:
        """Status and body of a GET."""
        return self.send("GET", path)[:2]

    def post(self, path: str, body: object = None) -> tuple[int, Any]:
        """Status and body of a POST."""
        return self.send("POST", path, body)[:2]

    def delete(self, path: str) -> tuple[int, Any]:
        """Status and body of a DELETE."""
        return self.send("DELETE", path)[:2]

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def _decoded(content: bytes) -> Any:
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError:
        return content.decode("utf-8", "replace")
