"""The schedule, executed: what is due is done once, and the audit branch and the organization agree about it."""

from __future__ import annotations

import json
import re

from runner.run.start_workflows import build_workflows
from tests.emulator.emulator import API_KEY
from tests.journeys.github.conftest import GROUP, IDLE
from tests.journeys.github.workshop import ROOT, Workshop


def test_the_schedule_does_what_is_due_once(workshop: Workshop) -> None:
    """Idle seats are taken back, the audit branch says exactly what the server saw, and the next call has nothing."""
    first = workshop.schedule()
    assert (first.code, first.jobs) == (0, {"carry-out": "success"}), first.said
    assert workshop.applied() == workshop.happened()
    assert workshop.happened() == [(f"u-idle{n:02}", "remove_from_group", GROUP) for n in range(IDLE)]
    [run] = workshop.runs()
    report = workshop.audit(f"{run}/report.md")
    assert report.startswith("# ")
    assert "[the run on GitHub](https://github.com/acme/policies/actions/runs/" in report
    assert run.rsplit("/", 1)[-1] in workshop.audit("README.md")
    assert first.outputs["applied"] == str(IDLE)
    assert first.outputs["exit_code"] == "0"
    assert API_KEY not in first.everything
    assert "fake-token" not in first.everything
    second = workshop.schedule()
    assert (second.code, second.jobs) == (0, {"carry-out": "success"}), second.said
    assert workshop.runs() == [run]
    check_snapshot(workshop)


def check_snapshot(workshop: Workshop) -> None:
    """What pull requests are compared on has everybody, and names nobody whom the policies do not name themselves."""
    kept = workshop.audit("snapshots/latest.json")
    users = json.loads(kept)["users"]
    assert len(users) == len(workshop.emulator.organization()["users"])
    named = {user["email"] for user in users if not user["email"].startswith("p-")}
    assert named == {"admin0@acme.example"}
    assert "Person" not in kept
    assert "u-idle" not in kept


COMMIT = "acme/policy-runner@" + "0" * 40
CALLED = COMMIT.replace("@", "/.github/workflows/run.yml@")
CALLER = (
    build_workflows(COMMIT)[".github/workflows/run.yml"].replace(CALLED, "./.github/workflows/run.yml")
    + """\
  tell:
    needs: policies
    runs-on: ubuntu-24.04
    steps: [{run: 'echo "after: $SAID"', env: {SAID: "${{ toJSON(needs.policies.outputs) }}"}}]
"""
)


def test_another_workflow_can_call_it(workshop: Workshop) -> None:
    """What `init` writes for another repository does the same on schedule, hands its outputs on to jobs, and takes
    a run back by hand."""
    workshop.commit({".github/workflows/policies.yml": CALLER})
    done = workshop.act("schedule", "policies.yml", {"schedule": "17,47 * * * *"})
    assert (done.jobs["carry-out"], done.jobs["tell"]) == ("success", "success"), done.said
    assert len(workshop.happened()) == IDLE
    assert workshop.applied() == workshop.happened()
    told = json.loads("{" + done.said.partition("after: {")[2].replace("tell: ", ""))
    assert {name: told[name] for name in ("changes", "applied", "failed", "blocked", "exit-code", "reason")} == {
        "changes": str(IDLE), "applied": str(IDLE), "failed": "0", "blocked": "0", "exit-code": "0", "reason": ""
    }  # fmt: skip
    assert told["report"] == f"{workshop.runs()[0]}/report.md on the branch audit"
    assert told["digest"].startswith("sha256:")
    inputs = {"mode": "undo", "run": told["run"], "user": "idle03@acme.example"}
    back = workshop.act("workflow_dispatch", "policies.yml", {"inputs": inputs}, **inputs)
    assert back.jobs["carry-out"] == "success", back.said
    assert [c for c in workshop.happened() if c[1] == "add_to_group"] == [("u-idle03", "add_to_group", GROUP)]


def test_the_action_really_installs_by_hashes(workshop: Workshop) -> None:
    """The one journey that installs for real: what the lock file names carries a plan out, and a package whose hash is
    another one ends the job before anything is read."""
    workshop.environment["STAND_IN_INSTALLS"] = "yes"
    done = workshop.dispatch(mode="plan", task="idle-jira")
    assert done.jobs == {"plan": "success"}, done.said
    asked = len(workshop.emulator.log)
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    workshop.commit({"requirements.lock": re.sub(r"sha256:[0-9a-f]{64}", "sha256:" + "0" * 64, lock)})
    other = workshop.dispatch(mode="plan", task="idle-jira")
    assert other.jobs == {"plan": "failure"}
    assert "DO NOT MATCH THE HASHES" in other.said
    assert len(workshop.emulator.log) == asked
