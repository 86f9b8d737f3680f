"""From checked values to conditions and actions of the catalog, each knowing where and how it was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from runner import catalog
from runner.model.action import Action
from runner.model.condition import Condition
from runner.model.problem import Place
from runner.policy.flow import render_entry, render_flow
from runner.policy.problems import Problems
from runner.policy.values import Placed, PlacedList


class UnbuildableError(Exception):
    """Something cannot be built, and why is told among the problems already."""


class Elements:
    """Builds conditions and actions; ``filters`` are the conditions of the saved filters that are built by now."""

    def __init__(self, problems: Problems, filters: Mapping[str, Condition] | None = None) -> None:
        self._problems = problems
        self._filters = filters or {}

    def condition(self, value: Any) -> Condition:
        """The condition of a nested mapping, or of the saved filter of a name (``Build`` of the model)."""
        if isinstance(value, str):
            if value not in self._filters:
                raise UnbuildableError(value)
            return self._filters[value]
        ((name, parameter),) = value.items()
        try:
            built = catalog.conditions()[name].from_yaml(parameter, self.condition)
        except ValueError as error:
            self._tell(value, name, error)
            raise UnbuildableError(name) from error
        return replace(built, written=render_entry(value), place=_place(value))

    def action(self, value: Any, place: Place) -> Action:
        """The action of a bare word or of a mapping with one key."""
        name, parameter = (value, None) if isinstance(value, str) else next(iter(value.items()))
        try:
            built = catalog.actions()[name].from_yaml(parameter)
        except ValueError as error:
            self._tell(value, name, error)
            raise UnbuildableError(name) from error
        return replace(built, written=name if parameter is None else render_entry(value), place=place)

    def actions(self, values: PlacedList) -> tuple[Action, ...]:
        """The actions of a list, without ``notify``, which is no change of anything in the organization."""
        pairs = zip(values, values.places, strict=True)
        return tuple(self.action(value, place) for value, place in pairs if not is_notify(value))

    def _tell(self, value: Any, name: str, error: ValueError) -> None:
        self._problems.error(_place(value), "cannot_be_used", f"{render_flow(value)[:80]}: {error}", f"see `{name}`")


def is_notify(value: object) -> bool:
    """Whether an entry of ``actions`` is a ``notify``."""
    return isinstance(value, dict) and "notify" in value


def _place(value: object) -> Place:
    return value.place if isinstance(value, Placed) else Place("-")
