"""Workflows that call those of one commit: what linters and GitHub's own schema say of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from runner.errors import InputError
from runner.run.start_workflows import build_workflows

COMMIT = "0123456789012345678901234567890123456789"


@pytest.mark.parametrize(
    "source",
    [
        "",
        "acme/policy-runner",
        "acme/policy-runner@main",
        f"acme@{COMMIT}",
        f"a b/c@{COMMIT}",
        f"acme/x@{COMMIT}\n",
        f"../x@{COMMIT}",
    ],
)
def test_only_a_repository_at_a_commit_is_called(source: str) -> None:
    """A branch or a tag may be moved; anything else is no repository."""
    with pytest.raises(InputError, match="does not name a repository and a commit"):
        build_workflows(source)


def test_the_workflows_pass_the_linters(tmp_path: Path) -> None:
    """actionlint, zizmor and the schema of workflows find nothing."""
    for path, text in build_workflows(f"acme/policy-runner@{COMMIT}").items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    files = [str(file) for file in sorted((tmp_path / ".github" / "workflows").glob("*.yml"))]
    assert len(files) == 3
    tools = Path(sys.executable).parent
    for command in (
        ["actionlint", *files],
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *files],
        ["zizmor", "--offline", "--quiet", str(tmp_path / ".github")],
    ):
        done = subprocess.run([str(tools / command[0]), *command[1:]], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"
