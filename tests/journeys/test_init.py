"""``init``: what an organization begins with is sound, paused, and overwrites nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.emulator import Rule
from tests.journeys.atlassian.town import Town, town
from tests.journeys.command import NOW, ROOT, Desk, Done, run_command

COMMIT = "acme/policy-runner@" + "0" * 40


def begin(folder: Path, directory: Path, *more: str) -> Done:
    """Write a start into a new folder."""
    where = ("--policies", str(folder / "policies"), "--directory", str(directory), "--now", NOW)
    return run_command("init", *where, *more)


def begun(folder: Path, *argv: str, directory: Path) -> Done:
    """A command on what was written."""
    here = ("--policies", str(folder / "policies"), "--directory", str(directory), "--journal", str(folder / "journal"))
    return run_command(*argv, *here, "--now", NOW, "--json")


ACME = ROOT / "examples" / "acme.json"


def test_the_workflows_call_the_repository_that_the_runner_is_from(tmp_path: Path) -> None:
    """A checkout whose commit is on GitHub says so itself; one that is on this machine alone writes none."""
    home = tmp_path / "policy-runner"
    shutil.copytree(ROOT / "runner", home / "runner", ignore=shutil.ignore_patterns("__pycache__"))
    git = ["git", "-C", str(home), "-c", "user.name=Ann", "-c", "user.email=ann@acme.example"]
    for line in (
        "init -q",
        "add -A",
        "commit -q -m Start",
        "remote add origin https://github.com/acme/policy-runner.git",
    ):
        subprocess.run([*git, *line.split()], check=True)
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(home), "NO_COLOR": "1"}

    def begin_apart(name: str) -> Path:
        where = ["--policies", str(tmp_path / name / "policies"), "--directory", str(ACME), "--now", NOW]
        subprocess.run([sys.executable, "-m", "runner", "init", *where], env=environ, cwd=tmp_path, check=True)
        return tmp_path / name / ".github"

    assert not begin_apart("before").exists()
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    subprocess.run([*git, "update-ref", "refs/remotes/origin/main", head], check=True)
    text = (begin_apart("after") / "workflows" / "run.yml").read_text(encoding="utf-8")
    assert f"uses: acme/policy-runner/.github/workflows/run.yml@{head}" in text


def test_what_is_written_is_sound_and_fits_the_organization(tmp_path: Path) -> None:
    """It validates, its tests pass, doctor finds nothing wrong with it, and the next steps are told."""
    done = begin(tmp_path, ACME)
    assert done.code == 0, done.err
    assert f"policy-runner plan suspend-idle --policies {tmp_path / 'policies'} --directory {ACME}\n" in done.out
    for command in ("validate", "test", "doctor"):
        assert begun(tmp_path, command, directory=ACME).code == 0
    names = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert {"policies/settings.yaml", "policies/exemptions.yaml", "schemas/task.schema.json"} <= names
    assert not any(name.startswith(".") for name in names)


def test_settings_name_the_apps_and_whom_to_protect(tmp_path: Path) -> None:
    """Robots and emergency accounts by their names, groups that rule something stay filled, prices to fill in."""
    begin(tmp_path, ACME)
    text = (tmp_path / "policies" / "settings.yaml").read_text(encoding="utf-8")
    assert "organization: {id: acme}" in text
    for said in ("break-glass@acme.example", "- service-accounts", "site-admins: 1", "#   jira-software: 0.00"):
        assert said in text


def test_nothing_is_enabled(tmp_path: Path) -> None:
    """Three paused tasks: a run has nothing to do, and yet a plan of one shows whom it would touch."""
    begin(tmp_path, ACME)
    tasks = begun(tmp_path, "tasks", directory=ACME).form
    assert [(task["enabled"], task["name"]) for task in tasks] == [
        (False, "license-review"), (False, "reclaim-confluence"), (False, "suspend-idle"),
    ]  # fmt: skip
    assert begun(tmp_path, "run", directory=ACME).form["run"] is None
    assert begun(tmp_path, "plan", "suspend-idle", directory=ACME).form["changes"]


def test_the_next_steps_can_be_taken(tmp_path: Path) -> None:
    """The commands that are told work as they stand."""
    done = begin(tmp_path, ACME)
    told = [line.split()[1:] for line in done.out.splitlines() if line.strip().startswith("policy-runner")]
    assert [words[0] for words in told] == ["plan", "explain", "init"]
    for words in told[:2]:
        asked = [word.replace("EMAIL", "otto.wren@acme.example") for word in words]
        assert run_command(*asked, "--now", NOW).code == 0
    added = [word.replace("OWNER/policy-runner@COMMIT", COMMIT) for word in told[2]]
    assert run_command(*added, "--now", NOW).code == 0
    assert (tmp_path / ".github" / "workflows" / "run.yml").exists()


def test_what_is_there_is_never_overwritten(tmp_path: Path, desk: Desk) -> None:
    """Policies that exist stop it; a workflow or a schema that exists stays as it is, and that is said."""
    before = desk.files()
    done = desk.run("init", "--json")
    assert (done.code, done.reason) == (2, "exists")
    assert desk.files() == before
    mine = [".github/workflows/run.yml", "schemas/task.schema.json", "README.md"]
    for name in mine:
        (tmp_path / "new" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "new" / name).write_text("mine\n", encoding="utf-8")
    done = begin(tmp_path / "new", ACME, "--workflows", COMMIT)
    assert done.code == 0, done.err
    assert [line for line in done.out.splitlines() if "left" in line] == [f"left as it was: {n}" for n in mine[:2]]
    assert {(tmp_path / "new" / name).read_text(encoding="utf-8") for name in mine} == {"mine\n"}
    assert (tmp_path / "new" / ".github" / "workflows" / "watch.yml").exists()
    assert begun(tmp_path / "new", "validate", directory=ACME).code == 0


def test_where_policies_exist_workflows_can_be_added(tmp_path: Path) -> None:
    """And nothing else is written, or asked of the organization."""
    begin(tmp_path, ACME)
    settings = tmp_path / "policies" / "settings.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "# ours\n", encoding="utf-8")
    done = run_command("init", "--policies", str(tmp_path / "policies"), "--workflows", COMMIT, "--json")
    assert done.code == 0, done.err
    assert {name.split("/")[0] for name in done.form["written"]} == {".github"}
    assert settings.read_text(encoding="utf-8").endswith("# ours\n")


@pytest.mark.parametrize("name", ["schemas", ".github", ".github/workflows"])
def test_what_is_in_the_way_is_found_before_anything_is_written(name: str, tmp_path: Path) -> None:
    """A file where a folder has to be: exit 2, and the folder as it was."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine\n", encoding="utf-8")
    done = begin(tmp_path, ACME, "--workflows", COMMIT, "--json")
    assert (done.code, done.reason) == (2, "exists")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / name]


