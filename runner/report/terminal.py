"""A plan for a terminal: a table a task that fits the width, what is refused in full, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from runner.model.plan import Change, Plan, Refusal
from runner.model.policy import UNDO
from runner.model.report import People
from runner.report import rows, words
from runner.report.budget import EVERYTHING
from runner.report.view import plan_listings
from runner.text import display_width, pad, shorten, terminal, wrap

Paint = Callable[[str, str], str]
"""Text and a style (add, remove, refused, heading, dim) to text with colour; it must not change what is seen."""

_LEAST_WHY = 36  # columns below which reasons say little: there is no date in them
_LEAST_NAME = 9  # columns beside an address in which something of the name is seen
_ENOUGH = 60  # columns of who and what together above which reasons stand beside them, whatever is cut
_GAP = "  "
_BELOW = " " * 6


def plain(text: str, style: str) -> str:
    """No colour."""
    del style
    return text


def plan_text(
    plan: Plan, width: int, *, paint: Paint = plain, people: People | None = None, most: int = EVERYTHING
) -> str:
    """The whole plan as lines for a terminal ``width`` columns wide; of a list longer than ``most`` the first so many
    lines, and how many more there are.

    What a rail refused comes last but for the sum: that is what is left on a screen after a long plan. What people
    copy (a digest, the way to allow a refused run) is never cut and may be longer than a line.
    """
    known = rows.everybody(plan, people or {})

    def styled(text: str, style: str) -> list[str]:
        return [paint(line, style) for line in wrap(text, width)]

    parts = [
        styled(_heading(plan), "dim"),
        *(
            [*styled(_task_line(task, changes), "heading"), *_cut(_table(task, changes, known, width, paint), most)]
            for task, changes in _by_task(plan)
        ),
        _left_alone(plan, width),
        _listed(plan, known, width, most),
        [line for text in plan.warnings for line in styled(f"warning: {text}", "refused")],
        *([*styled(_no(refusal), "refused"), *_allow(refusal, width)] for refusal in plan.refusals),
        [*styled(_summary(plan), "heading"), f"digest {plan.digest}"],
        [line for hint in _hints(plan) for line in styled(hint, "dim")],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _heading(plan: Plan) -> str:
    read = f"{words.count(plan.snapshot.users, 'person', 'people')} read {words.when(plan.snapshot.taken_at)}"
    return f"{plan.organization}: {read}, {words.count(len(plan.tasks), 'task')}"


def _by_task(plan: Plan) -> Iterator[tuple[str, list[Change]]]:
    """The changes under the first of the tasks that ask for them, so that each is listed once."""
    found: dict[str, list[Change]] = {}
    for change in plan.changes:
        found.setdefault(change.tasks[0] if change.tasks else "", []).append(change)
    yield from sorted(found.items())


def _task_line(task: str, changes: Sequence[Change]) -> str:
    blocked = sum(change.blocked for change in changes)
    refused = f", {blocked} blocked" if blocked else ""
    people = words.count(rows.persons(changes), "person", "people")
    return f"{task}: {words.count(len(changes), 'change')} for {people}{refused}"


def _table(task: str, changes: Sequence[Change], people: People, width: int, paint: Paint) -> Iterator[Sequence[str]]:
    """What all have in common, and the lines of each change: one, or where that has no room for reasons a second one,
    which a person's changes share if they have them for the same reasons."""
    common = rows.common_reasons(changes)
    if common:
        yield [paint(line, "dim") for line in wrap(f"all: {'; '.join(common)}", width, "  ", "    ")]
    lines = [rows.change_row(change, task, people, "planned") for change in changes]
    table = [_cells(row, common) for row in lines]
    least_who = max((display_width(terminal(row.who.handle)) + _LEAST_NAME for row in lines), default=0)
    widths = _widths(table, least_who, width - 2 - len(_GAP))
    behind = [*((row.who, why) for row, (_, _, why) in zip(lines[1:], table[1:], strict=True)), None]
    for change, row, (_, does, why), next_one in zip(changes, lines, table, behind, strict=True):
        sign, style = ("-", "remove") if change.removal else ("+", "add")
        if change.blocked:
            sign, style = "x", "refused"
        cells = (_fitted(row.who, widths[0]), does, why)
        shown = [pad(shorten(cell, columns), columns) for cell, columns in zip(cells, widths, strict=True) if columns]
        line = paint(f"  {sign} {_GAP.join(shown)}".rstrip(), style)
        below = why and not widths[2] and (row.who, why) != next_one
        yield [line, paint(shorten(_BELOW + why, width), "dim")] if below else [line]


