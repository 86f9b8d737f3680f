"""A plan with the world it was made of: what its changes are held against just before they are sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from runner.directory.file import FileReader
from runner.model.history import History
from runner.model.policy import Limits
from runner.run.planning import make_plan
from runner.run.session import Session
from tests.unit.engine.made import APPS, NOW, group, policies, task, user


def write(file: Path, people: Sequence[dict[str, Any]]) -> None:
    """A directory file of these people and one group."""
    whole = {"format": 1, "taken_at": NOW.isoformat(), "organization": "acme", "complete": True, "apps": APPS}
    file.write_text(json.dumps({**whole, "groups": [group("g")], "users": people}), encoding="utf-8")


def test_the_last_look_does_not_let_a_refused_task_go_ahead(tmp_path: Path) -> None:
    """A sound task and one beyond its limit asked for the same change; by now only the refused one does."""
    sound = task("sound", {"mfa": False}, {"remove_from_groups": ["g"]}, may_empty=True)
    wide = task("wide", {"status": "active"}, {"remove_from_groups": ["g"]}, may_empty=True, limits=Limits(users=1))
    found, file = policies(sound, wide), tmp_path / "acme.json"
    write(file, [user("u-1", groups=["g"], mfa=False), user("u-2", groups=["g"])])
    session = Session(found, FileReader(file, NOW), NOW, lambda: NOW)
    made = make_plan(session, [sound, wide], History())
    assert [(change.account_id, change.tasks) for change in made.plan.pending] == [("u-1", ("sound", "wide"))]
    write(file, [user("u-1", groups=["g"], mfa=True), user("u-2", groups=["g"])])
    still, gone = made.recheck(made.plan.pending, session.reader.read_users(["u-1"]))
    assert still == ()
    assert list(gone.values()) == ["no longer asked for by sound: the person changed since the plan was made"]
