"""What the journeys through the emulated API share."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.atlassian.town import town


@pytest.fixture(scope="session")
def whole_plan(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The plan of a day on which nothing fails."""
    with town(tmp_path_factory.mktemp("quiet")) as found:
        done = found.run("plan")
        assert (done.code, len(done.form["changes"])) == (0, 28)
        return done.form
