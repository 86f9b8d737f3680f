"""``diff``: whom a change of policies touches, as text, as the comment on a pull request, and as JSON."""

from __future__ import annotations

import subprocess

import pytest

from tests.journeys.command import Desk

TASK = "tasks/contractors-30d.yaml"


@pytest.fixture
def changed(desk: Desk) -> Desk:
    """The sample policies committed, and a contractor's task that now acts after ten days."""
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@acme.example", "-c", "init.defaultBranch=main"]
    for command in (["init", "--quiet"], ["add", "policies"], ["commit", "--quiet", "--message", "before"]):
        subprocess.run(["git", *who, *command], cwd=desk.folder, check=True)
    text = (desk.policies / TASK).read_text(encoding="utf-8")
    desk.write_policy(TASK, text.replace("30d", "10d"))
    return desk


def test_the_comment_counts_people_and_names_nobody(changed: Desk) -> None:
    """Newly matched people per task, what would happen on merge, seats and money, and when; how many, never who."""
    done = changed.run("diff", "--base", "main", "--format", "markdown")
    assert done.code == 0, done.err
    for words in (
        "**3 people are treated otherwise**",
        "| `contractors-30d` | changed | 6 | 3 | 0 | 0 | 0 |",
        "### What will happen on merge",
        "| suspend | 3 | 0 |",
        "### Seats and money of these changes",
        "Saved a month: **EUR ",
        "| `contractors-30d` | 2026-11-",
    ):
        assert words in done.out, done.out
    assert "@" not in done.out.replace("jira-software@acme", "").replace("confluence@acme", "")
    assert "jira-90d-reclaim" not in done.out, "a task that nobody touched is in the comment"


def test_names_are_there_if_they_are_wanted(changed: Desk) -> None:
    """With --names, on a terminal and in JSON the people themselves are told."""
    newly = changed.run("diff", "--base", "main", "--json").form["tasks"]
    (people,) = [task["newly"] for task in newly if task["newly"]]
    emails = [changed.people()[account]["email"] for account in people]
    for options in (["--format", "markdown", "--names"], ["--format", "text"]):
        out = changed.run("diff", "--base", "main", *options).out
        assert all(email in out for email in emails), out


def test_a_base_that_is_not_there_is_an_error(changed: Desk) -> None:
    """A misspelt branch compares with nothing."""
    done = changed.run("diff", "--base", "no-such-branch", "--json")
    assert (done.code, done.reason) == (2, "unknown_revision")
