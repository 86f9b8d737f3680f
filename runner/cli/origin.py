"""Which repository on GitHub this runner is from, and at which commit: what a new repository's workflows can call."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import runner
from runner.cli.repository import repository_at
from runner.policy.git import read_pushed, read_top

_COMMIT = re.compile(r"[0-9a-f]{40}")


def read_source(environ: Mapping[str, str]) -> str | None:
    """``OWNER/REPOSITORY@COMMIT``; None where nobody can tell, or the commit may be known on this machine alone."""
    folder = Path(runner.__file__).resolve().parents[1]
    if read_top(folder) == folder:
        pushed = read_pushed(folder)
        return None if pushed is None else called(*pushed, environ)
    return installed_from(_direct_url(), environ)


def called(url: str, commit: str, environ: Mapping[str, str]) -> str | None:
    """The name by which workflows call a repository at a commit; None: not on GitHub, or with a token."""
    found = repository_at(url, environ)
    return f"{found.name}@{commit}" if found and not found.secret and _COMMIT.fullmatch(commit) else None


def installed_from(direct_url: str, environ: Mapping[str, str]) -> str | None:
    """The same from what an installer noted down (Python packaging, "Recording the Direct URL Origin")."""
    try:
        noted = json.loads(direct_url)
        return called(noted["url"], noted["vcs_info"]["commit_id"], environ)
    except (ValueError, KeyError, TypeError):
        return None


def _direct_url() -> str:
    try:
        return distribution("policy-runner").read_text("direct_url.json") or ""
    except (PackageNotFoundError, OSError):
        return ""
