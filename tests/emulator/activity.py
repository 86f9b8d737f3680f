"""Activity from the two older sources: one person's last-active dates, and the list of managed accounts."""

from __future__ import annotations

from tests.emulator.accounts import Account
from tests.emulator.paging import Walk
from tests.emulator.state import State
from tests.emulator.users import product_key
from tests.emulator.wire import Json, Reply, errors
from tests.emulator.world import Call

_PAGE = 100


def read_last_active(call: Call) -> Reply:
    """`GET .../last-active-dates`: snake_case, and empty for who never used anything (Atlassian facts, section 2.6).

    Of whom our file does not know it, nothing is said: an empty list would say "never".
    """
    owner = call.seen_account()
    if "cursor" in call.query:
        call.world.cursors.resume(call.query["cursor"][-1], "activity")  # there is never a second page: refused
    activity = owner.facts.get("last_active")
    if activity is None:
        raise errors(404, "ADMIN-404-8", "User not found")
    data: Json = {"product_access": [_product(call.state, app, at) for app, at in activity.items()]}
    added = owner.facts.get("added")
    if added is not None:
        data.update(added_to_org=added[:10], added_to_org_timestamp=added)
    return Reply(200, {"data": data, "links": {}})


def _product(state: State, app: str, at: str | None) -> Json:
    known: Json = {"id": app, "key": product_key(state, app)}
    if at is not None:
        known.update(last_active=at[:10], last_active_timestamp=at)
    return known


def read_managed(call: Call) -> Reply:
    """`GET /v1/orgs/{orgId}/users`: managed accounts only, `links.next` a URL (Atlassian facts, section 2.7)."""
    state, base = call.state, f"{call.url}"
    if "cursor" in call.query:
        page = call.world.cursors.resume(call.query["cursor"][-1], "managed")
    else:
        names = [owner.account_id for owner in state.accounts.values() if owner.facts.get("managed")]
        page = call.world.cursors.start(Walk("managed", None, names, _PAGE))
    owners = [owner for owner in map(state.seen, page.keys) if owner is not None]
    links = {"self": base, **({"next": f"{base}?cursor={page.after}"} if page.after else {})}
    data = [_managed(state, owner) for owner in owners]
    return Reply(200, {"data": data, "links": links, "meta": {"total": len(page.walk.keys)}})


def _managed(state: State, owner: Account) -> Json:
    activity = {app: at for app, at in (owner.facts.get("last_active") or {}).items() if at is not None}
    known: Json = {
        "account_id": owner.account_id,
        "account_type": "atlassian",
        "account_status": owner.state or "active",
        "name": owner.facts.get("name") or "",
        "picture": "https://avatars.acme.example/none.png",
        "access_billable": owner.status == "active",
        "product_access": [_used(state, app, at) for app, at in activity.items()],
    }
    if owner.facts.get("email") is not None:
        known["email"] = owner.facts["email"]
    if activity:
        known["last_active"] = max(activity.values())
    return known


def _used(state: State, app: str, at: str) -> Json:
    key = product_key(state, app)
    site = state.apps.get(app, {}).get("site")
    return {"key": key, "name": key, "url": f"https://{site}.atlassian.net", "last_active": at}
