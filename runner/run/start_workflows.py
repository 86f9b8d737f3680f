"""What ``init`` writes for GitHub: workflows that call those of the runner's repository at one commit, what people can
ask for, and rules to import. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from runner.errors import InputError
from runner.run.start_rules import AUDIT_RULES, FORMS, main_rules

_FROM = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100})@([0-9a-f]{40})")


_RUN = """\
# Carries out whatever is due, and by hand what somebody asks for. It alone is given the key, which lies in the
# environment `atlassian`.
name: run
on:
  schedule: [{cron: "17,47 * * * *"}]
  workflow_dispatch:
    inputs:
      mode: {type: choice, default: due, options: [due, task, plan, apply, undo, override, doctor]}
      task: {description: "The task, for task; for plan, apply and override one instead of all enabled ones"}
      digest: {description: "The digest, for apply and override"}
      run: {description: "The run to take back, or last: for undo"}
      user: {description: "Only this person: for undo"}
      reason: {description: "Why: for override"}
permissions: {}
jobs:
  policies:
    permissions: {actions: read, contents: write, pull-requests: write} # pushes the journal, proposes overrides
    uses: REPOSITORY/.github/workflows/run.yml@COMMIT
    with:
      {mode: "${{ inputs.mode }}", task: "${{ inputs.task }}", digest: "${{ inputs.digest }}",
       run: "${{ inputs.run }}", user: "${{ inputs.user }}", reason: "${{ inputs.reason }}"}
    secrets: inherit # zizmor: ignore[secrets-inherit] the only way to the secrets of the environment
"""
_PULL_REQUEST = """\
# Says in each pull request whom a change of policies touches. It never comes near the key that writes.
name: pull request
on: pull_request
permissions: {}
jobs:
  policies:
    permissions: {contents: read, pull-requests: write} # the comment
    uses: REPOSITORY/.github/workflows/pull-request.yml@COMMIT
    secrets: inherit # zizmor: ignore[secrets-inherit] the key that only reads, where live comparison is switched on
"""
_WATCH = """\
# Opens an issue when runs have stopped.
name: watch
on:
  schedule: [{cron: "41 5,11,17,23 * * *"}]
permissions: {}
jobs:
  policies:
    permissions: {actions: read, contents: read, issues: write} # the issue
    uses: REPOSITORY/.github/workflows/watch.yml@COMMIT
"""
_REQUESTS = """\
# Turns "keep my seat" into a pull request, and "give me back what I had" into an undo that is ready to be started.
name: requests
on: {issues: {types: [opened]}}
permissions: {}
jobs:
  policies:
    permissions: {contents: write, issues: write, pull-requests: write} # the proposal, the answer
    uses: REPOSITORY/.github/workflows/requests.yml@COMMIT
"""
_DEPENDABOT = """\
version: 2
updates:
  # Moves the commit that the workflows call. What turns out to be an attack is usually found within days.
  - package-ecosystem: github-actions
    directory: /
    schedule: {interval: weekly}
    cooldown: {default-days: 14}
"""
_OWNERS = """\
# Who must look at what: put your own team here and take the # away. With .github/rulesets/main.json imported nobody
# changes these alone.
# /policies/ @acme/it-admins
# /.github/  @acme/it-admins
"""
CHECK = "policies / Check"
"""The check of pull requests as it is called where the workflow is another repository's: by the caller's job first."""
_FILES = {
    ".github/workflows/run.yml": _RUN,
    ".github/workflows/pull-request.yml": _PULL_REQUEST,
    ".github/workflows/watch.yml": _WATCH,
    ".github/workflows/requests.yml": _REQUESTS,
    ".github/dependabot.yml": _DEPENDABOT,
    ".github/CODEOWNERS": _OWNERS,
    ".github/rulesets/main.json": main_rules(CHECK),
    ".github/rulesets/audit.json": AUDIT_RULES,
    **FORMS,
}


def build_workflows(source: str) -> Mapping[str, str]:
    """Texts by path; ``source`` is ``OWNER/REPOSITORY@COMMIT``. Raises InputError ``usage`` for anything else."""
    found = _FROM.fullmatch(source)
    if not found:
        hint = "write it as owner/policy-runner@ and the 40 digits of the commit that you have read"
        raise InputError("usage", "--workflows does not name a repository and a commit", hint=hint)
    repository, commit = found.groups()
    return {path: text.replace("REPOSITORY", repository).replace("COMMIT", commit) for path, text in _FILES.items()}
