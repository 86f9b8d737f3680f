"""No group or app is emptied by accident, and none falls under its floor; judged over the whole plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from runner.engine.case import Case, Finding
from runner.engine.seats import after_changes
from runner.model.plan import Change
from runner.model.unknown import Unknown


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """How many people a group or app has before and after the plan, and which tasks take part in that."""

    name: str
    before: int
    after: int
    tasks: frozenset[str]


def check_group_emptied(case: Case) -> Iterator[Finding]:
    """``group_emptied``: nobody would be left, and the task does not say ``may_empty``."""
    allowed = {task.name for task in case.writing if task.may_empty}
    emptied = [s for s in (*shrinking_groups(case), *shrinking_apps(case)) if s.before and not s.after]
    for task in case.writing:
        names = [s.name for s in emptied if task.name in s.tasks - allowed]
        if names:
            found = f"would leave nobody in {', '.join(sorted(names))}"
            yield Finding("group_emptied", task.name, found, "somebody stays", "or write may_empty: true in the task")


def check_members_floor(case: Case) -> Iterator[Finding]:
    """``members_floor``: a group would have fewer people than ``protect.min_members`` says."""
    floors = {name.casefold(): n for name, n in case.policies.settings.protect.min_members.items()}
    low = [s for s in shrinking_groups(case) if s.after < s.before and s.after < floors.get(s.name.casefold(), 0)]
    for task in case.writing:
        for shrinkage in low:
            if task.name in shrinkage.tasks:
                floor = floors[shrinkage.name.casefold()]
                yield Finding(
                    "members_floor",
                    task.name,
                    f"{shrinkage.name} would have {shrinkage.after} people",
                    f"{floor} people",
                )


def shrinking_groups(case: Case) -> tuple[Shrinkage, ...]:
    """The groups that somebody is removed from, with additions of the same plan counted in."""
    removed: dict[str, list[Change]] = {}
    added: Counter[str] = Counter()
    for change in case.pending:
        group = change.target.id if change.target else ""
        if change.verb == "remove_from_group":
            removed.setdefault(group, []).append(change)
        elif change.verb == "add_to_group":
            added[group] += 1
    sizes: Counter[str] = Counter()
    for user in case.world.snapshot.users if removed else ():
        if not isinstance(user.groups, Unknown):
            sizes.update(user.groups & removed.keys())
    return tuple(_shrinkage(group, changes, sizes[group], added[group]) for group, changes in sorted(removed.items()))


def _shrinkage(group: str, changes: list[Change], size: int, added: int) -> Shrinkage:
    tasks = frozenset(task for change in changes for task in change.tasks)
    name = changes[0].target.name if changes[0].target else group
    return Shrinkage(name, size, size - len(changes) + added, tasks)


def shrinking_apps(case: Case) -> tuple[Shrinkage, ...]:
    """The apps that somebody loses, with the people who use them before and after."""
    world = case.world
    people: dict[str, list[Change]] = {}
    for change in case.pending:
        if change.verb in ("remove_from_group", "revoke_role", "add_to_group", "grant_role"):
            people.setdefault(change.account_id, []).append(change)
    lost: dict[str, set[str]] = {}
    balance: Counter[str] = Counter()
    for account_id, changes in people.items():
        user = world.users[account_id]
        changed = after_changes(user, changes)
        for app in world.snapshot.apps:
            uses, will = world.uses(user, app.id), world.uses(changed, app.id)
            balance[app.id] += (will is True) - (uses is True)
            if uses is True and will is not True:
                lost.setdefault(app.id, set()).update(t for c in changes if c.removal for t in c.tasks)
    return tuple(_app_shrinkage(case, app, frozenset(tasks), balance[app]) for app, tasks in sorted(lost.items()))


def _app_shrinkage(case: Case, app_id: str, tasks: frozenset[str], balance: int) -> Shrinkage:
    using = sum(case.world.uses(user, app_id) is True for user in case.world.snapshot.users)
    return Shrinkage(case.world.apps[app_id].name, using, using + balance, tasks)
