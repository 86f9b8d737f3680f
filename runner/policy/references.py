"""What one file says of another: filters, lists, messages and tasks that must be there, and filters in circles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from runner.model.policy import UNDO
from runner.model.problem import Place
from runner.policy.documents import Document, mentions, one_by_one
from runner.policy.problems import Problems, did_you_mean, shown
from runner.policy.values import Placed


@dataclass(frozen=True, slots=True)
class Known:
    """Names that exist, also those of files that cannot be read: a broken file is one problem, not one a mention."""

    names: Mapping[str, frozenset[str]]
    tasks: Mapping[str, Document]

    def check(self, room: str, name: object, place: Place, problems: Problems) -> None:
        """Tell a name that is not there; anything but text was told by the schema."""
        if isinstance(name, str) and name not in self.names[room]:
            hint = did_you_mean(name, self.names[room]) or f"there is nothing in {room}/"
            problems.error(place, f"unknown_{room[:-1]}", f"there is no {room[:-1]} {shown(name)}", hint)


def check_references(documents: Iterable[Document], known: Known, problems: Problems) -> None:
    """Every reference of every document."""
    for document in documents:
        if document.kind == "exemptions":
            for entry in document.value if isinstance(document.value, list) else ():
                if isinstance(entry, Placed):
                    known.check("filters", entry.get("filter"), entry.at("filter"), problems)
                    for name, place in one_by_one(entry.get("tasks"), entry.at("tasks")):
                        if name != "all":
                            known.check("tasks", name, place, problems)
            continue
        values = document.fields
        known.check("filters", values.get("filter"), values.at("filter"), problems)
        if not str(values.get("task")).startswith(UNDO):  # an override may be for the way back from a run
            known.check("tasks", values.get("task"), values.at("task"), problems)
        _check_condition(values.get("match"), known, problems)
        for mention in mentions(_actions_of(values)):
            if mention.key == "notify" and isinstance(mention.value, Placed):
                known.check("messages", mention.value.get("message"), mention.value.at("message"), problems)


def _actions_of(values: Placed) -> object:
    return values.get("actions", values.get("escalation"))


def _check_condition(match: object, known: Known, problems: Problems) -> None:
    for mention in mentions(match):
        if mention.key == "filter":
            known.check("filters", mention.value, mention.place, problems)
        elif mention.key == "listed_in":
            known.check("lists", mention.value, mention.place, problems)
        elif mention.key == "acted_on" and isinstance(mention.value, Placed):
            _check_acted_on(mention.value, known, problems)


def _check_acted_on(values: Placed, known: Known, problems: Problems) -> None:
    known.check("tasks", values.get("task"), values.at("task"), problems)
    task, wanted = known.tasks.get(str(values.get("task"))), values.get("action")
    if task is None or not isinstance(task.value, Placed) or not isinstance(wanted, str):
        return
    names = action_names(task.fields)
    if names and wanted not in names:
        message = f"the task {task.name} has no action {shown(wanted)}"
        problems.error(values.at("action"), "unknown_action", message, did_you_mean(wanted, names))


def action_names(task: Placed) -> frozenset[str]:
    """Names of the actions of a task, its ladder's included, as they are written."""
    lists: list[Any] = [task.get("actions")]
    ladder = task.get("escalation")
    lists += [step.get("actions") for step in ladder if isinstance(step, dict)] if isinstance(ladder, list) else []
    entries = [entry for found in lists if isinstance(found, list) for entry in found]
    return frozenset(
        name for entry in entries for name in (entry if isinstance(entry, dict) else [entry]) if isinstance(name, str)
    )


def in_order(filters: Mapping[str, Document], problems: Problems) -> list[Document]:
    """Saved filters, each after those it mentions; circles are told once, by name, and left out."""
    ordered: dict[str, Document] = {}
    told: set[str] = set()
    for name in filters:
        _visit(name, (), filters, ordered, told, problems)
    return list(ordered.values())


def _visit(
    name: str, path: tuple[str, ...], filters: Mapping[str, Document], ordered: dict[str, Document], told: set[str],
    problems: Problems,
) -> None:  # fmt: skip
    if name in ordered or name in told or name not in filters:
        return
    document = filters[name]
    for mention in mentions(document.fields.get("match")):
        if mention.key != "filter" or not isinstance(mention.value, str):
            continue
        if mention.value in (*path, name):
            circle = [*path, name][[*path, name].index(mention.value) :]
            told.update(circle)
            message = f"filters in a circle: {' -> '.join([*circle, mention.value])}"
            problems.error(mention.place, "circle", message, "a filter must not come down to itself")
        else:
            _visit(mention.value, (*path, name), filters, ordered, told, problems)
    if name not in told:
        ordered[name] = document
