"""Names that policies use and the organization must know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from runner.engine.select import select_errors
from runner.model.condition import Condition, questions
from runner.model.policy import Policies, Task
from runner.model.problem import Place, Problem
from runner.model.world import EVERY_APP, World


@dataclass(frozen=True, slots=True)
class NameCheck:
    """Names that are wrong (errors of tasks that are enabled) and what is merely odd."""

    errors: tuple[Problem, ...]
    warnings: tuple[str, ...]


def check_names(policies: Policies, tasks: Sequence[Task], world: World) -> NameCheck:
    """Errors for apps and groups that do not exist, warnings for conditions that are odd in this organization.

    The filters of exemptions are asked about everybody, whatever the tasks are: one that names an app which does not
    exist would keep nobody from anything.
    """
    errors: list[Problem] = []
    warnings: list[str] = []
    for task in tasks:
        problems = tuple(task_problems(task, world))
        if task.enabled:
            errors += problems
        else:
            warnings += [f"{task.name} (paused): {problem.message}" for problem in problems]
        for condition in questions(task.condition):
            warnings += [f"{task.name}: {text}" for text in condition.warnings(world)]
    for name in sorted({exemption.filter for exemption in policies.exemptions if exemption.filter is not None}):
        errors += condition_problems(policies.filters[name].condition, world)
    warnings += _exemption_warnings(policies, world)
    return NameCheck(tuple(sorted(set(errors))), tuple(dict.fromkeys(warnings)))


def task_problems(task: Task, world: World) -> Iterator[Problem]:
    """What a task names that this organization does not have."""
    actions = (*task.actions, *(action for step in task.escalation for action in step.actions))
    yield from condition_problems(task.condition, world)
    for action in actions:
        yield from _unknown_apps(action.apps(), action.place, world)
    yield from _unknown_apps(_select_apps(task), task.place, world)
    for action in actions:
        for name in action.groups():
            if name.casefold() not in world.groups_by_name:
                yield Problem(action.place, "unknown_group", f"no group is called {name}", _nearest_group(name, world))
        for text in action.errors(world):
            yield Problem(action.place, "impossible_action", text)
    for text in select_errors(task.select, world):
        yield Problem(task.place, "impossible_select", text)


def condition_problems(condition: Condition, world: World) -> Iterator[Problem]:
    """The apps that a condition names and this organization does not have."""
    for question in questions(condition):
        yield from _unknown_apps(question.apps(), question.place, world)


def _unknown_apps(names: Iterable[str], place: Place, world: World) -> Iterator[Problem]:
    for name in sorted(names):
        if name not in EVERY_APP and not world.apps_named(name):
            yield Problem(place, "unknown_app", f"no app is called {name}", _known_apps(name, world))


def _select_apps(task: Task) -> frozenset[str]:
    select = task.select
    return frozenset(n for n in (select.app, select.keep_free_app) if n is not None) if select else frozenset()


def apps_needed(tasks: Iterable[Task], exempting: Iterable[Condition] = ()) -> frozenset[str]:
    """The apps that the tasks and the filters of exemptions speak about, as written; ``any`` and ``all`` stand for all
    of them."""
    names = {name for condition in exempting for name in _apps_asked(condition)}
    for task in tasks:
        names.update(_apps_asked(task.condition))
        names.update(name for action in task.actions for name in action.apps())
        names.update(_select_apps(task))
    return frozenset(names)


def _apps_asked(condition: Condition) -> Iterator[str]:
    return (name for question in questions(condition) for name in question.apps())


def _nearest_group(name: str, world: World) -> str:
    near = get_close_matches(name.casefold(), world.groups_by_name, n=1)
    found = world.groups_by_name[near[0]][0].name if near else ""
    return f"did you mean {found}?" if near else "create it, or correct it"


def _known_apps(name: str, world: World) -> str:
    known = sorted({word for app in world.snapshot.apps for word in (app.key, app.name)})
    near = get_close_matches(name.casefold(), known, n=1)
    if near:
        return f"did you mean {near[0]}?"
    return "this organization has " + (", ".join(app.name for app in world.snapshot.apps) or "no app")


def _exemption_warnings(policies: Policies, world: World) -> Iterator[str]:
    known = {user.email.casefold() for user in world.snapshot.users if isinstance(user.email, str)} | world.users.keys()
    for exemption in policies.exemptions:
        if exemption.user is not None and exemption.user not in known and exemption.user.casefold() not in known:
            yield f"exemptions: nobody is called {exemption.user}"
        if exemption.group is not None and exemption.group.casefold() not in world.groups_by_name:
            yield f"exemptions: no group is called {exemption.group}"
