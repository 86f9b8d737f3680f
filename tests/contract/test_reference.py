"""The reference pages: all elements, keys and commands are on them, in the words of the code, and they are fresh."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path

import cmarkgfm
import pytest

from runner import catalog
from runner.cli.reference import PAGE, render_commands
from runner.cli.registry import command_names
from runner.policy.generated import read_stale
from runner.policy.prose import keys, takes, told
from runner.policy.reference import MADE, render_reference
from runner.policy.schemas import kinds_of_files, schema_of
from tests.journeys.command import run_command

ROOT = Path(__file__).resolve().parents[2]
PAGES: Mapping[str, str] = {**render_reference(), PAGE: render_commands()}


def sections(page: str) -> dict[str, str]:
    """The second-level sections of a page by their headings."""
    _, *found = re.split(r"(?m)^## ", page)
    return {part.partition("\n")[0]: part.partition("\n")[2] for part in found}


def test_the_pages_in_the_repository_are_fresh() -> None:
    """What people read is what this version does."""
    assert read_stale(ROOT / "docs" / "reference", PAGES) == []


def test_every_condition_and_action_has_its_section_with_an_example() -> None:
    """Adding a file to filters or actions extends the page."""
    conditions, actions = sections(PAGES["conditions.md"]), sections(PAGES["actions.md"])
    assert set(conditions) == set(catalog.conditions())
    assert set(actions) == {*catalog.actions(), "notify"}
    assert [name for name, text in {**conditions, **actions}.items() if text.count("```yaml\n") != 1] == []


@pytest.mark.parametrize("name", sorted(catalog.conditions()))
def test_the_section_of_a_condition_names_its_parameters_and_facts(name: str) -> None:
    """Each key that the schema knows, and each fact that the answer may rest on."""
    section, element = sections(PAGES["conditions.md"])[name], catalog.conditions()[name]
    for key in () if "$ref" in element.schema else keys(element.schema):
        assert f"`{key.path}`" in section
    assert all(f"`{fact}`" in section for fact in element.facts)


def test_every_kind_of_file_and_every_command_has_its_section() -> None:
    """Nothing that can be written or typed is left out."""
    assert list(sections(PAGES["files.md"])) == list(kinds_of_files())
    assert set(command_names()) < set(sections(PAGES[PAGE]))


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_shows_as_it_was_meant(name: str) -> None:
    """As GitHub renders it, no table has lost its form, and no word was taken for markup."""
    shown = cmarkgfm.github_flavored_markdown_to_html(PAGES[name])
    prose = re.sub(r"<pre.*?</pre>", "", shown, flags=re.DOTALL)
    assert "| " not in html.unescape(prose)
    assert len(re.findall("<table>", prose)) == len(re.findall(r"(?m)^\| --- ", PAGES[name]))
    assert "&lt;!--" not in prose
    assert "``" not in prose


def test_words_for_what_a_key_takes() -> None:
    """Alternatives, lists of one or more, and bounds are told as people would."""
    task = schema_of("task")["properties"]
    told_of = {key.path: key.takes for key in keys(schema_of("task"))}
    assert takes(task["filter"]) == "a name"
    assert told_of["shared_groups"] == "`skip` or `allow`"
    assert told_of["select.order"] == "`longest_inactive`, `oldest_account` or `newest_account`"
    assert told_of["limits.percent"] == "a number above 0 to 100"
    assert told_of["match"] == "a [condition](conditions.md)"
    assert told_of["schedule.monthly.day"] == "a whole number from 1 to 31, or `last`"
    assert takes(catalog.conditions()["group"].schema) == "text, or a list of them"


def test_text_of_a_docstring_is_no_markup() -> None:
    """Stars, bars and angle brackets are themselves; code is code; the example is shown elsewhere."""
    assert told("any * | <b>, ``*.x``\n\n```yaml\nx: 1\n```") == r"any \* \| \<b>, `*.x`"


def test_the_command_writes_and_checks_pages_where_they_are_wanted(tmp_path: Path) -> None:
    """A page that was edited by hand is named and written anew."""
    here = ("schema", "--out", str(tmp_path / "schemas"), "--reference", str(tmp_path / "pages"))
    assert run_command(*here).code == 0
    assert run_command(*here, "--check").code == 0
    page = tmp_path / "pages" / "actions.md"
    page.write_text(page.read_text("utf-8") + "and more\n", "utf-8")
    done = run_command(*here, "--check")
    assert (done.code, done.err.splitlines()[0]) == (2, f"{page} is not fresh")
    assert run_command(*here, "--json").form == {"ok": True, "changed": ["actions.md"]}


def test_a_folder_that_is_somebody_elses_is_let_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --reference, pages are only kept fresh where there are pages of ours already."""
    monkeypatch.chdir(tmp_path)
    theirs = tmp_path / "docs" / "reference" / "actions.md"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("# Ours\n", "utf-8")
    assert run_command("schema").code == 0
    assert [path.read_text("utf-8") for path in theirs.parent.iterdir()] == ["# Ours\n"]
    theirs.write_text(f"{MADE}\n", "utf-8")
    assert run_command("schema").code == 0
    assert {path.name for path in theirs.parent.iterdir()} == set(PAGES)
