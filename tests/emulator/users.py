"""Reading people: search, count, stats, details, who may use what and why, and when they last did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from tests.emulator.accounts import Account
from tests.emulator.fields import ASSIGNMENTS, USER_FILTERS, USER_SEARCH, checked, from_query
from tests.emulator.paging import Page, Walk, links
from tests.emulator.state import State
from tests.emulator.wire import Json, Reply, errors
from tests.emulator.world import Call, Options

_PROFILE = {
    "job_title": "jobTitle",
    "department": "department",
    "organization": "organization",
    "location": "location",
    "time_zone": "timeZone",
}
Test = Callable[[Account], bool]


def read_search(call: Call) -> Reply:
    """`POST .../users/search` (Atlassian facts, section 2.3)."""
    asked = checked(call.body, USER_SEARCH)
    return _searched(call, asked, 50)


def read_list(call: Call) -> Reply:
    """`GET .../users`, deprecated; expands nothing (Atlassian facts, section 0.2)."""
    given = {name: values for name, values in call.query.items() if name != "sortBy"}
    return _searched(call, from_query(given, [f for f in USER_SEARCH if f.name not in {"emails", "expand"}]), 20)


def _searched(call: Call, asked: Json, default: int) -> Reply:
    directory = call.directory()
    if "cursor" in asked:
        page = call.world.cursors.resume(asked["cursor"], "users")
    else:
        found = matching(call.state, asked, directory)
        page = call.world.cursors.start(Walk("users", asked, found, asked.get("limit", default)))
    return Reply(200, {"data": _rendered(call, page), "links": links(page)})


def _rendered(call: Call, page: Page) -> list[Json]:
    expand = page.walk.asked.get("expand", ())
    owners = (call.state.seen(name) for name in page.keys)
    return [rendered(call.state, owner, expand, call.world.options) for owner in owners if owner is not None]


def read_count(call: Call) -> Reply:
    """`GET .../users/count`: the filters of the search, as query parameters (Atlassian facts, section 2.5)."""
    return Reply(200, {"count": len(matching(call.state, from_query(call.query, USER_FILTERS), call.directory()))})


def read_stats(call: Call) -> Reply:
    """`GET .../users/stats`: counts by the account's own state and by role."""
    found = [call.state.seen(name) for name in matching(call.state, {}, call.directory())]
    owners = [owner for owner in found if owner is not None]
    states = Counter(owner.state for owner in owners)
    roles = Counter(role for owner in owners for role in role_ids(call.state, owner))
    return Reply(
        200,
        {
            "accountStatus": [{"status": name, "count": states[name]} for name in ("active", "inactive", "closed")],
            "roles": [{"roleId": name, "count": number} for name, number in sorted(roles.items())],
        },
    )


def read_details(call: Call) -> Reply:
    """`GET .../users/{accountId}`: one person without groups and activity (Atlassian facts, section 2.4)."""
    owner = call.seen_account()
    if not is_in(owner, call.directory(), call.state):
        raise errors(404, "ADMIN-404-8", "User not found")
    return Reply(200, {"data": rendered(call.state, owner, ("platformRoles", "counts.resources"), call.world.options)})


def matching(state: State, asked: Json, directory: str | None) -> list[str]:
    """The ids of all who pass every filter, in a fixed order, or as `sortBy` says."""
    tests = _tests(state, asked)
    listed = (owner for owner in _candidates(state, asked) if is_in(owner, directory, state))
    found = [owner for owner in listed if all(test(owner) for test in tests)]
    if "sortBy" in asked:
        found.sort(key=lambda owner: _nickname(owner).casefold(), reverse=asked["sortBy"][0]["direction"] == "desc")
    return [owner.account_id for owner in found]


def _candidates(state: State, asked: Json) -> Iterable[Account]:
    """Everyone who may match, from the narrowest index at hand, in the organization's order."""
    names: Iterable[str] = state.accounts
    if "accountIds" in asked:
        names = set(asked["accountIds"])
    elif "groupIds" in asked:
        members = [state.groups[name].members for name in asked["groupIds"] if name in state.groups]
        names = state.held_back().union(*members)
    elif "resourceIds" in asked:
        names = state.held_back().union(*(state.users_of(app) for app in asked["resourceIds"]))
    owners = [owner for owner in map(state.seen, names) if owner is not None]
    return owners if names is state.accounts else sorted(owners, key=lambda owner: owner.position)


