"""Two tasks that want opposite things of one person are both refused, by name.

Desired states are compared, not changes: of "is a member" and "is not a member" only one is ever a change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from runner.engine.case import Case, Finding
from runner.engine.draft import Draft
from runner.model.action import STATUS, Wish


def check_conflict(case: Case) -> Iterator[Finding]:
    """``conflict``: a finding for each task that contradicts another (or itself), naming one person and the others."""
    people: dict[str, list[Draft]] = {}
    taking_part = {task.name for task in case.writing}
    for draft in case.drafts:
        if draft.wishes and draft.task.name in taking_part:
            people.setdefault(draft.user.account_id, []).append(draft)
    quarrels: dict[str, dict[str, set[str]]] = {}
    for account_id, drafts in people.items():
        for task, opponents in contradictions(drafts).items():
            for other in opponents:
                quarrels.setdefault(task, {}).setdefault(other, set()).add(account_id)
    for task, against in sorted(quarrels.items()):
        accounts = sorted({account for accounts in against.values() for account in accounts})
        more = f" and {len(accounts) - 1} more" if len(accounts) > 1 else ""
        found = f"contradicts {', '.join(sorted(against))} about {accounts[0]}{more}"
        yield Finding("conflict", task, found, "no person", "change one of the tasks, or exempt these people from one")


def contradictions(drafts: Iterable[Draft]) -> dict[str, set[str]]:
    """Of one person's drafts, each task with the tasks that want something else of the same aspect."""
    wanted: dict[tuple[str, str | None, str | None], list[tuple[str, Wish]]] = {}
    for draft in drafts:
        for wish in draft.wishes:
            wanted.setdefault(wish.aspect, []).append((draft.task.name, wish))
    found: dict[str, set[str]] = {}
    for claims in wanted.values():
        for name, wish in claims:
            against = {other for other, theirs in claims if _contradict(wish, theirs)}
            if against:
                found.setdefault(name, set()).update(against)
    return found


def _contradict(one: Wish, other: Wish) -> bool:
    """Suspended and deactivated do not contradict each other: the deactivation covers the suspension."""
    if one.kind == STATUS and {one.value, other.value} <= {"suspended", "deactivated"}:
        return False
    return one.value != other.value
