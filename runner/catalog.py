"""The one registry of the language's elements: name → class, with its schema and the facts it needs.

A condition is one file in ``runner/filters``, an action one file in ``runner/actions``. Adding the file extends the
schema, the validation, the completion, the reference page and what a snapshot must contain.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from runner.model.action import Action
from runner.model.condition import Condition

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
TRUE_FALSE: Schema = {"type": "boolean"}
DURATION: Schema = {
    "type": "string",
    "pattern": "^[1-9][0-9]{0,4}(h|d|w|mo|y)$",
    "description": "A length of time: 12h, 90d, 6w, 6mo, 1y.",
}
NAME: Schema = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}
DAY: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "format": "date"}
CONDITION: Schema = {"$ref": "#/$defs/condition"}

_conditions: dict[str, type[Condition]] = {}
_actions: dict[str, type[Action]] = {}


def one_or_more(schema: Schema) -> Schema:
    """A list of at least one such value, or one bare value."""
    return {"oneOf": [schema, {"type": "array", "items": schema, "minItems": 1}]}


def as_tuple(value: Any) -> tuple[Any, ...]:
    """The values of a key written by ``one_or_more``: a bare value is a list of one."""
    return tuple(value) if isinstance(value, list) else (value,)


def condition(
    name: str, *, schema: Schema, facts: tuple[str, ...] = ()
) -> Callable[[type[Condition]], type[Condition]]:
    """Register a condition under its name; ``schema`` describes its parameter, ``facts`` are fields of User."""

    def register(cls: type[Condition]) -> type[Condition]:
        if name in _conditions:
            raise ValueError(f"condition {name} is defined twice")
        cls.name, cls.schema, cls.facts = name, schema, frozenset(facts)
        _conditions[name] = cls
        return cls

    return register


def action(
    name: str, *, schema: Schema, facts: tuple[str, ...] = (), verbs: tuple[str, ...] = ()
) -> Callable[[type[Action]], type[Action]]:
    """Register an action under its name; an action whose schema is ``{"type": "null"}`` is written as a bare word."""

    def register(cls: type[Action]) -> type[Action]:
        if name in _actions:
            raise ValueError(f"action {name} is defined twice")
        cls.name, cls.schema, cls.facts, cls.verbs = name, schema, frozenset(facts), frozenset(verbs)
        _actions[name] = cls
        return cls

    return register


@cache
def _discover(room: str) -> None:
    package = importlib.import_module(f"runner.{room}")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"runner.{room}.{module.name}")


def conditions() -> Mapping[str, type[Condition]]:
    """All conditions by name, in the order of their names."""
    _discover("filters")
    return dict(sorted(_conditions.items()))


def actions() -> Mapping[str, type[Action]]:
    """All actions by name, in the order of their names."""
    _discover("actions")
    return dict(sorted(_actions.items()))
