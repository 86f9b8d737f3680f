"""A YAML document as it was written: every scalar keeps its text, everything knows its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runner.model.problem import Place


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text; ``plain`` if it was written without quotes and not as a block.

    ``told`` if it stands for something that cannot be read (an alias, nesting too deep): that was told, so nothing else
    is said of it, and the rest of the file is checked all the same.
    """

    text: str
    plain: bool
    place: Place
    told: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping: the values by key, and the places of the keys."""

    values: Mapping[str, Node]
    keys: Mapping[str, Place]
    place: Place


Node = Scalar | Items | Fields


def find(node: Node, path: tuple[str | int, ...]) -> Node:
    """The node at a path of keys and indexes; the last one that exists, if the path leads further."""
    for step in path:
        if isinstance(node, Fields) and step in node.values:
            node = node.values[str(step)]
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            break
    return node
