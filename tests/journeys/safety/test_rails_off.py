"""A rail that nobody asks any more turns a test red, whichever it is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from runner.engine.rails import RUN_RAILS, TASK_RAILS

ROOT = Path(__file__).resolve().parents[3]


def test_each_rail_switched_off_turns_a_test_red() -> None:
    """With all of them on no test fails; without any one of them at least one does."""
    command = [sys.executable, "-m", "tests.journeys.safety.rails_off"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    failed = json.loads(done.stdout.splitlines()[-1])
    assert failed.pop("none") == []
    assert set(failed) == {rail.__name__ for rail in (*TASK_RAILS, *RUN_RAILS)}
    assert [rail for rail, tests in failed.items() if not tests] == []
