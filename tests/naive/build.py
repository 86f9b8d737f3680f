"""From plain dicts to the product's values: conditions through the catalog, the world through the file reader."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from runner.catalog import conditions
from runner.directory.parse import snapshot_from_json
from runner.model.canonical import parse_instant
from runner.model.condition import Condition
from runner.model.history import History, PastChange
from runner.model.world import World
from runner.policy.flow import render_entry

Json = dict[str, Any]


def build_condition(written: Any, filters: Mapping[str, Json]) -> Condition:
    """The condition that a policy writes so; a text is the name of one of ``filters``, as in ``filter: NAME``."""
    if isinstance(written, str):
        return build_condition(filters[written], filters)
    ((name, value),) = written.items()
    built = conditions()[name].from_yaml(value, lambda inner: build_condition(inner, filters))
    return dataclasses.replace(built, written=render_entry(written))


def build_world(
    directory: Json, now: datetime, *, lists: Mapping[str, list[str]] | None = None, past: list[Json] | None = None
) -> World:
    """The organization of a directory file as it is known at ``now``."""
    return World(
        snapshot=snapshot_from_json(directory, source="made.json"),
        now=now,
        lists={name: frozenset(people) for name, people in (lists or {}).items()},
        history=History(changes=tuple(build_change(change) for change in past or [])),
    )


def build_change(change: Json) -> PastChange:
    """A change that an earlier run made."""
    return PastChange(
        account_id=change["account_id"],
        verb=change["verb"],
        target=change["target"],
        role=change["role"],
        after=change["after"],
        tasks=tuple(change["tasks"]),
        at=parse_instant(change["at"]),
        run="run-1",
    )
