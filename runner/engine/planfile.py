"""``plan.json``: a plan as the contract's JSON, and back ("Running it", The life of one run)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from runner.engine.digest import change_id, changes_digest
from runner.errors import InputError
from runner.model.canonical import iso, parse_instant
from runner.model.plan import (
    INVERSE,
    Change,
    Handover,
    Notice,
    Plan,
    Provenance,
    Refusal,
    Reported,
    Skip,
    SnapshotSummary,
    Target,
    Would,
)

FORMAT = 1
T = TypeVar("T")
Json = Mapping[str, Any]


def plan_json(plan: Plan) -> dict[str, Any]:
    """The plan as ``plan.json`` holds it."""
    return {
        "format": FORMAT,
        "digest": plan.digest,
        "organization": plan.organization,
        "created_at": iso(plan.created_at),
        "policies": {"commit": plan.policies.commit, "sha256": plan.policies.sha256},
        "snapshot": {
            "taken_at": iso(plan.snapshot.taken_at),
            "users": plan.snapshot.users,
            "complete": plan.snapshot.complete,
            "sha256": plan.snapshot.sha256,
        },
        "tasks": list(plan.tasks),
        "changes": [change_json(change) for change in plan.changes],
        "skips": [{"account_id": s.account_id, "task": s.task, "why": s.why, "detail": s.detail} for s in plan.skips],
        "notices": [_notice(notice) for notice in plan.notices],
        "handover": [
            {"account_id": h.account_id, "task": h.task, "group": _target(h.group), "change": h.change}
            for h in plan.handover
        ],
        "reported": [
            {
                "account_id": r.account_id,
                "task": r.task,
                "would": [{"verb": would.verb, "target": _target(would.target)} for would in r.would],
            }
            for r in plan.reported
        ],
        "refusals": [_refusal(refusal) for refusal in plan.refusals],
        "warnings": list(plan.warnings),
        **({"overrides": list(plan.overrides)} if plan.overrides else {}),
    }


def change_json(change: Change) -> dict[str, Any]:
    """One change with its inverse."""
    found: dict[str, Any] = {
        "id": change.id,
        "blocked": change.blocked,
        "account_id": change.account_id,
        "name": change.name,
        "email": change.email,
        "verb": change.verb,
        "target": _target(change.target),
        "before": change.before,
        "after": change.after,
        "tasks": list(change.tasks),
        "reasons": list(change.reasons),
        "inverse": {"verb": change.inverse, "target": _target(change.target)} if change.inverse else None,
    }
    return found | ({"message": change.message} if change.message is not None else {})


def _target(target: Target | None) -> dict[str, str] | None:
    if target is None:
        return None
    return {"id": target.id, "name": target.name} | ({"role": target.role} if target.role is not None else {})


def _notice(notice: Notice) -> dict[str, Any]:
    return {
        "blocked": notice.blocked,
        "account_id": notice.account_id,
        "task": notice.task,
        "message": notice.message,
        "via": notice.via,
    }


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        "rail": refusal.rail,
        "task": refusal.task,
        "found": refusal.found,
        "limit": refusal.limit,
        "digest": refusal.digest,
        "how_to_allow": refusal.how_to_allow,
    }


def _what_is_wrong(error: Exception) -> str:
    return f"`{error.args[0]}` is missing" if isinstance(error, KeyError) else str(error)


def plan_from_json(data: Any, *, source: str, sealed: bool = False) -> Plan:
    """The plan of a ``plan.json``. Raises InputError: ``plan_unreadable`` for anything that is not one, and
    ``plan_digest`` where the digest or a change's id is not that of the content. A ``sealed`` plan is one that the
    journal kept: its chain vouches for the bytes, and where people have pseudonyms the digest is still that of the
    real plan."""
    try:
        plan = _plan(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            "plan_unreadable",
            f"{source} is not a plan of this version: {_what_is_wrong(error)}",
            hint="make it with policy-runner plan --out FILE",
        ) from None
    if sealed:
        return plan
    ids = [change_id(c.account_id, c.verb, *_where(c), before=c.before) == c.id for c in plan.changes]
    if plan.digest != changes_digest(plan.pending) or not all(ids):
        message = f"the digest of {source} does not fit its changes: it was edited, or is damaged"
        raise InputError("plan_digest", message, hint="make a new plan with policy-runner plan --out FILE")
    return plan


def read_plan_json(text: bytes, *, source: str, sealed: bool = False) -> Plan:
    """The plan in the bytes of a ``plan.json``; raises as ``plan_from_json``."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        hint = "make it with policy-runner plan --out FILE"
        raise InputError("plan_unreadable", f"{source} is not JSON, or cut short", hint=hint) from None
    return plan_from_json(data, source=source, sealed=sealed)


