"""Schemas in words, for people who read the reference: what a key takes, and which keys there are below it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from runner.catalog import DURATION, NAME, Schema
from runner.policy.keys import APP, DOMAIN, TIME
from runner.policy.values import is_choice_of_keys

_PATTERNS = {
    DURATION["pattern"]: "a length of time",
    NAME["pattern"]: "a name",
    APP["pattern"]: "an app",
    DOMAIN["pattern"]: "a domain",
    TIME["pattern"]: "a time of day",
}
_FORMATS = {
    "date": "a day",
    "instant": "a time",
    "local-time": "a local time",
    "time-zone": "a time zone",
    "cron": "a cron line",
}
_MARKUP = re.compile(r"(`[^`]*`)|([*|<])")
"""Code as it stands, or a character that would be markup (of Markdown, of a table, of HTML)."""
EXAMPLE = re.compile(r"```yaml\n.*?```", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Key:
    """One key below a schema: ``path`` as in ``limits.users`` or ``escalation[].after``, what it takes, what for."""

    path: str
    takes: str
    required: bool
    meaning: str


def told(text: str) -> str:
    """A docstring's or a description's text, without its example, as Markdown: code is code, nothing else is markup."""
    text = re.sub(r"``([^`]+)``", r"`\1`", " ".join(EXAMPLE.sub("", text).split()))
    return _MARKUP.sub(lambda found: found[1] or f"\\{found[2]}", text)


def takes(schema: Schema) -> str:
    """What may be written, in words: a length of time; `skip` or `allow`; a name, or a list of them."""
    if "$ref" in schema:
        return _referred(schema)
    if branches := _alternatives(schema):
        lists_of_another = [branch for branch in branches if branch.get("items") in branches]
        words = ["a list of them" if branch in lists_of_another else takes(branch) for branch in branches]
        return ", or ".join(dict.fromkeys(words))
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if values:
        *others, last = (f"`{_literal(value)}`" for value in values)
        return f"{', '.join(others)} or {last}" if others else last
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " or ".join(_WORDS[kind](schema) for kind in kinds)


def keys(schema: Schema, path: str = "") -> Iterator[Key]:
    """The keys of a mapping, and of the mappings in it, in the order of the schema; a reference is not followed."""
    for name, below in schema.get("properties", {}).items():
        here = _below(path, name)
        yield Key(here, takes(below), name in schema.get("required", ()), told(below.get("description", "")))
        yield from keys(below, here)
    if isinstance(schema.get("additionalProperties"), dict):
        yield from keys(schema["additionalProperties"], f"{path}.NAME")
    if "items" in schema:
        yield from keys(schema["items"], f"{path}[]")
    for branch in _alternatives(schema):
        yield from keys(branch, path)


def choices(schema: Schema, path: str = "") -> Iterator[tuple[str, ...]]:
    """The paths of which exactly one must be there, in the schema and below it."""
    for part in (schema, *schema.get("allOf", ())):
        if "oneOf" in part and is_choice_of_keys(part):
            yield tuple(_below(path, branch["required"][0]) for branch in part["oneOf"])
    for name, below in schema.get("properties", {}).items():
        yield from choices(below, _below(path, name))
    if "items" in schema:
        yield from choices(schema["items"], f"{path}[]")


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _alternatives(schema: Schema) -> list[Schema]:
    """The alternatives for a value; a choice of keys is none."""
    return [] if is_choice_of_keys(schema) else schema.get("oneOf", [])


def _referred(schema: Schema) -> str:
    kind = str(schema["$ref"]).rpartition("/")[2]
    return f"{'an' if kind == 'action' else 'a'} [{kind}]({kind}s.md)"


def _literal(value: object) -> str:
    return {True: "true", False: "false", None: "null"}[value] if value is None or value is True else str(value)


def _text(schema: Schema) -> str:
    return _FORMATS.get(schema.get("format", "")) or _PATTERNS.get(schema.get("pattern", "")) or "text"


def _number(schema: Schema) -> str:
    what = "a whole number" if schema["type"] == "integer" else "a number"
    above = f"above {schema['exclusiveMinimum']}" if "exclusiveMinimum" in schema else f"from {schema['minimum']}"
    return f"{what} {above} to {schema['maximum']:,}"


def _list(schema: Schema) -> str:
    return f"a list, each {takes(schema['items'])}"


def _mapping(schema: Schema) -> str:
    values = schema.get("additionalProperties")
    return f"a mapping from names to {takes(values)}" if isinstance(values, dict) else "a mapping"


_WORDS: dict[str, Callable[[Schema], str]] = {
    "string": _text,
    "integer": _number,
    "number": _number,
    "boolean": lambda _: "`true` or `false`",
    "null": lambda _: "nothing",
    "array": _list,
    "object": _mapping,
}
