"""Which operation a request is, who may call it, and the way to its handler."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from tests.emulator import activity, events, groups, lifecycle, orgs, users, writes
from tests.emulator.wire import Json, Problem, Reply, Request, errors, gateway, keyed, proxy
from tests.emulator.world import Call, Key, World

_ORG = "/admin/v1/orgs/{org}"
_V2 = "/admin/v2/orgs/{org}"
_DIRECTORY = f"{_V2}/directories/{{directory}}"
_MANAGE = "/users/{account}/manage"


@dataclass(frozen=True, slots=True)
class Route:
    """An operation: its method, the segments of its path (`{name}` takes any one) and its handler."""

    method: str
    template: str
    handler: Callable[[Call], Reply]

    @property
    def is_write(self) -> bool:
        """Whether the operation changes the organization."""
        return self.handler.__name__.startswith("apply_")


ROUTES = (
    Route("GET", "/admin/v1/orgs", orgs.read_organizations),
    Route("GET", _ORG, orgs.read_organization),
    Route("GET", f"{_ORG}/users", activity.read_managed),
    Route("GET", f"{_ORG}/domains", orgs.read_domains),
    Route("GET", f"{_ORG}/domains/{{domain}}", orgs.read_domain),
    Route("GET", f"{_ORG}/event-actions", events.read_actions),
    Route("GET", f"{_ORG}/events", events.read_events),
    Route("GET", f"{_ORG}/events/{{event}}", events.read_event),
    Route("GET", f"{_ORG}/events-stream", events.read_stream),
    Route("GET", f"{_ORG}/directory/users/{{account}}/last-active-dates", activity.read_last_active),
    Route("POST", f"{_ORG}/users/{{account}}/roles/assign", writes.apply_assign),
    Route("POST", f"{_ORG}/users/{{account}}/roles/revoke", writes.apply_revoke),
    Route("POST", f"{_ORG}/users/{{account}}/role-assignments/assign", writes.apply_org_assign),
    Route("POST", f"{_ORG}/users/{{account}}/role-assignments/revoke", writes.apply_org_revoke),
    Route("GET", f"{_V2}/directories", orgs.read_directories),
    Route("POST", f"{_V2}/workspaces", orgs.read_workspaces),
    Route("GET", f"{_DIRECTORY}/users", users.read_list),
    Route("POST", f"{_DIRECTORY}/users/search", users.read_search),
    Route("GET", f"{_DIRECTORY}/users/count", users.read_count),
    Route("GET", f"{_DIRECTORY}/users/stats", users.read_stats),
    Route("GET", f"{_DIRECTORY}/users/{{account}}", users.read_details),
    Route("GET", f"{_DIRECTORY}/users/{{account}}/role-assignments", users.read_role_assignments),
    Route("POST", f"{_DIRECTORY}/users/{{account}}/suspend", writes.apply_suspend),
    Route("POST", f"{_DIRECTORY}/users/{{account}}/restore", writes.apply_restore),
    Route("GET", f"{_DIRECTORY}/groups", groups.read_list),
    Route("POST", f"{_DIRECTORY}/groups/search", groups.read_search),
    Route("GET", f"{_DIRECTORY}/groups/count", groups.read_count),
    Route("GET", f"{_DIRECTORY}/groups/stats", groups.read_stats),
    Route("GET", f"{_DIRECTORY}/groups/{{group}}", groups.read_details),
    Route("GET", f"{_DIRECTORY}/groups/{{group}}/role-assignments", groups.read_role_assignments),
    Route("POST", f"{_DIRECTORY}/groups/{{group}}/memberships", writes.apply_join),
    Route("DELETE", f"{_DIRECTORY}/groups/{{group}}/memberships/{{account}}", writes.apply_leave),
    Route("GET", "/admin/api-access/v1/orgs/{org}/api-keys", orgs.read_api_keys),
    Route("GET", _MANAGE, lifecycle.read_privileges),
    Route("POST", f"{_MANAGE}/lifecycle/disable", lifecycle.apply_disable),
    Route("POST", f"{_MANAGE}/lifecycle/enable", lifecycle.apply_enable),
)
_NO_BODY_OF_ITS_OWN = {"apply_suspend", "apply_restore", "apply_enable", "apply_leave"}


def answer(world: World, request: Request, seq: int) -> Reply:
    """Carry a request out, and answer it whatever comes of it."""
    try:
        is_managing = request.path.startswith("/users/")
        key = _key(world, request, is_managing=is_managing)
        route, path = _route(request)
        _check_rights(world, key, route, path, request)
        query = parse_qs(request.query, keep_blank_values=True)
        call = Call(world, key, seq, request.path, path, query, _body(request, route, is_managing=is_managing))
        reply = route.handler(call)
    except Problem as problem:
        return Reply(problem.status, problem.payload)
    if not route.is_write:
        world.state.count_read()
    return reply


def key_of(world: World, request: Request) -> Key | None:
    """The API key that the request carries, or None for one that is unknown."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    found = (key for key in world.keys if key.token == token.strip())
    return next(found, None) if scheme.casefold() == "bearer" else None


def _key(world: World, request: Request, *, is_managing: bool) -> Key:
    key = key_of(world, request)
    if key is None:
        raise keyed(401, "unauthorized") if is_managing else proxy(401, "Unauthorized")
    return key


def _check_rights(world: World, key: Key, route: Route, path: dict[str, str], request: Request) -> None:
    """The organization must be ours; a key with scopes writes nothing (Atlassian facts, section 0.5).

    The operations on domains declare a 403, and in the gateway's shape, where others have a 404.
    """
    if path.get("org", world.org_id) != world.org_id:
        if "/domains" in route.template:
            raise gateway(403, "Forbidden", request.path, world.now())
        raise errors(404, "ADMIN-404-2", "Organization not found")
    if key.is_scoped and route.is_write and not request.path.startswith("/users/"):
        raise errors(401, "ADMIN-401-2", "INSUFFICIENT_SCOPE")


def _route(request: Request) -> tuple[Route, dict[str, str]]:
    """The operation and what its path names; a fixed segment goes before a free one."""
    segments = request.path.split("/")
    found = []
    for route in ROUTES:
        named = _names(route.template.split("/"), segments)
        if named is not None:
            found.append((len(named), route, named))
    right = sorted((item for item in found if item[1].method == request.method), key=lambda item: item[0])
    if not right:
        raise proxy(405, "Method Not Allowed") if found else proxy(404, "Not Found")
    return right[0][1], right[0][2]


def _names(template: list[str], segments: list[str]) -> dict[str, str] | None:
    if len(template) != len(segments):
        return None
    named = {}
    for expected, given in zip(template, segments, strict=True):
        if expected.startswith("{") and given:
            named[expected[1:-1]] = unquote(given, errors="replace")
        elif expected != given:
            return None
    return named


def _body(request: Request, route: Route, *, is_managing: bool) -> Json:
    """The JSON object of the body; {} where there is none, or where the operation reads none."""
    name = route.handler.__name__
    if request.method == "GET" or name in _NO_BODY_OF_ITS_OWN:
        return {}
    if not request.body and name != "apply_disable":
        return {}
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise keyed(400, "bodyParseFailure") if is_managing else errors(400, "ADMIN-400-19", "Invalid request body")
    return body
