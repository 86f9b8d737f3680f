"""The workflows of a repository of its own: they call those of the runner's repository at one commit. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from runner.errors import InputError

_FROM = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100})@([0-9a-f]{40})")


_RUN = """\
# Carries out whatever is due. It alone is given the key, which lies in the environment `atlassian`.
name: run
on:
  schedule:
    - cron: "17,47 * * * *"
  workflow_dispatch:
permissions: {}
jobs:
  policies:
    permissions: {actions: read, contents: write, pull-requests: write}
    uses: REPOSITORY/.github/workflows/run.yml@COMMIT
    secrets: inherit # zizmor: ignore[secrets-inherit] the only way to the secrets of the environment
"""
_PULL_REQUEST = """\
# Says in each pull request whom a change of policies touches. It never comes near the key.
name: pull request
on:
  pull_request:
    paths: ["policies/**"]
permissions: {}
jobs:
  policies:
    permissions: {contents: read, pull-requests: write}
    uses: REPOSITORY/.github/workflows/pull-request.yml@COMMIT
"""
_WATCH = """\
# Opens an issue when runs have stopped.
name: watch
on:
  schedule:
    - cron: "41 5,17 * * *"
permissions: {}
jobs:
  policies:
    permissions: {actions: read, contents: read, issues: write}
    uses: REPOSITORY/.github/workflows/watch.yml@COMMIT
"""
_OWNERS = """\
# Who must look at what: put your own team here and take the # away. With "require review from code owners" in the
# rules of the branch nobody changes these alone.
# /policies/ @acme/it-admins
# /.github/  @acme/it-admins
"""
_FILES = {
    ".github/workflows/run.yml": _RUN,
    ".github/workflows/pull-request.yml": _PULL_REQUEST,
    ".github/workflows/watch.yml": _WATCH,
    ".github/CODEOWNERS": _OWNERS,
}


def build_workflows(source: str) -> Mapping[str, str]:
    """Texts by path; ``source`` is ``OWNER/REPOSITORY@COMMIT``. Raises InputError ``usage`` for anything else."""
    found = _FROM.fullmatch(source)
    if not found:
        hint = "write it as owner/policy-runner@ and the 40 digits of the commit that you have read"
        raise InputError("usage", "--workflows does not name a repository and a commit", hint=hint)
    repository, commit = found.groups()
    return {path: text.replace("REPOSITORY", repository).replace("COMMIT", commit) for path, text in _FILES.items()}
