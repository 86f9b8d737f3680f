"""The pieces of the command line by themselves."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runner.cli.arguments import AskedError, parse
from runner.cli.console import Console, json_text
from runner.cli.github import branch_address, job_address, render_outputs
from runner.cli.progress import ProgressLine, progress_text
from runner.cli.registry import command_names, command_of
from runner.cli.table import render_table
from runner.errors import InputError
from runner.text import display_width


class Terminal(io.StringIO):
    """A stream that somebody sits before."""

    def isatty(self) -> bool:
        """Yes."""
        return True


def test_options_stand_before_or_after_the_command() -> None:
    """Both orders mean the same, and the later one wins."""
    before = parse(["--policies", "p", "--json", "plan", "one", "--due"])
    after = parse(["plan", "one", "--due", "--policies", "p", "--json"])
    both = parse(["--policies", "x", "plan", "--policies", "p", "one", "--due", "--json"])
    for asked in (before, after, both):
        args = asked.args
        assert (asked.name, args.policies, args.json, args.tasks, args.due) == ("plan", Path("p"), True, ["one"], True)
        assert asked.everywhere({}).journal == Path("journal")


def test_now_is_read_as_utc() -> None:
    """A time without a zone is UTC, a day its midnight."""
    assert parse(["plan", "--now", "2026-11-22"]).args.now == datetime(2026, 11, 22, tzinfo=UTC)
    assert parse(["--now", "2026-11-22T07:00:00+01:00", "plan"]).args.now == datetime(2026, 11, 22, 6, tzinfo=UTC)


def test_the_audit_branch_comes_from_the_option_or_the_environment() -> None:
    """CI sets it once for all commands; the option goes before it."""
    environ = {"POLICY_RUNNER_AUDIT_BRANCH": "audit"}
    assert parse(["runs"]).everywhere({}).audit_branch is None
    assert parse(["runs"]).everywhere(environ).audit_branch == "audit"
    assert parse(["runs", "--audit-branch", "other"]).everywhere(environ).audit_branch == "other"


GITHUB = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/policies",
    "GITHUB_RUN_ID": "77",
}


def test_the_addresses_of_a_workflows_run() -> None:
    """They are made of GitHub's variables; outside a workflow, and of anything else, there are none."""
    assert job_address(GITHUB) == "https://github.com/acme/policies/actions/runs/77"
    assert branch_address(GITHUB, "records/atlassian") == "https://github.com/acme/policies/blob/records/atlassian"
    assert branch_address(GITHUB, "") == branch_address({}, "audit") == job_address({}) == ""
    for name, value in (
        ("GITHUB_SERVER_URL", "javascript:alert(1)"),
        ("GITHUB_SERVER_URL", "https://x)[y](https://evil.example"),
        ("GITHUB_REPOSITORY", "acme/policies/../../other"),
        ("GITHUB_REPOSITORY", "acme/a b"),
        ("GITHUB_RUN_ID", "77) [x](y"),
    ):
        assert job_address({**GITHUB, name: value}) == "", value


@pytest.mark.parametrize("argv", [["plan", "--d"], ["plan", "--pol", "x"], ["apply", "--dir", "x"]], ids=" ".join)
def test_options_are_never_guessed(argv: list[str]) -> None:
    """What a shortened option means must not change when another one is added."""
    with pytest.raises(InputError):
        parse(argv)


@pytest.mark.parametrize("name", command_names())
def test_every_command_teaches(name: str) -> None:
    """A line about it without a full stop, a longer text with examples of itself, and no argument without help."""
    command = command_of(name)
    assert command.HELP
    assert not command.HELP.endswith(".")
    assert f"examples:\n  policy-runner {name}" in command.ABOUT
    with pytest.raises(AskedError) as answer:
        parse([name, "--help"])
    assert max(map(len, answer.value.text.splitlines())) <= 120


def test_outputs_are_one_line_each() -> None:
    """No value can begin another output, whatever line breaks it brings."""
    text = render_outputs({"a": "one\ntwo=2\r\n\u2028three", "b": None, "c": True, "d": 3})
    assert text == "a=one\\ntwo=2\\r\\n\\u2028three\nb=\nc=true\nd=3\n"


