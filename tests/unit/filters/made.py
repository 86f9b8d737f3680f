"""One person in a small organization, and what a condition says of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from runner.engine.evaluate import Evaluation
from runner.engine.explain import Explanation
from runner.model.people import User
from runner.model.unknown import Truth
from runner.model.world import World
from runner.policy.expression import parse_match
from tests.naive.build import Json, build_world

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
DIRECTORY: Json = {
    "format": 1,
    "taken_at": "2026-11-22T06:00:00Z",
    "organization": "acme",
    "complete": True,
    "apps": [
        {"id": "jira", "key": "jira-software", "site": "acme", "seats": 5},
        {"id": "jira-b", "key": "jira-software", "site": "beta"},
        {"id": "conf", "key": "confluence", "site": "acme"},
    ],
    "groups": [
        {"id": "g-jira", "name": "jira-users", "grants": ["jira"]},
        {"id": "g-both", "name": "all-apps", "grants": ["jira", "conf"]},
        {"id": "g-guest", "name": "jira-guests", "grants": [{"app": "jira", "role": "guest"}]},
        {"id": "g-portal", "name": "Portal*Customers", "grants": [{"app": "conf", "role": "customer"}]},
        {"id": "g-plain", "name": "Straße", "grants": []},
        {"id": "g-dark", "name": "dark"},
    ],
}
PLAIN: Json = {
    "account_id": "u-1",
    "email": "ann@acme.example",
    "name": "Ann Lee",
    "status": "active",
    "managed": True,
    "synced": False,
    "mfa": True,
    "added": "2024-01-01T00:00:00Z",
    "roles": [],
    "last_active": {},
    "groups": [],
    "direct_access": [],
    **dict.fromkeys(("job_title", "department", "organization", "location", "time_zone")),
}
ABSENT = object()
"""What a fact is given as that the directory does not tell."""


def person(**facts: Any) -> Json:
    """A plain person but for these facts."""
    return {fact: value for fact, value in {**PLAIN, **facts}.items() if value is not ABSENT}


def world_of(*people: Json, now: datetime = NOW, directory: Json | None = None, **past: Any) -> World:
    """The small organization with these people; ``directory`` adds keys to its file."""
    return build_world({**DIRECTORY, "users": list(people), **(directory or {})}, now, **past)


def explained(condition: str, *, now: datetime = NOW, **facts: Any) -> Explanation:
    """The condition, as YAML, about one person."""
    world = world_of(person(**facts), now=now)
    return Evaluation(world).explain(parse_match(condition), only(world))


def ask(condition: str, *, now: datetime = NOW, **facts: Any) -> Truth:
    """Whether one person matches."""
    return explained(condition, now=now, **facts).truth


def only(world: World) -> User:
    """The one person there is."""
    (user,) = world.snapshot.users
    return user