def _where(change: Change) -> tuple[str | None, str | None]:
    return (change.target.id, change.target.role) if change.target else (None, None)


def _plan(data: Json) -> Plan:
    if _is(int, data["format"]) != FORMAT:
        raise ValueError(f"format {data['format']}, this version reads {FORMAT}")
    policies, snapshot = data["policies"], data["snapshot"]
    return Plan(
        digest=_is(str, data["digest"]),
        organization=_is(str, data["organization"]),
        created_at=parse_instant(data["created_at"]),
        policies=Provenance(_maybe(policies["commit"]), _is(str, policies["sha256"])),
        snapshot=SnapshotSummary(
            parse_instant(snapshot["taken_at"]),
            _is(int, snapshot["users"]),
            _is(bool, snapshot["complete"]),
            _is(str, snapshot["sha256"]),
        ),
        tasks=_texts(data["tasks"]),
        changes=_each(_change, data["changes"]),
        skips=_each(lambda s: Skip(*(_is(str, s[k]) for k in ("account_id", "task", "why", "detail"))), data["skips"]),
        notices=_each(_read_notice, data["notices"]),
        handover=_each(
            lambda h: Handover(_is(str, h["account_id"]), _is(str, h["task"]), _read_target(h["group"]), h["change"]),
            data["handover"],
        ),
        reported=_each(
            lambda r: Reported(_is(str, r["account_id"]), _is(str, r["task"]), _each(_would, r["would"])),
            data["reported"],
        ),
        refusals=_each(_read_refusal, data["refusals"]),
        warnings=_texts(data["warnings"]),
        overrides=_texts(data.get("overrides", [])),
    )


def _change(data: Json) -> Change:
    if data["verb"] not in INVERSE:
        raise ValueError(f"no such verb: {data['verb']}")
    for key in ("before", "after"):
        if not isinstance(data[key], bool | str):
            raise TypeError(f"{key} is neither true, false nor a status")
    return Change(
        id=_is(str, data["id"]),
        account_id=_is(str, data["account_id"]),
        name=_maybe(data["name"]),
        email=_maybe(data["email"]),
        verb=data["verb"],
        target=_read_target(data["target"]),
        before=data["before"],
        after=data["after"],
        tasks=_texts(data["tasks"]),
        reasons=_texts(data["reasons"]),
        blocked=_is(bool, data["blocked"]),
        message=_maybe(data.get("message")),
    )


def _read_target(data: Json | None) -> Target | None:
    return None if data is None else Target(_is(str, data["id"]), _is(str, data["name"]), _maybe(data.get("role")))


def _read_notice(data: Json) -> Notice:
    account_id, task, message, via = (_is(str, data[key]) for key in ("account_id", "task", "message", "via"))
    return Notice(account_id, task, message, via, blocked=_is(bool, data["blocked"]))


def _would(data: Json) -> Would:
    return Would(_is(str, data["verb"]), _read_target(data["target"]))


def _read_refusal(data: Json) -> Refusal:
    rest = (_is(str, data[key]) for key in ("found", "limit", "digest", "how_to_allow"))
    return Refusal(_is(str, data["rail"]), _maybe(data["task"]), *rest)


def _is(kind: type[T], value: object) -> T:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{value!r} is not of type {kind.__name__}")
    return value


def _maybe(value: object) -> str | None:
    return None if value is None else _is(str, value)


def _texts(values: object) -> tuple[str, ...]:
    return tuple(_is(str, value) for value in _is(list, values))


def _each(read: Callable[[Json], T], values: object) -> tuple[T, ...]:
    return tuple(read(value) for value in _is(list, values))
