"""What a killed run left open, in the report of the run that closes it."""

from __future__ import annotations

import json

import pytest

from runner.report.rows import Who
from runner.report.safe import who
from tests.journeys.command import Desk

KEY = "K" * 43


def kill_after_writing(desk: Desk, run: str) -> list[str]:
    """Leave of the newest run what it would have left, had it died after its writes; gives whom it had announced."""
    (journal,) = desk.journal.rglob(f"{run}/journal.jsonl")
    records = [json.loads(line) for line in journal.read_bytes().splitlines()]
    kept = [record for record in records if record["kind"] not in ("outcome", "finished")]
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[: len(kept)]))
    (desk.journal / "HEAD").write_text(f"{kept[-1]['hash']}\n", encoding="utf-8")
    for name in ("report.md", "surroundings.json"):
        (journal.parent / name).unlink()
    return [record["change"]["account_id"] for record in records if record["kind"] == "intent"]


def test_a_recovered_change_names_whom_it_is_about(desk: Desk) -> None:
    """A name and an address, as everywhere else, also where this run's tasks have nothing to do with them; made again
    alike by `report`, and found whole by `verify`."""
    announced = kill_after_writing(desk, desk.run("apply", "contractors-30d", "--json").form["run"])
    done = desk.run("apply", "stale-invites", "--json")
    assert done.code == 0, done.err
    report = (desk.folder / done.form["report"]).read_text(encoding="utf-8")
    people = [desk.people()[account_id] for account_id in announced]
    assert len(people) == 3
    for person in people:
        shown = who(Who(person["account_id"], person["name"], person["email"]))
        assert f"| {shown} | suspend | `contractors-30d` | ✅ done: announced by run" in report
        assert person["account_id"] not in report
    assert desk.run("report", done.form["run"]).out == report
    assert desk.run("verify").code == 0


@pytest.mark.parametrize("before", ["plain", "pseudonymous"])
def test_a_recovered_change_of_a_journal_without_names_names_nobody(desk: Desk, before: str) -> None:
    """Neither a name nor an address nor an id, whatever the journal was when the change was announced."""
    desk.environ["POLICY_RUNNER_PSEUDONYM_KEY"] = KEY
    settings = (desk.policies / "settings.yaml").read_text(encoding="utf-8")
    desk.write_policy("settings.yaml", settings.replace("privacy: plain", f"privacy: {before}"))
    kill_after_writing(desk, desk.run("apply", "contractors-30d", "--json").form["run"])
    desk.write_policy("settings.yaml", settings.replace("privacy: plain", "privacy: pseudonymous"))
    done = desk.run("apply", "stale-invites", "--json")
    folder = (desk.folder / done.form["report"]).parent
    written = "".join(file.read_text(encoding="utf-8") for file in folder.iterdir())
    assert "found done" in written
    for person in desk.people().values():
        if person["status"] == "suspended":
            assert not any(person[word] in written for word in ("name", "email", "account_id"))
    assert desk.run("verify").code == 0
