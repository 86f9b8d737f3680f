"""What goes wrong around a run: rails, networks, branches, rivals and cancellations, with the workflow files as they
are."""

from __future__ import annotations

import signal
import subprocess
import threading
from pathlib import Path

from tests.journeys.github.conftest import IDLE, Opened
from tests.journeys.github.test_dispatch import TAKEN
from tests.journeys.github.workshop import Workshop, ended

NO_PUSH = 'while read -r old new ref; do if [ "$ref" = refs/heads/{branch} ]; then echo protected >&2; exit 1; fi; done'


def test_a_refused_rail_fails_the_job_and_writes_nothing(open_workshop: Opened) -> None:
    """A task that wants more than it may is shown and refused; the report is on the audit branch."""
    strict = "organization: {id: acme}\nlimits: {users_per_run: 3, percent_per_run: 10}\n"
    workshop = open_workshop({"settings.yaml": strict})
    done = workshop.schedule()
    assert done.jobs == {"carry-out": "failure"}, done.said
    assert (done.outputs["exit_code"], done.outputs["reason"]) == ("3", "run_limit")
    assert workshop.happened() == []
    [run] = workshop.runs()
    assert "run&#95;limit" in workshop.audit(f"{run}/report.md") or "run_limit" in workshop.audit(f"{run}/report.md")


def test_an_unreachable_api_fails_the_job(workshop: Workshop) -> None:
    """Nobody answers: exit code 4 with its word, and no run on the audit branch that was never begun."""
    workshop.variables["ATLASSIAN_API_URL"] = "http://127.0.0.1:9"
    done = workshop.schedule()
    assert done.jobs == {"carry-out": "failure"}, done.said
    assert done.outputs["exit_code"] == "4"
    assert workshop.runs() == []


def test_a_stop_in_the_variables_stops_everything(workshop: Workshop) -> None:
    """POLICY_RUNNER_STOP is the switch that needs no commit."""
    workshop.variables["POLICY_RUNNER_STOP"] = "INC-7"
    done = workshop.schedule()
    assert done.jobs == {"carry-out": "failure"}, done.said
    assert done.outputs["reason"] == "stop"
    assert workshop.happened() == []


def test_with_main_protected_the_audit_still_lands(workshop: Workshop) -> None:
    """The default branch takes no push from anybody; nothing of a run needs it to."""
    workshop.hook("pre-receive", NO_PUSH.format(branch="main"))
    done = workshop.schedule()
    assert done.jobs == {"carry-out": "success"}, done.said
    assert workshop.applied() == workshop.happened() == TAKEN


def test_with_the_audit_branch_refusing_nothing_is_written(workshop: Workshop) -> None:
    """What cannot be recorded is not done: the organization's own log has reads only."""
    workshop.hook("pre-receive", NO_PUSH.format(branch="audit"))
    done = workshop.schedule()
    assert done.jobs == {"carry-out": "failure"}, done.said
    assert (done.outputs["exit_code"], done.outputs["reason"]) == ("4", "audit_store")
    assert workshop.happened() == []
    assert workshop.runs() == []


def test_a_push_race_loses_nothing(workshop: Workshop) -> None:
    """Somebody else commits to the audit branch just while a step is pushed: the step is made again on top of it."""
    assert workshop.dispatch(mode="task", task="by-hand").jobs == {"carry-out": "success"}
    before = workshop.applied()
    tree = "tree=$(git rev-parse refs/heads/audit^{tree})"
    rival = (
        'rival=$(git -c user.name=Bob -c user.email=bob@acme.example commit-tree "$tree" -p refs/heads/audit -m rival)'
    )
    workshop.hook(
        "update",
        f'if [ "$1" = refs/heads/audit ] && [ ! -e raced ]; then touch raced; {tree}; {rival}\n'
        'unset GIT_QUARANTINE_PATH; git update-ref refs/heads/audit "$rival"; fi',
    )
    done = workshop.schedule()
    assert done.jobs == {"carry-out": "success"}, done.said
    assert (workshop.origin / "raced").exists()
    assert workshop.applied() == workshop.happened() == sorted([*before, *TAKEN])


def test_two_runs_at_once_do_everything_once(open_workshop: Opened) -> None:
    """Both are started by hand at the same time: the lease lets one write at a time, and nobody is changed twice."""
    workshop = open_workshop(latency_s=0.05)
    started = [workshop.start("schedule", "run.yml", {"schedule": "17 * * * *"}, home=home) for home in ("one", "two")]
    both = [ended(process) for process in started]
    assert [set(done.jobs) for done in both] == [{"carry-out"}] * 2
    assert "success" in [done.jobs["carry-out"] for done in both], "\n".join(done.said for done in both)
    for done in both:
        if done.jobs["carry-out"] == "failure":
            assert done.outputs["reason"] == "lease_held", done.said
    assert workshop.happened() == workshop.applied() == TAKEN


def test_a_cancelled_job_ends_cleanly_and_the_next_one_goes_on(open_workshop: Opened) -> None:
    """GitHub tells only the step's own process: it is the runner, which finishes what it sent, says so and ends."""
    written, go_on = threading.Event(), threading.Event()

    def pause(_: float) -> None:
        if workshop.emulator.effects:
            written.set()
            go_on.wait(60)

    workshop = open_workshop(latency_s=0.001, pause=pause)
    process = workshop.start("schedule", "run.yml", {"schedule": "17 * * * *"})
    assert written.wait(60)
    [entry] = children(process)
    assert "runner.__main__" in Path(f"/proc/{entry}/cmdline").read_text(), (
        "a shell stands between GitHub and the runner"
    )
    subprocess.run(["kill", f"-{signal.SIGINT.value}", str(entry)], check=True)
    go_on.set()
    done = ended(process)
    assert done.jobs == {"carry-out": "failure"}, done.said
    assert (done.outputs["exit_code"], done.outputs["reason"]) == ("5", "cancelled")
    [run] = workshop.runs()
    assert workshop.records(run)[-1]["kind"] == "finished"
    assert workshop.applied() == workshop.happened()
    assert 0 < len(workshop.happened()) < IDLE
    after = workshop.schedule()
    assert after.jobs == {"carry-out": "success"}, after.said
    assert workshop.applied() == workshop.happened() == TAKEN


def children(process: subprocess.Popen[str]) -> list[int]:
    """The processes that act started and that are at work now: the step's own."""
    tasks = Path(f"/proc/{process.pid}/task").glob("*/children")
    return [int(pid) for task in tasks for pid in task.read_text().split()]
