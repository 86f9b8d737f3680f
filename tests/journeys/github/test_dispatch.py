"""The workflow started by hand, in every mode, and the approval of two people."""

from __future__ import annotations

import json

import pytest

from tests.journeys.github.conftest import BUSY, GROUP, IDLE
from tests.journeys.github.hub import ANN, BOB
from tests.journeys.github.workshop import Workshop

BACK = [(f"u-idle{n:02}", "add_to_group", GROUP) for n in range(IDLE)]
TAKEN = [(f"u-idle{n:02}", "remove_from_group", GROUP) for n in range(IDLE)]


def test_a_plan_writes_nothing_and_its_digest_can_be_applied_once(workshop: Workshop) -> None:
    """`plan` shows the digest and leaves no trace; `apply` takes that digest, and no other one."""
    planned = workshop.dispatch(mode="plan", task="idle-jira")
    assert (planned.code, planned.jobs) == (0, {"plan": "success"}), planned.said
    assert "idle03@acme.example" in planned.summary
    assert (workshop.happened(), workshop.runs()) == ([], [])
    digest = planned.outputs["digest"]
    other = workshop.dispatch(mode="apply", task="idle-jira", digest="sha256:" + "0" * 64)
    assert other.jobs == {"carry-out": "failure"}, other.said
    assert (other.outputs["exit_code"], other.outputs["reason"]) == ("3", "plan_changed")
    assert workshop.happened() == []
    done = workshop.dispatch(mode="apply", task="idle-jira", digest=digest)
    assert (done.code, done.jobs) == (0, {"carry-out": "success"}), done.said
    assert workshop.happened() == workshop.applied() == TAKEN
    again = workshop.dispatch(mode="apply", task="idle-jira", digest=digest)
    assert again.outputs["reason"] == "plan_changed"
    assert workshop.happened() == TAKEN


def test_a_manual_task_all_that_is_due_and_the_way_back(workshop: Workshop) -> None:
    """`task` runs one, `due` what is due, `undo` takes back one person and then all the others: also on a bad day, when
    everything else is stopped."""
    by_hand = workshop.dispatch(mode="task", task="by-hand")
    assert by_hand.jobs == {"carry-out": "success"}, by_hand.said
    assert len(workshop.happened()) == BUSY
    due = workshop.dispatch(mode="due")
    assert due.jobs == {"carry-out": "success"}, due.said
    assert set(TAKEN) < set(workshop.happened())
    workshop.variables["POLICY_RUNNER_STOP"] = "undo only"
    assert workshop.dispatch(mode="task", task="by-hand").outputs["reason"] == "stop"
    one = workshop.dispatch(mode="undo", run=due.outputs["run"], user="idle03@acme.example")
    assert one.jobs == {"carry-out": "success"}, one.said
    assert [change for change in workshop.happened() if change in BACK] == [BACK[3]]
    rest = workshop.dispatch(mode="undo", run=due.outputs["run"])
    assert rest.outputs["exit_code"] == "0", rest.said
    assert [change for change in workshop.happened() if change in BACK] == BACK
    assert workshop.applied() == workshop.happened()


@pytest.mark.parametrize("solo", [False, True])
def test_an_override_needs_a_second_person(workshop: Workshop, *, solo: bool) -> None:
    """A plan that waits for approval becomes a pull request; who asked for it cannot approve it by merging it, another
    one can. A repository of one person can say that it is one."""
    waiting = workshop.dispatch(mode="task", task="guarded")
    assert waiting.jobs == {"carry-out": "failure"}
    assert (waiting.outputs["exit_code"], waiting.outputs["reason"]) == ("3", "approval_required")
    asked = workshop.dispatch(mode="override", task="guarded", reason='Looked at with $(HR) "today"\n::error::no @ann')
    assert (asked.code, asked.jobs) == (0, {"plan": "success", "propose": "success"}), asked.said
    [pull] = workshop.hub.pulls
    assert "idle" not in json.dumps(pull["body"])
    workshop.hub.merge(pull["number"], ANN)
    if solo:
        workshop.variables["POLICY_RUNNER_SOLO"] = "true"
    else:
        alone = workshop.dispatch(mode="task", task="guarded")
        assert alone.outputs["reason"] == "approval_required", alone.said
        assert "nobody but its author approved or merged" in alone.everything
        assert workshop.happened() == []
        pull["reviews"].append({"state": "APPROVED", "user": {"login": BOB, "type": "User"}, "commit_id": "0" * 40})
        stale = workshop.dispatch(mode="task", task="guarded")
        assert stale.outputs["reason"] == "approval_required", "an approval of an older commit counted"
        pull["reviews"][-1]["commit_id"] = pull["head"]["sha"]
    done = workshop.dispatch(mode="task", task="guarded")
    assert done.jobs == {"carry-out": "success"}, done.said
    assert workshop.happened() == workshop.applied() == [(f"u-idle{n:02}", "suspend", None) for n in range(IDLE)]


def test_a_digest_that_nothing_refused_proposes_nothing(workshop: Workshop) -> None:
    """The override's job says which digests there are."""
    asked = workshop.dispatch(mode="override", task="guarded", digest="sha256:" + "1" * 64)
    assert asked.jobs == {"plan": "success", "propose": "failure"}, asked.said
    assert "approval_required sha256:" in asked.said
    assert workshop.hub.pulls == []


def test_doctor_needs_no_command_by_hand(workshop: Workshop) -> None:
    """What is set up, and what is not known, stands on the page of the run; nothing is written."""
    done = workshop.dispatch(mode="doctor")
    assert done.jobs == {"plan": "success"}, done.said
    assert "| ok | may read |" in done.summary
    assert "not known" in done.summary
    assert "GET /repos/acme/policies/rules/branches/main" in workshop.hub.asked
    assert (workshop.happened(), workshop.runs()) == ([], [])
    assert "fake-token" not in done.everything


WRONG: tuple[dict[str, str], ...] = (
    {"mode": "task", "task": "--all"},
    {"mode": "task", "task": "by-hand; touch PWNED"},
    {"mode": "task", "task": "$(touch PWNED)"},
    {"mode": "apply", "digest": "sha256:`touch PWNED`"},
    {"mode": "undo", "run": "last; touch PWNED"},
    {"mode": "undo", "run": "last", "user": "$(touch PWNED)' || touch PWNED"},
    {"mode": "undo"},
    {"mode": "apply"},
    {"mode": "task"},
)


def test_inputs_are_data(workshop: Workshop) -> None:
    """What is typed into the form is never shell text and never an option; it is refused before anything is read."""
    for inputs in WRONG:
        done = workshop.dispatch(**inputs)
        assert done.jobs == {"carry-out": "failure"}, inputs
        assert done.outputs["reason"] in ("usage", "unknown_run"), done.said
        assert not list(workshop.folder.rglob("PWNED"))
    assert (len(workshop.emulator.log), workshop.runs()) == (0, [])