def test_an_empty_folder_is_a_place_to_begin(tmp_path: Path) -> None:
    """`policies/` may be there already, with nothing in it."""
    (tmp_path / "policies").mkdir()
    assert begin(tmp_path, ACME).code == 0


def test_workflows_call_those_of_one_commit(tmp_path: Path) -> None:
    """A name without a commit is refused before anything is written."""
    done = begin(tmp_path, ACME, "--workflows", "acme/policy-runner@main", "--json")
    assert (done.code, done.reason) == (2, "usage")
    assert list(tmp_path.iterdir()) == []
    assert begin(tmp_path, ACME, "--workflows", COMMIT).code == 0
    text = (tmp_path / ".github" / "workflows" / "run.yml").read_text(encoding="utf-8")
    assert f"uses: acme/policy-runner/.github/workflows/run.yml@{'0' * 40}" in text


HOSTILE = [
    'bot "x": y', "bots # not a comment", "robot*", "- bot", "bot\u202egnp", "b\u043et bot", "bot\n- more", "'bot'",
    "{bot}", "bot: {a: b}", "!!bot", "&bot", "bot\x1b[31m", "bot\U0001f600",
]  # fmt: skip


def test_hostile_names_end_up_as_text_or_not_at_all(tmp_path: Path) -> None:
    """Names of groups, apps and people are data: the policies stay sound, and mean these names."""
    known: dict[str, Any] = json.loads(ACME.read_text(encoding="utf-8"))
    for number, name in enumerate(HOSTILE):
        known["groups"].append({"id": f"h-{number}", "name": name, "grants": [], "managed_by_idp": False})
        known["users"][number]["name"] = name
        known["users"][number]["email"] = f"{name}@acme.example"
    for number, app in enumerate(known["apps"]):
        app["key"] = app["key"] if number < 2 else f'app: "{number}" # [x]'
    directory = tmp_path / "acme.json"
    directory.write_text(json.dumps(known), encoding="utf-8")
    done = begin(tmp_path, directory)
    assert done.code == 0, done.err
    for command in (["validate"], ["test"], ["doctor"], ["plan"], ["plan", "suspend-idle"]):
        said = begun(tmp_path, *command, directory=directory)
        assert said.code == 0, said.out


