"""Whole reports beside what they should be.

``pytest tests/golden --update-golden`` writes them anew; then read the diff.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent

Check = Callable[[str, str], None]


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Check:
    """Compare a text with the file of that name, byte for byte."""

    def check(name: str, text: str) -> None:
        path = HERE / name
        if request.config.getoption("--update-golden", default=False):
            path.write_bytes(text.encode())
        assert path.read_bytes().decode() == text, (
            f"{name} differs; if it is right, pytest tests/golden --update-golden"
        )

    return check


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-golden`` writes the expected files anew."""
    parser.addoption("--update-golden", action="store_true", help="write the expected reports anew")
