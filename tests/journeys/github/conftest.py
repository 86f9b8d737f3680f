"""A small organization, its policies, and a workshop to run the workflows in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.emulator import Emulator
from tests.journeys.github.hub import Hub
from tests.journeys.github.workshop import Workshop, make_origin

JIRA, GROUP = "ari:cloud:jira-software::site/1", "g-jira"
IDLE, BUSY = 12, 8
POLICIES = {
    "settings.yaml": """\
organization: {id: acme}
protect: {users: [admin0@acme.example]}
limits: {users_per_run: 15, percent_per_run: 75, percent_per_day: 100, population_drop_percent: 50}
""",
    "tasks/idle-jira.yaml": """\
description: Take back idle seats
owner: it-admins@acme.example
match: {inactive: {app: jira-software, for: 90d}}
actions: [{remove_app_access: jira-software}]
schedule: {every: 6h}
may_empty: true
limits: {users: 15, percent: 75}
""",
    "tasks/by-hand.yaml": """\
description: Everybody who is at work is in the group of those who are
owner: it-admins@acme.example
match: {active: {within: 30d, app: jira-software}}
actions: [{add_to_groups: at-work}]
schedule: {manual: true}
limits: {users: 15, percent: 75}
""",
    "tasks/guarded.yaml": """\
description: Suspend whoever has been away for half a year, after somebody has looked at it
owner: it-admins@acme.example
match: {inactive: {for: 180d}}
actions: [suspend]
schedule: {manual: true}
approval: required
limits: {users: 15, percent: 75}
""",
}


def organization() -> dict[str, Any]:
    """Twelve people who left Jira half a year ago, eight who use it, two administrators; as old as this moment."""
    now = datetime.now(UTC)

    def person(name: str, days: int, **more: Any) -> dict[str, Any]:
        at = (now - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "account_id": f"u-{name}",
            "email": f"{name}@acme.example",
            "name": f"Person {name.title()}",
            "status": "active",
            "managed": True,
            "synced": False,
            "mfa": True,
            "added": "2024-01-01T00:00:00Z",
            "roles": [],
            "last_active": {JIRA: at},
            "groups": [GROUP],
            "direct_access": [],
            **more,
        }

    return {
        "format": 1,
        "taken_at": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "organization": "acme",
        "complete": True,
        "apps": [{"id": JIRA, "key": "jira-software", "site": "acme", "seats": 100}],
        "groups": [
            {"id": GROUP, "name": "jira-users", "grants": [JIRA], "default_for": [JIRA], "managed_by_idp": False},
            {"id": "g-work", "name": "at-work", "grants": [], "default_for": [], "managed_by_idp": False},
        ],
        "users": [
            *(person(f"idle{n:02}", 200) for n in range(IDLE)),
            *(person(f"busy{n:02}", 2) for n in range(BUSY)),
            *(person(f"admin{n}", 1, roles=["org-admin"]) for n in range(2)),
        ],
    }


Opened = Callable[..., Workshop]


@pytest.fixture
def open_workshop(tmp_path: Path) -> Iterator[Opened]:
    """Opens a workshop; what is given goes to the emulated API."""
    with ExitStack() as stack:

        def opened(policies: dict[str, str] | None = None, **emulation: Any) -> Workshop:
            origin = make_origin(tmp_path, POLICIES | (policies or {}))
            emulator = stack.enter_context(Emulator(organization(), **emulation))
            return Workshop(tmp_path, stack.enter_context(Hub(origin)), emulator)

        yield opened


@pytest.fixture
def workshop(open_workshop: Opened) -> Workshop:
    """A workshop in which all is well."""
    return open_workshop()
