"""A report's facts as JSON, and back: what the journal and the plan do not hold is kept here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from runner.model.canonical import iso, parse_instant
from runner.model.record import RunRecord
from runner.model.report import (
    ExemptionUse,
    NextRun,
    People,
    Person,
    RunReport,
    SeatChange,
    Surroundings,
    TaskNote,
    TrendPoint,
)
from runner.report.money import totals
from runner.report.privacy import private
from runner.report.rows import Row, Who
from runner.report.sentence import sentence
from runner.report.view import Listed, View, build_view

FORMAT = 1

Form = Mapping[str, Any]


def render_json(report: RunReport) -> str:
    """The facts of ``render_markdown`` as JSON, nothing cut; the same bytes for the same report.

    ``surroundings`` is what ``surroundings_from`` reads back.
    """
    report = private(report)
    view, around = build_view(report), report.around
    form = {
        "format": FORMAT,
        "sentence": sentence(report),
        **_run(report.record),
        "digest": report.plan.digest if report.plan else None,
        "refusals": [asdict(refusal) for refusal in report.record.refusals],
        "warnings": list(report.plan.warnings) if report.plan else [],
        **_lists(view),
        "saved_a_month": list(totals(around.seats)),
        "surroundings": _surroundings(around, _named(view)),
        "head": report.record.head,
    }
    return json.dumps(form, indent=1, ensure_ascii=True) + "\n"


def _run(record: RunRecord) -> Form:
    ending, snapshot = record.ending, record.snapshot
    due = record.planned.due if record.planned else ()
    return {
        "run": record.run,
        "organization": record.start.organization,
        "ended": record.ended,
        "exit_code": ending.exit_code if ending else None,
        "reason": ending.reason if ending else "",
        "started_at": iso(record.started_at),
        "finished_at": iso(record.finished_at) if record.finished_at else None,
        "now": iso(record.start.now),
        "mode": record.start.mode,
        "actor": record.start.actor,
        "version": record.start.tool_version,
        "policies": asdict(record.start.policies),
        "snapshot": {**asdict(snapshot), "taken_at": iso(snapshot.taken_at)} if snapshot else None,
        "due": [
            {"task": d.task, "at": iso(d.at), "late_s": int((record.start.now - d.at).total_seconds())} for d in due
        ],
        "outcomes": dict(record.outcome_counts),
        "open_intents": len(record.open_intents),
        "quarantined": dict(ending.quarantined) if ending else {},
    }


def _lists(view: View) -> Form:
    return {
        "tasks": [
            {"name": t.name, "people": t.people, "made": t.done, "changes": [_row(row) for row in t.rows]}
            for t in view.tasks
        ],
        "recovered": [_row(row) for row in view.recovered],
        "skipped": [{"task": table.task, "counts": dict(table.counts)} for table in view.skips],
        "skips": [
            {"account_id": s.who.account_id, "task": s.task, "why": s.why, "detail": s.detail}
            for table in view.skips
            for s in table.people
        ],
        "missing_facts": [{"task": task, "fact": fact, "people": number} for task, fact, number in view.missing],
        "notices": _listed(view.notices),
        "handover": _listed(view.handover),
        "reported": _listed(view.reported),
    }


def _row(row: Row) -> Form:
    return {
        "account_id": row.who.account_id,
        "name": row.who.name or None,
        "email": row.who.handle if row.who.handle != row.who.account_id else None,
        "verb": row.verb,
        "target": row.target or None,
        "reasons": list(row.reasons),
        "status": row.status,
        "detail": row.detail,
    }


def _listed(entries: Iterable[Listed]) -> list[Form]:
    return [
        {"account_id": e.who.account_id, "task": e.task, "what": e.what, "status": e.status, "detail": e.detail}
        for e in entries
    ]


def _named(view: View) -> People:
    """The people in the report's lists of whom more than the id is known; those of changes are in the plan."""
    everybody: list[Who] = [entry.who for entry in (*view.notices, *view.handover, *view.reported)]
    everybody += [skip.who for table in view.skips for skip in table.people]
    everybody += [row.who for row in view.recovered]
    return {
        who.account_id: Person(who.name or None, who.handle if who.handle != who.account_id else None)
        for who in sorted(everybody, key=lambda who: who.account_id)
        if who.name or who.handle != who.account_id
    }


def _surroundings(around: Surroundings, people: People) -> Form:
    uses = {
        name: [{**asdict(use), "expires": use.expires.isoformat()} for use in getattr(around, name)]
        for name in ("exemptions_used", "exemptions_expiring")
    }
    return {
        "tasks": [asdict(note) for note in around.tasks],
        **uses,
        "seats": [asdict(seat) for seat in around.seats],
        "trend": [{**asdict(point), "day": point.day.isoformat()} for point in around.trend],
        "next_runs": [{**asdict(run), "at": iso(run.at) if run.at else None} for run in around.next_runs],
        "people": {account_id: asdict(person) for account_id, person in people.items()},
        "privacy": around.privacy,
        "link": around.link,
        "job": around.job,
        "month_seats": [asdict(seat) for seat in around.month_seats],
    }


def render_surroundings(around: Surroundings) -> str:
    """The surroundings alone, as a run's folder keeps them; ``surroundings_from`` reads them back."""
    form = {"format": FORMAT, "surroundings": _surroundings(around, around.people)}
    return json.dumps(form, indent=1, ensure_ascii=True) + "\n"


def surroundings_from(text: str) -> Surroundings:
    """What ``render_surroundings`` or ``render_json`` wrote. Raises ValueError on anything else."""
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise ValueError(f"format {document['format']!r} is not {FORMAT}")
        return _surroundings_from(document["surroundings"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a report: {error}") from None


def _surroundings_from(form: Form) -> Surroundings:
    return Surroundings(
        tasks=tuple(TaskNote(**_only(TaskNote, note)) for note in form["tasks"]),
        exemptions_used=tuple(_use_from(use) for use in form["exemptions_used"]),
        exemptions_expiring=tuple(_use_from(use) for use in form["exemptions_expiring"]),
        seats=tuple(SeatChange(**_only(SeatChange, seat)) for seat in form["seats"]),
        trend=tuple(TrendPoint(p["run"], date.fromisoformat(p["day"]), p["changes"], p["held"]) for p in form["trend"]),
        next_runs=tuple(
            NextRun(**{**_only(NextRun, run), "at": parse_instant(run["at"]) if run["at"] else None})
            for run in form["next_runs"]
        ),
        people={account_id: Person(**_only(Person, person)) for account_id, person in form["people"].items()},
        privacy=str(form["privacy"]),
        link=str(form["link"]),
        job=str(form.get("job", "")),
        month_seats=tuple(SeatChange(**_only(SeatChange, seat)) for seat in form.get("month_seats", ())),
    )


def _use_from(form: Form) -> ExemptionUse:
    tasks = None if form["tasks"] is None else tuple(form["tasks"])
    until = date.fromisoformat(form["expires"])
    return ExemptionUse(form["who"], form["reason"], form["owner"], until, tasks, form["people"])


def _only(noun: type, form: Form) -> dict[str, Any]:
    """The fields of a noun, each of which must be there."""
    return {field.name: form[field.name] for field in fields(noun)}
