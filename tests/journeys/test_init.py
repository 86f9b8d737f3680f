"""``init``: what an organization begins with is sound, paused, and overwrites nothing."""

from __future__ import annotations

import json
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


def test_what_is_written_is_sound_and_fits_the_organization(tmp_path: Path) -> None:
    """It validates, its tests pass, doctor finds nothing wrong with it, and the next steps are told."""
    done = begin(tmp_path, ACME)
    assert done.code == 0, done.err
    assert "policy-runner plan suspend-idle" in done.out
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


def test_what_is_there_is_never_overwritten(tmp_path: Path, desk: Desk) -> None:
    """Policies that exist stop it; a workflow that exists stays as it is."""
    before = desk.files()
    done = desk.run("init", "--json")
    assert (done.code, done.reason) == (2, "exists")
    assert desk.files() == before
    mine = tmp_path / "new" / ".github" / "workflows" / "run.yml"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine\n", encoding="utf-8")
    assert begin(tmp_path / "new", ACME, "--workflows", COMMIT).code == 0
    assert mine.read_text(encoding="utf-8") == "mine\n"
    assert (mine.parent / "watch.yml").exists()


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
    assert begun(tmp_path, "validate", directory=directory).code == 0
    doctor = begun(tmp_path, "doctor", directory=directory)
    assert doctor.code == 0, doctor.out


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
