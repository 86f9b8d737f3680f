"""What the documentation tells people to type does what it shows, with the files that it told them to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.conftest import Place
from tests.docs.markdown import PAGES, Block, blocks, commands, file_path, name, shown_pattern


def runnable(page: Path) -> list[Block]:
    """The blocks of a page that are marked to be run."""
    return [block for block in blocks(page) if block.exit_code is not None]


def test_only_console_blocks_are_marked_to_be_run() -> None:
    """A mark above anything else would silently run nothing."""
    marked = [block for page in PAGES for block in runnable(page)]
    assert [str(block) for block in marked if block.language != "console" or not commands(block)] == []


def do(block: Block, place: Place) -> None:
    """Type a block's commands and look at what they print."""
    steps = commands(block)
    for step in steps:
        done = place.run(step.line)
        expected = block.exit_code if step is steps[-1] else 0
        assert done.returncode == expected, f"{block}: $ {step.line}\n{done.stdout}"
        if step.shown:
            printed = "\n".join(line.rstrip() for line in done.stdout.strip("\n").split("\n"))
            assert shown_pattern(step.shown).fullmatch(printed), f"{block}: $ {step.line}\n{done.stdout}"


@pytest.mark.parametrize("page", [page for page in PAGES if runnable(page)], ids=name)
def test_a_pages_commands_print_what_the_page_shows(page: Path, place: Place) -> None:
    """A page from top to bottom in a fresh copy: its files are written as they come, and its commands print and exit
    as the page says."""
    for block in blocks(page):
        if path := file_path(block):
            place.write(path, block.text)
        elif block.exit_code is not None:
            do(block, place)
