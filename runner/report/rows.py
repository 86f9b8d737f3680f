"""Changes as rows of a table: who, what, why and what became of it, with the names that people know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from runner.model.plan import Change, Handover, Notice, Plan, Reported
from runner.model.report import People, Person
from runner.report import words

NOBODY = Person(None, None)


@dataclass(frozen=True, slots=True)
class Who:
    """A person as a report calls them: ``name`` may be empty, ``handle`` is the address or else the account id."""

    account_id: str
    name: str
    handle: str


@dataclass(frozen=True, slots=True)
class Row:
    """One change in a task's table. ``status`` is a word of ``words.OUTCOMES``, ``also`` are the other tasks."""

    who: Who
    verb: str
    does: str
    target: str
    removal: bool
    reasons: tuple[str, ...]
    status: str
    detail: str = ""
    also: tuple[str, ...] = ()


def who(account_id: str, people: People) -> Who:
    """The person of an id, by name and address where they are known."""
    person = people.get(account_id, NOBODY)
    return Who(account_id, person.name or "", person.email or account_id)


def everybody(plan: Plan, people: People) -> People:
    """The people given, and those whom the plan's changes name."""
    named = {c.account_id: Person(c.name, c.email) for c in plan.changes if c.name or c.email}
    return {**people, **named}


def change_row(change: Change, task: str, people: People, status: str, detail: str = "") -> Row:
    """A change as a row in the table of one of its tasks, or of none (then all its tasks stand in ``also``)."""
    does, target = words.verb(change.verb, change.target)
    also = tuple(name for name in change.tasks if name != task)
    person = who(change.account_id, people)
    return Row(person, change.verb, does, target, change.removal, change.reasons, status, detail, also)


def persons(changes: Iterable[Change]) -> int:
    """How many people the changes touch."""
    return len({change.account_id for change in changes})


def common_reasons(changes: Sequence[Change]) -> tuple[str, ...]:
    """The reasons that hold for everybody in a table: said once, they leave room for those that differ."""
    if persons(changes) < 2:
        return ()
    shared = set.intersection(*(set(change.reasons) for change in changes))
    return tuple(reason for reason in changes[0].reasons if reason in shared)


def skip_counts(plan: Plan) -> Mapping[str, Mapping[str, int]]:
    """Of each task how many people are left alone, by why, in the order of the words."""
    counts: dict[str, dict[str, int]] = {}
    for skip in plan.skips:
        of_task = counts.setdefault(skip.task, {})
        of_task[skip.why] = of_task.get(skip.why, 0) + 1
    order = list(words.SKIPS)
    known = {why: index for index, why in enumerate(order)}
    return {
        task: dict(sorted(counts[task].items(), key=lambda item: (known.get(item[0], len(order)), item[0])))
        for task in sorted(counts)
    }


def handed_over(handover: Handover) -> str:
    """What the identity provider has to do, in words."""
    does = {"add": "add to", "remove": "remove from"}.get(handover.change, handover.change)
    return f"{does} {handover.group.name}" if handover.group else does


def told(notice: Notice) -> str:
    """What a person is told, in words."""
    return f"{notice.message} by {notice.via}" + (" (blocked)" if notice.blocked else "")


def would_be(reported: Reported) -> str:
    """What would be done to a person who is only reported, in words."""
    return ", ".join(" ".join(words.verb(w.verb, w.target)).strip() for w in reported.would) or "listed"
