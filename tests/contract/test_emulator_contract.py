"""Every operation of the emulated API fits Atlassian's published description, and what does not fit is found."""

from __future__ import annotations

import pytest

from tests.emulator import READ_KEY, Emulator, Limit
from tests.emulator.description import description_folder
from tests.emulator.routes import ROUTES
from tests.emulator.sample import DIRECTORY, ORG, V2, WIKI, Client, organization

pytestmark = [
    pytest.mark.needs_openapi,
    pytest.mark.skipif(description_folder() is None, reason="no OpenAPI descriptions: set ATLASSIAN_OPENAPI_DIR"),
]

EXPAND = ["platformRoles", "counts.resources", "productAccess", "groups"]
ROLE = {"role": "atlassian/user", "resource": WIKI}
ADMIN = {"role": "atlassian/org-admin"}
MEMBERSHIPS = f"{DIRECTORY}/groups/g-plain/memberships"
MANAGE = "/users/u-ben/manage"
EXCHANGES: tuple[tuple[str, str, object, int], ...] = (
    ("GET", "/admin/v1/orgs", None, 200),
    ("GET", ORG, None, 200),
    ("GET", "/admin/v1/orgs/other", None, 404),
    ("GET", f"{ORG}/users", None, 200),
    ("GET", f"{ORG}/domains", None, 200),
    ("GET", f"{ORG}/domains/acme.example", None, 200),
    ("GET", f"{ORG}/domains/nobody.example", None, 404),
    ("GET", f"{ORG}/directory/users/u-ada/last-active-dates", None, 200),
    ("GET", f"{ORG}/directory/users/u-unknown/last-active-dates", None, 404),
    ("GET", f"{ORG}/directory/users/u-none/last-active-dates", None, 404),
    ("GET", f"{V2}/directories?accountId=u-ada&limit=5", None, 200),
    ("POST", f"{V2}/workspaces", None, 200),
    ("POST", f"{V2}/workspaces", {"query": {"field": {"name": "attributes.typeKey", "values": ["confluence"]}}}, 200),
    ("POST", f"{V2}/workspaces", {"limit": 0}, 400),
    ("POST", f"{DIRECTORY}/users/search", None, 200),
    ("POST", f"{DIRECTORY}/users/search", {"expand": EXPAND, "limit": 100}, 200),
    ("POST", f"{DIRECTORY}/users/search", {"limit": 101}, 400),
    ("GET", f"{DIRECTORY}/users?limit=3&status=active", None, 200),
    ("GET", f"{DIRECTORY}/users/count?status=active&mfaEnabled=true", None, 200),
    ("GET", f"{DIRECTORY}/users/stats", None, 200),
    ("GET", f"{DIRECTORY}/users/u-ada", None, 200),
    ("GET", f"{DIRECTORY}/users/u-none", None, 404),
    ("GET", f"{DIRECTORY}/users/u-ada/role-assignments", None, 200),
    ("POST", f"{DIRECTORY}/groups/search", {"expand": ["counts.users", "counts.resources"]}, 200),
    ("GET", f"{DIRECTORY}/groups?limit=3", None, 200),
    ("GET", f"{DIRECTORY}/groups/count", None, 200),
    ("GET", f"{DIRECTORY}/groups/stats", None, 200),
    ("GET", f"{DIRECTORY}/groups/g-idp", None, 200),
    ("GET", f"{DIRECTORY}/groups/g-idp/role-assignments", None, 200),
    ("POST", MEMBERSHIPS, {"accountId": "u-ben"}, 204),
    ("POST", MEMBERSHIPS, {"accountId": "u-ben"}, 409),
    ("DELETE", f"{MEMBERSHIPS}/u-ben", None, 204),
    ("DELETE", f"{MEMBERSHIPS}/u-ben", None, 404),
    ("POST", f"{DIRECTORY}/users/u-ben/suspend", None, 204),
    ("POST", f"{DIRECTORY}/users/u-ben/restore", None, 204),
    ("POST", f"{DIRECTORY}/users/u-ada/suspend", None, 403),
    ("POST", f"{ORG}/users/u-ben/roles/assign", ROLE, 204),
    ("POST", f"{ORG}/users/u-ben/roles/assign", ROLE, 409),
    ("POST", f"{ORG}/users/u-ben/roles/revoke", ROLE, 204),
    ("POST", f"{ORG}/users/u-ben/roles/revoke", ROLE, 404),
    ("POST", f"{ORG}/users/u-ben/role-assignments/assign", ADMIN, 204),
    ("POST", f"{ORG}/users/u-ben/role-assignments/revoke", ADMIN, 204),
    ("GET", MANAGE, None, 200),
    ("GET", "/users/u-eve/manage", None, 403),
    ("POST", f"{MANAGE}/lifecycle/disable", {"message": "on leave"}, 204),
    ("POST", f"{MANAGE}/lifecycle/disable", {}, 409),
    ("POST", f"{MANAGE}/lifecycle/enable", None, 204),
    ("POST", "/users/u-cleo/manage/lifecycle/disable", {}, 403),
    ("GET", f"{ORG}/events?limit=2&q=suspended", None, 200),
    ("GET", f"{ORG}/events-stream", None, 200),
    ("GET", f"{ORG}/events/event-1", None, 200),
    ("GET", f"{ORG}/event-actions", None, 200),
    ("GET", "/admin/api-access/v1/orgs/acme/api-keys", None, 200),
)  # fmt: skip


