"""A task whose changes tripped the breaker, or that wanted more than the day's budget, does nothing more until somebody
has looked at it and said so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.emulator import Rule
from tests.journeys.atlassian.town import AWAY, SETTINGS, Town, check_truth, town

REFUSED = Rule("status", match=r"/suspend", status=400, times=0)
OVERRIDE = """\
digest: {digest}
rail: {rail}
reason: The contractors' directory was read-only; it is not any more
approved_by: head-of-it@acme.example
expires: 2026-12-31
"""
TIGHT = SETTINGS.replace("percent_per_day: 90", "percent_per_day: 10")
"""Twelve people a day: so many as the task `reclaim` touches."""


def tripped(found: Town) -> dict[str, Any]:
    """The breaker has ended a run, the faults are over, and the next plan's refusal is given."""
    done = found.run("apply", "suspend")
    assert (done.code, done.reason) == (3, "breaker"), done.err
    found.emulator.set_faults(())
    (refusal,) = found.run("plan", "suspend").form["refusals"]
    return dict(refusal)


def spent(found: Town) -> dict[str, Any]:
    """One task has used the budget of the day, and the refusal of the other is given, which goes into quarantine."""
    assert found.run("apply", "reclaim").code == 0
    done = found.run("apply", "suspend")
    assert (done.code, done.reason) == (3, "day_limit"), done.err
    why = "day_limit: 16 of 120 people, 13.3 % (removals), 12 of them in the last 24 hours"
    assert done.form["quarantined"] == {"suspend": why}
    assert states(found) == {"reclaim": "", "suspend": why}
    (refusal,) = done.form["refusals"]
    return dict(refusal)


def allow(found: Town, rail: str, digest: str) -> Path:
    """An override is merged."""
    path = found.folder / "policies" / "overrides" / f"{rail.replace('_', '-')}.yaml"
    path.parent.mkdir(exist_ok=True)
    task = "task: suspend\n" if rail == "quarantine" else ""
    path.write_text(OVERRIDE.format(digest=digest, rail=rail) + task, encoding="utf-8")
    return path


def states(found: Town) -> dict[str, str]:
    """What is said of each task's quarantine."""
    return {task["name"]: task["quarantine"] or "" for task in found.run("tasks").form}


def suspended(found: Town) -> set[str]:
    """Who is suspended by now."""
    return {who for who, person in found.people.items() if person["status"] == "suspended"}


def test_a_task_in_quarantine_writes_nothing_however_often_it_runs(tmp_path: Path) -> None:
    """Every run refuses it and says why; the other tasks go on."""
    with town(tmp_path, faults=[REFUSED]) as found:
        refusal = tripped(found)
        assert (refusal["rail"], refusal["task"]) == ("quarantine", "suspend")
        assert "3 changes in a row failed" in refusal["found"]
        assert states(found) == {"reclaim": "", "suspend": "3 changes in a row failed"}
        for _ in range(2):
            done = found.run("apply", "--all")
            assert (done.code, done.reason) == (3, "quarantine")
        assert not suspended(found)
        assert all("jira" not in found.people[f"idle-{n:02}"]["groups"] for n in range(12))
        check_truth(found)


def test_an_override_of_the_refused_plan_lets_a_task_out_for_good(tmp_path: Path) -> None:
    """Merged with the digest of exactly these changes it releases the task, and not only for one run."""
    with town(tmp_path, faults=[REFUSED]) as found:
        path = allow(found, "quarantine", tripped(found)["digest"])
        done = found.run("apply", "--all")
        assert done.code == 0, done.out
        assert suspended(found) == AWAY
        path.unlink()
        assert states(found)["suspend"] == ""
        for who in AWAY:
            found.emulator.edit(who, status="active")
        again = found.run("apply", "suspend")
        assert (again.code, again.form["outcomes"]) == (0, {"applied": len(AWAY)}), again.out


@pytest.mark.parametrize("wrong", ["digest", "task"])
def test_another_override_lets_nobody_out(tmp_path: Path, wrong: str) -> None:
    """One for other changes, or for another task."""
    with town(tmp_path, faults=[REFUSED]) as found:
        digest = tripped(found)["digest"]
        path = allow(found, "quarantine", "sha256:" + "0" * 64 if wrong == "digest" else digest)
        if wrong == "task":
            path.write_text(path.read_text("utf-8").replace("task: suspend", "task: reclaim"), encoding="utf-8")
        done = found.run("apply", "suspend")
        assert (done.code, done.reason) == (3, "quarantine"), done.err
        assert not suspended(found)


def test_a_task_that_wanted_more_than_the_days_budget_is_not_let_in_by_time(tmp_path: Path) -> None:
    """The window has moved on, and still somebody has to look first; the task whose changes were made is not to blame,
    nor is anybody for a plan that was only looked at."""
    with town(tmp_path, settings=TIGHT) as found:
        assert found.run("apply", "reclaim").code == 0
        assert found.run("plan", "suspend").code == 3
        assert set(states(found).values()) == {""}
        assert found.run("apply", "suspend").reason == "day_limit"
        found.clock.sleep(2 * 86_400)
        done = found.run("apply", "--all")
        assert (done.code, done.reason) == (3, "quarantine"), done.err
        assert not suspended(found)
        (refusal,) = found.run("plan", "suspend").form["refusals"]
        assert (refusal["task"], refusal["found"]) == ("suspend", states(found)["suspend"])
        allow(found, "quarantine", refusal["digest"])
        assert found.run("apply", "--all").code == 0
        assert suspended(found) == AWAY
        assert set(states(found).values()) == {""}
        check_truth(found)


def test_an_override_of_the_days_budget_lets_out_whom_the_budget_put_in(tmp_path: Path) -> None:
    """One file is enough, and it is used up."""
    with town(tmp_path, settings=TIGHT) as found:
        allow(found, "day_limit", spent(found)["digest"])
        done = found.run("apply", "suspend")
        assert done.code == 0, done.err
        assert suspended(found) == AWAY
        assert set(states(found).values()) == {""}
        for who in AWAY:
            found.emulator.edit(who, status="active")
        assert found.run("apply", "suspend").reason == "day_limit"


def test_an_override_of_the_days_budget_lets_nobody_else_out(tmp_path: Path) -> None:
    """Not with another digest, and not a task whose changes had failed."""
    with town(tmp_path, settings=TIGHT) as found:
        spent(found)
        path = allow(found, "day_limit", "sha256:" + "0" * 64)
        assert found.run("apply", "suspend").reason == "quarantine"
        path.unlink()
    with town(tmp_path / "other", settings=TIGHT, faults=[REFUSED]) as found:
        digest = tripped(found)["digest"]
        assert found.run("apply", "reclaim").code == 0
        allow(found, "day_limit", digest)
        assert found.run("apply", "suspend").reason == "quarantine"
        assert not suspended(found)


def test_an_undo_is_never_in_quarantine(tmp_path: Path) -> None:
    """No override could name it, and whoever asks for it is looking already."""
    with town(tmp_path) as found:
        run = found.run("apply", "suspend").form["run"]
        found.emulator.set_faults([Rule("status", match=r"/restore", status=400, times=0)])
        assert found.run("undo", run, "--apply").reason == "breaker"
        found.emulator.set_faults(())
        assert found.run("undo", run, "--apply").code == 0
        assert not suspended(found)
        check_truth(found)
