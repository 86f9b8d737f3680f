"""``users``: search, filter, sort, choose columns, and save what was found."""

from __future__ import annotations

import csv
import io

import pytest

from runner.text import display_width
from tests.journeys.command import Desk, run_command


def emails(desk: Desk, *argv: str) -> list[str]:
    """The addresses that `users` lists, in their order."""
    done = desk.run("users", *argv, "--json")
    assert done.code == 0, done.err
    return [user.get("email") for user in done.form]


def test_json_has_the_fields_of_the_directory_format(desk: Desk) -> None:
    """Each person is as the directory's file has them; a fact that is not known is left out."""
    found = {user["account_id"]: user for user in desk.run("users", "--json").form}
    people = desk.people()
    assert found.keys() == people.keys()
    for account_id, user in found.items():
        assert user.keys() <= people[account_id].keys() | {"directories"}
        assert user.get("status") == people[account_id].get("status")


def test_a_filter_a_condition_and_a_search_must_all_hold(desk: Desk) -> None:
    """Each narrows what the others find."""
    idle = set(emails(desk, "idle-in-jira"))
    matching = set(emails(desk, "--match", "email_domain: acme.example"))
    searched = set(emails(desk, "--search", "OKAFOR"))
    assert searched == {"lena.okafor@acme.example"}
    assert set(emails(desk, "idle-in-jira", "--match", "email_domain: acme.example")) == idle & matching
    assert set(emails(desk, "idle-in-jira", "--match", "email_domain: acme.example", "--search", "okafor")) == searched


def test_a_saved_filter_finds_the_same_people_again(desk: Desk) -> None:
    """`--save` writes a filter that validates, and that finds whom the options found."""
    options = ("--match", "any: [{inactive: {for: 180d}}, {status: suspended}]", "--search", "a: # 'é\"")
    for more in (options[:2], options):
        name = f"saved-{len(more)}"
        first = emails(desk, *more, "--save", name)
        assert desk.run("validate").code == 0
        assert emails(desk, name) == first
    text = (desk.policies / "filters" / "saved-2.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../../schemas/filter.schema.json\n")


def test_an_app_that_nobody_has_is_an_error_and_not_nobody(desk: Desk) -> None:
    """Asked for here, in a saved filter, or by `validate` of a filter that no task uses yet."""
    desk.write_policy("filters/typo.yaml", "match: {app: jira-softwear}\n")
    for asked in (["--match", "app: jira-softwear"], ["typo"]):
        done = desk.run("users", *asked, "--json")
        assert (done.code, done.reason) == (2, "policies")
        assert "no app is called jira-softwear" in done.err
    done = desk.run("validate", "--json")
    assert [(e["file"], e["code"]) for e in done.form["errors"]] == [("policies/filters/typo.yaml", "unknown_app")]


def test_a_saved_filter_is_not_overwritten(desk: Desk) -> None:
    """A name that is taken is an error; the file stays."""
    before = desk.files()
    done = desk.run("users", "--search", "x", "--save", "idle-in-jira", "--json")
    assert (done.code, done.reason) == (2, "exists")
    assert desk.files() == before


def test_people_are_sorted_limited_and_counted(desk: Desk) -> None:
    """Never comes before every date, the unknown last, whichever way round; the rest is counted."""
    columns = ("--sort", "last_active", "--columns", "last_active,name")
    shown = [line.split()[0] for line in desk.run("users", *columns).out.splitlines()[1:]]
    known = [word for word in shown if word != "?"]
    assert shown == known + ["?"] * (len(shown) - len(known))
    dates = [word for word in known if word != "never"]
    assert known == ["never"] * (len(known) - len(dates)) + sorted(dates, key=lambda d: d.removesuffix("?"))
    done = desk.run("users", *columns, "--reverse", "--limit", "3")
    assert len(done.out.splitlines()) == 4
    assert "310 people of 310, 3 of them shown" in done.err


def test_those_of_whom_it_is_not_known_are_counted(desk: Desk) -> None:
    """Unknown is not no: whoever is left out for want of a fact is mentioned, with the fact."""
    done = desk.run("users", "--match", "inactive: {for: 180d}")
    assert "it is not known whether they match; missing: last_active" in done.err


@pytest.mark.parametrize("width", ["40", "80", "200"])
def test_the_table_fits_the_terminal(desk: Desk, width: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No line is wider than the terminal, names in wide scripts included."""
    monkeypatch.setenv("COLUMNS", width)
    lines = desk.run("users").out.splitlines()
    assert len(lines) == 311
    assert max(map(display_width, lines)) <= int(width)


def test_csv_opens_in_a_spreadsheet_as_text(desk: Desk) -> None:
    """A name that looks like a formula is text; a known nothing is an empty cell."""
    rows = list(csv.DictReader(io.StringIO(desk.run("users", "--format", "csv", "--columns", "name,roles").out)))
    assert len(rows) == 310
    assert not [row for row in rows if row["name"].startswith(("=", "+", "-", "@"))]
    assert "" in {row["roles"] for row in rows}


def test_a_group_that_nobody_has_heard_of_is_a_warning(desk: Desk) -> None:
    """It matches nobody, and says so."""
    done = desk.run("users", "--match", "group: no-such-group")
    assert done.code == 0
    assert "warning: " in done.err
    assert "no-such-group" in done.err


def test_completion_scripts_know_every_command() -> None:
    """A new command completes without anybody writing it down."""
    for shell in ("bash", "zsh", "fish"):
        script = run_command("completion", shell).out
        for word in ("validate", "explain", "exit-code", "audit-branch"):
            assert word in script
