"""A task whose facts are missing for many people is not trusted with any."""

from __future__ import annotations

from collections.abc import Iterator

from runner.engine.case import Case, Finding, share
from runner.model.policy import Task

_LAZY = frozenset({"direct_access"})
"""Facts that are read only for people whom a task would change; for the others their absence says nothing."""


def check_missing_facts(case: Case) -> Iterator[Finding]:
    """``missing_facts``: over 5 % of people, and more than one, lack a fact that the task's filter or actions need.

    Where only some people were read, of these: what the others lack is not known.
    """
    for task in case.writing:
        found = lacking(task, case)
        people = len(case.world.snapshot.users)
        if found > 1 and 100 * found > 5 * people:
            yield Finding("missing_facts", task.name, f"{share(found, people)} lack a fact", "5 % of people")


def lacking(task: Task, case: Case) -> int:
    """How many people lack a fact that the task needs."""
    bits = case.evaluation.lacking(task.condition)
    needed = {fact for action in task.actions for fact in action.facts}
    for fact in needed - _LAZY:
        bits |= case.evaluation.without(fact)
    if needed & _LAZY:
        wanted = (d.user.account_id for d in case.drafts_of(task) if d.skip and d.skip.why == "unknown")
        bits |= case.evaluation.bits(wanted)
    return int(bits.bit_count())
