"""YAML files as documents: parsed, coerced and checked against the schema of their kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from runner.model.problem import Place
from runner.policy.check import check
from runner.policy.files import Folder, PolicyFile
from runner.policy.names import check_names
from runner.policy.problems import Problems
from runner.policy.schemas import schema_of
from runner.policy.values import Placed, PlacedList
from runner.policy.yaml import parse_yaml

_KINDS = {"filters": "filter", "tasks": "task", "overrides": "override", "tests": "test"}


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file. ``sound`` means that ``value`` is what the schema asks for, and can be built from."""

    kind: str
    name: str
    file: str
    value: Any
    sound: bool

    @property
    def fields(self) -> Placed:
        """The document as a mapping; empty where it is something else."""
        return self.value if isinstance(self.value, Placed) else Placed({}, Place(self.file))


def read_documents(folder: Folder, problems: Problems) -> list[Document]:
    """Every YAML file of the folder as a document, in their order."""
    return [_document(file, problems) for file in folder.files if file.room not in ("lists", "messages")]


def _document(file: PolicyFile, problems: Problems) -> Document:
    kind = _KINDS[file.room] if file.room else file.name
    before = len(problems.errors)
    node = parse_yaml(file.data, file.file, problems)
    if node is None:
        return Document(kind, file.name, file.file, None, sound=False)
    check_names(node, kind, problems)
    value, fits = check(node, schema_of(kind), problems)
    return Document(kind, file.name, file.file, value, sound=fits and len(problems.errors) == before)


@dataclass(frozen=True, slots=True)
class Mention:
    """A key anywhere in a condition, with one value of it (a text or a mapping) and the place of that value."""

    key: str
    value: Any
    place: Place


def mentions(value: object) -> Iterator[Mention]:
    """Every key of a value and of what is nested in it, one mention for each value of a list."""
    if isinstance(value, Placed):
        for key, child in value.items():
            yield from (Mention(key, one, place) for one, place in one_by_one(child, value.at(key)))
            yield from mentions(child)
    elif isinstance(value, PlacedList):
        for item in value:
            yield from mentions(item)


def one_by_one(value: object, place: Place) -> list[tuple[Any, Place]]:
    """The values of a key that takes one or a list of them, with their places; nothing where nothing is written."""
    if isinstance(value, PlacedList):
        return list(zip(value, value.places, strict=True))
    return [] if value is None else [(value, place)]
