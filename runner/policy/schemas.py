"""The JSON Schemas (draft 2020-12) of all kinds of files, generated from the catalog, for editors and for the check."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from runner.catalog import Schema
from runner.policy.generated import read_stale, write_stale
from runner.policy.schema_files import exemptions_schema, override_schema, settings_schema
from runner.policy.schema_tasks import filter_schema, task_schema
from runner.policy.schema_tests import test_schema

_KINDS: dict[str, tuple[str, Callable[[], Schema]]] = {
    "settings": ("Settings of an organization (policies/settings.yaml)", settings_schema),
    "filter": ("A saved filter (policies/filters/NAME.yaml)", filter_schema),
    "task": ("An automated task (policies/tasks/NAME.yaml)", task_schema),
    "exemptions": ("Who is left alone (policies/exemptions.yaml)", exemptions_schema),
    "override": ("A rail lifted once (policies/overrides/NAME.yaml)", override_schema),
    "test": ("A test of a filter or a task (policies/tests/NAME.yaml)", test_schema),
}


@cache
def schema_of(kind: str) -> Schema:
    """The schema of one kind of file: settings, filter, task, exemptions, override or test."""
    about, build = _KINDS[kind]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "description": about, **build()}


def kinds_of_files() -> Mapping[str, str]:
    """What each kind of file is, by its name."""
    return {kind: about for kind, (about, _) in _KINDS.items()}


def render_schemas() -> dict[str, str]:
    """The text of every schema file by its name (``task.schema.json``)."""
    return {
        f"{kind}.schema.json": json.dumps(schema_of(kind), indent=2, ensure_ascii=False) + "\n"
        for kind in sorted(_KINDS)
    }


def check_schemas(folder: Path) -> list[str]:
    """Names of the files in ``folder`` that are missing, stale, or no schemas of ours at all."""
    wanted = render_schemas()
    found = {path.name for path in folder.glob("*.schema.json")}
    return sorted({*read_stale(folder, wanted), *(found - wanted.keys())})


def write_schemas(folder: Path) -> list[str]:
    """Write all schema files into ``folder``; the names of those that changed."""
    return write_stale(folder, render_schemas())
