"""Pull requests, executed: annotations, tests, one comment, and no credential near a fork."""

from __future__ import annotations

from tests.emulator.emulator import READ_KEY
from tests.journeys.github.conftest import POLICIES
from tests.journeys.github.workshop import READER, Acted, Workshop

CHANGED = {"policies/tasks/idle-jira.yaml": POLICIES["tasks/idle-jira.yaml"].replace("90d", "1d")}
BROKEN = {"policies/tasks/idle-jira.yaml": POLICIES["tasks/idle-jira.yaml"].replace("limits:", "limit:")}


def ran(done: Acted) -> dict[str, str]:
    """How the jobs ended that were not skipped."""
    return {job: result for job, result in done.jobs.items() if result != "skipped"}


def test_one_comment_says_whom_a_change_touches_and_is_kept_up_to_date(workshop: Workshop) -> None:
    """The comparison is made on the recorded snapshot, names nobody, and a second push changes the same comment."""
    workshop.record()
    done = workshop.pull_request(CHANGED)
    assert ran(done) == {"check": "success", "comment": "success"}, done.said
    [comment] = workshop.hub.comments
    assert comment["issue"] == 7
    assert "Whom this change touches" in comment["body"]
    assert "| `idle-jira` | changed |" in comment["body"]
    assert "acme.example" not in comment["body"]
    broken = workshop.pull_request(BROKEN)
    assert broken.jobs["check"] == "failure", broken.said
    assert "::error file=policies/tasks/idle-jira.yaml,line=7" in broken.said
    [comment] = workshop.hub.comments
    assert "could not be made" in comment["body"]
    assert len(workshop.emulator.log) == 0


def test_live_comparison_uses_a_key_that_only_reads(workshop: Workshop) -> None:
    """Switched on, pull requests of this repository are compared on the organization as it is, with names if wanted."""
    workshop.secrets = {"GITHUB_TOKEN": "fake-token", **READER}
    workshop.variables |= {"POLICY_RUNNER_LIVE_COMPARISON": "true", "POLICY_RUNNER_COMMENT_NAMES": "true"}
    done = workshop.pull_request(CHANGED)
    assert done.jobs == {"check": "success", "live": "success", "comment": "success"}, done.said
    [comment] = workshop.hub.comments
    assert "busy03@acme.example" in comment["body"]
    assert {entry.key for entry in workshop.emulator.log} == {"key-read"}
    assert READ_KEY not in done.everything
    assert workshop.happened() == []


def test_a_fork_never_comes_near_a_credential(workshop: Workshop) -> None:
    """Its pull request is compared on the snapshot without names, even where live comparison is on; the organization
    hears nothing, nothing is commented, and the comparison stands in the summary. What it calls the audit branch
    does not count."""
    workshop.record()
    settings = {"policies/settings.yaml": POLICIES["settings.yaml"] + "reports: {branch: main}\n"}
    workshop.secrets = {"GITHUB_TOKEN": "read-only"}
    workshop.variables["POLICY_RUNNER_LIVE_COMPARISON"] = "true"
    done = workshop.pull_request(CHANGED | settings, fork=True)
    assert ran(done) == {"check": "success"}, done.said
    assert "Whom this change touches" in done.summary
    assert "acme.example" not in done.summary
    assert len(workshop.emulator.log) == 0
    assert workshop.hub.asked == []


def test_without_a_snapshot_the_comment_says_so(workshop: Workshop) -> None:
    """The first pull request may come before the first scheduled run."""
    done = workshop.pull_request(CHANGED)
    assert done.jobs["check"] == "success", done.said
    [comment] = workshop.hub.comments
    assert "There is no snapshot on the branch" in comment["body"]
