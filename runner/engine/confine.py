"""Which people a plan needs to see: where every task is confined to some, the others need not be read.

Who is protected or exempt must be found all the same, and what a plan says of the whole organization must not rest on
a part of it: ``rests_on_others`` finds the plans that have to be made again with everybody in sight.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from runner.model.condition import Condition, questions
from runner.model.confined import Confined, either
from runner.model.plan import REMOVALS, Plan, Target
from runner.model.policy import Policies, Task
from runner.model.unknown import Unknown
from runner.model.world import World

_WHOLE_RAILS = frozenset({"missing_facts", "group_emptied", "members_floor"})
"""Rails that count people: what they find of a part may not be so of the whole."""
_WHOLE_ACTIONS = frozenset({"sync_groups", "grant_app_access"})


def confinement(tasks: Iterable[Task]) -> tuple[Confined, ...]:
    """The people to whom all these tasks are confined; empty where one may be about anybody.

    A task that makes a group's members exact looks at whoever is in it, one that keeps seats free at whoever holds one,
    a ladder at whoever stands on it, and one that grants an app at its default group, in which none of its people need
    be: none of these is confined.
    """
    return either(None if _sees_everybody(task) else task.condition.confined() for task in tasks) or ()


def _sees_everybody(task: Task) -> bool:
    keeps_free = task.select is not None and task.select.keep_free_app is not None
    return keeps_free or bool(task.escalation) or any(action.name in _WHOLE_ACTIONS for action in task.actions)


def people_named(policies: Policies) -> frozenset[str]:
    """E-mail addresses and account ids of people whom the settings protect or an exemption names."""
    exempt = {exemption.user for exemption in policies.exemptions if exemption.user is not None}
    return frozenset({*policies.settings.protect.users, *exempt})


def exempting(policies: Policies, tasks: Iterable[Task]) -> tuple[Condition, ...]:
    """The filters of the exemptions that may keep somebody from one of these tasks."""
    names = {task.name for task in tasks}
    applying = (e for e in policies.exemptions if e.tasks is None or not names.isdisjoint(e.tasks))
    found = {exemption.filter for exemption in applying if exemption.filter is not None}
    return tuple(policies.filters[name].condition for name in sorted(found))


def groups_named(policies: Policies, tasks: Sequence[Task]) -> frozenset[str]:
    """Names of the groups that settings, exemptions, conditions and actions speak of."""
    protect = policies.settings.protect
    names = {*protect.groups, *protect.min_members}
    names.update(exemption.group for exemption in policies.exemptions if exemption.group is not None)
    for condition in (*(task.condition for task in tasks), *exempting(policies, tasks)):
        names.update(name for question in questions(condition) for name in question.groups())
    names.update(name for task in tasks for action in task.actions for name in action.groups())
    return frozenset(names)


def rests_on_others(plan: Plan, world: World) -> bool:
    """Whether a plan of only some people may be another when all are seen: a rail that counts people refused, or a
    seat is taken, of which only the whole organization says whether it is free."""
    if any(refusal.rail in _WHOLE_RAILS for refusal in plan.refusals):
        return True
    if any(skip.why == "no_seat" for skip in plan.skips):
        return True
    return any(change.verb not in REMOVALS and not _seatless(change.target, world) for change in plan.changes)


def _seatless(target: Target | None, world: World) -> bool:
    """Whether joining the target takes no seat for sure: a group that grants nothing."""
    group = world.groups.get(target.id) if target else None
    return group is not None and not isinstance(group.grants, Unknown) and not group.grants
