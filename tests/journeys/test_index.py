"""The front page of the journal, as runs of a month leave it."""

from __future__ import annotations

import re

from tests.journeys.command import Desk


def page(desk: Desk) -> str:
    """The journal's README."""
    return (desk.journal / "README.md").read_text(encoding="utf-8")


def section(desk: Desk, title: str) -> str:
    """What stands under a heading."""
    return page(desk).partition(f"\n## {title}")[2].partition("\n## ")[0]


def test_the_month_is_added_up_over_its_runs(desk: Desk) -> None:
    """Seats and money stay on the page when later runs have nothing to do, grow with those that have, and begin again
    with the next month; `verify` makes the same page."""
    assert desk.run("run", now="2026-11-23T09:00:00Z").code == 0
    first = section(desk, "Seats and money")
    assert "EUR" in first
    run = page(desk).partition("(runs/")[2].partition("/report.md")[0].rsplit("/", 1)[-1]
    assert desk.run("run", now="2026-11-24T09:00:00Z").code == 0
    assert "nothing to change" in page(desk).partition("\n- **Last good")[0]
    assert section(desk, "Seats and money") == first
    assert section(desk, "This month, 2026-11").startswith("\n\nIn 2 runs, ")
    assert desk.run("undo", run, "--apply", now="2026-11-24T10:00:00Z").code == 0
    together = next(line for line in section(desk, "Seats and money").splitlines() if "Together" in line)
    freed, taken, _, saved = (cell.strip("* ") for cell in together.split("|")[2:6])
    assert (freed, saved) == (taken, "EUR 0.00"), "everything was taken back, so nothing is saved"
    assert desk.run("run", now="2026-12-02T09:00:00Z").code == 0
    assert "2026-12" in page(desk)
    assert section(desk, "Seats and money") != first
    assert desk.run("verify").code == 0


def test_the_page_begins_with_how_things_stand(desk: Desk) -> None:
    """The last run, the last good one, the month and what is next come before any table."""
    assert desk.run("run", now="2026-11-23T09:00:00Z").code == 0
    (desk.policies / "STOP").touch()
    assert desk.run("run", now="2026-11-24T09:00:00Z").code == 3
    head = page(desk).partition("\n## ")[0]
    assert "**Last run:** [2026-11-24 09:00 UTC](runs/" in head
    assert "⛔ refused: the whole run refused" in head
    assert "**Last good run:** 2026-11-23 09:00 UTC" in head
    assert "**This month:** 39 changes for 25 people" in head
    assert "**Next:** `" in head


def test_the_report_says_how_late_the_run_was(desk: Desk) -> None:
    """The planned time is the task's own; when CI got round to it is measured against that."""
    assert desk.run("run", now="2026-11-24T09:00:00Z").code == 0
    assert desk.run("run", now="2026-11-25T03:47:00Z").code == 0
    report = desk.run("report", "last").out
    assert re.search(r"It began 17 min after the planned time\.", report), report[:400]
    assert ", 17 min after the planned time |" in report
    assert desk.run("apply", "contractors-30d", now="2026-11-24T05:18:00Z").code == 0
    assert "planned time" not in desk.run("report", "last").out, "what somebody starts by hand is not late"