def test_json_is_inert_ascii_and_means_the_same() -> None:
    """Nothing in it moves a cursor or is a command; reading it gives the value."""
    text = json_text({"name": "\x1b[31m ##[error] \x7f \u202e é"})
    assert text.isascii()
    assert "##[" not in text
    assert not [char for char in text if char < " " and char != "\n"]
    assert json.loads(text) == {"name": "\x1b[31m ##[error] \x7f \u202e é"}


def test_colours_only_where_somebody_sees_them() -> None:
    """A terminal shows colours unless NO_COLOR, TERM=dumb or --no-color says otherwise; a file never gets any."""
    assert Console(out=Terminal(), environ={}).paint("x", "add") == "\x1b[32mx\x1b[0m"
    assert Console(out=io.StringIO(), environ={}).paint("x", "add") == "x"
    assert Console(out=Terminal(), environ={"NO_COLOR": "1"}).paint("x", "add") == "x"
    assert Console(out=Terminal(), environ={"TERM": "dumb"}).paint("x", "add") == "x"
    assert Console(out=Terminal(), environ={}, color=False).paint("x", "add") == "x"


def test_quiet_keeps_results_and_errors() -> None:
    """--quiet silences words for people, and nothing else."""
    out, err = io.StringIO(), io.StringIO()
    console = Console(out=out, err=err, environ={}, quiet=True)
    console.say("words")
    console.complain("error")
    console.result("result")
    assert (out.getvalue(), err.getvalue()) == ("result\n", "error\n")


def test_a_table_takes_from_the_widest_columns_first_and_from_firm_ones_last() -> None:
    """Every line fits as long as columns can give way; what is firm stays whole while others can still be cut."""
    rows = [["a-name-of-some-length", "x" * 60, "漢字" * 20], ["short", "y", "z"]]
    for width in (40, 60, 100):
        lines = render_table(["NAME", "WHAT", "WHO"], rows, width, firm={0})
        assert max(map(display_width, lines)) <= width
        assert lines[1].startswith("a-name-of-some-length  ")
    assert render_table(["A"], [["x\ny"]], 40) == ["A", "x\\ny"]


def test_what_can_be_spared_is_left_out_where_there_is_no_room() -> None:
    """On a narrow terminal the last columns go, so that the names are whole and no line is wider than it."""
    head, row = ("TASK", "STATE", "DOES", "OWNER"), ("all-apps-180d-suspend", "enabled", "suspend", "it@acme.example")
    assert render_table(head, [row], 40, firm={0, 1}, spare={2, 3}) == [
        "TASK                   STATE    DOES",
        "all-apps-180d-suspend  enabled  suspend",
    ]
    assert len(render_table(head, [row], 47, firm={0, 1}, spare={2, 3})[0].split()) == 4
    assert len(render_table(head, [row], 20, firm={0, 1}, spare={2, 3})[0].split()) == 2


def test_an_estimate_is_made_only_when_it_means_something() -> None:
    """Not in the first seconds, not from next to nothing, not at the end."""
    assert progress_text("people", 500, None, 60) == "people: 500"
    assert progress_text("people", 50, 1000, 1) == "people: 50 of 1,000"
    assert progress_text("people", 10, 1000, 60) == "people: 10 of 1,000"
    assert progress_text("people", 500, 1000, 60) == "people: 500 of 1,000, about 60 s left"
    assert progress_text("people", 100, 1000, 60) == "people: 100 of 1,000, about 9 min left"
    assert progress_text("people", 1000, 1000, 60) == "people: 1,000 of 1,000"


def test_progress_is_for_a_terminal_only_and_leaves_nothing() -> None:
    """A log gets none of it; a terminal gets one line that is wiped away."""
    ticks = iter(range(100))
    for stream, expected in ((io.StringIO(), ""), (Terminal(), "\r\x1b[2Kpeople: 5 of 5\r\x1b[2K")):
        line = ProgressLine(Console(err=stream, environ={}), lambda: next(ticks))
        line("people", 5, 5)
        line.wipe()
        assert stream.getvalue() == expected
