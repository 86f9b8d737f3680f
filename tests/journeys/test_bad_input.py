"""Bad input: one clear error, the contract's exit code, no traceback, nothing written, nothing lost."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from runner.journal.lease import Lease, Owner, lease_form, read_owner
from tests.journeys.command import Desk, Done, run_command

COMMANDS = (["plan"], ["apply", "--all"], ["run"], ["explain", "lena.okafor@acme.example"], ["users"])


def assert_one_clear_error(done: Done, code: int) -> None:
    """An error of this exit code, in words, and no traceback."""
    assert done.code == code, done
    assert "Traceback" not in done.err + done.out
    assert "bug" not in done.err
    assert done.err.strip()


def assert_untouched(desk: Desk, act: Callable[[], Done], code: int) -> Done:
    """The command fails with this code and leaves every file as it was."""
    before = desk.files()
    done = act()
    assert_one_clear_error(done, code)
    assert desk.files() == before
    return done


@pytest.mark.parametrize("argv", [*COMMANDS, ["tasks"], ["test"], ["validate"]], ids=" ".join)
def test_a_broken_policy_is_named_with_its_place(desk: Desk, argv: list[str]) -> None:
    """Every command that needs the policies says where they are broken, and what to write instead."""
    desk.write_policy("tasks/broken.yaml", "description: x\nownr: it@acme.example\n")
    done = assert_untouched(desk, lambda: desk.run(*argv), 2)
    said = done.out + done.err
    assert "policies/tasks/broken.yaml:2:1: " in said
    assert "did you mean owner?" in said


def test_all_errors_of_all_files_are_told_at_once(desk: Desk) -> None:
    """Two broken files are two errors, in text, as JSON and as annotations."""
    desk.write_policy("tasks/broken.yaml", "nonsense: true\n")
    desk.write_policy("filters/broken.yaml", "match: {stats: active}\n")
    form = desk.run("validate", "--format", "json")
    assert form.code == 2
    assert not form.form["ok"]
    assert {error["file"] for error in form.form["errors"]} == {
        "policies/tasks/broken.yaml",
        "policies/filters/broken.yaml",
    }
    assert set(form.form["errors"][0]) == {"file", "line", "column", "code", "message", "hint"}
    marks = desk.run("validate", "--format", "github").out.splitlines()
    assert all(line.startswith("::") for line in marks)
    assert any(line.startswith("::error file=policies/filters/broken.yaml,line=1,") for line in marks)


def test_a_sound_folder_validates_with_its_organization(desk: Desk) -> None:
    """The sample policies are fine, and every app and group they name exists."""
    done = desk.run("validate", "--json")
    assert done.code == 0
    assert done.form["ok"]
    assert done.form["errors"] == []


def test_an_app_that_the_organization_lacks_is_an_error_with_a_directory(desk: Desk) -> None:
    """What the organization does not have is found by validate, by plan and by apply."""
    task = """\
