"""What the pages about GitHub say is what the workflows do."""

from __future__ import annotations

import re

import yaml

from tests.journeys.github.workshop import ROOT

PAGES = ROOT / "docs" / "how-to"
WORKFLOWS = "".join(file.read_text("utf-8") for file in (ROOT / ".github" / "workflows").glob("*.yml"))


def page(name: str) -> str:
    """A how-to."""
    return (PAGES / name).read_text("utf-8")


def test_the_way_to_the_first_scheduled_run_has_ten_steps() -> None:
    """From an empty account: no more than ten, counted."""
    steps = re.findall(r"^(\d+)\. \*\*", page("github.md").partition("\n## ")[0], re.MULTILINE)
    assert steps == [str(number) for number in range(1, 11)]


def test_every_variable_and_secret_is_in_the_table_and_no_other() -> None:
    """What a workflow reads of the repository's settings stands on the page, and what stands there is read."""
    used = set(re.findall(r"(?:vars|secrets)\.([A-Z_]+)", WORKFLOWS)) - {"GITHUB_TOKEN"}
    table = page("github.md").partition("## What is set where")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE)) == used


def test_every_mode_is_in_the_table() -> None:
    """What can be started by hand is described."""
    modes = yaml.safe_load((ROOT / ".github/workflows/run.yml").read_text("utf-8"))[True]["workflow_dispatch"]["inputs"]
    table = page("github.md").partition("## By hand")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `([a-z]+)`", table, re.MULTILINE) == modes["mode"]["options"]


def test_a_bad_day_names_what_there_is() -> None:
    """The words that a person copies on a bad day are those of the code."""
    said = page("github-bad-day.md")
    for word in ("POLICY_RUNNER_STOP", "`undo only`", "mode `undo`", "mode `plan`", "mode `due`"):
        assert word in said
