"""From nodes to plain values, directed by a schema: only where a schema asks for a boolean, a number or nothing is a
plain ``true``, ``25`` or ``null`` one; everywhere else it is the text the author wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from runner.catalog import Schema
from runner.model.problem import NOWHERE, Place
from runner.policy.nodes import Fields, Items, Node

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?")
_NOTHING = ("", "~", "null")
_KINDS: dict[type, str] = {
    bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object", type(None): "null",
}  # fmt: skip


class Placed(dict[str, Any]):
    """A mapping that knows where it stands in a file, and where each of its values does."""

    __slots__ = ("place", "places")

    def __init__(self, values: dict[str, Any], place: Place = NOWHERE, places: dict[str, Place] | None = None) -> None:
        super().__init__(values)
        self.place = place
        self.places = places or {}

    def at(self, key: str) -> Place:
        """Where the value of a key stands; the mapping's own place for a key that is not there."""
        return self.places.get(key, self.place)


class PlacedList(list[Any]):
    """A list that knows where each of its items stands."""

    __slots__ = ("places",)

    def __init__(self, values: list[Any], places: tuple[Place, ...]) -> None:
        super().__init__(values)
        self.places = places


def coerced(node: Node, schema: Schema, defs: dict[str, Schema]) -> Any:
    """The value of a node as far as its schema has a say; whether it fits the schema is for ``check`` to find out."""
    return _coerced(node, tuple(branches(schema, defs)), defs)


def branches(schema: Schema, defs: dict[str, Schema]) -> Iterator[Schema]:
    """The alternatives of a schema, references followed; a schema without alternatives is its own only one."""
    if "$ref" in schema:
        yield from branches(defs[str(schema["$ref"]).removeprefix("#/$defs/")], defs)
    elif "oneOf" in schema and not is_choice_of_keys(schema):
        for branch in schema["oneOf"]:
            yield from branches(branch, defs)
    else:
        yield schema


def is_choice_of_keys(schema: Schema) -> bool:
    """Whether its ``oneOf`` says which one of some keys must be there, and nothing about values."""
    return all(set(branch) == {"required"} for branch in schema.get("oneOf", ({},)))


def kinds(branch: Schema) -> frozenset[str]:
    """The JSON types that one alternative takes."""
    if "type" in branch:
        found = branch["type"]
        return frozenset([found] if isinstance(found, str) else found)
    values = branch.get("enum", [branch["const"]] if "const" in branch else [])
    return frozenset(_KINDS[type(value)] for value in values)


def kind(value: object) -> str:
    """The JSON type of a coerced value."""
    return next(name for cls, name in _KINDS.items() if isinstance(value, cls))


def _coerced(node: Node, alternatives: tuple[Schema, ...], defs: dict[str, Schema]) -> Any:
    if isinstance(node, Fields):
        values = {}
        for key, child in node.values.items():
            schemas = [_property(branch, key) for branch in alternatives if "object" in kinds(branch)]
            values[key] = _coerced(child, tuple(b for s in schemas for b in branches(s, defs)), defs)
        return Placed(values, node.place, {key: child.place for key, child in node.values.items()})
    if isinstance(node, Items):
        of_items = tuple(b for a in alternatives if "array" in kinds(a) for b in branches(a.get("items", {}), defs))
        return PlacedList([_coerced(item, of_items, defs) for item in node.items], tuple(i.place for i in node.items))
    if node.told:
        return None
    wanted = frozenset[str]().union(*(kinds(branch) for branch in alternatives))
    return _scalar(node.text, wanted) if node.plain else node.text


def _property(branch: Schema, key: str) -> Schema:
    found = branch.get("properties", {}).get(key, branch.get("additionalProperties", {}))
    return found if isinstance(found, dict) else {}


def _scalar(text: str, wanted: frozenset[str]) -> bool | int | float | str | None:
    if "boolean" in wanted and text in ("true", "false"):
        return text == "true"
    if "null" in wanted and text in _NOTHING:
        return None
    if wanted & {"integer", "number"} and (number := _NUMBER.fullmatch(text)):
        return float(text) if number.group(2) else int(text)
    return text
