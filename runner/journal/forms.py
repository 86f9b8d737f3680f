"""The bodies of records as JSON, and the nouns they stand for: the border that dicts do not pass.

Every ``..._from`` raises KeyError, TypeError or ValueError on a body that is not what it should be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from runner.model.canonical import iso, parse_instant
from runner.model.plan import Change, Provenance, Refusal, SnapshotSummary
from runner.model.record import (
    Due,
    Ending,
    PlanCounts,
    Planned,
    RecordedChange,
    RecordedNotice,
    RecordedOutcome,
    Start,
)

Body = Mapping[str, Any]


def _text(body: Body, key: str) -> str:
    value = body[key]
    if not isinstance(value, str):
        raise TypeError(f"{key} is not text")
    return value


def _text_or_none(body: Body, key: str) -> str | None:
    return None if body[key] is None else _text(body, key)


def _texts(body: Body, key: str) -> tuple[str, ...]:
    values = body[key]
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError(f"{key} is not a list of texts")
    return tuple(values)


def _pairs(body: Body, key: str) -> dict[str, str]:
    values = body[key]
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise TypeError(f"{key} does not map names to texts")
    return values


def _number(body: Body, key: str) -> int:
    value = body[key]
    if type(value) is not int:
        raise TypeError(f"{key} is not a number")
    return value


def _flag(body: Body, key: str) -> bool:
    value = body[key]
    if not isinstance(value, bool):
        raise TypeError(f"{key} is neither true nor false")
    return value


def _state(body: Body, key: str) -> bool | str:
    value = body[key]
    if not isinstance(value, bool | str):
        raise TypeError(f"{key} is neither a status nor true or false")
    return value


def _instant(body: Body, key: str) -> datetime:
    return parse_instant(_text(body, key))


def started_body(start: Start) -> Body:
    """``started``: who, what and with which policies; ``now`` is the run's logical clock."""
    return {
        "mode": start.mode,
        "actor": start.actor,
        "now": iso(start.now),
        "commit": start.policies.commit,
        "policies": start.policies.sha256,
        "version": start.tool_version,
        "organization": start.organization,
    }


def start_from(body: Body) -> Start:
    """The noun of a ``started`` record."""
    policies = Provenance(_text_or_none(body, "commit"), _text(body, "policies"))
    now, organization = _instant(body, "now"), _text(body, "organization")
    return Start(_text(body, "mode"), _text(body, "actor"), now, policies, _text(body, "version"), organization)


def snapshot_body(snapshot: SnapshotSummary, pages: int) -> Body:
    """``snapshot``: what was read."""
    return {
        "taken_at": iso(snapshot.taken_at),
        "users": snapshot.users,
        "pages": pages,
        "complete": snapshot.complete,
        "sha256": snapshot.sha256,
    }


def snapshot_from(body: Body) -> tuple[SnapshotSummary, int]:
    """The noun of a ``snapshot`` record, and the number of pages."""
    users, complete = _number(body, "users"), _flag(body, "complete")
    return SnapshotSummary(_instant(body, "taken_at"), users, complete, _text(body, "sha256")), _number(body, "pages")


def planned_body(planned: Planned) -> Body:
    """``planned``: the digest, how much of what, and what allowed it."""
    return {
        "digest": planned.digest,
        "tasks": list(planned.tasks),
        "counts": asdict(planned.counts),
        "due": {due.task: iso(due.at) for due in planned.due},
        "overrides": list(planned.overrides),
        "released": list(planned.released),
        "saved_plan": planned.saved_plan,
    }


def planned_from(body: Body) -> Planned:
    """The noun of a ``planned`` record."""
    counts = PlanCounts(**{field.name: _number(body["counts"], field.name) for field in fields(PlanCounts)})
    due = tuple(Due(task, parse_instant(at)) for task, at in sorted(_pairs(body, "due").items()))
    overrides, released = _texts(body, "overrides"), _texts(body, "released")
    saved = _text_or_none(body, "saved_plan")
    return Planned(_text(body, "digest"), _texts(body, "tasks"), counts, due, overrides, released, saved)


def refused_body(refusal: Refusal) -> Body:
    """``refused``: a rail's no, with its figures."""
    return asdict(refusal)


def refusal_from(body: Body) -> Refusal:
    """The noun of a ``refused`` record."""
    rest = {key: _text(body, key) for key in ("rail", "found", "limit", "digest", "how_to_allow")}
    return Refusal(task=_text_or_none(body, "task"), **rest)


def recorded_change(change: Change) -> RecordedChange:
    """A change as records name it."""
    target, role = (change.target.id, change.target.role) if change.target else (None, None)
    what = (change.before, change.after, change.tasks)
    return RecordedChange(change.id, change.account_id, change.verb, target, role, *what)


def _change_form(change: RecordedChange) -> Body:
    return {**asdict(change), "tasks": list(change.tasks)}


def _change_from(form: Body) -> RecordedChange:
    target, role = _text_or_none(form, "target"), _text_or_none(form, "role")
    what = (_state(form, "before"), _state(form, "after"), _texts(form, "tasks"))
    return RecordedChange(_text(form, "id"), _text(form, "account_id"), _text(form, "verb"), target, role, *what)


def intent_body(change: RecordedChange) -> Body:
    """``intent``: a change that is about to be made."""
    return {"change": _change_form(change)}


def change_from(body: Body) -> RecordedChange:
    """The change of an ``intent`` or ``outcome`` record."""
    return _change_from(body["change"])


def outcome_body(change: RecordedChange, status: str, detail: str, intent_run: str | None) -> Body:
    """``outcome``: what became of a change, of this run's own or, with ``intent_run``, of an earlier one's."""
    body = {"change": _change_form(change), "status": status, "detail": detail}
    return body if intent_run is None else {**body, "intent_run": intent_run}


def outcome_from(body: Body, at: datetime) -> RecordedOutcome:
    """The noun of an ``outcome`` record; ``at`` is the record's."""
    intent_run = _text(body, "intent_run") if "intent_run" in body else None
    return RecordedOutcome(change_from(body), _text(body, "status"), at, _text(body, "detail"), intent_run)


def notified_body(notice: RecordedNotice) -> Body:
    """``notified``: a message that was sent, or could not be."""
    keys = ("account_id", "task", "message", "via", "status", "detail")
    return {key: getattr(notice, key) for key in keys}


def notice_from(body: Body, at: datetime) -> RecordedNotice:
    """The noun of a ``notified`` record."""
    keys = ("account_id", "task", "message", "via", "status", "detail")
    return RecordedNotice(at=at, **{key: _text(body, key) for key in keys})


def finished_body(ending: Ending, outcomes: Mapping[str, int]) -> Body:
    """``finished``: how it ended; the counts of its own outcomes by status."""
    return {
        "ended": ending.ended,
        "exit_code": ending.exit_code,
        "reason": ending.reason,
        "tasks": list(ending.tasks),
        "quarantined": dict(ending.quarantined),
        "counts": dict(outcomes),
    }


def ending_from(body: Body) -> Ending:
    """The noun of a ``finished`` record."""
    tasks, quarantined = _texts(body, "tasks"), _pairs(body, "quarantined")
    return Ending(_text(body, "ended"), _number(body, "exit_code"), tasks, _text(body, "reason"), quarantined)


def with_files(body: Body, files: Mapping[str, str]) -> Body:
    """The body of a record that came with files: their names in the run's folder, and their hashes."""
    return {**body, "files": dict(files)} if files else body


def files_from(body: Body) -> Mapping[str, str]:
    """The names and hashes of the files that came with a record."""
    return _pairs(body, "files") if "files" in body else {}
