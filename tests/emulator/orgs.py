"""Reading the organization itself: its name, directories, workspaces, domains and API keys."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tests.emulator.fields import CURSOR, DIRECTORIES, Field, checked, from_query
from tests.emulator.paging import Page, Walk, links
from tests.emulator.wire import Json, Problem, Reply, error, errors
from tests.emulator.world import Call, Key, World

_WORKSPACES = (Field("cursor", nullable=True), Field("limit", "number", 1000))


def read_organizations(call: Call) -> Reply:
    """`GET /v1/orgs`: nothing for a key with scopes, a quirk of the real one (Atlassian facts, section 2.1)."""
    if "cursor" in call.query:
        raise errors(400, "ADMIN-400-1", "The page cursor is invalid")
    data = [] if call.key.is_scoped else [_organization(call.world)]
    return Reply(200, {"data": data, "links": {"self": call.url}})


def read_organization(call: Call) -> Reply:
    """`GET /v1/orgs/{orgId}`."""
    return Reply(200, {"data": _organization(call.world)})


def _organization(world: World) -> Json:
    base = f"https://api.atlassian.com/admin/v1/orgs/{world.org_id}"
    related = {name: {"links": {"related": f"{base}/{name}"}} for name in ("domains", "users")}
    name = str(world.state.head.get("organization") or world.org_id)
    return {
        "id": world.org_id,
        "type": "orgs",
        "attributes": {"name": name},
        "relationships": related,
        "links": {"self": base},
    }


def read_directories(call: Call) -> Reply:
    """`GET .../directories`, also those of one account (Atlassian facts, section 2.2)."""
    asked = from_query(call.query, DIRECTORIES)
    if "cursor" in asked:
        page = call.world.cursors.resume(asked["cursor"], "directories")
    else:
        names = [name for name in call.state.directories if _is_wanted(call, name, asked)]
        page = call.world.cursors.start(Walk("directories", asked, names, asked.get("limit", 20)))
    data = [{"directoryId": name, "name": f"Directory {name}", "icon": ""} for name in page.keys]
    return Reply(200, {"data": data, "links": links(page)})


def _is_wanted(call: Call, name: str, asked: Json) -> bool:
    if "accountId" in asked:
        owner = call.state.seen(asked["accountId"])
        if owner is None or name not in owner.directories:
            return False
    right = name in asked.get("directoryIds", [name])
    return right and asked.get("searchTerm", "").casefold() in f"directory {name}".casefold()


def read_workspaces(call: Call) -> Reply:
    """`POST .../workspaces`; with a cursor nothing else may be present (Atlassian facts, section 2.17)."""
    try:
        asked = checked(call.body, _WORKSPACES)
    except Problem as problem:
        # This operation alone declares its errors as one object, not as a list.
        raise error(400, "ADMIN-400-4", str(problem.payload)) from None
    if asked.get("cursor") is not None:
        refused = error(400, "ADMIN-400-4", "With a cursor no other property may be present")
        if set(call.body) > {"cursor"}:
            raise refused
        page = call.world.cursors.resume(asked["cursor"], "workspaces", error(400, "ADMIN-400-4", "Invalid cursor"))
    else:
        rows = {app: _workspace(item) for app, item in call.state.apps.items()}
        kept = {name: row for name, row in rows.items() if _selected(row, call.body.get("query"))}
        page = call.world.cursors.start(Walk("workspaces", kept, list(kept), asked.get("limit", 20)))
    meta = {"pageSize": len(page.keys), "total": len(page.walk.keys)}
    data = [page.walk.asked[name] for name in page.keys]
    return Reply(200, {"data": data, "links": _workspace_links(call, page), "meta": meta})


def _workspace_links(call: Call, page: Page) -> dict[str, str]:
    found = links(page)
    if call.world.options.workspace_next == "url":
        return {name: f"https://api.atlassian.com{call.url}?{urlencode({'cursor': at})}" for name, at in found.items()}
    return found


def _workspace(app: Json) -> Json:
    key, site = app.get("key"), app.get("site")
    attributes: Json = {
        "name": site or app["id"],
        "hostUrl": None if site is None else f"https://{site}.atlassian.net",
        "realm": "global",
        "regions": [],
        "status": "online",
        "capacity": app.get("seats"),
        "createdAt": None,
        "labels": [],
        "sandbox": {"type": "NONE"},
    }
    if key is not None:
        attributes.update(type=key, typeKey=key)
    return {
        "id": app["id"],
        "type": "workspace",
        "attributes": attributes,
        "relationships": {"entitlement": []},
        "links": {"self": app["id"]},
    }


def _selected(row: Json, query: Any) -> bool:
    """Evaluate `and`, `nor`, `field` and `searchWorkspaces`; features and policies select nothing here."""
    if not isinstance(query, dict):
        return True
    if isinstance(query.get("and"), list):
        return all(_selected(row, part) for part in query["and"])
    if isinstance(query.get("nor"), list):
        return not any(_selected(row, part) for part in query["nor"])
    if isinstance(query.get("field"), dict):
        name, values = query["field"].get("name"), query["field"].get("values")
        return _attribute(row, name) in (values if isinstance(values, list) else [])
    if isinstance(query.get("searchWorkspaces"), str):
        return query["searchWorkspaces"].casefold() in str(row["attributes"]["name"]).casefold()
    return not query


def _attribute(row: Json, name: Any) -> Any:
    value: Any = row
    for part in str(name).split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def read_domains(call: Call) -> Reply:
    """`GET /v1/orgs/{orgId}/domains`: the domains of managed accounts, which are the claimed ones."""
    if from_query(call.query, (CURSOR,)):
        raise errors(400, "ADMIN-400-1", "The page cursor is invalid")
    data = [_domain(call.url, name) for name in _domains(call.world)]
    return Reply(200, {"data": data, "links": {"self": call.url}})


def read_domain(call: Call) -> Reply:
    """`GET /v1/orgs/{orgId}/domains/{domainId}`; the id is the name."""
    if call.path["domain"] not in _domains(call.world):
        raise errors(404, "ADMIN-404-3", "Domain not found")
    return Reply(200, {"data": _domain(call.url.rpartition("/")[0], call.path["domain"])})


def _domains(world: World) -> list[str]:
    emails = (owner.facts.get("email") for owner in world.state.accounts.values() if owner.facts.get("managed"))
    return sorted({email.rpartition("@")[2] for email in emails if email})


def _domain(base: str, name: str) -> Json:
    claim = {"type": "dns", "status": "verified"}
    return {
        "id": name,
        "type": "domains",
        "attributes": {"name": name, "claim": claim},
        "links": {"self": f"https://api.atlassian.com{base}/{name}"},
    }


def read_api_keys(call: Call) -> Reply:
    """`GET /admin/api-access/v1/orgs/{orgId}/api-keys`: when each key expires (Atlassian facts, section 6)."""
    return Reply(200, {"data": [_key(key) for key in call.world.keys], "links": {}})


def _key(key: Key) -> Json:
    scopes = ["read:directories:admin", "read:groups:admin", "read:workspaces:admin"] if key.is_scoped else []
    return {
        "id": key.key_id,
        "name": key.label,
        "status": "active",
        "scopes": scopes,
        "createdAt": "2026-01-01T00:00:00.000Z",
        "expiresAt": key.expires_at,
    }
