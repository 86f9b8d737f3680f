"""Shapes of policies that deserve a second look in a review: nothing is wrong with them, but accidents look so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields

from runner.engine.evaluate import Evaluation
from runner.model.condition import questions
from runner.model.plan import REMOVALS
from runner.model.policy import Limits, Policies, RunLimits, Task
from runner.model.world import World

WIDE_PERCENT = 20
"""A filter that matches more people than this is named."""


def shape_warnings(before: Policies, after: Policies, world: World) -> tuple[str, ...]:
    """Everything to look at twice when ``before`` becomes ``after``, in a fixed order.

    What could be said of a task before as well, and of a task that stays as it was, is not said again in each review.
    """
    standing, shapes = _shapes(before, world), _shapes(after, world)
    found: list[str] = []
    for name, task in sorted(after.tasks.items()):
        old = before.tasks.get(name)
        same = old is not None and old.enabled and content(old) == content(task)
        found += [text for text in shapes[name] if not (same and text in standing[name])]
        if task.enabled and old is not None:
            found += _loosened(task, old)
    return (*found, *_settings_warnings(before, after), *_exemption_warnings(before, after))


def content(task: Task) -> tuple[object, ...]:
    """What of a task decides whom it touches, and how and when."""
    return (
        task.condition, task.actions, task.escalation, task.schedule, task.limits, task.select, task.report_only,
        task.shared_groups, task.may_empty, task.approval_required,
    )  # fmt: skip


def _shapes(policies: Policies, world: World) -> Mapping[str, tuple[str, ...]]:
    """What is remarkable about each task by itself."""
    evaluation = Evaluation(World(world.snapshot, world.now, policies.lists, world.history))
    spared = _about_services(policies.settings.protect.groups)
    return {name: tuple(_task_shapes(task, evaluation, spared=spared)) for name, task in policies.tasks.items()}


def _task_shapes(task: Task, evaluation: Evaluation, *, spared: bool) -> Iterator[str]:
    if not task.enabled:
        return
    people = evaluation.world.snapshot.population
    matched = evaluation.verdicts(task.condition).yes.bit_count()
    if people and 100 * matched > WIDE_PERCENT * people:
        yield f"{task.name}: the filter matches {matched} of {people} people ({100 * matched / people:.0f} %)"
    removing = any(action.verbs & REMOVALS for action in task.actions)
    excluded = spared or _about_services(question.written for question in questions(task.condition))
    if removing and not task.report_only and not excluded:
        yield f"{task.name}: nothing in the filter spares service accounts, which look idle when they only call the API"


def _loosened(task: Task, old: Task) -> Iterator[str]:
    """What a task may now that it might not before."""
    yield from _raised(f"{task.name}: limits", old.limits, task.limits)
    if task.may_empty and not old.may_empty:
        yield f"{task.name}: may_empty is new, so groups may be left with nobody"
    if old.approval_required and not task.approval_required:
        yield f"{task.name}: no longer needs an approval"


def _about_services(texts: Iterable[str]) -> bool:
    """Whether any of the texts mentions service accounts or bots at all; a hint, not a proof."""
    written = " ".join(texts).casefold()
    return any(word in written for word in ("service", "bot", "automation", "technical"))


def _settings_warnings(before: Policies, after: Policies) -> Iterator[str]:
    old, new = before.settings, after.settings
    yield from _raised("settings: limits", old.limits, new.limits)
    for name in sorted(set(old.protect.users) - set(new.protect.users)):
        yield f"settings: {name} is no longer protected"
    for name in sorted(set(old.protect.groups) - set(new.protect.groups)):
        yield f"settings: the group {name} is no longer protected"
    if new.protect.min_org_admins < old.protect.min_org_admins:
        yield f"settings: min_org_admins falls from {old.protect.min_org_admins} to {new.protect.min_org_admins}"
    for name, floor in sorted(old.protect.min_members.items()):
        if new.protect.min_members.get(name, 0) < floor:
            yield f"settings: min_members of {name} falls from {floor} to {new.protect.min_members.get(name, 0)}"


def _exemption_warnings(before: Policies, after: Policies) -> Iterator[str]:
    def written(policies: Policies) -> set[str]:
        return {e.user or e.group or e.email_domain or f"filter {e.filter}" for e in policies.exemptions}

    for who in sorted(written(before) - written(after)):
        yield f"exemptions: {who} is no longer exempt"


def _raised(where: str, old: Limits | RunLimits, new: Limits | RunLimits) -> Iterator[str]:
    """Limits that allow more than before; no limit at all is the most."""
    for field in fields(new):
        was, now = getattr(old, field.name), getattr(new, field.name)
        if was is not None and (now is None or now > was):
            yield f"{where}: {field.name} rises from {was:g} to {'no limit' if now is None else format(now, 'g')}"