def _tests(state: State, asked: Json) -> list[Test]:
    plain: dict[str, Callable[[Account], str | None]] = {
        "status": lambda owner: owner.status,
        "accountStatus": lambda owner: owner.state,
        "membershipStatus": lambda owner: None if owner.state is None else owner.membership,
        "accountIds": lambda owner: owner.account_id,
        "emailDomains": lambda owner: (owner.facts.get("email") or "").rpartition("@")[2].casefold(),
        "emails": lambda owner: (owner.facts.get("email") or "").casefold(),
    }
    tests: list[Test] = [_among(read, asked[name]) for name, read in plain.items() if name in asked]
    if "claimStatus" in asked:
        tests.append(_equals("managed", asked["claimStatus"] == "managed"))
    if "mfaEnabled" in asked:
        tests.append(_equals("mfa", asked["mfaEnabled"]))
    if "groupIds" in asked:
        tests.append(lambda owner: not set(asked["groupIds"]).isdisjoint(owner.groups or ()))
    if "directoryIds" in asked:
        tests.append(lambda owner: any(is_in(owner, name, state) for name in asked["directoryIds"]))
    if "searchTerm" in asked:
        tests.append(_contains(asked["searchTerm"].casefold()))
    return [*tests, *_access_tests(state, asked)]


def _access_tests(state: State, asked: Json) -> list[Test]:
    """Filters on apps and roles; with both, the role is on one of those apps (open question 3 of the facts)."""
    apps, roles = asked.get("resourceIds"), asked.get("roleIds")
    if apps is None:
        return [] if roles is None else [lambda owner: not set(roles).isdisjoint(role_ids(state, owner))]
    return [
        lambda owner: any(
            given.app in apps and (roles is None or f"atlassian/{given.role}" in roles)
            for given, _ in state.grants(owner)
        )
    ]


def _among(read: Callable[[Account], str | None], wanted: list[str]) -> Test:
    values = {value.casefold() for value in wanted} | set(wanted)
    return lambda owner: read(owner) in values


def _equals(fact: str, value: Any) -> Test:
    return lambda owner: owner.facts.get(fact) is value


def _contains(term: str) -> Test:
    return lambda owner: any(term in (owner.facts.get(fact) or "").casefold() for fact in ("name", "email"))


def is_in(owner: Account, directory: str | None, state: State) -> bool:
    """Whether the directory lists the account; one without a membership is listed in the first."""
    return directory is None or directory in (owner.directories or state.directories[:1])


def role_ids(state: State, owner: Account) -> set[str]:
    """Every role the account holds, in the organization or on any app, as `atlassian/...`."""
    names = set(owner.facts.get("roles") or ()) | {given.role for given, _ in state.grants(owner)}
    return {f"atlassian/{name}" for name in names}


def _nickname(owner: Account) -> str:
    return str(owner.facts.get("name") or owner.account_id).split(" ")[0]


def rendered(state: State, owner: Account, expand: Iterable[str], options: Options) -> Json:
    """One person as the search answers; facts that the file does not know are left out."""
    facts = owner.facts
    known: Json = {
        "accountId": owner.account_id,
        "accountType": "atlassian",
        "nickname": _nickname(owner),
        "emailVerified": True,
        "links": {"self": owner.account_id},
    }
    copied = {
        "name": facts.get("name"),
        "email": facts.get("email"),
        "addedToOrg": facts.get("added"),
        "mfaEnabled": facts.get("mfa"),
    }
    known.update({name: value for name, value in copied.items() if value is not None})
    if owner.state is not None:
        known.update(status=owner.status, accountStatus=owner.state, membershipStatus=owner.membership)
    if facts.get("managed") is not None:
        known["claimStatus"] = "managed" if facts["managed"] else "unmanaged"
    if facts.get("synced") is not None:
        known["managementSource"] = "synced" if facts["synced"] else "invited"
    # A profile field that is null is a known nothing, and real replies say so (Atlassian facts, section 1).
    known.update({name: facts[fact] for fact, name in _PROFILE.items() if fact in facts})
    known.update(_expanded(state, owner, set(expand), options))
    return known