def _cut(entries: Iterable[Sequence[str]], most: int) -> Iterator[str]:
    """The lines of the first entries, at most so many, and how many entries there are besides."""
    rest, more = iter(entries), 0
    for entry in rest:
        most -= len(entry)
        if most < 0:
            more = 1 + sum(1 for _ in rest)
            break
        yield from entry
    if more:
        yield f"  and {more:,} more; in full: --json, or into a file"


def _cells(row: rows.Row, common: Sequence[str]) -> tuple[str, str, str]:
    also = f" (also {', '.join(row.also)})" if row.also else ""
    return (
        terminal(_name(row.who)),
        terminal(f"{row.does} {row.target}".strip() + also),
        terminal("; ".join(reason for reason in row.reasons if reason not in common)),
    )


def _name(who: rows.Who) -> str:
    return f"{who.name} <{who.handle}>" if who.name else who.handle


def _fitted(who: rows.Who, columns: int) -> str:
    """A person in so many columns: the name gives way first, for anybody may be called like somebody else."""
    name, handle = terminal(who.name), terminal(who.handle)
    room = columns - display_width(f" <{handle}>")
    whole = not name or display_width(name) <= room
    return terminal(_name(who)) if whole else f"{shorten(name, room)} <{handle}>" if room > 1 else handle


def _widths(table: Sequence[Sequence[str]], least_who: int, room: int) -> tuple[int, int, int]:
    """Columns of who, what and why: as wide as needed; where that is too much reasons are cut first. They get no column
    where too little would be left of them, or of who (``least_who`` columns) and what is done."""
    who, does, why = (max((display_width(row[index]) for row in table), default=0) for index in range(3))
    both = room - 2 * len(_GAP)
    if both - min(why, _LEAST_WHY) < min(min(who, least_who) + does, _ENOUGH):
        return (*_shared(who, does, room - len(_GAP)), 0)
    who, does = _shared(who, does, both - min(why, max(_LEAST_WHY, both // 3)))
    return who, does, min(why, room - who - does - 2 * len(_GAP))


def _shared(one: int, other: int, room: int) -> tuple[int, int]:
    """Two columns in the room there is: the wider one gives way first."""
    if one + other <= room:
        return one, other
    half = room // 2
    if one <= half:
        return one, room - one
    return (room - other, other) if other <= half else (half, room - half)


def _no(refusal: Refusal) -> str:
    what = f"task {refusal.task}" if refusal.task else "the whole run"
    return f"REFUSED by {refusal.rail}: {what}: {refusal.found}; the limit: {refusal.limit}"


def _allow(refusal: Refusal, width: int) -> list[str]:
    return wrap(refusal.how_to_allow, width, "  ", "    ")


def _left_alone(plan: Plan, width: int) -> list[str]:
    lines: list[str] = []
    for task, counts in rows.skip_counts(plan).items():
        reasons = ", ".join(f"{number:,} {words.SKIPS.get(why, why)}" for why, number in counts.items())
        lines += wrap(f"{task}: {reasons}", width, "  ", "    ")
    return [f"Left alone: {len(plan.skips):,}", *lines] if lines else []


def _listed(plan: Plan, people: People, width: int, most: int) -> list[str]:
    """Who is handed over, told or reported, one a line."""
    lines: list[str] = []
    for title, entries in plan_listings(plan, people):
        each = (f"  {_fitted(e.who, width * 2 // 3)}: {terminal(f'{e.what} ({e.task})')}" for e in entries)
        shown = _cut(([shorten(line, width)] for line in each), most)
        lines += [f"{title}: {len(entries):,}", *shown] if entries else []
    return lines


def _summary(plan: Plan) -> str:
    pending = plan.pending
    if not plan.changes:
        return "Nothing to change."
    removals = sum(change.removal for change in pending)
    kinds = f"({words.count(removals, 'removal')}, {words.count(len(pending) - removals, 'addition')})"
    blocked = len(plan.changes) - len(pending)
    people = words.count(rows.persons(pending), "person", "people")
    refused = f"; {words.count(blocked, 'change')} blocked" if blocked else ""
    return f"{words.count(len(pending), 'change')} {kinds} for {people}{refused}."


def _hints(plan: Plan) -> Iterator[str]:
    undo = any(task.startswith(UNDO) for task in plan.tasks)  # no task that could be planned or explained by its name
    if plan.pending and not undo:
        yield "carry it out as it is shown: policy-runner plan --out plan.json, then policy-runner apply plan.json"
    if plan.skips and not undo:
        yield "why one person is left alone: policy-runner explain USER TASK"
    if plan.handover:
        yield "what the identity provider must change is in the run's handover/*.csv"
