"""Where this runner is from, as workflows write it."""

from __future__ import annotations

import json

import pytest

from runner.cli.origin import called, installed_from

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SERVER = {"GITHUB_SERVER_URL": "https://git.acme.example"}


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/acme/policy-runner", "acme/policy-runner"),
        ("https://github.com/acme/policy-runner.git", "acme/policy-runner"),
        ("git@github.com:acme/policy-runner.git", "acme/policy-runner"),
        ("ssh://git@github.com/acme/policy.runner/", "acme/policy.runner"),
        ("ssh://git@acme.ghe.com/acme/policy.runner/", "acme/policy.runner"),
        ("git@git.acme.example:acme/policy-runner.git", "acme/policy-runner"),
        ("https://github.acme.example/acme/policy-runner", None),
        ("https://gitlab.acme.example/acme/policy-runner", None),
        ("https://github.com/acme/group/policy-runner", None),
        ("https://token@github.com/acme/policy-runner", None),
        ("../policy-runner", None),
        ("file:///github/acme/policy-runner", None),
    ],
)
def test_a_repository_on_github_has_a_name(url: str, name: str | None) -> None:
    """Any other cannot be called by workflows."""
    assert called(url, COMMIT, SERVER) == (name and f"{name}@{COMMIT}")


def test_a_commit_is_named_whole() -> None:
    """Neither a branch nor a part of a hash is a pin."""
    assert called("https://github.com/acme/policy-runner", "main", {}) is None
    assert called("https://github.com/acme/policy-runner", COMMIT[:12], {}) is None


@pytest.mark.parametrize(
    "noted", ["", "{}", "[]", "null", '{"url": "https://github.com/a/b"}', '{"url": 1, "vcs_info": 2}']
)
def test_an_installation_that_says_nothing_is_from_nowhere(noted: str) -> None:
    """From an index, from a folder, or by an installer that notes nothing down."""
    assert installed_from(noted, {}) is None


def test_an_installation_from_git_says_so() -> None:
    """Installers note the repository and the commit down."""
    noted = {"url": "https://github.com/acme/policy-runner.git", "vcs_info": {"vcs": "git", "commit_id": COMMIT}}
    assert installed_from(json.dumps(noted), {}) == f"acme/policy-runner@{COMMIT}"
