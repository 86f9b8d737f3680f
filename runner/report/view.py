"""What a report shows, worked out once for Markdown and for JSON: every task's table, who is left alone and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from runner.model.outcome import NOT_SENT
from runner.model.plan import Change, Plan, Skip, Target
from runner.model.record import RecordedChange, RecordedOutcome, RunRecord
from runner.model.report import People, RunReport, TaskNote
from runner.report import rows, sentence, words
from runner.report.handover import handover_names
from runner.report.rows import Row, Who

_BAD = ("failed", "unknown")


@dataclass(frozen=True, slots=True)
class TaskTable:
    """One task's changes; ``people`` is how many persons they touch, ``done`` how many changes were made, ``common``
    are the reasons that all of them share."""

    name: str
    description: str
    owner: str
    rows: tuple[Row, ...]
    people: int
    done: int
    common: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A person whom a task leaves alone; ``reason`` is ``why`` in words."""

    who: Who
    task: str
    why: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class SkipTable:
    """Everybody whom one task leaves alone, counted by reason and listed in the order of the reasons."""

    task: str
    counts: Mapping[str, int]
    people: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A person in a list besides the changes: what is to be done, told or found, and how that ended."""

    who: Who
    task: str
    what: str
    status: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """All lists of a report. ``missing`` counts people by task and the fact that was missing."""

    tasks: tuple[TaskTable, ...]
    bad: tuple[Row, ...]
    recovered: tuple[Row, ...]
    skips: tuple[SkipTable, ...]
    missing: tuple[tuple[str, str, int], ...]
    notices: tuple[Listed, ...]
    handover: tuple[Listed, ...]
    reported: tuple[Listed, ...]


def build_view(report: RunReport) -> View:
    """The lists of a report."""
    plan, people = report.plan, report.around.people
    if plan is not None:
        people = rows.everybody(plan, people)
    changes = plan.changes if plan is not None else tuple(_without_names(o.change) for o in report.record.outcomes)
    tasks = tuple(_task_tables(changes, report, people))
    targets = {change.target.id: change.target.name for change in changes if change.target}
    recovered = (_recovered_row(outcome, people, targets) for outcome in report.record.recovered)
    return View(
        tasks=tasks,
        bad=tuple(_first_rows(changes, report.record, people)),
        recovered=tuple(recovered),
        skips=tuple(_skip_tables(plan, people)) if plan else (),
        missing=_missing(plan.skips) if plan else (),
        notices=tuple(_notices(plan, report.record, people)),
        handover=_handover(plan, people) if plan else (),
        reported=_reported(plan, people) if plan else (),
    )


def _without_names(change: RecordedChange) -> Change:
    """A recorded change of a run whose plan is not there: people and targets by their ids."""
    target = Target(change.target, change.target, change.role) if change.target is not None else None
    what = (change.verb, target, change.before, change.after, change.tasks, ())
    return Change(change.id, change.account_id, None, None, *what)


def _statuses(changes: tuple[Change, ...], record: RunRecord) -> Mapping[str, tuple[str, str]]:
    """The word and the detail of what became of each change, by its id."""
    ended = {outcome.change.id: (outcome.status, outcome.detail) for outcome in record.outcomes}
    ended |= {intent.id: ("unknown", "announced, and no outcome was recorded") for intent in record.open_intents}
    untouched = ("not_tried" if record.intents or record.ended != "done" else "planned"), ""
    return {c.id: ended.get(c.id) or (("refused", "") if c.blocked else untouched) for c in changes}


def _task_tables(changes: tuple[Change, ...], report: RunReport, people: People) -> Iterator[TaskTable]:
    notes = {note.name: note for note in report.around.tasks}
    statuses = _statuses(changes, report.record)
    for name in sorted({task for change in changes for task in change.tasks}):
        note = notes.get(name, TaskNote(name, "", ""))
        of_task = [change for change in changes if name in change.tasks]
        table = tuple(rows.change_row(change, name, people, *statuses[change.id]) for change in of_task)
        done = sum(row.status == "applied" for row in table)
        yield TaskTable(
            name, note.description, note.owner, table, rows.persons(of_task), done, rows.common_reasons(of_task)
        )


def _first_rows(changes: tuple[Change, ...], record: RunRecord, people: People) -> Iterator[Row]:
    """The changes that failed or whose end is not known, each once; what a cancelled run did not send is neither."""
    statuses = _statuses(changes, record)
    for change in changes:
        bad = statuses[change.id][0] in _BAD
        if bad and not (sentence.cancelled(record) and words.fate(*statuses[change.id])[0] == NOT_SENT):
            yield rows.change_row(change, "", people, *statuses[change.id])


def _recovered_row(outcome: RecordedOutcome, people: People, targets: Mapping[str, str]) -> Row:
    detail = f"announced by run {outcome.intent_run}" + (f"; {outcome.detail}" if outcome.detail else "")
    row = rows.change_row(_without_names(outcome.change), "", people, outcome.status, detail)
    return replace(row, target=targets.get(row.target, row.target))


def _skip_tables(plan: Plan, people: People) -> Iterator[SkipTable]:
    order = {why: index for index, why in enumerate(words.SKIPS)}
    found: dict[str, list[Skip]] = {}
    for skip in sorted(plan.skips, key=lambda s: (s.why == "already", order.get(s.why, len(order)), s.account_id)):
        found.setdefault(skip.task, []).append(skip)
    for task, counts in rows.skip_counts(plan).items():
        yield SkipTable(task, counts, tuple(_skipped(skip, people) for skip in found[task]))


def _skipped(skip: Skip, people: People) -> Skipped:
    return Skipped(
        rows.who(skip.account_id, people), skip.task, skip.why, words.SKIPS.get(skip.why, skip.why), skip.detail
    )


def _missing(skips: tuple[Skip, ...]) -> tuple[tuple[str, str, int], ...]:
    counts: dict[tuple[str, str], int] = {}
    for skip in skips:
        if skip.why == "unknown":
            counts[skip.task, skip.detail] = counts.get((skip.task, skip.detail), 0) + 1
    return tuple((task, fact, number) for (task, fact), number in sorted(counts.items()))


def _handover(plan: Plan, people: People) -> tuple[Listed, ...]:
    """Each with the name of its list in ``detail``."""
    files = handover_names(plan)
    return tuple(
        Listed(rows.who(h.account_id, people), h.task, rows.handed_over(h), detail=f"handover/{files[h.group]}")
        for h in plan.handover
    )


def _reported(plan: Plan, people: People) -> tuple[Listed, ...]:
    return tuple(Listed(rows.who(r.account_id, people), r.task, rows.would_be(r)) for r in plan.reported)


def plan_listings(plan: Plan, people: People) -> tuple[tuple[str, tuple[Listed, ...]], ...]:
    """Who is handed over, told or reported by a plan, under the titles of these lists."""
    told = tuple(Listed(rows.who(n.account_id, people), n.task, rows.told(n)) for n in plan.notices)
    return (
        ("For the identity provider", _handover(plan, people)),
        ("Messages (no undo)", told),
        ("Reported, not changed", _reported(plan, people)),
    )


def _notices(plan: Plan | None, record: RunRecord, people: People) -> Iterator[Listed]:
    sent = {(n.account_id, n.task, n.message): n for n in record.notified}
    for notice in plan.notices if plan else ():
        known = sent.pop((notice.account_id, notice.task, notice.message), None)
        status = known.status if known else "refused" if notice.blocked else "not_tried"
        what = f"{notice.message} by {notice.via}"
        yield Listed(rows.who(notice.account_id, people), notice.task, what, status, known.detail if known else "")
    for (account_id, task, message), known in sent.items():
        yield Listed(rows.who(account_id, people), task, f"{message} by {known.via}", known.status, known.detail)
