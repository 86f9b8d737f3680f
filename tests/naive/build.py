"""From plain dicts to the product's values: conditions as policies are read, the world as a directory file is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from runner.directory.parse import snapshot_from_json
from runner.model.canonical import parse_instant
from runner.model.condition import Condition
from runner.model.history import History, PastChange
from runner.model.world import World
from runner.policy.elements import Elements
from runner.policy.problems import Problems

Json = dict[str, Any]


def build_filters(written: Mapping[str, Json]) -> dict[str, Condition]:
    """The saved filters by name; each may use those before it."""
    built: dict[str, Condition] = {}
    for name, condition in written.items():
        built[name] = build_condition(condition, built)
    return built


def build_condition(written: Json, filters: Mapping[str, Condition]) -> Condition:
    """The condition that a policy writes so."""
    return Elements(Problems(), filters).condition(written)


def build_world(
    directory: Json, now: datetime, *, lists: Mapping[str, list[str]] | None = None, past: list[Json] | None = None
) -> World:
    """The organization of a directory file as it is known at ``now``."""
    return World(
        snapshot=snapshot_from_json(directory, source="made.json"),
        now=now,
        lists={name: frozenset(map(str.casefold, people)) for name, people in (lists or {}).items()},
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
