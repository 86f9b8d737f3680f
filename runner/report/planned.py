"""A plan as Markdown, for ``plan --format markdown`` and for comments in pull requests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runner.model.plan import Change, Plan
from runner.model.report import People
from runner.report import rows, words
from runner.report.budget import EVERYTHING, characters, fitted, more
from runner.report.markdown import COMMENT
from runner.report.privacy import account_ids, without_names
from runner.report.rows import Row
from runner.report.safe import render
from runner.report.view import plan_listings


@dataclass(frozen=True, slots=True)
class Kind:
    """All changes of one task that do the same thing, without names: to how many people."""

    row: Row
    people: int


@dataclass(frozen=True, slots=True)
class PlanTable:
    """One task's changes, in full and by kind."""

    name: str
    changes: int
    people: int
    blocked: int
    rows: tuple[Row, ...]
    kinds: tuple[Kind, ...]
    common: tuple[str, ...]


def plan_markdown(plan: Plan, *, names: bool = True, people: People | None = None, limit: int = COMMENT) -> str:
    """The plan in at most ``limit`` characters; ``names=False`` says how many people, and never who."""
    if not names:
        plan, people = without_names(plan, account_ids(plan) | (people or {}).keys()), {}
    known = rows.everybody(plan, people or {})
    tables = tuple(_tables(plan, known))
    return fitted(lambda shown: _rendered(plan, known, tables, names=names, shown=shown), characters, limit)


def _tables(plan: Plan, people: People) -> Iterable[PlanTable]:
    for name in sorted({task for change in plan.changes for task in change.tasks}):
        changes = [change for change in plan.changes if name in change.tasks]
        table = tuple(_row(change, name, people) for change in changes)
        blocked = sum(change.blocked for change in changes)
        yield PlanTable(
            name, len(changes), rows.persons(changes), blocked, table, _kinds(table), rows.common_reasons(changes)
        )


def _row(change: Change, task: str, people: People) -> Row:
    return rows.change_row(change, task, people, "refused" if change.blocked else "planned")


def _kinds(table: Iterable[Row]) -> tuple[Kind, ...]:
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in table:
        found.setdefault((row.does, row.target, row.status), []).append(row)
    return tuple(Kind(group[0], len({row.who.account_id for row in group})) for _, group in sorted(found.items()))


def _rendered(plan: Plan, people: People, tables: Sequence[PlanTable], *, names: bool, shown: int) -> str:
    pending = plan.pending
    return render(
        "plan.md.j2",
        plan=plan,
        names=names,
        tables=tables,
        removals=sum(change.removal for change in pending),
        people=rows.persons(pending),
        blocked=len(plan.changes) - len(pending),
        skips=[
            (task, words.SKIPS.get(why, why), number)
            for task, counts in rows.skip_counts(plan).items()
            for why, number in counts.items()
        ],
        listings=plan_listings(plan, people),
        rows=shown,
        more=more(shown),
        cut=shown if shown < EVERYTHING else None,
    )
