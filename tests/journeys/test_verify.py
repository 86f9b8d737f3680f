"""Journal, reports and directory agree, or `verify` says where they do not."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from runner.cli.commands import verify
from runner.cli.console import Console
from runner.cli.workplace import Everywhere, Workplace
from runner.journal.folder import FolderStore
from tests.journeys.command import Desk


def test_a_directory_that_says_otherwise_than_the_journal_is_named(desk: Desk) -> None:
    """Somebody who was put back by hand is told by name of account, change and run; the journal itself is whole."""
    done = desk.run("apply", "contractors-30d", "--json").form
    changed = next(change for change in done["changes"] if change["verb"] == "suspend")
    assert desk.run("verify").code == 0
    organization = desk.read()
    person = next(user for user in organization["users"] if user["account_id"] == changed["account_id"])
    person["status"] = "active"
    desk.write(organization)
    told = desk.run("verify", "--json")
    assert (told.code, told.reason) == (4, "directory_differs")
    (finding,) = told.form["findings"]
    assert (finding["run"], finding["code"]) == (done["run"], "directory_differs")
    assert finding["message"] == f"{person['account_id']}: suspend was made, and now it is active"


def test_an_undo_agrees_with_the_directory_again(desk: Desk) -> None:
    """The last change of an aspect counts: what was taken back by `undo` contradicts nothing."""
    assert desk.run("apply", "contractors-30d").code == 0
    assert desk.run("undo", "last", "--apply").code == 0
    assert desk.run("verify").code == 0


def test_who_left_the_directory_contradicts_nothing(desk: Desk) -> None:
    """People come and go; only those who are there can be compared."""
    assert desk.run("apply", "contractors-30d").code == 0
    desk.write({**desk.read(), "users": [u for u in desk.read()["users"] if u["status"] != "suspended"]})
    assert desk.run("verify").code == 0


def test_the_newest_report_is_missed(desk: Desk) -> None:
    """A report that was taken away is found, also the one that no later run has sealed."""
    assert desk.run("apply", "contractors-30d").code == 0
    (report,) = desk.journal.rglob("report.md")
    report.unlink()
    done = desk.run("verify", "--json")
    assert (done.code, done.reason, done.form["findings"][0]["file"]) == (4, "journal_damaged", "report.md")


def test_the_newest_report_is_missed_also_after_the_daily_snapshot(desk: Desk) -> None:
    """Recording the organization takes the lease for a step, and leaves what it says of the last run."""
    assert desk.run("apply", "contractors-30d").code == 0
    assert desk.run("snapshot", "--record").code == 0
    assert desk.run("verify").code == 0
    (report,) = desk.journal.rglob("report.md")
    report.unlink()
    done = desk.run("verify", "--json")
    assert (done.code, done.form["findings"][0]["code"], done.form["findings"][0]["file"]) == (
        4,
        "lost_file",
        "report.md",
    )


def test_a_run_that_was_killed_before_its_report_is_no_damage(desk: Desk) -> None:
    """What gives the lease back is the step that writes the report: where the lease still stands there was none yet."""
    assert desk.run("apply", "contractors-30d").code == 0
    (report,) = desk.journal.rglob("report.md")
    report.unlink()
    lease = desk.journal / "lease.json"
    lease.write_bytes(lease.read_bytes().replace(b'"released":true', b'"released":false'))
    assert desk.run("verify").code == 0


def test_an_index_edited_by_hand_is_named(desk: Desk) -> None:
    """The journal's README follows from the runs: a word changed, and all of it taken away; the next run mends it."""
    assert desk.run("apply", "contractors-30d").code == 0
    assert desk.run("apply", "stale-invites").code == 0
    index = desk.journal / "README.md"
    index.write_text(index.read_text(encoding="utf-8").replace("done", "fine", 1), encoding="utf-8")
    done = desk.run("verify", "--json")
    assert (done.code, done.reason, done.form["findings"][0]["file"]) == (4, "journal_damaged", "README.md")
    index.unlink()
    assert desk.run("verify", "--json").form["findings"][0]["code"] == "lost_file"
    assert desk.run("apply", "contractors-30d").code == 0
    assert desk.run("verify").code == 0


def test_an_index_that_a_killed_run_did_not_come_to_is_the_one_before(desk: Desk) -> None:
    """Died between its report and the index: the index of the run before is no damage, and one of nobody's is."""
    assert desk.run("apply", "contractors-30d").code == 0
    index, lease = desk.journal / "README.md", desk.journal / "lease.json"
    before = index.read_bytes()
    assert desk.run("apply", "stale-invites").code == 0
    index.write_bytes(before)
    assert desk.run("verify").code == 4
    lease.write_bytes(lease.read_bytes().replace(b'"released":true', b'"released":false'))
    assert desk.run("verify").code == 0
    index.write_bytes(before + b"?")
    assert desk.run("verify").code == 4


def test_an_index_edited_by_hand_is_named_without_a_lease_too(desk: Desk) -> None:
    """Whoever takes the lease's file away as well hides nothing; that it is gone is no damage by itself."""
    assert desk.run("apply", "contractors-30d").code == 0
    (desk.journal / "lease.json").unlink()
    assert desk.run("verify").code == 0
    index = desk.journal / "README.md"
    index.write_bytes(index.read_bytes() + b"?")
    assert desk.run("verify", "--json").form["findings"][0]["file"] == "README.md"


class Busy(FolderStore):
    """A journal in which somebody else is at ``work`` once: right after all was read, or before one file is."""

    def __init__(self, root: Path, step: str, work: Callable[[], object]) -> None:
        super().__init__(root)
        self._steps = {step: work}

    def _pass(self, step: str) -> None:
        self._steps.pop(step, lambda: None)()

    def read_files(self) -> Mapping[str, bytes]:
        """See Store."""
        found = super().read_files()
        self._pass("everything")
        return found

    def read_journals(self) -> Mapping[str, bytes]:
        """See Store."""
        found = super().read_journals()
        self._pass("journals")
        return found

    def read_file(self, path: str) -> bytes | None:
        """See Store."""
        self._pass(path)
        return super().read_file(path)


@pytest.mark.parametrize("step", ["everything", "journals", "HEAD", "lease.json", "README.md"])
def test_a_run_that_is_at_work_meanwhile_is_no_damage(desk: Desk, step: str) -> None:
    """A whole run between two looks of `verify`: what it wrote is either seen altogether or not at all."""
    assert desk.run("apply", "contractors-30d").code == 0
    options = Everywhere(desk.policies, None, desk.journal, None, None)
    place = Workplace(options, Console(environ=desk.environ), desk.environ)
    place.store = Busy(desk.journal, step, lambda: desk.run("apply", "stale-invites"))
    code = verify.run(argparse.Namespace(online=False), place)
    assert (code, place.outputs["reason"]) == (0, "")
    assert desk.run("verify", "--json").form["runs"] == 2
