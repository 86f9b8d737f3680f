"""What the journeys share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.command import Desk, sample_desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The sample policies, the made-up organization, an empty journal."""
    return sample_desk(tmp_path)
