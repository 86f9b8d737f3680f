"""Our workflows keep their promises, and everything that watches over them would notice if they did not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from runner.run.start_workflows import build_workflows
from tests.house.workflows import MAY, findings, read_workflows

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PARSER = Path(__file__).parent / "parser"


def linter(*command: str) -> Callable[[Path], str]:
    """A linter of script/lint, run in a folder; what it says, empty where it finds nothing."""

    def run(folder: Path) -> str:
        done = subprocess.run([BIN / command[0], *command[1:]], cwd=folder, check=False, capture_output=True, text=True)
        return done.stdout + done.stderr if done.returncode else ""

    return run


def ours(folder: Path) -> str:
    """What our own checks say."""
    return "\n".join(findings(folder))


def schema(folder: Path) -> str:
    """What GitHub's schema of workflows says."""
    files = [str(file) for file in sorted((folder / ".github" / "workflows").iterdir())]
    return linter("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *files)(folder)


actionlint = linter("actionlint")
zizmor = linter("zizmor", "--offline", "--persona=auditor", ".github", "action.yml")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what GitHub reads of this repository, to be spoiled."""
    (tmp_path / ".git").mkdir()  # actionlint looks for the top of a repository
    shutil.copytree(ROOT / ".github", tmp_path / ".github", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "action.yml", tmp_path / "action.yml")
    return tmp_path


@dataclass(frozen=True)
class Bad:
    """A spoiled workflow: in ``file`` the first ``old`` became ``new``, and ``caught`` says so with ``word``."""

    why: str
    file: str
    old: str
    new: str
    caught: Callable[[Path], str]
    word: str


RUN, PR, WATCH, ASKED = (f".github/workflows/{name}.yml" for name in ("run", "pull-request", "watch", "requests"))
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
OWN = "      && github.event.pull_request.head.repo.full_name == github.repository\n"
CACHE = "actions/cache@27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5"
ALONE = "concurrency:\n  group: policy-runner\n  cancel-in-progress: false\n"
TITLE = 'run: exec "${{ github.head_ref }}"'
UNSAFE = 'run: echo "${{ inputs.reason }}"'
BAD = (
    Bad("everything allowed at the top", RUN, "permissions: {}", "permissions: write-all", zizmor, "excessive"),
    Bad("nothing said at the top", RUN, "permissions: {}\n", "", ours, "no_permission_at_the_top"),
    Bad("a read right at the top", PR, "permissions: {}", "permissions: {contents: read}", ours, "at_the_top"),
    Bad("a job that asks for more", RUN, "pull-requests: read", "pull-requests: write", ours, "the_least"),
    Bad("a token for the cloud", RUN, "pull-requests: read", "id-token: write", ours, "the_least"),
    Bad("a tag instead of a commit", RUN, CHECKOUT, "actions/checkout@v7", zizmor, "unpinned-uses"),
    Bad("a commit that nobody read", RUN, "3d3c42e5", "00000000", ours, "pinned"),
    Bad("a version that is another one", RUN, "# v7.0.1", "# v7.0.0", ours, "pinned"),
    Bad("a branch instead of a commit", PR, CHECKOUT, "actions/checkout@main", zizmor, "unpinned-uses"),
    Bad("somebody else's action", RUN, CHECKOUT, "someone/checkout@" + "a" * 40 + " # v1", ours, "pinned"),
    Bad(
        "an input in a script",
        RUN,
        "run: exec python3 .policy-runner/.github/scripts/propose.py",
        UNSAFE,
        zizmor,
        "inj",
    ),
    Bad("a title in a script", PR, 'run: exec "$COMMAND" test', TITLE, zizmor, "inj"),
    Bad("a title in a script", PR, 'run: exec "$COMMAND" test', TITLE, actionlint, "untr"),
    Bad("an input in the action's script", "action.yml", 'case "$MODE"', 'case "${{ inputs.mode }}"', zizmor, "inj"),
    Bad("a shell that stays in between", "action.yml", 'exec "$COMMAND" "${', '"$COMMAND" "${', ours, "exec_in"),
    Bad("a step that is a shell", WATCH, "run: exec python3", "run: python3", ours, "exec_in_the_workflow"),
    Bad("runs that are cut short", RUN, "cancel-in-progress: false", "cancel-in-progress: true", ours, "cut_short"),
    Bad("runs beside each other", RUN, ALONE, "", ours, "cut"),
    Bad(
        "a stranger's code with our rights",
        PR,
        "  pull_request:",
        "  pull_request_target:",
        zizmor,
        "dangerous",
    ),
    Bad(
        "a stranger's words with our rights",
        ASKED,
        "  issues:\n    types: [opened]",
        "  issue_comment:",
        ours,
        "privileged",
    ),
    Bad("the start of an hour", RUN, '"17,47 ', '"0 ', ours, "odd_minutes"),
    Bad("every minute", WATCH, '"41 5', '"* 5', ours, "odd_minutes"),
    Bad("no such time", RUN, '"17,47 * * * *"', '"17,67 * * * *"', actionlint, "cron"),
    Bad("the token on the disk", RUN, "persist-credentials: false", "persist-credentials: true", ours, "left_behind"),
    Bad("the token on the disk, unsaid", WATCH, "          persist-credentials: false\n", "", zizmor, "artipacked"),
    Bad("the key outside its environment", RUN, "    environment: atlassian\n", "", ours, "where_they_belong"),
    Bad(
        "the key for every step",
        RUN,
        "defaults:",
        "env: {K: '${{ secrets.ATLASSIAN_API_KEY }}'}\ndefaults:",
        ours,
        "belong",
    ),
    Bad("the key that writes in a pull request", PR, "ATLASSIAN_READ_KEY", "ATLASSIAN_API_KEY", ours, "belong"),
    Bad("all secrets at once", RUN, "${{ vars.POLICY_RUNNER_SOLO }}", "${{ toJSON(secrets) }}", zizmor, "secrets"),
    Bad("a cache beside the key", RUN, CHECKOUT, CACHE, ours, "beside"),
    Bad(
        "no time limit", RUN, "    timeout-minutes: 60 # the runner ends by itself after 50\n", "", ours, "time_limits"
    ),
    Bad("a limit before the runner's own", RUN, "timeout-minutes: 60", "timeout-minutes: 50", ours, "time_limits"),
    Bad("a live comparison for forks", PR, OWN, "", ours, "forks"),
    Bad(
        "a failure that nobody sees",
        PR,
        'run: exec "$COMMAND" test',
        'run: exec "$COMMAND" test\n        continue-on-error: true',
        ours,
        "red",
    ),
    Bad("a machine that changes by itself", WATCH, "ubuntu-24.04", "ubuntu-latest", ours, "known_machines"),
    Bad("a machine of one's own", RUN, "runs-on: ubuntu-24.04", "runs-on: self-hosted", zizmor, "self-hosted"),
    Bad("a misspelt key", WATCH, "runs-on:", "runs_on:", schema, "runs_on"),
    Bad(
        "a misspelt context", RUN, "vars.POLICY_RUNNER_SOLO", "var.POLICY_RUNNER_SOLO", actionlint, "undefined variable"
    ),
    Bad(
        "an output of a step that is not there",
        RUN,
        "steps.refusals.outputs",
        "steps.refusal.outputs",
        actionlint,
        "not defined",
    ),
    Bad("a job that waits for nobody", RUN, "needs: plan", "needs: plans", actionlint, "does not exist"),
    Bad(
        "a choice that is none",
        RUN,
        "default: due\n        options:",
        "default: dew\n        options:",
        actionlint,
        "dew",
    ),
    Bad(
        "updates on the day they come out",
        ".github/dependabot.yml",
        "    cooldown: {default-days: 14}\n",
        "",
        zizmor,
        "cooldown",
    ),
    Bad(
        "a write by way of the environment",
        WATCH,
        "run: exec python3 .policy",
        'run: echo "X=$WATCHED" >>"$GITHUB_ENV" # ',
        ours,
        "no_environment",
    ),
)


def test_our_workflows_keep_their_promises() -> None:
    """Our own checks find nothing."""
    assert findings(ROOT) == []


def test_every_promise_is_about_a_job_that_exists() -> None:
    """The table of permissions names the jobs that there are, no more and no fewer."""
    assert {job.name for workflow in read_workflows(ROOT) for job in workflow.jobs} == MAY.keys()


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.why}, {Path(bad.file).stem}")
def test_a_spoiled_workflow_is_caught(copy: Path, bad: Bad) -> None:
    """Each of these would be a hole or a fault; a check that CI runs says so, and says nothing of the sound files."""
    file = copy / bad.file
    text = file.read_text("utf-8")
    assert bad.old in text
    file.write_text(text.replace(bad.old, bad.new, 1), "utf-8")
    assert bad.word in bad.caught(copy)


@pytest.mark.parametrize("check", [ours, schema, actionlint, zizmor], ids=["ours", "schema", "actionlint", "zizmor"])
def test_sound_workflows_are_not_complained_about(copy: Path, check: Callable[[Path], str]) -> None:
    """What catches the spoiled ones finds nothing in the files as they are."""
    assert check(copy) == ""


@pytest.mark.skipif(shutil.which("npm") is None, reason="GitHub's parser needs Node")
def test_githubs_own_parser_finds_nothing(copy: Path, tmp_path: Path) -> None:
    """The language service that GitHub's editors use reads every file without a word, and would notice a fault."""
    place = tmp_path / "parser"
    shutil.copytree(PARSER, place, ignore=shutil.ignore_patterns("node_modules"))
    subprocess.run(["npm", "ci", "--silent"], cwd=place, check=True, capture_output=True)
    written = {p: t for p, t in build_workflows(f"acme/policy-runner@{'0' * 40}").items() if "/workflows/" in p}
    for path, text in written.items():
        (tmp_path / Path(path).name).write_text(text, "utf-8")
    theirs = [tmp_path / Path(path).name for path in written]
    files = [*sorted((copy / ".github" / "workflows").iterdir()), copy / "action.yml", *theirs]

    def parse() -> subprocess.CompletedProcess[str]:
        command = ["node", "check.mjs", *map(str, files)]
        return subprocess.run(command, cwd=place, check=False, capture_output=True, text=True)

    assert (done := parse()).returncode == 0, done.stdout + done.stderr
    files[0].write_text(files[0].read_text("utf-8").replace("runs-on", "runs_on"), "utf-8")
    assert "runs_on" in parse().stdout


def test_the_scripts_of_steps_are_sound(tmp_path: Path) -> None:
    """shellcheck finds nothing in what the action's steps run; actionlint looks at workflows only."""
    for number, step in enumerate(yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["runs"]["steps"]):
        script = tmp_path / f"{number}.sh"
        script.write_text(f"#!/usr/bin/env bash\n{step.get('run', '')}", "utf-8")
        assert linter("shellcheck", str(script))(tmp_path) == ""
