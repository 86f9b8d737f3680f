"""Small words for writing schemas: a described key, a closed mapping, a choice of keys, and values many kinds share."""

from __future__ import annotations

from typing import Any

from runner.catalog import Schema
from runner.policy import formats

PROSE: Schema = {"type": "string", "minLength": 1, "maxLength": 2000}
COMPARED: Schema = {"type": "string", "minLength": 1, "maxLength": 320}
PERCENT: Schema = {"type": "number", "exclusiveMinimum": 0, "maximum": 100}
COUNT: Schema = {"type": "integer", "minimum": 1, "maximum": 1_000_000}
TIME: Schema = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
INSTANT: Schema = {"type": "string", "pattern": formats.INSTANT, "format": "instant"}
APP: Schema = {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]*(@[A-Za-z0-9][A-Za-z0-9._-]*)?$"}
DOMAIN: Schema = {"type": "string", "pattern": r"^(\*\.)?[^\s@*?.]+(\.[^\s@*?.]+)+$"}
YES: Schema = {"const": True}


def described(schema: Schema, text: str) -> Schema:
    """The schema with a description, which editors show and error messages give as a hint."""
    return {**schema, "description": text}


def many(schema: Schema) -> Schema:
    """A list of such values, none of them twice."""
    return {"type": "array", "items": schema, "uniqueItems": True}


def one_or_none(schema: Schema) -> Schema:
    """A list of such values, none of them twice, which may be empty; or one bare value."""
    return {"oneOf": [schema, many(schema)]}


def closed(properties: dict[str, Schema], *, required: tuple[str, ...] = (), **more: Any) -> Schema:
    """A mapping with these keys and no others."""
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False, **more}
    return {**schema, "required": list(required)} if required else schema


def key_choice(*keys: str) -> Schema:
    """Exactly one of these keys is there."""
    return {"oneOf": [{"required": [key]} for key in keys]}
