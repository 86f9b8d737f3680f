"""A task whose changes tripped the breaker does nothing more until somebody has looked at it and said so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.emulator import Rule
from tests.journeys.atlassian.town import AWAY, Town, check_truth, town

REFUSED = Rule("status", match=r"/suspend", status=400, times=0)
OVERRIDE = """\
digest: {digest}
rail: quarantine
task: suspend
reason: The contractors' directory was read-only; it is not any more
approved_by: head-of-it@acme.example
expires: 2026-12-31
"""


def tripped(found: Town) -> dict[str, Any]:
    """The breaker has ended a run, the faults are over, and the next plan's refusal is given."""
    done = found.run("apply", "suspend")
    assert (done.code, done.reason) == (3, "breaker"), done.err
    found.emulator.set_faults(())
    (refusal,) = found.run("plan", "suspend").form["refusals"]
    return dict(refusal)


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
        path = found.folder / "policies" / "overrides" / "looked-at.yaml"
        path.parent.mkdir()
        path.write_text(OVERRIDE.format(digest=tripped(found)["digest"]), encoding="utf-8")
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
        text = OVERRIDE.format(digest="sha256:" + "0" * 64 if wrong == "digest" else digest)
        text = text.replace("task: suspend", "task: reclaim") if wrong == "task" else text
        path = found.folder / "policies" / "overrides" / "looked-at.yaml"
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
        done = found.run("apply", "suspend")
        assert (done.code, done.reason) == (3, "quarantine"), done.err
        assert not suspended(found)