description: Nobody has this app
owner: it@acme.example
match: {app: jira-hardware}
actions: [suspend]
schedule: {manual: true}
"""
    desk.write_policy("tasks/odd.yaml", task)
    assert run_command("validate", "--policies", str(desk.policies)).code == 0
    for argv in (["validate"], ["plan", "odd"], ["apply", "odd"]):
        done = assert_untouched(desk, partial(desk.run, *argv), 2)
        assert "no app is called jira-hardware" in done.out + done.err
        assert "did you mean jira-software?" in done.out + done.err


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (["plan", "no-such-task"], "unknown_task"),
        (["apply", "no-such-task"], "unknown_task"),
        (["apply", "warn-then-suspend"], "task_paused"),
        (["apply", "no-such-plan.json"], "no_file"),
        (["apply"], "usage"),
        (["apply", "--all", "--due"], "usage"),
        (["explain", "nobody@acme.example"], "unknown_user"),
        (["explain", ""], "unknown_user"),
        (["explain", "jon"], "ambiguous_user"),
        (["explain", "lena.okafor@acme.example", "no-such-task"], "unknown_task"),
        (["users", "no-such-filter"], "unknown_filter"),
        (["users", "--match", "{stats: active}"], "policies"),
        (["users", "--match", "status: ["], "policies"),
        (["users", "--columns", "nme"], "usage"),
        (["users", "--limit", "0"], "usage"),
        (["users", "--save", "x"], "usage"),
        (["users", "--search", "x", "--save", "Not A Name"], "file_name"),
        (["users", "--search", "x", "--save", "../x"], "file_name"),
        (["test", "no-such-test"], "unknown_test"),
        (["report", "no-such-run"], "unknown_run"),
        (["undo", "no-such-run"], "unknown_run"),
        (["snapshot", "--out", "/no/such/folder/x.json"], "unwritable"),
        (["snapshot", "--out", "/"], "unwritable"),
        (["plan", "--out", "/no/such/folder/x.json"], "unwritable"),
        (["plan", "--now", "yesterday"], "usage"),
        (["plan", "--format", "txt"], "usage"),
        (["plann"], "usage"),
        (["plan", "--du"], "usage"),
        ([], "usage"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_a_wrong_word_is_told_and_nothing_happens(desk: Desk, argv: list[str], reason: str) -> None:
    """Names that are not known and arguments that make no sense: a reason word, an exit code, no file touched."""
    done = assert_untouched(desk, lambda: desk.run(*argv, "--json"), 2)
    form = done.form
    assert (form["ok"], form["reason"]) == (False, reason)
    assert form["message"]


@pytest.mark.parametrize(
    ("argv", "hint"),
    [
        (["valldate"], "did you mean validate?"),
        (["plan", "jira-90d-reclam"], "did you mean jira-90d-reclaim?"),
        (["plan", "--exit-cod"], "did you mean --exit-code?"),
        (["--polices", "x", "plan"], "did you mean --policies?"),
        (["plan", "--format", "jsn"], "did you mean json?"),
        (["users", "idle-in-jra"], "did you mean idle-in-jira?"),
    ],
)
def test_a_near_miss_is_recognized(desk: Desk, argv: list[str], hint: str) -> None:
    """Whoever mistypes a word is told the right one."""
    assert hint in desk.run(*argv).err


@pytest.mark.parametrize("command", ["plan", "snapshot"])
def test_a_device_or_a_pipe_is_not_replaced_by_a_file(desk: Desk, command: str) -> None:
    """``--out /dev/null`` by an administrator leaves the device what it was, for everybody on the machine."""
    pipe = desk.directory.parent / "pipe"
    os.mkfifo(pipe)
    assert assert_untouched(desk, lambda: desk.run(command, "--out", str(pipe), "--json"), 2).reason == "unwritable"
    assert pipe.is_fifo()


@pytest.fixture
def odd(desk: Desk, request: pytest.FixtureRequest) -> Iterator[Path]:
    """Something that is no ordinary file, in a file's place. Into the pipe somebody writes what is no JSON."""
    path = desk.folder / "odd.json"
    if request.param == "device":
        path.symlink_to(os.devnull)
        yield path
    elif request.param == "socket":
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
            yield path
    else:
        os.mkfifo(path)
        writer = subprocess.Popen(["sh", "-c", 'echo "{" > "$1"', "sh", str(path)])
        yield path
        writer.kill()
        writer.wait()


@pytest.mark.parametrize("odd", ["device", "socket", "pipe"], indirect=True)
def test_what_is_no_ordinary_file_is_not_read(desk: Desk, odd: Path) -> None:
    """A device may have no end, and a pipe may keep whoever reads it waiting: one clear error instead, exit 2."""
    here = ("--policies", str(desk.policies), "--journal", str(desk.journal), "--json")
    for argv, reason in (
        (["plan", "--directory", str(odd)], "directory_unreadable"),
        (["apply", "--all", "--directory", str(odd)], "directory_unreadable"),
        (["apply", str(odd), "--directory", str(desk.directory)], "no_file"),
    ):
        done = run_command(*argv, *here)
        assert_one_clear_error(done, 2)
        assert done.reason == reason
        assert "odd.json" in done.form["message"]
        assert "not an ordinary file" in done.form["message"]
    assert not desk.journal.exists()


