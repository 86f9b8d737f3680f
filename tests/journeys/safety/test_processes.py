"""Real processes, ended the hard way or by a signal: the command as people run it, and the run that comes after it."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.simulator.process import killed_on_file
from tests.simulator.soak import heeded


@pytest.mark.parametrize("seed", range(3))
def test_kill_9_leaves_nothing_unaudited(tmp_path: Path, seed: int) -> None:
    """The next run finds out what was done, completes it, and the journal is whole."""
    assert killed_on_file(seed, tmp_path).wrong == []


@pytest.mark.parametrize(
    ("number", "latency_s"), [(signal.SIGINT, 0.05), (signal.SIGTERM, 1.5), (signal.SIGTERM, 8.0)], ids=str
)
def test_a_signal_is_heeded_within_five_seconds(tmp_path: Path, number: signal.Signals, latency_s: float) -> None:
    """Exit 5, no write that begins over a second later, the journal whole, and the next run does the rest; also while
    the other side takes longer to answer than anybody waits."""
    assert heeded(number, latency_s, tmp_path).wrong == []
