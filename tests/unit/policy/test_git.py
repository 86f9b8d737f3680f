"""What git knows of policies: their commit, and since when a task is enabled. Real repositories, real git."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from runner.policy.git import read_commit, read_enabled_since
from runner.policy.load import load

TASK = "description: d\nowner: o\nmatch: {mfa: false}\nactions: [report]\nschedule: {daily: {at: 06:00}}\n"
PAUSED = TASK + "enabled: false # for now\n"
DAY = 86_400


class Repository:
    """A repository of policies whose commits are a day apart, from 2026-01-01 on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.policies = folder / "policies"
        self.task = self.policies / "tasks" / "t.yaml"
        self.task.parent.mkdir(parents=True)
        self.days = 0
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, at: int = 0) -> str:
        """Run git, with the clock at a day (from 0)."""
        stamp = f"{int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) + at * DAY} +0200"
        who = {f"GIT_{role}_{what}": "x@acme.example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        env = {**os.environ, **who, "GIT_COMMITTER_DATE": stamp, "GIT_AUTHOR_DATE": "1000000000 +0000"}
        env |= {"HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(["git", *arguments], cwd=self.folder, env=env, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, text: str | None, path: Path | None = None) -> str:
        """Commit a text of the task (or of another file; None removes it) a day after the commit before."""
        file = path or self.task
        if text is None:
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "change", at=self.days)
        self.days += 1
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository without commits."""
    return Repository(tmp_path)


def day(number: int) -> datetime:
    """The instant of the commit of a day."""
    return datetime(2026, 1, 1 + number, tzinfo=UTC)


def test_a_task_counts_from_the_commit_that_added_it(repository: Repository) -> None:
    """By the committer's clock; later edits and comments about enabling change nothing."""
    repository.commit(TASK)
    repository.commit(TASK + "# enabled: false\n")
    repository.commit(TASK.replace("06:00", "07:00"))
    assert read_enabled_since(repository.task) == day(0)


def test_a_task_counts_from_the_commit_that_enabled_it_again(repository: Repository) -> None:
    """The newest one, whether the key was removed or turned to true."""
    for text in (TASK, PAUSED, TASK, TASK + "# more\n", TASK + 'enabled: "false"\n'.replace('"', "")):
        repository.commit(text)
    assert read_enabled_since(repository.task) == day(2)
    repository.commit(TASK + "enabled: true\n")
    repository.commit(TASK + "enabled: true\n# more\n")
    assert read_enabled_since(repository.task) == day(5)


def test_a_task_removed_and_added_counts_from_its_return(repository: Repository) -> None:
    """What was deleted in between starts anew."""
    repository.commit(TASK)
    repository.commit(None)
    repository.commit(TASK)
    assert read_enabled_since(repository.task) == day(2)


def test_a_merged_task_counts_from_its_merge(repository: Repository) -> None:
    """A pull request that waited is not due for the days it waited."""
    repository.commit("Policies", repository.policies / "README.md")
    repository.git("checkout", "-q", "-b", "new-task")
    repository.commit(TASK)
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "-m", "merge", "new-task", at=9)
    assert read_enabled_since(repository.task) == day(9)


def test_a_shallow_clone_does_not_take_its_end_for_the_beginning(repository: Repository, tmp_path: Path) -> None:
    """The oldest commit of a shallow clone adds every file; nothing follows from that."""
    repository.commit(PAUSED)
    repository.commit(TASK)
    repository.commit(TASK + "# more\n")
    for depth, expected in ((1, None), (2, None), (3, day(1))):
        clone = tmp_path / f"clone-{depth}"
        repository.git("clone", "-q", "--depth", str(depth), f"file://{repository.folder}", str(clone))
        assert read_enabled_since(clone / "policies" / "tasks" / "t.yaml") == expected


def test_without_history_nothing_is_known(tmp_path: Path) -> None:
    """No repository, and no commit in one, are no error."""
    file = tmp_path / "tasks" / "t.yaml"
    file.parent.mkdir()
    file.write_text(TASK)
    assert read_enabled_since(file) is None
    assert read_commit(tmp_path, [file]) is None
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert read_enabled_since(file) is None
    assert read_commit(tmp_path, [file]) is None


def test_the_commit_is_told_only_of_policies_that_are_in_it(repository: Repository) -> None:
    """Edits, new files and ignored files are in no commit; changes beside the policies do not count."""
    commit = repository.commit(TASK)

    def told() -> str | None:
        return load(repository.policies, today=date(2026, 11, 22)).provenance.commit

    assert told() == commit
    (repository.folder / "notes.txt").write_text("beside")
    assert told() == commit
    repository.task.write_text(TASK + "# edited\n")
    assert told() is None
    repository.task.write_text(TASK)
    assert told() == commit
    other = repository.task.with_name("other.yaml")
    other.write_text(TASK)
    assert told() is None
    (repository.folder / ".git" / "info" / "exclude").write_text("other.yaml\n")
    assert told() is None
    other.unlink()
    assert told() == commit


def test_loading_knows_since_when_a_task_is_enabled(repository: Repository) -> None:
    """Enabled tasks have it; paused ones need none."""
    repository.commit(TASK)
    repository.commit(PAUSED, repository.task.with_name("paused.yaml"))
    tasks = load(repository.policies, today=date(2026, 11, 22)).tasks
    assert (tasks["t"].enabled_since, tasks["paused"].enabled_since) == (day(0), None)


def test_nothing_that_a_repository_configures_is_run(repository: Repository, tmp_path: Path) -> None:
    """Diff drivers, file system monitors, hooks and signature programs stay where they are."""
    ran = tmp_path / "ran"
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\ntouch {ran}\n")
    script.chmod(0o755)
    commit = repository.commit(TASK)
    (repository.folder / ".git" / "info" / "attributes").write_text("*.yaml diff=evil\n")
    for key in (
        "core.fsmonitor",
        "diff.evil.textconv",
        "diff.evil.command",
        "diff.external",
        "gpg.program",
        "core.pager",
    ):
        repository.git("config", key, str(script))
    repository.git("config", "log.showSignature", "true")
    repository.git("config", "core.hooksPath", str(tmp_path))
    assert read_commit(repository.policies, [repository.task]) == commit
    assert read_enabled_since(repository.task) == day(0)
    assert not ran.exists()


def test_a_machine_without_git_is_a_folder_without_history(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Policies load, and nothing is known of the past."""
    repository.commit(TASK)
    monkeypatch.setenv("PATH", str(repository.folder / "nowhere"))
    policies = load(repository.policies, today=date(2026, 11, 22))
    assert (policies.provenance.commit, policies.tasks["t"].enabled_since) == (None, None)