def test_a_misspelt_group_of_an_action_is_recognized(desk: Desk) -> None:
    """Whoever mistypes a group is told the right one, in the organization's own spelling."""
    task = """\
description: Welcome engineers
owner: it@acme.example
match: {status: active}
actions: [{add_to_groups: engineeringg}]
schedule: {manual: true}
"""
    desk.write_policy("tasks/odd.yaml", task)
    assert "did you mean engineering?" in assert_untouched(desk, lambda: desk.run("plan", "odd"), 2).err


def test_an_organization_without_apps_has_all_of_none(desk: Desk) -> None:
    """``app: any`` is no name of an app: a new organization without apps is no mistake of the policies."""
    organization = desk.read()
    desk.write({**organization, "apps": []})
    assert "called any" not in desk.run("plan").err


@pytest.mark.parametrize("argv", COMMANDS, ids=" ".join)
def test_a_directory_file_that_is_cut_short_stops_everything(desk: Desk, argv: list[str]) -> None:
    """Half a file is no organization: exit 2, the reason, the place."""
    whole = desk.directory.read_bytes()
    desk.directory.write_bytes(whole[: len(whole) // 2])
    done = assert_untouched(desk, lambda: desk.run(*argv, "--json"), 2)
    assert done.reason == "directory_unreadable"


def test_a_directory_file_that_is_not_there_is_named(desk: Desk) -> None:
    """A wrong --directory is a clear error."""
    desk.directory.unlink()
    done = assert_untouched(desk, lambda: desk.run("plan"), 2)
    assert "acme.json" in done.err


def test_policies_of_another_organization_are_refused(desk: Desk) -> None:
    """Settings name an organization; a directory of another one is not planned on."""
    organization = desk.read()
    desk.write({**organization, "organization": "other"})
    assert assert_untouched(desk, lambda: desk.run("plan", "--json"), 2).reason == "wrong_organization"


def test_a_missing_key_says_both_ways_to_name_an_organization(desk: Desk) -> None:
    """Without --directory and without a key, the hint has both ways."""
    argv = ("plan", "--policies", str(desk.policies), "--journal", str(desk.journal))
    done = assert_untouched(desk, lambda: run_command(*argv), 2)
    assert "ATLASSIAN_API_KEY" in done.err
    assert "--directory" in done.err


@pytest.mark.parametrize("argv", [("apply", "--all"), ("run",), ("undo", "20261122-060000-aaaaaa", "--apply")])
def test_atlassian_cloud_is_changed_by_the_present_only(desk: Desk, argv: tuple[str, ...]) -> None:
    """By another day people would seem idle who are not, and the budget would be that day's; an emulated API on this
    machine is for trying things out, and takes any time."""
    cloud = {"ATLASSIAN_API_KEY": "k" * 20, "ATLASSIAN_ORG_ID": "acme", "ATLASSIAN_API_URL": "https://api.acme.example"}
    where = ("--policies", str(desk.policies), "--journal", str(desk.journal), "--now", "2026-11-23", "--json")
    done = assert_untouched(desk, lambda: run_command(*argv, *where, environ=cloud), 2)
    assert done.reason == "now_live", done.err


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_a_misspelt_task_is_told_before_a_key_is_asked_for(desk: Desk, command: str) -> None:
    """Whoever has no key at hand still learns what is wrong with the words."""
    argv = (command, "jira-90d-reclam", "--policies", str(desk.policies), "--journal", str(desk.journal))
    done = assert_untouched(desk, lambda: run_command(*argv), 2)
    assert "did you mean jira-90d-reclaim?" in done.err


def test_a_folder_without_policies_is_named(tmp_path: Path) -> None:
    """A wrong --policies is a clear error with a way on."""
    done = run_command("plan", "--policies", str(tmp_path / "nothing"))
    assert_one_clear_error(done, 2)
    assert "--policies" in done.err


@pytest.mark.parametrize("argv", [["plan"], ["apply", "--all"], ["run"], ["verify"], ["runs"]], ids=" ".join)
def test_a_journal_that_somebody_edited_stops_everything(desk: Desk, argv: list[str]) -> None:
    """One changed word in an old record: exit 4, reason journal_damaged, the bad record named, nothing written."""
    assert desk.run("apply", "--all").code == 0
    (file,) = desk.journal.rglob("journal.jsonl")
    file.write_bytes(file.read_bytes().replace(b'"applied"', b'"already"', 1))
    done = assert_untouched(desk, lambda: desk.run(*argv), 4)
    assert "record " in done.err
    assert desk.run(*argv, "--json").reason == "journal_damaged"


def test_a_report_that_somebody_edited_is_found(desk: Desk) -> None:
    """The newest report only follows from its records: verify makes it anew."""
    assert desk.run("apply", "--all").code == 0
    (file,) = desk.journal.rglob("report.md")
    file.write_text(file.read_text(encoding="utf-8").replace("39 changes", "38 changes"), encoding="utf-8")
    done = desk.run("verify", "--json")
    assert (done.code, done.reason) == (4, "journal_damaged")
    assert done.form["findings"][0]["file"] == "report.md"


def test_a_second_runner_is_told_to_wait(desk: Desk) -> None:
    """While another process holds the journal, nothing is written: exit 4, reason lease_held."""
    assert desk.run("apply", "license-review").code == 0
    now = datetime.now(UTC)
    other = Owner("another-machine", 1, "1")
    lease = Lease(other, "20261122-060000-aaaa", 9, now, now + timedelta(minutes=5))
    (desk.journal / "lease.json").write_bytes(lease_form(lease))
    people = desk.directory.read_bytes()
    done = desk.run("apply", "--all", "--json")
    assert (done.code, done.reason) == (4, "lease_held")
    assert desk.directory.read_bytes() == people
    assert desk.run("plan").code == 0, "reading goes on"


def test_the_lease_of_a_dead_process_of_this_machine_is_taken_over(desk: Desk) -> None:
    """A runner that died here keeps nobody waiting."""
    assert desk.run("apply", "license-review").code == 0
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    now, mine = datetime.now(UTC), read_owner()
    lease = Lease(Owner(mine.host, child, "1"), "20261122-060000-aaaa", 9, now, now + timedelta(minutes=5))
    (desk.journal / "lease.json").write_bytes(lease_form(lease))
    assert desk.run("apply", "license-review").code == 0


class BrokenEnvironment(dict[str, str]):
    """An environment in which looking for the audit branch is a bug."""

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """See Mapping."""
        if key == "POLICY_RUNNER_AUDIT_BRANCH":
            raise ZeroDivisionError("nobody expected this")
        return super().get(key, default)


def test_a_bug_is_told_in_one_line() -> None:
    """What should never happen is exit code 1, one line, and the way to a traceback, which is shown when asked for."""
    done = run_command("tasks", "--json", environ=BrokenEnvironment())
    assert (done.code, done.reason) == (1, "bug")
    assert "nobody expected this" in done.err
    assert "POLICY_RUNNER_DEBUG=1" in done.err
    assert "Traceback" not in done.err
    debugged = run_command("tasks", environ=BrokenEnvironment(POLICY_RUNNER_DEBUG="1"))
    assert "Traceback" in debugged.err


def test_help_teaches(desk: Desk) -> None:
    """Every command's help has a line about it, examples, and the options that every command takes."""
    overview = run_command("--help")
    assert overview.code == 0
    for name in ("validate", "plan", "apply", "run", "explain", "users", "tasks", "test", "demo", "completion"):
        assert f"  {name} " in overview.out
        done = run_command(name, "--help")
        assert done.code == 0
        assert "examples:\n  policy-runner " in done.out
        assert "--policies DIR" in done.out


def test_errors_as_json_and_as_text_say_the_same(desk: Desk) -> None:
    """--json adds an object on stdout; people still read the error on stderr."""
    done = desk.run("plan", "no-such-task", "--json")
    assert json.loads(done.out)["message"] in done.err


def test_json_is_one_document_even_where_something_fails_after_it(desk: Desk) -> None:
    """A summary that cannot be written is an error on stderr; stdout still holds the plan and nothing else."""
    desk.environ["GITHUB_STEP_SUMMARY"] = str(desk.folder / "no" / "such" / "file")
    done = desk.run("plan", "--json")
    assert_one_clear_error(done, 2)
    assert done.form["changes"]
