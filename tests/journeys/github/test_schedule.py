"""The schedule, executed: what is due is done once, and the audit branch and the organization agree about it."""

from __future__ import annotations

import json

from tests.emulator.emulator import API_KEY
from tests.journeys.github.conftest import GROUP, IDLE
from tests.journeys.github.workshop import Workshop


def test_the_schedule_does_what_is_due_once(workshop: Workshop) -> None:
    """Idle seats are taken back, the audit branch says exactly what the server saw, and the next call has nothing."""
    first = workshop.schedule()
    assert (first.code, first.jobs) == (0, {"carry-out": "success"}), first.said
    assert workshop.applied() == workshop.happened()
    assert workshop.happened() == [(f"u-idle{n:02}", "remove_from_group", GROUP) for n in range(IDLE)]
    [run] = workshop.runs()
    assert workshop.audit(f"{run}/report.md").startswith("# ")
    assert run.rsplit("/", 1)[-1] in workshop.audit("README.md")
    assert first.outputs["applied"] == str(IDLE)
    assert first.outputs["exit_code"] == "0"
    second = workshop.schedule()
    assert (second.code, second.jobs) == (0, {"carry-out": "success"}), second.said
    assert workshop.runs() == [run]


def test_nothing_secret_is_said_and_nobody_is_named_in_the_snapshot(workshop: Workshop) -> None:
    """Neither key nor token is in the log, and what pull requests are compared on names nobody."""
    done = workshop.schedule()
    assert API_KEY not in done.said
    assert "fake-token" not in done.said
    kept = workshop.audit("snapshots/latest.json")
    users = json.loads(kept)["users"]
    assert len(users) == len(workshop.emulator.organization()["users"])
    assert not any(user["email"].startswith(("idle", "busy", "admin")) for user in users)
    assert "Person" not in kept
    assert "u-idle" not in kept
