"""Links inside the repository lead somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.markdown import PAGES, anchors, links, name


def is_broken(page: Path, target: str) -> bool:
    """Whether a link's file is missing, or the heading it names."""
    path, _, anchor = target.partition("#")
    file = (page.parent / path) if path else page
    return not file.exists() or (anchor != "" and file.suffix == ".md" and anchor not in anchors(file))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_to_files_and_headings_that_exist(page: Path) -> None:
    """No page sends its reader to a place that is not there."""
    assert [target for target in links(page) if is_broken(page, target)] == []
