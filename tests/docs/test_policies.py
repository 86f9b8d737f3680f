"""The policies that the documentation shows are valid as they stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.conftest import Place
from tests.docs.markdown import PAGES, Block, blocks, name, policy_path


def policies(page: Path) -> list[Block]:
    """The blocks of a page that say which policy file they are."""
    return [block for block in blocks(page) if policy_path(block)]


def rounds(shown: list[Block]) -> Iterator[dict[str, Block]]:
    """What to write before each validation: all files of a page at once, and anew where it shows one a second time."""
    written: dict[str, Block] = {}
    for block in shown:
        path = policy_path(block) or ""
        if path in written:
            yield written
            written = {}
        written[path] = block
    if written:
        yield written


@pytest.mark.parametrize("page", [page for page in PAGES if policies(page)], ids=name)
def test_policies_shown_on_a_page_are_valid(page: Path, place: Place) -> None:
    """Each policy of a page, put where its first line says, passes validation together with the sample policies."""
    for written in rounds(policies(page)):
        for path, block in written.items():
            place.write(path, block.text)
        done = place.run("policy-runner validate")
        assert done.returncode == 0, f"{', '.join(map(str, written.values()))}\n{done.stdout}"
