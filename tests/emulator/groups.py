"""Reading groups: search, count, stats, details, and the roles that each grants."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tests.emulator.fields import ASSIGNMENTS, GROUP_FILTERS, GROUP_SEARCH, checked, from_query
from tests.emulator.paging import Walk, links
from tests.emulator.state import Group, State
from tests.emulator.users import product_key
from tests.emulator.wire import Json, Reply
from tests.emulator.world import Call


def read_search(call: Call) -> Reply:
    """`POST .../groups/search` (Atlassian facts, section 2.9)."""
    return _searched(call, checked(call.body, GROUP_SEARCH))


def read_list(call: Call) -> Reply:
    """`GET .../groups`, deprecated (Atlassian facts, section 0.2)."""
    given = {name: values for name, values in call.query.items() if name != "sortBy"}
    return _searched(call, from_query(given, [f for f in GROUP_SEARCH if f.name not in {"groupNames", "expand"}]))


def _searched(call: Call, asked: Json) -> Reply:
    directory = call.directory()
    if "cursor" in asked:
        page = call.world.cursors.resume(asked["cursor"], "groups")
    else:
        found = matching(call.state, asked, directory)
        page = call.world.cursors.start(Walk("groups", asked, found, asked.get("limit", 20)))
    expand = page.walk.asked.get("expand", ())
    data = [rendered(call.state.groups[name], expand) for name in page.keys]
    return Reply(200, {"data": data, "links": links(page)})


def read_count(call: Call) -> Reply:
    """`GET .../groups/count`, with the filters as query parameters."""
    return Reply(200, {"count": len(matching(call.state, from_query(call.query, GROUP_FILTERS), call.directory()))})


def read_stats(call: Call) -> Reply:
    """`GET .../groups/stats`: totals, and counts by type."""
    found = [call.state.groups[name] for name in matching(call.state, {}, call.directory())]
    synced = sum(group.is_external for group in found)
    totals = {"all": len(found), "managed": len(found) - synced, "synced": synced}
    return Reply(200, {"totals": totals, "types": [{"type": "GROUP", "count": len(found)}]})


def read_details(call: Call) -> Reply:
    """`GET .../groups/{groupId}`: the search's fields with both counts."""
    call.directory()
    return Reply(200, {"data": rendered(call.group(), ("counts.users", "counts.resources"))})


def matching(state: State, asked: Json, directory: str | None) -> list[str]:
    """The ids of the groups that pass every filter, in the file's order or by name."""
    found = [group for group in state.groups.values() if _passes(state, group, asked, directory)]
    if "sortBy" in asked:
        backwards = asked["sortBy"][0]["direction"] == "desc"
        found.sort(key=lambda group: (group.facts.get("name") or "").casefold(), reverse=backwards)
    return [group.group_id for group in found]


def _passes(state: State, group: Group, asked: Json, directory: str | None) -> bool:
    name = (group.facts.get("name") or "").casefold()
    owners = {product_key(state, given.app) for given in group.grants}
    checks: dict[str, Callable[[Any], bool]] = {
        "directoryIds": lambda wanted: group.directory in wanted,
        "groupIds": lambda wanted: group.group_id in wanted,
        "groupNames": lambda wanted: name in {item.casefold() for item in wanted},
        "searchTerm": lambda term: term.casefold() in name,
        "resourceOwners": lambda wanted: not owners.isdisjoint(wanted),
        "accountIds": lambda wanted: any(_is_member(state, group, item) for item in wanted),
    }
    right = all(check(asked[field]) for field, check in checks.items() if field in asked)
    return right and directory in {None, group.directory} and _grants(group, asked)


def _is_member(state: State, group: Group, account_id: str) -> bool:
    owner = state.seen(account_id)
    return owner is not None and group.group_id in (owner.groups or ())


def _grants(group: Group, asked: Json) -> bool:
    """Whether it grants what `resourceIds` and `roleIds` ask: with both, the role on one of those apps."""
    apps, roles = asked.get("resourceIds"), asked.get("roleIds")
    if apps is None and roles is None:
        return True
    return any(
        (apps is None or given.app in apps) and (roles is None or f"atlassian/{given.role}" in roles)
        for given in group.grants
    )


def rendered(group: Group, expand: Iterable[str]) -> Json:
    """One group as the search answers; who manages it is left out where the file does not know."""
    known: Json = {
        "id": group.group_id,
        "description": group.facts.get("description") or "",
        "directoryId": group.directory,
    }
    if group.facts.get("name") is not None:
        known["name"] = group.facts["name"]
    external = group.facts.get("managed_by_idp")
    if external is not None:
        known["managementAccess"] = {"deletable": not external, "modifiable": not external, "readable": True}
        known.update(externalSynced=bool(external), managedBy="external" if external else "admins")
    counts = {"counts.users": len(group.members), "counts.resources": len({given.app for given in group.grants})}
    wanted = {name.removeprefix("counts."): number for name, number in counts.items() if name in expand}
    return {**known, "counts": wanted} if wanted else known


def read_role_assignments(call: Call) -> Reply:
    """`GET .../groups/{groupId}/role-assignments`: what the group grants, and for what it is the default (2.10)."""
    call.directory()
    group, asked = call.group(), from_query(call.query, ASSIGNMENTS)
    about = f"roles of group {group.group_id}"
    if "cursor" in asked:
        page = call.world.cursors.resume(asked["cursor"], about)
    else:
        rows = {row["resourceId"]: row for row in _assignments(call.state, group) if _wanted(row, group, asked)}
        page = call.world.cursors.start(Walk(about, rows, list(rows), asked.get("limit", 20)))
    return Reply(200, {"data": [page.walk.asked[name] for name in page.keys], "links": links(page)})


def _assignments(state: State, group: Group) -> list[Json]:
    roles: dict[str, list[str]] = {}
    for given in group.grants:
        roles.setdefault(given.app, []).append(f"atlassian/{given.role}")
    defaults = group.facts.get("default_for") or ()
    return [
        {
            "resourceId": app,
            "resourceOwner": product_key(state, app),
            "roles": held,
            "defaultRole": held[0] if app in defaults else None,
        }
        for app, held in roles.items()
    ]


def _wanted(row: Json, group: Group, asked: Json) -> bool:
    if "directoryIds" in asked and group.directory not in asked["directoryIds"]:
        return False
    if any(
        name in asked and row[column] not in asked[name]
        for name, column in (("resourceOwners", "resourceOwner"), ("resourceIds", "resourceId"))
    ):
        return False
    return "roleIds" not in asked or not set(asked["roleIds"]).isdisjoint(row["roles"])
