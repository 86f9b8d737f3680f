"""Whom a change of policies touches: two versions of the policies evaluated on one snapshot; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from runner.engine.evaluate import Evaluation
from runner.engine.guard import Guard
from runner.engine.plan import all_drafts, build_plan
from runner.engine.shapes import content, shape_warnings
from runner.model.difference import Difference, TaskDiff
from runner.model.plan import Plan
from runner.model.policy import Policies, Task
from runner.model.verdicts import members
from runner.model.world import World

STRENGTH = ("", "add_to_group", "grant_role", "restore", "reactivate", "remove_from_group", "revoke_role", "suspend",
            "deactivate")  # fmt: skip
"""What a task does to a person, from nothing to the strongest; a person counts by the strongest of their changes."""


@dataclass(frozen=True)
class _Version:
    """One version's enabled tasks: who matches each, and how strongly it would treat whom."""

    policies: Policies
    matched: Mapping[str, frozenset[str]]
    strength: Mapping[str, Mapping[str, int]]
    plan: Plan


def diff_policies(before: Policies, after: Policies, world: World) -> Difference:
    """Evaluate both versions, each with its own lists, on the world's snapshot."""
    old, new = _version(before, world), _version(after, world)
    names = sorted(before.tasks.keys() | after.tasks.keys())
    tasks = tuple(_task_diff(name, old, new) for name in names)
    return Difference(tasks, old.plan, new.plan, shape_warnings(before, after, world))


def _version(policies: Policies, world: World) -> _Version:
    world = World(world.snapshot, world.now, policies.lists, world.history)
    tasks = [task for task in policies.tasks.values() if task.enabled]
    evaluation = Evaluation(world)
    strength: dict[str, dict[str, int]] = {task.name: {} for task in tasks}
    for draft in all_drafts(tasks, evaluation, Guard(policies, evaluation)):
        strongest = max((STRENGTH.index(move.verb) for move in draft.moves), default=0)
        strength[draft.task.name][draft.user.account_id] = strongest
    matched = {task.name: frozenset(_matching(task, evaluation)) for task in tasks}
    return _Version(policies, matched, strength, build_plan(policies, tasks, world).plan)


def _matching(task: Task, evaluation: Evaluation) -> Iterator[str]:
    users = evaluation.world.snapshot.users
    return (users[index].account_id for index in members(evaluation.verdicts(task.condition).yes))


def _task_diff(name: str, old: _Version, new: _Version) -> TaskDiff:
    was, now = old.matched.get(name, frozenset()), new.matched.get(name, frozenset())
    before, after = old.strength.get(name, {}), new.strength.get(name, {})
    both = sorted(was & now)
    return TaskDiff(
        task=name,
        status=_status(name, old.policies, new.policies),
        matched=len(now),
        newly=tuple(sorted(now - was)),
        released=tuple(sorted(was - now)),
        stronger=tuple(person for person in both if after.get(person, 0) > before.get(person, 0)),
        gentler=tuple(person for person in both if after.get(person, 0) < before.get(person, 0)),
    )


def _status(name: str, old: Policies, new: Policies) -> str:
    before, after = old.tasks.get(name), new.tasks.get(name)
    if before is None or after is None:
        return "removed" if after is None else "added"
    if before.enabled != after.enabled:
        return "resumed" if after.enabled else "paused"
    return "same" if content(before) == content(after) else "changed"
