"""From checked documents to saved filters and tasks, and what can be seen to be wrong with a task by itself."""

from __future__ import annotations

from runner.model.condition import Condition
from runner.model.duration import Duration
from runner.model.policy import Limits, Notify, Select, Step, Task
from runner.policy.contradictions import check_contradictions
from runner.policy.documents import Document
from runner.policy.elements import Elements, is_notify
from runner.policy.problems import Problems
from runner.policy.timetable import build_schedule
from runner.policy.values import Placed, PlacedList

_NOT_DELIVERED = "notices are not delivered by this version yet: set enabled: false"


def build_task(document: Document, elements: Elements, problems: Problems) -> Task:
    """The task of a sound document; ``enabled_since`` is for whoever knows the history.

    Raises UnbuildableError where its filter or an element cannot be built, after that was told.
    """
    values = document.fields
    schedule = build_schedule(values["schedule"], problems)
    check_task(values, problems)
    entries: PlacedList = values.get("actions", PlacedList([], ()))
    task = Task(
        name=document.name,
        description=values["description"],
        owner=values["owner"],
        condition=_condition(values, elements),
        filter_name=values.get("filter"),
        actions=elements.actions(entries),
        schedule=schedule,
        place=values.place,
        enabled=values.get("enabled", True),
        report_only=values.get("mode") == "report",
        limits=_limits(values),
        select=_select(values),
        shared_groups=values.get("shared_groups") == "allow",
        may_empty=values.get("may_empty", False),
        approval_required="approval" in values,
        tests_required="tests" in values,
        escalation=tuple(_step(step, elements) for step in values.get("escalation", ())),
        cool_down=_duration(values.get("cool_down")),
        notify=tuple(_notify(entry["notify"]) for entry in entries if is_notify(entry)),
    )
    check_contradictions(task.actions, problems)
    for step in task.escalation:
        check_contradictions(step.actions, problems)
    return task


def _condition(values: Placed, elements: Elements) -> Condition:
    """A task's ``filter: NAME`` is the condition of that name, so that reasons and ``explain`` show its name."""
    if "match" in values:
        return elements.condition(values["match"])
    return elements.condition(Placed({"filter": values["filter"]}, values.at("filter")))


def _limits(values: Placed) -> Limits:
    written = values.get("limits", {})
    return Limits(written.get("users"), written.get("percent"))


def _select(values: Placed) -> Select | None:
    written = values.get("select")
    if written is None:
        return None
    free = written.get("keep_free", {})
    return Select(
        order=written.get("order", "longest_inactive"),
        app=written.get("app"),
        first=written.get("first"),
        keep_free_app=free.get("app"),
        keep_free_seats=free.get("seats"),
        keep_free_percent=free.get("percent"),
    )


def _step(values: Placed, elements: Elements) -> Step:
    entries: PlacedList = values.get("actions", PlacedList([], ()))
    told = [values["notify"]] if "notify" in values else [e["notify"] for e in entries if is_notify(e)]
    return Step(_duration(values.get("after")), elements.actions(entries), _notify(told[0]) if told else None)


def _notify(values: Placed) -> Notify:
    return Notify(values["message"], values["via"], values.place)


def _duration(text: str | None) -> Duration | None:
    return None if text is None else Duration.parse(text)


def check_task(values: Placed, problems: Problems) -> None:
    """What the schema cannot say: keys that belong together, and what this version cannot do."""
    if "cool_down" in values and "escalation" not in values:
        problems.error(values.at("cool_down"), "cool_down", "`cool_down` is about an `escalation`", "remove it")
    select = values.get("select", Placed({}))
    if "app" in select and select.get("order", "longest_inactive") != "longest_inactive":
        problems.error(select.at("app"), "select", "`app` is for the order longest_inactive", "remove one of the two")
    _check_ladder(values.get("escalation", PlacedList([], ())), problems)
    if values.get("enabled", True):
        _check_delivered(values, problems)


def _check_ladder(steps: PlacedList, problems: Problems) -> None:
    for index, step in enumerate(steps):
        if index == 0 and "after" in step:
            problems.error(step.at("after"), "ladder", "the first step has no `after`", "it happens at once: remove it")
        if index > 0 and "after" not in step:
            hint = "say how long after the step before, such as after: 14d"
            problems.error(step.place, "ladder", "this step has no `after`", hint)
        notices = [entry for entry in step.get("actions", ()) if is_notify(entry)]
        if len(notices) + ("notify" in step) > 1:
            problems.error(step.place, "ladder", "this step tells people more than once", "keep one `notify`")
        if "actions" not in step and "notify" not in step:
            problems.error(step.place, "ladder", "this step does nothing", "give it `notify` or `actions`")


def _check_delivered(values: Placed, problems: Problems) -> None:
    if "escalation" in values:
        message = "an enabled task cannot have an `escalation` yet"
        problems.error(values.at("escalation"), "not_delivered", message, _NOT_DELIVERED)
    entries: PlacedList = values.get("actions", PlacedList([], ()))
    for entry, place in zip(entries, entries.places, strict=True):
        if is_notify(entry):
            problems.error(place, "not_delivered", "an enabled task cannot `notify` yet", _NOT_DELIVERED)
