"""Real processes that are frozen, by a clock that is put forward; ``script/soak`` waits the five minutes for real."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulator.freezing import TOO_LATE, Pushed, frozen

CASES = {
    "between intents and write, file": 0,
    "between intents and write, branch": 4,
    "calls on their way": 5,
    "with no lock": 6,
}


@pytest.mark.parametrize("seed", CASES.values(), ids=CASES)
def test_a_frozen_run_that_wakes_up_late_sends_nothing(tmp_path: Path, seed: int) -> None:
    """Its lease ran out, a second run has closed, planned and done everything: exit 4 ``lease_lost``, no write although
    there would be cause to, not a byte of the second run's journal changed, and the recount agrees."""
    trial = frozen(seed, tmp_path, Pushed(tmp_path / "ahead"))
    assert (trial.wrong, trial.struck[TOO_LATE]) == ([], 0)


def test_nobody_builds_on_a_file_that_a_frozen_run_will_replace(tmp_path: Path) -> None:
    """Its new file is written and about to take the old one's place: the second run refuses and changes nothing; the
    first wakes up, puts its file there and ends; and the third finds those changes done."""
    trial = frozen(3, tmp_path, Pushed(tmp_path / "ahead"))
    assert (trial.wrong, trial.struck[TOO_LATE]) == ([], 0)
