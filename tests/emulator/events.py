"""The organization's audit events: every effect of this server, with the key that caused it (facts, section 2.20)."""

from __future__ import annotations

import base64
from datetime import datetime

from tests.emulator.log import Effect
from tests.emulator.wire import Json, Problem, Reply, errors
from tests.emulator.world import Call, Key

ACTIONS = {
    "add_to_group": ("user_added_to_group", "Added user to group", "Groups"),
    "remove_from_group": ("user_removed_from_group", "Removed user from group", "Groups"),
    "suspend": ("user_suspended", "Suspended user", "Users"),
    "restore": ("user_restored", "Restored user", "Users"),
    "grant_role": ("user_granted_role", "Granted role to user", "Users"),
    "revoke_role": ("user_revoked_role", "Revoked role from user", "Users"),
    "deactivate": ("user_deactivated", "Deactivated user", "Managed accounts"),
    "reactivate": ("user_activated", "Activated user", "Managed accounts"),
    "grant_org_role": ("user_granted_org_role", "Granted organization role", "Users"),
    "revoke_org_role": ("user_revoked_org_role", "Revoked organization role", "Users"),
}


def read_events(call: Call) -> Reply:
    """`GET /v1/orgs/{orgId}/events`: newest first, `links.next` a URL."""
    limit = _number(call, "limit", 30, 500)
    found = [effect for effect in reversed(call.world.log.effects) if _passes(call, effect)]
    start = _start(call)
    page = found[start : start + limit]
    links = {"self": call.url}
    if start + limit < len(found):
        links["next"] = f"https://api.atlassian.com{call.url}?cursor={_token(start + limit)}"
    data = [_event(call, effect) for effect in page]
    return Reply(200, {"data": data, "links": links, "meta": {"page_size": len(page)}})


def read_stream(call: Call) -> Reply:
    """`GET /v1/orgs/{orgId}/events-stream`: `meta.next` is kept to poll for what comes later."""
    limit, start = _number(call, "limit", 200, 500), _start(call)
    order = call.query.get("sortOrder", ["asc"])[-1]
    if order not in {"asc", "desc"}:
        raise errors(400, "ADMIN-400-19", "sortOrder must be asc or desc")
    effects = call.world.log.effects_from(0)
    found = [effect for effect in (effects if order == "asc" else effects[::-1]) if _passes(call, effect)]
    page = found[start : start + limit]
    token = _token(start + len(page))
    data = [_event(call, effect) for effect in page]
    for event in data:
        event["attributes"]["processedAt"] = event["attributes"]["time"]
    links = {"self": call.url, "next": f"https://api.atlassian.com{call.url}?cursor={token}"}
    return Reply(200, {"data": data, "links": links, "meta": {"next": token, "page_size": len(page)}})


def read_event(call: Call) -> Reply:
    """`GET /v1/orgs/{orgId}/events/{eventId}`."""
    for effect in call.world.log.effects:
        if _event_id(effect) == call.path["event"]:
            return Reply(200, {"data": _event(call, effect)})
    raise errors(404, "ADMIN-404-4", "Event not found")


def read_actions(call: Call) -> Reply:
    """`GET /v1/orgs/{orgId}/event-actions`."""
    data = [
        {"id": name, "type": "event-actions", "attributes": {"displayName": shown, "groupDisplayName": group}}
        for name, shown, group in ACTIONS.values()
    ]
    return Reply(200, {"data": data})


def _event_id(effect: Effect) -> str:
    return f"event-{effect.seq}"


def _event(call: Call, effect: Effect) -> Json:
    key = next((key for key in call.world.keys if key.key_id == effect.key), Key("", effect.key, ""))
    auth = {"authType": "api-token", "tokenId": key.key_id, "tokenLabel": key.label}
    context: list[Json] = [{"id": effect.account_id, "type": "users"}]
    if effect.target is not None:
        context.append({"id": effect.target, "type": "groups" if "group" in effect.verb else "resources"})
    attributes = {
        "time": effect.at,
        "action": ACTIONS[effect.verb][0],
        "context": context,
        "actor": {"id": "api", "name": key.label, "auth": auth},
    }
    base = f"https://api.atlassian.com/admin/v1/orgs/{call.world.org_id}/events/{_event_id(effect)}"
    return {"id": _event_id(effect), "type": "events", "attributes": attributes, "links": {"self": base}}


def _passes(call: Call, effect: Effect) -> bool:
    name = ACTIONS[effect.verb][0]
    at_ms = datetime.fromisoformat(effect.at).timestamp() * 1000
    text = f"{name} {effect.account_id} {effect.target}".casefold()
    return (
        _moment(call, "from", float("-inf")) <= at_ms <= _moment(call, "to", float("inf"))
        and name in call.query.get("action", [name])
        and "api" in call.query.get("actor", ["api"])
        and call.query.get("q", [""])[-1].casefold() in text
        and "product" not in call.query
        and "ip" not in call.query
    )


def _moment(call: Call, name: str, default: float) -> float:
    value = call.query.get(name)
    if value is None:
        return default
    if not value[-1].isdecimal() or len(value[-1]) > 15:
        raise errors(400, "ADMIN-400-3", f"{name} must be a time in milliseconds")
    return float(value[-1])


def _number(call: Call, name: str, default: int, most: int) -> int:
    value = call.query.get(name, [str(default)])[-1]
    if not value.isdecimal() or len(value) > 6 or not 1 <= int(value) <= most:
        raise errors(400, "ADMIN-400-21", f"{name} must be from 1 to {most}")
    _moment(call, "from", 0)
    _moment(call, "to", 0)
    return int(value)


def _start(call: Call) -> int:
    if "cursor" not in call.query:
        return 0
    try:
        return max(0, int(base64.urlsafe_b64decode(call.query["cursor"][-1].encode("ascii"))))
    except ValueError:
        raise _bad_cursor() from None


def _bad_cursor() -> Problem:
    return errors(400, "ADMIN-400-1", "The page cursor is invalid")


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(str(start).encode("ascii")).decode("ascii")
