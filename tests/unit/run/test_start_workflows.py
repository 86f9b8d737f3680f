"""Workflows that call those of one commit: what linters and GitHub's own schema say of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from runner.errors import InputError
from runner.run.start_workflows import build_workflows

ROOT = Path(__file__).resolve().parents[3]
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
    assert len(files) == 4
    tools = Path(sys.executable).parent
    for command in (
        ["actionlint", "-ignore", "no explicit cache access limit", *files],  # GitHub's own parser knows no such key
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *files],
        ["check-jsonschema", "--builtin-schema", "vendor.dependabot", str(tmp_path / ".github" / "dependabot.yml")],
        ["zizmor", "--offline", "--quiet", "--persona=auditor", str(tmp_path / ".github")],
    ):
        done = subprocess.run([str(tools / command[0]), *command[1:]], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"


def made() -> dict[str, str]:
    """What is written for a repository of its own."""
    return dict(build_workflows(f"acme/policy-runner@{COMMIT}"))


@pytest.mark.parametrize("name", ["pull-request", "watch", "requests"])
def test_a_caller_has_ten_lines(name: str) -> None:
    """Another repository needs no more than that; run.yml has as many, and the form of what is started by hand."""
    lines = made()[f".github/workflows/{name}.yml"].splitlines()
    assert sum(not line.lstrip().startswith("#") for line in lines) <= 10


def test_the_callers_pass_on_every_input_that_there_is() -> None:
    """What can be started by hand in the runner's repository can be started by hand from another one."""
    called = yaml.safe_load((ROOT / ".github/workflows/run.yml").read_text("utf-8"))[True]
    caller = yaml.safe_load(made()[".github/workflows/run.yml"])
    asked = caller[True]["workflow_dispatch"]["inputs"]
    assert asked["mode"]["options"] == called["workflow_dispatch"]["inputs"]["mode"]["options"]
    assert asked.keys() == called["workflow_call"]["inputs"].keys() == called["workflow_dispatch"]["inputs"].keys()
    assert caller["jobs"]["policies"]["with"] == {name: f"${{{{ inputs.{name} }}}}" for name in asked}


@pytest.mark.parametrize("name", ["run", "pull-request", "watch", "requests"])
def test_the_callers_may_what_the_called_jobs_need(name: str) -> None:
    """A job of a called workflow that asks for more than the caller has would not even start."""
    order = ("none", "read", "write")
    may = yaml.safe_load(made()[f".github/workflows/{name}.yml"])["jobs"]["policies"]["permissions"]
    called = yaml.safe_load((ROOT / ".github/workflows" / f"{name}.yml").read_text("utf-8"))
    assert True in called
    assert "workflow_call" in called[True]
    for job in called["jobs"].values():
        for right, wanted in job["permissions"].items():
            assert order.index(may.get(right, "none")) >= order.index(wanted), (name, right)


def test_forms_and_rules_are_those_of_this_repository() -> None:
    """What another repository begins with is what this one is tested with."""
    for path, text in made().items():
        if "ISSUE_TEMPLATE" in path or "rulesets" in path:
            ours = (ROOT / path).read_text("utf-8")
            assert text == (ours.replace('"Check"', '"policies / Check"') if path.endswith("main.json") else ours)


def test_the_rules_ask_for_two_people_and_let_the_journal_be_pushed() -> None:
    """Of main: a pull request, another's approval, code owners, the check. Of audit: nothing that stops a push."""
    main, audit = (json.loads(made()[f".github/rulesets/{name}.json"]) for name in ("main", "audit"))
    rules = {rule["type"]: rule.get("parameters", {}) for rule in main["rules"]}
    assert rules["pull_request"]["required_approving_review_count"] == 1
    assert rules["pull_request"]["require_code_owner_review"] is True
    assert rules["pull_request"]["require_last_push_approval"] is True
    (check,) = rules["required_status_checks"]["required_status_checks"]
    assert check["context"] == "policies / Check"
    assert {"deletion", "non_fast_forward"} == {rule["type"] for rule in audit["rules"]}
    assert main["bypass_actors"] == audit["bypass_actors"] == []
