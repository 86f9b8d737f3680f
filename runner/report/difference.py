"""The comment on a pull request: whom the change of policies touches, before anyone merges it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from runner.model.difference import Difference, TaskDiff
from runner.model.plan import Change
from runner.model.report import NextRun, People, SeatChange
from runner.report import rows, words
from runner.report.budget import EVERYTHING, characters, fitted, more
from runner.report.markdown import COMMENT
from runner.report.money import seat_rows, totals
from runner.report.privacy import account_ids, without_names
from runner.report.rows import Who
from runner.report.safe import render
from runner.text import shorten, terminal


@dataclass(frozen=True, slots=True)
class Moved:
    """People of one task who are treated otherwise than before: ``how`` says it, ``people`` are in order."""

    how: str
    people: tuple[Who, ...]


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task in the table, with the lists of its people."""

    diff: TaskDiff
    moved: tuple[Moved, ...]


def diff_markdown(
    difference: Difference,
    *,
    names: bool,
    people: People,
    seats: Sequence[SeatChange] = (),
    next_runs: Sequence[NextRun] = (),
    limit: int = COMMENT,
) -> str:
    """The difference in at most ``limit`` characters. ``names=False`` says how many people, and never who: also what
    rails and warnings say is freed of names and addresses."""
    plan, warnings = difference.after, difference.warnings
    if not names:
        hidden = account_ids(plan) | account_ids(difference.before) | people.keys()
        plan, warnings = without_names(plan, hidden), without_names(warnings, hidden)
    known = rows.everybody(difference.after, people) if names else {}
    tasks = tuple(_task_row(task, known) for task in difference.tasks if not (task.quiet and task.status == "same"))
    touched = {a for task in difference.tasks for a in (*task.newly, *task.released, *task.stronger, *task.gentler)}
    verbs = _by_verb(difference.appearing, difference.vanishing)
    values = {
        "plan": plan,
        "warnings": warnings,
        "names": names,
        "tasks": tasks,
        "touched": len(touched),
        "untouched": len(difference.tasks) - len(tasks),
        "verbs": verbs,
        "pending": len(plan.pending),
        "blocked": len(plan.changes) - len(plan.pending),
        "pending_people": rows.persons(plan.pending),
        "seats": seat_rows(seats),
        "totals": totals(seats),
        "next_runs": [run for run in next_runs if run.at is not None and run.task in {t.diff.task for t in tasks}],
    }
    return fitted(
        lambda shown: render(
            "diff.md.j2", rows=shown, more=more(shown), cut=shown if shown < EVERYTHING else None, **values
        ),
        characters,
        limit,
    )


def _task_row(task: TaskDiff, people: People) -> TaskRow:
    lists = (
        ("newly matched", task.newly),
        ("released", task.released),
        ("treated more strongly", task.stronger),
        ("treated more gently", task.gentler),
    )
    return TaskRow(task, tuple(Moved(how, tuple(rows.who(a, people) for a in found)) for how, found in lists if found))


def _by_verb(appearing: Sequence[Change], vanishing: Sequence[Change]) -> Sequence[tuple[str, int, int, int]]:
    """What the changes do: how many are new, how many of those are refused, and how many there are no longer."""
    new, blocked = Counter(c.verb for c in appearing), Counter(c.verb for c in appearing if c.blocked)
    old = Counter(c.verb for c in vanishing)
    verbs = sorted(new.keys() | old.keys(), key=lambda verb: (-new[verb], verb))
    return [(words.doing(verb), new[verb], blocked[verb], old[verb]) for verb in verbs]


def diff_text(difference: Difference, people: People, seats: Sequence[SeatChange], width: int) -> str:
    """The difference as lines for a terminal ``width`` columns wide, with names."""
    known = rows.everybody(difference.after, people)
    lines = []
    for task in difference.tasks:
        if task.quiet and task.status == "same":
            continue
        lines.append(f"{task.task} ({task.status}): matches {words.count(task.matched, 'person', 'people')}")
        for moved in _task_row(task, known).moved:
            lines.append(f"  {moved.how}: {len(moved.people)}")
            lines += [shorten(f"    {terminal(p.name or '')} <{terminal(p.handle)}>", width) for p in moved.people]
    if not lines:
        lines.append("nobody is treated otherwise")
    for verb, new, blocked, old in _by_verb(difference.appearing, difference.vanishing):
        refused = f" ({blocked} refused)" if blocked else ""
        lines.append(f"{verb}: {new} new{refused}, {old} no longer")
    for refusal in difference.after.refusals:
        where = f"task {refusal.task}" if refusal.task else "the whole run"
        lines.append(f"{refusal.rail} would refuse {where}: {terminal(refusal.found)}, the limit is {refusal.limit}")
    lines += [f"look twice: {terminal(warning)}" for warning in difference.warnings]
    if totals(seats):
        lines.append(f"saved a month: {', '.join(totals(seats))}")
    return "\n".join(lines) + "\n"
