"""Whatever text comes from the organization or from the command line is printed as text, by every command."""

from __future__ import annotations

import re

import pytest

from tests.journeys.command import Desk, Done

HOSTILE = [
    "\x1b]0;pwned\x07\x1b[2J\x1b[31mred",
    "two\nlines\r::error::made up",
    "::set-output name=x::y ##[error]made up",
    "right \u202eto left\u2066 \u200bzero\u200d width",
    "| a | b |\n|---|---|\n<img src=x onerror=alert(1)> [x](javascript:x) @everyone #1",
    '=HYPERLINK("https://evil.example")',
    "\x9b31m \x85 \u2028 \udcff",
]
MARK = "Zz Hostile"
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f]")

COMMANDS = [
    ["validate"],
    ["plan"],
    ["plan", "--json"],
    ["plan", "--format", "markdown"],
    ["explain", "hostile-0"],
    ["explain", "hostile-1", "--json"],
    ["explain", MARK],
    ["users"],
    ["users", "--json"],
    ["users", "--format", "csv"],
    ["users", "--columns", "name,groups,job_title"],
    ["apply", "--all"],
    ["apply", "--all", "--json"],
    ["runs"],
    ["report", "last"],
    ["report", "last", "--json"],
    ["verify"],
    ["undo", "last"],
    ["undo", "last", "--apply", "--json"],
    ["tasks"],
    ["test"],
]


@pytest.fixture
def hostile(desk: Desk) -> Desk:
    """An organization in which every text that people choose is an attack."""
    whole = desk.read()
    idle = next(user for user in whole["users"] if user.get("email") == "annotation@contractor.acme.example")
    for number, text in enumerate(HOSTILE):
        facts = dict.fromkeys(("job_title", "department", "location"), text)
        whole["users"].append({**idle, "status": "active", "account_id": f"hostile-{number}", **facts})
        whole["users"][-1] |= {"name": f"{MARK} {text}", "email": f"h{number}@contractor.acme.example"}
        whole["groups"].append({"id": f"g-hostile-{number}", "name": f"{MARK} {text}", "grants": [], "default_for": []})
        whole["users"][-1]["groups"] = [*idle["groups"], f"g-hostile-{number}"]
    desk.write_lone(whole)
    return desk


def assert_plain(done: Done, *, in_log: bool) -> None:
    """Nothing printed moves a cursor or hides; in a workflow's log, nothing printed is a command."""
    for text in (done.out, done.err):
        assert CONTROLS.findall(text) == []
        if in_log:
            assert [line for line in text.splitlines() if line.lstrip().startswith("::")] == []
            assert "##[" not in text


@pytest.mark.parametrize("in_log", [False, True], ids=["terminal", "workflow"])
def test_hostile_names_are_text_in_every_commands_output(hostile: Desk, in_log: bool) -> None:
    """Escape sequences, line breaks, workflow commands and bidirectional controls are shown, never carried out."""
    if in_log:
        hostile.environ["GITHUB_ACTIONS"] = "true"
    shown = ""
    for argv in COMMANDS:
        done = hostile.run(*argv)
        assert done.code == 2 if argv == ["explain", MARK] else done.code in (0, 3), (argv, done.err)
        assert_plain(done, in_log=in_log)
        shown += done.out
    assert "\\u202e" in shown, "what could not be seen is shown"
    assert "\\x1b" in shown or "\\u001b" in shown


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "argv", [["{}"], ["plan", "{}"], ["explain", "{}"], ["users", "{}"], ["report", "{}"], ["plan", "--now", "{}"],
             ["users", "--match", "{}"], ["users", "--save", "{}", "--search", "x"], ["apply", "{}.json"],
             ["plan", "--{}"], ["test", "{}"], ["undo", "{}"]], ids=" ".join)  # fmt: skip
def test_hostile_arguments_are_text_in_errors(desk: Desk, argv: list[str], text: str) -> None:
    """What somebody typed, or a workflow handed on, is quoted in an error and does nothing else."""
    desk.environ["GITHUB_ACTIONS"] = "true"
    done = desk.run(*(word.format(text) for word in argv))
    assert done.code == 2, done.err
    assert_plain(done, in_log=True)


def test_outputs_of_a_workflow_cannot_be_forged(hostile: Desk) -> None:
    """Each output is one line, whatever the organization or a task is called."""
    file = hostile.folder / "output"
    hostile.environ["GITHUB_OUTPUT"] = str(file)
    hostile.environ["GITHUB_ACTOR"] = "me\nexit_code=0\nreason=fine"
    assert hostile.run("apply", "--all").code in (0, 3)
    names = [line.split("=", 1)[0] for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(names) == len(set(names))
    assert set(names) <= {
        "reason", "digest", "changes", "blocked", "skips", "notices", "handover", "reported", "refusals", "applied",
        "failed", "unknown", "changed_since", "run", "report", "exit_code",
    }  # fmt: skip
