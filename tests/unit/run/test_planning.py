"""A plan with the world it was made of: what its changes are held against just before they are sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from runner.directory.file import FileReader
from runner.directory.interface import Need
from runner.journal.privacy import Pseudonyms
from runner.model.confined import Confined
from runner.model.history import History, PastChange
from runner.model.people import Snapshot
from runner.model.policy import Limits
from runner.run.planning import make_plan
from runner.run.session import Session
from tests.unit.engine.made import APPS, NOW, group, policies, task, user

KEY = b"0123456789abcdef"


class Asked(FileReader):
    """A reader that notes to whom it was told that the reading may be confined."""

    confined: tuple[Confined, ...] = ()

    def read_snapshot(self, need: Need) -> Snapshot:
        """See Reader."""
        self.confined = need.confined
        return super().read_snapshot(need)


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


@pytest.mark.parametrize("hidden", [True, False])
def test_who_has_a_number_and_a_change_left_open_is_looked_for_among_everybody(tmp_path: Path, *, hidden: bool) -> None:
    """The task that was killed took them out of the group that it is about: they are not among its people any more.
    Under their own account id they would be read back without having been read before."""
    leave, file = task("leave", {"group": "g"}, {"remove_from_groups": ["g"]}), tmp_path / "acme.json"
    write(file, [user("u-1"), user("u-2", groups=["g"])])
    reader, mask = Asked(file, NOW), Pseudonyms((KEY,))
    session = Session(policies(leave), reader, NOW, lambda: NOW, mask=mask)
    who = mask.account("u-1") if hidden else "u-1"
    still_open = PastChange(who, "remove_from_group", "g", None, after=False, tasks=("leave",), at=NOW, run="r")
    make_plan(session, [leave], History(unresolved=(still_open,)))
    assert bool(reader.confined) is not hidden


@dataclass
class Slow:
    """A live organization of which reading takes an hour and a second."""

    file: FileReader
    now: datetime = NOW

    def read_snapshot(self, need: Need) -> Snapshot:
        """See Reader."""
        taken_at, self.now = self.now, self.now + timedelta(hours=1, seconds=1)
        return replace(self.file.read_snapshot(need), live=True, taken_at=taken_at)

    def __getattr__(self, name: str) -> Any:
        """The rest is the file's."""
        return getattr(self.file, name)


@pytest.mark.parametrize("applying", [True, False])
def test_what_took_over_an_hour_to_read_is_not_carried_out(tmp_path: Path, *, applying: bool) -> None:
    """It is looked at the clock when all has been read, and not before."""
    leave, file = task("leave", {"group": "g"}, {"remove_from_groups": ["g"]}), tmp_path / "acme.json"
    write(file, [user("u-1", groups=["g"]), user("u-2", groups=["g"], roles=["org-admin"])])
    slow = Slow(FileReader(file, NOW))
    session = Session(policies(leave), slow, NOW, lambda: slow.now)
    plan = make_plan(session, [leave], History(), applying=applying).plan
    assert [refusal.rail for refusal in plan.refusals] == ["snapshot_stale"] * applying
    assert len(plan.pending) == (not applying)
