"""Ctrl-C and its like while something is being written: the first one is heeded at the next safe point."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from runner.errors import PARTLY, RunnerError

HARD_EXIT = 130
"""What a shell reports of a process that Ctrl-C ended."""


class CancelledError(RunnerError):
    """Somebody ended the run before there was anything to write, or between two steps."""

    exit_code = PARTLY


class Cancel:
    """Whether this process was told to end; ``reason`` is empty as long as it was not."""

    def __init__(self) -> None:
        self.reason = ""

    def check(self) -> None:
        """Raise CancelledError where the process was told to end; for the parts of a run that only read."""
        if self.reason:
            raise CancelledError("cancelled", f"{self.reason}: nothing more was written", hint="run it again")

    def _heed(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self.reason:
            os._exit(HARD_EXIT)  # asked twice: whoever asks does not want to wait for the journal
        self.reason = f"the process was told to end ({signal.Signals(number).name})"

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take SIGINT and SIGTERM as a wish to end; afterwards they do what they did before."""
        before = {number: signal.signal(number, self._heed) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
