"""Real processes, ended the hard way or by a signal: the command as people run it, and the run that comes after it."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.simulator.cancelling import TWICE, heeded
from tests.simulator.process import PUSHES, killed_on_branch, killed_on_file, refused_from


@pytest.mark.parametrize("seed", range(3))
def test_kill_9_leaves_nothing_unaudited(tmp_path: Path, seed: int) -> None:
    """The next run finds out what was done, completes it, and the journal is whole."""
    assert killed_on_file(seed, tmp_path).wrong == []


def test_kill_9_leaves_nothing_unaudited_on_a_branch(tmp_path: Path) -> None:
    """The same where each step is a push that goes on when the process is gone."""
    assert killed_on_branch(4, tmp_path).wrong == []


@pytest.mark.parametrize("push", [1, PUSHES - 5])
def test_a_remote_that_takes_no_push_ends_the_run(tmp_path: Path, push: int) -> None:
    """Exit 4, nothing written without an intent on the remote, and the next run does and tells the rest."""
    assert refused_from(push, tmp_path).wrong == []


HARD = [
    (signal.SIGINT, "reading, told to wait", "folder"),
    (signal.SIGINT, "writing", "folder"),
    (signal.SIGTERM, "writing, slow answers", "branch"),
    (signal.SIGTERM, "pushing the outcomes", "branch"),
    (signal.SIGINT, "late push of the intents", "branch"),
    (signal.SIGINT, TWICE, "folder"),
]


@pytest.mark.parametrize(("number", "moment", "store"), HARD, ids=str)
def test_a_signal_is_heeded(tmp_path: Path, number: signal.Signals, moment: str, store: str) -> None:
    """Exit 5 soon, hardly a write that begins later, the journal whole, and the next run does the rest: while the run
    reads, waits as it was told, writes, or pushes. A second signal ends the process at once. Here other tests have the
    machine too; ``script/soak`` holds the run to its five seconds."""
    assert heeded(number, moment, store, tmp_path, slack=2.0).wrong == []