def _expanded(state: State, owner: Account, expand: set[str], options: Options) -> Json:
    extra: Json = {}
    roles, activity = owner.facts.get("roles"), owner.facts.get("last_active")
    if "platformRoles" in expand and roles is not None:
        extra["platformRoles"] = [f"atlassian/{name}" for name in roles]
    if "counts.resources" in expand:
        extra["counts"] = {"resources": len({given.app for given, _ in state.grants(owner)})}
    if "productAccess" in expand and activity is not None:
        extra["productAccess"] = [_activity(state, app, at, options) for app, at in activity.items()]
    if "groups" in expand and owner.groups is not None:
        groups = [(name, state.groups.get(name)) for name in owner.groups]
        extra["groups"] = [
            {"id": f"ari:cloud:identity::group/{name}", "name": group and group.facts.get("name"), "description": None}
            for name, group in groups
        ]
    return extra


def _activity(state: State, app: str, at: str | None, options: Options) -> Json:
    key = product_key(state, app)
    if options.activity_ids == "family" and key == "jira-software":
        app, key = app.replace(":jira-software:", ":jira:"), "jira"
    return {"id": app, "key": key} if at is None else {"id": app, "key": key, "lastActiveTimestamp": at}


def product_key(state: State, app: str) -> str:
    """The app's key, from its workspace or else from its ARI."""
    key = state.apps.get(app, {}).get("key")
    return str(key) if key else next(iter(app.split(":")[2:3]), app)


def read_role_assignments(call: Call) -> Reply:
    """`GET .../users/{accountId}/role-assignments`: what someone may use, and why (Atlassian facts, section 2.8)."""
    owner, directory = call.seen_account(), call.directory()
    asked = from_query(call.query, ASSIGNMENTS)
    about = f"roles of {owner.account_id}"
    if "cursor" in asked:
        page = call.world.cursors.resume(asked["cursor"], about)
    else:
        rows = _assignments(call.state, owner, directory)
        kept = {name: row for name, row in rows.items() if _wanted(row, asked)}
        page = call.world.cursors.start(Walk(about, kept, list(kept), asked.get("limit", 20)))
    return Reply(200, {"data": [page.walk.asked[name] for name in page.keys], "links": links(page)})


def _assignments(state: State, owner: Account, directory: str | None) -> dict[str, Json]:
    methods: dict[str, dict[str, set[str]]] = {}
    homes: dict[str, str | None] = {}
    for given, group in state.grants(owner):
        if directory is None or group is None or group.directory == directory:
            method = "direct" if group is None else "group_direct"
            methods.setdefault(given.app, {}).setdefault(f"atlassian/{given.role}", set()).add(method)
            homes[given.app] = group.directory if group else next(iter(owner.directories), None)
    rows = {app: _row(state, owner, homes[app], app, roles) for app, roles in methods.items()}
    platform = {f"atlassian/{name}": {"direct"} for name in owner.facts.get("roles") or ()}
    if platform:
        everywhere = f"ari:cloud:platform::org/{state.head.get('organization', 'organization')}"
        rows[everywhere] = _row(state, owner, None, everywhere, platform)
    return rows


def _row(state: State, owner: Account, directory: str | None, app: str, roles: dict[str, set[str]]) -> Json:
    suspended = "suspended" if directory in owner.suspended_in else "active"
    return {
        "directoryId": directory,
        "resourceId": app,
        "resourceOwner": product_key(state, app),
        "userDirectoryStatus": None if directory is None else suspended,
        "roleAssignments": [{"role": role, "roleAssignmentMethods": sorted(how)} for role, how in roles.items()],
        "roles": list(roles),
    }


def _wanted(row: Json, asked: Json) -> bool:
    single = {"directoryIds": "directoryId", "resourceOwners": "resourceOwner", "resourceIds": "resourceId"}
    if any(name in asked and row[column] not in asked[name] for name, column in single.items()):
        return False
    return "roleIds" not in asked or not set(asked["roleIds"]).isdisjoint(row["roles"])
