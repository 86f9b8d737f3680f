"""What a step of a workflow hands on to others: every output that action.yml and run.yml promise is really set."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from tests.journeys.command import ROOT, Desk

ACTION = (ROOT / "action.yml").read_text(encoding="utf-8")
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "run.yml").read_text(encoding="utf-8"))
PROMISED = set(re.findall(r"steps\.runner\.outputs\.(\w+)", ACTION))


def handed_on(desk: Desk, *argv: str) -> dict[str, str]:
    """The outputs of one command, the last of a name counting, as GitHub reads them."""
    file = desk.folder / "outputs"
    file.write_text("", encoding="utf-8")
    desk.environ["GITHUB_OUTPUT"] = str(file)
    desk.run(*argv)
    return dict(line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines())


def test_every_output_that_is_promised_is_set(desk: Desk) -> None:
    """Counts, digest, reason, the report's path and the exit code, and they are true."""
    found = handed_on(desk, "apply", "contractors-30d")
    assert found.keys() >= PROMISED, PROMISED - found.keys()
    assert (found["exit_code"], found["reason"], found["failed"], found["unknown"]) == ("0", "", "0", "0")
    assert found["changes"] == found["applied"] == "3"
    assert Path(found["report"]).parts[-1] == "report.md"
    assert (desk.folder / found["report"]).is_file()
    assert re.fullmatch("sha256:[0-9a-f]{64}", found["digest"])


def test_a_refusal_says_why(desk: Desk) -> None:
    """The word, the code and the counts of what was blocked; the report is there."""
    (desk.policies / "STOP").touch()
    found = handed_on(desk, "apply", "contractors-30d")
    assert (found["exit_code"], found["reason"], found["refusals"]) == ("3", "stop", "1")
    assert (found["changes"], found["blocked"], found["applied"]) == ("0", "3", "0")


def test_a_failure_says_why(desk: Desk) -> None:
    """Also where there was no plan at all."""
    assert handed_on(desk, "apply", "no-such-task") == {"reason": "unknown_task", "exit_code": "2"}
    desk.write_policy("settings.yaml", "limit: 3\n")
    assert handed_on(desk, "run") == {"reason": "policies", "exit_code": "2"}


def test_a_run_with_nothing_to_do_says_so(desk: Desk) -> None:
    """Nothing went wrong, and there is no run."""
    assert handed_on(desk, "undo", "last", "--apply")["reason"] == "unknown_run"
    handed_on(desk, "run")
    assert handed_on(desk, "run") == {"reason": "", "run": "", "exit_code": "0"}


def test_the_workflow_hands_on_what_the_action_does() -> None:
    """A workflow that calls run.yml gets what the action gives, under the same names."""
    given = {name for name in yaml.safe_load(ACTION)["outputs"] if name != "command"}
    job = WORKFLOW["jobs"]["carry-out"]["outputs"]
    called = WORKFLOW[True]["workflow_call"]["outputs"]
    assert given == job.keys() == called.keys()
    for name in given:
        assert job[name] == f"${{{{ steps.runner.outputs.{name} }}}}"
        assert called[name]["value"] == f"${{{{ jobs.carry-out.outputs.{name} }}}}"
        assert called[name]["description"]
