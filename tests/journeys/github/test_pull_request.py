"""Pull requests, executed: annotations, tests, one comment, and no credential near a fork."""

from __future__ import annotations

from tests.emulator.emulator import READ_KEY
from tests.journeys.github.conftest import POLICIES
from tests.journeys.github.workshop import READER, Acted, Workshop

CHANGED = {
    "policies/tasks/idle-jira.yaml": POLICIES["tasks/idle-jira.yaml"].replace("90d", "1d"),
    "policies/settings.yaml": POLICIES["settings.yaml"]
    .replace("run: 15", "run: 16")
    .replace("admin0@acme.example", ""),
}
SAID = (
    "Whom this change touches",
    "**10 people are treated otherwise**",
    "| `idle-jira` | changed | 22 | 10 | 0 | 0 | 0 |",
    "idle-jira: the filter matches 22 of 22 people",
    "idle-jira: nothing in the filter spares service accounts",
    "settings: limits: users&#95;per&#95;run rises from 15 to 16",
    "is no longer protected",
    "`task_limit` would refuse",
    "### What will happen on merge",
    "### When it happens",
)
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
    for words in SAID:
        assert words in comment["body"], comment["body"]
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


TEST = """\
task: idle-jira
now: 2026-11-22T06:00:00Z
users: [{email: new@acme.example, apps: {jira-software: 2026-11-20}}]
expect: {match: []}
"""


def test_a_policy_test_that_fails_is_red_and_the_comment_is_written(workshop: Workshop) -> None:
    """The policies' own tests are run, and say who is matched now. There is a comment all the same; the first pull
    request may come before the first scheduled run, and then it says so."""
    done = workshop.pull_request(CHANGED | {"policies/tests/fresh.yaml": TEST})
    assert ran(done) == {"check": "failure", "comment": "success"}, done.said
    assert "new@acme.example" in done.said
    [comment] = workshop.hub.comments
    assert "There is no snapshot on the branch" in comment["body"]
