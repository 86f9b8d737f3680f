"""Small organizations and policies, as values: what a test does not care about has a plain default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from runner import catalog
from runner.directory.parse import snapshot_from_json
from runner.engine.plan import Planned, build_plan
from runner.model.action import Action
from runner.model.history import History
from runner.model.people import Snapshot
from runner.model.plan import Provenance
from runner.model.policy import Limits, Override, Policies, Protect, RunLimits, Schedule, Settings, Task
from runner.model.problem import NOWHERE
from runner.model.world import World
from tests.naive.build import build_condition

Json = dict[str, Any]
NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
JIRA, WIKI = "ari:jira::site/1", "ari:wiki::site/1"
APPS = [{"id": JIRA, "key": "jira", "site": "acme"}, {"id": WIKI, "key": "wiki", "site": "acme"}]
WIDE = RunLimits(users_per_run=10_000, percent_per_run=100, percent_per_day=100, population_drop_percent=100)


def user(account_id: str, **facts: Any) -> Json:
    """An active, managed person of whom everything is known; a fact given as ``...`` is left out."""
    known: Json = {
        "account_id": account_id,
        "email": f"{account_id}@acme.example",
        "name": account_id,
        "status": "active",
        "managed": True,
        "synced": False,
        "mfa": True,
        "added": "2025-01-01T00:00:00Z",
        "roles": [],
        "last_active": {},
        "groups": [],
        "direct_access": [],
    }
    return {key: value for key, value in (known | facts).items() if value is not ...}


def group(group_id: str, *grants: Any, **facts: Any) -> Json:
    """A group that we manage; its name is its id."""
    return {
        "id": group_id,
        "name": group_id,
        "grants": list(grants),
        "default_for": [],
        "managed_by_idp": False,
    } | facts


def crowd(number: int, **facts: Any) -> list[Json]:
    """People ``p-000``, ``p-001``, … with the same facts."""
    return [user(f"p-{index:03}", **facts) for index in range(number)]


def snapshot(users: Sequence[Json], groups: Sequence[Json] = (), apps: Sequence[Json] = APPS, **more: Any) -> Snapshot:
    """A complete snapshot of an organization."""
    data = {
        "format": 1,
        "taken_at": NOW.isoformat(),
        "organization": "acme",
        "complete": True,
        "apps": list(apps),
        "groups": list(groups),
        "users": list(users),
    }
    return snapshot_from_json(data | more, source="made.json")


def actions(*written: Any) -> tuple[Action, ...]:
    """Actions as a task writes them: a bare word, or a mapping with one key."""
    found = []
    for entry in written:
        name, value = (entry, None) if isinstance(entry, str) else next(iter(entry.items()))
        found.append(replace(catalog.actions()[name].from_yaml(value), written=str(entry)))
    return tuple(found)


def task(name: str, match: Json, *written: Any, **more: Any) -> Task:
    """A manual task."""
    return Task(
        name=name,
        description=name,
        owner="it@acme.example",
        condition=build_condition(match, {}),
        filter_name=None,
        actions=actions(*written),
        schedule=Schedule("manual"),
        place=NOWHERE,
        **more,
    )


def policies(*tasks: Task, overrides: Sequence[Override] = (), limits: RunLimits = WIDE, **protect: Any) -> Policies:
    """These tasks under limits that are no hindrance."""
    return Policies(
        settings=Settings(protect=Protect(**protect), limits=limits),
        filters={},
        tasks={t.name: t for t in tasks},
        exemptions=(),
        lists={},
        messages={},
        overrides=tuple(overrides),
        tests=(),
        provenance=Provenance(None, "sha256:policies"),
    )


def plan(found: Policies, read: Snapshot, history: History | None = None, **more: Any) -> Planned:
    """The plan of all enabled tasks at NOW."""
    world = World(read, NOW, found.lists, history or History())
    return build_plan(found, [t for t in found.tasks.values() if t.enabled], world, **more)


def made(planned: Planned) -> list[tuple[str, str, str | None]]:
    """The changes that would be made: who, verb, target."""
    return [(c.account_id, c.verb, c.target.id if c.target else None) for c in planned.plan.pending]


def whys(planned: Planned) -> Mapping[tuple[str, str], str]:
    """Why whom is left alone, by person and task."""
    return {(s.account_id, s.task): s.why for s in planned.plan.skips}


def rails(planned: Planned) -> set[tuple[str, str | None]]:
    """The rails that refused, with their tasks."""
    return {(r.rail, r.task) for r in planned.plan.refusals}


def override(rail: str, task_name: str | None, digest: str, expires: date = date(2026, 12, 1)) -> Override:
    """A reviewed override."""
    return Override("allow", digest, rail, task_name, "agreed", "boss@acme.example", expires, NOWHERE)


def limits(users: int | None = None, percent: float | None = None) -> Limits:
    """A task's limits."""
    return Limits(users, percent)
