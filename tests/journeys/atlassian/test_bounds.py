"""What no reply may cost: memory and time of a process of its own."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.emulator import Rule
from tests.journeys.atlassian.test_cost import measured, wall
from tests.journeys.atlassian.town import LATELY, organization, town

LARGEST_MB = 256
PEOPLE, WRITE = "users/search", r"DELETE \S+/memberships/"
PLANS = {
    "bodies without end": (0, [Rule("huge", match=PEOPLE, times=2)]),
    "bombs": (0, [Rule("gzip_bomb", match=PEOPLE, times=2)]),
    "pages without end": (3, [Rule("endless", match=PEOPLE, times=0)]),
    "empty pages without end": (3, [Rule(kind, match=PEOPLE, times=0) for kind in ("empty_page", "endless")]),
}
RUNS = {
    "a body without end": Rule("huge", match=WRITE, nth=2, effect="after"),
    "a bomb": Rule("gzip_bomb", match=WRITE, nth=2, effect="after"),
}


def present() -> Any:
    """The usual organization, with everything lately as of now: a process has no clock but the wall's."""
    lately = (wall() - timedelta(days=2)).isoformat()
    text = json.dumps(organization()).replace(LATELY, lately).replace("2026-11-01T00:00:00Z", lately)
    return json.loads(text)


@pytest.mark.parametrize(("code", "faults"), PLANS.values(), ids=PLANS)
def test_no_reply_fills_the_memory_of_a_plan(code: int, faults: list[Rule], tmp_path: Path) -> None:
    """200 MB where a page was asked for, twice, and lists that go on and on: under 256 MB, and soon over."""
    with town(tmp_path, faults=faults, clock=wall, people=present()) as found:
        done, peak_mb, _ = measured(found.emulator, tmp_path, "plan", "--json")
        assert len(found.emulator.log) <= 60
    assert (done, peak_mb < LARGEST_MB) == (code, True)


@pytest.mark.parametrize("fault", RUNS.values(), ids=RUNS)
def test_no_reply_to_a_write_fills_the_memory(fault: Rule, tmp_path: Path) -> None:
    """200 MB in answer to a removal: it is read back, and everything is done."""
    with town(tmp_path, faults=[fault], clock=wall, people=present()) as found:
        done, peak_mb, _ = measured(found.emulator, tmp_path, "apply", "--all", "--json")
        assert len(found.emulator.effects) == 28
    assert (done, peak_mb < LARGEST_MB) == (0, True)
