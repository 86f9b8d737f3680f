"""The workflows of a repository of its own: they call those of the runner's repository at one commit. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from runner.errors import InputError

_FROM = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100})@([0-9a-f]{40})")


def build_workflows(source: str) -> Mapping[str, str]:
    """Texts by path; ``source`` is ``OWNER/REPOSITORY@COMMIT``. Raises InputError ``usage`` for anything else."""
    found = _FROM.fullmatch(source)
    if not found:
        hint = "write it as owner/policy-runner@ and the 40 digits of the commit that you have read"
        raise InputError("usage", "--workflows does not name a repository and a commit", hint=hint)
    repository, commit = found.groups()

    def uses(name: str) -> str:
        return f"uses: {repository}/.github/workflows/{name}.yml@{commit}"

    return {
        ".github/workflows/run.yml": f"""\
# Carries out whatever is due. It alone is given the key, which lies in the environment `atlassian`.
name: run
on:
  schedule:
    - cron: "17,47 * * * *"
  workflow_dispatch:
permissions: {{}}
jobs:
  policies:
    permissions: {{contents: write, pull-requests: write}}
    {uses("run")}
    secrets: inherit # zizmor: ignore[secrets-inherit] the only way to the secrets of the environment
""",
        ".github/workflows/pull-request.yml": f"""\
# Says in each pull request whom a change of policies touches. It never comes near the key.
name: pull request
on:
  pull_request:
    paths: ["policies/**"]
permissions: {{}}
jobs:
  policies:
    permissions: {{contents: read, pull-requests: write}}
    {uses("pull-request")}
""",
        ".github/workflows/watch.yml": f"""\
# Opens an issue when runs have stopped.
name: watch
on:
  schedule:
    - cron: "41 5,17 * * *"
permissions: {{}}
jobs:
  policies:
    permissions: {{actions: read, contents: read, issues: write}}
    {uses("watch")}
""",
        ".github/CODEOWNERS": """\
# Who must look at what: put your own team here and take the # away. With "require review from code owners" in the
# rules of the branch nobody changes these alone.
# /policies/ @acme/it-admins
# /.github/  @acme/it-admins
""",
    }