@pytest.mark.parametrize("lacking", [["users", "groups", "apps"], ["users"], ["apps", "groups"]], ids=str)
def test_an_organization_that_has_little_is_a_start_too(lacking: list[str], tmp_path: Path) -> None:
    """Without apps, groups or people: two tasks or three, all sound; a plan of nobody is refused as it always is."""
    known: dict[str, Any] = json.loads(ACME.read_text(encoding="utf-8"))
    known |= {what: [] for what in lacking}
    for user in known["users"]:
        user |= {"groups": [], "direct_access": [], "last_active": {}}
    directory = tmp_path / "acme.json"
    directory.write_text(json.dumps(known), encoding="utf-8")
    assert begin(tmp_path, directory).code == 0
    assert begun(tmp_path, "validate", directory=directory).code == 0
    assert begun(tmp_path, "test", directory=directory).code == 0
    for argv in (["plan"], ["plan", "suspend-idle"], ["plan", "license-review"]):
        plan = begun(tmp_path, *argv, directory=directory)
        assert [refusal["rail"] for refusal in plan.form["refusals"]] == ([] if known["users"] else ["snapshot_empty"])
        assert plan.form["changes"] == plan.form["warnings"] == []


def test_an_app_with_a_long_key_has_a_task_with_a_short_name(tmp_path: Path) -> None:
    """No file's name is longer than file systems take."""
    known: dict[str, Any] = json.loads(ACME.read_text(encoding="utf-8"))
    for app in known["apps"]:
        app["key"] = "confluence-" * 25 + "x"
    directory = tmp_path / "acme.json"
    directory.write_text(json.dumps(known), encoding="utf-8")
    assert begin(tmp_path, directory).code == 0
    assert begun(tmp_path, "test", directory=directory).code == 0


@pytest.mark.parametrize("columns", [40, 80])
def test_what_it_says_fits_the_terminal(columns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only paths, and commands that people copy, may be longer."""
    monkeypatch.setenv("COLUMNS", str(columns))
    done = begin(tmp_path, ACME, "--owner", "it@acme.example")
    steps = done.out.partition("next:")[2].splitlines()
    assert all(len(line) <= columns or "/" in line for line in steps)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (Rule("status", status=401, times=0), "key_refused"),
        (Rule("page_missing", match="users/search"), "snapshot_incomplete"),
    ],
    ids=["a refused key", "a page missing"],
)
def test_what_cannot_be_read_whole_is_no_start(rule: Rule, reason: str, tmp_path: Path) -> None:
    """Exit 4, and nothing is written."""
    with town(tmp_path / "town", faults=[rule]) as found:
        done = started(found, tmp_path)
    assert (done.code, done.reason) == (4, reason)
    assert [path.name for path in tmp_path.iterdir()] == ["town"]


def test_a_live_organization_is_a_start_too(tmp_path: Path) -> None:
    """With a key alone: policies that name the organization's own id and apps, and no write."""
    with town(tmp_path / "town") as found:
        done = started(found, tmp_path)
        assert done.code == 0, done.err
        assert found.writes == []
    assert "organization: {id: acme}" in (tmp_path / "new" / "policies" / "settings.yaml").read_text(encoding="utf-8")


def started(found: Town, folder: Path) -> Done:
    """Init against an emulated organization, into another folder than its policies'."""
    return found.run("init", "--policies", str(folder / "new" / "policies"))