def test_every_operation_fits_the_description() -> None:
    """Each operation, in success and in its refusals, with every key: no exchange leaves the description."""
    with Emulator(organization(), check=True) as emulator:
        client, reader, stranger = Client(emulator), Client(emulator, READ_KEY), Client(emulator, "wrong")
        answered = [client.send(method, path, body)[0] for method, path, body, _ in EXCHANGES]
        for method, path, body, _ in EXCHANGES:
            stranger.send(method, path, body)
            reader.send(method, path, body)
        for opened in (client, reader, stranger):
            opened.close()
    assert answered == [status for *_, status in EXCHANGES]
    assert emulator.violations == []
    assert emulator.crashes == []


def test_no_operation_is_left_out() -> None:
    """The exchanges above touch each route of the emulator."""
    touched = {
        route.handler
        for method, path, *_ in EXCHANGES
        for route in ROUTES
        if route.method == method and _fits(route.template, path.partition("?")[0])
    }
    assert [route.template for route in ROUTES if route.handler not in touched] == []


def _fits(template: str, path: str) -> bool:
    parts, given = template.split("/"), path.split("/")
    return len(parts) == len(given) and all(a.startswith("{") or a == b for a, b in zip(parts, given, strict=True))


def test_a_429_fits_the_description() -> None:
    """A refusal by the rate limit is not an exchange to be checked; those admitted are."""
    with Emulator(organization(), check=True, limits=[Limit(1, 60)]) as emulator:
        client = Client(emulator)
        assert [client.get(ORG)[0] for _ in range(2)] == [200, 429]
        client.close()
    assert emulator.violations == []


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", f"{DIRECTORY}/users/search", {"acountIds": ["u-ben"]}, "acountIds"),
        ("POST", f"{ORG}/users/u-ben/roles/assign", {**ROLE, "resourceId": WIKI}, "resourceId"),
        ("GET", f"{DIRECTORY}/users/count?state=active", None, "unknown query parameters ['state']"),
        ("DELETE", f"{DIRECTORY}/groups/g-plain", None, "405"),
        ("POST", "/admin/v1/orgs/acme/directory/users/u-ben/suspend-access", {}, "Path not found"),
        ("POST", f"{DIRECTORY}/users/search", {"cursor": 5}, ""),
    ],
)
def test_a_wrong_request_is_a_violation(method: str, path: str, body: object, words: str) -> None:
    """A misspelt field, a parameter or a path that the description does not have is told, once."""
    with Emulator(organization(), check=True) as emulator:
        client = Client(emulator)
        client.send(method, path, body)
        client.close()
    if words:
        assert len(emulator.violations) == 1
        assert words in emulator.violations[0]
    else:
        assert emulator.violations == []  # refused as it should be, with a body as described


def test_a_wrong_reply_is_a_violation() -> None:
    """A reply with a field of another type is told."""
    facts = organization()
    facts["users"][0]["email"] = ["not", "a", "string"]
    with Emulator(facts, check=True) as emulator:
        client = Client(emulator)
        client.get(f"{DIRECTORY}/users/u-ada")
        client.close()
    assert len(emulator.violations) == 1
    assert "is not of type 'string'" in emulator.violations[0]
