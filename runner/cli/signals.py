"""Ctrl-C and its like while something is being written: the first one is heeded at the next safe point. So is the end
of the time that a run may take, which must come before whoever started the run ends it the hard way.

Whoever does not come to a safe point soon (a call that nobody answers) is ended all the same. That is safe as well: the
journal has every step that was acknowledged, and the next run reads back what was open.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

from runner.errors import PARTLY, CancelledError, InputError

HARD_EXIT = 130
"""What a shell reports of a process that Ctrl-C ended."""
MINUTES = "POLICY_RUNNER_MINUTES"
GRACE_S = 3.5
"""How long a run may take to come to its end after it was told to, by a signal: whoever sent it does not wait long."""
LATE_GRACE_S = 60.0
"""The same where its own time was over: long enough for three pushes and a report."""
_MOST_MINUTES = 10_000
_SLICE_S = 0.1


class Cancel:
    """Whether this process was told to end; ``reason`` is empty as long as it was not. ``minutes`` is how long a run
    may take, None for as long as it wants."""

    def __init__(self, minutes: float | None = None) -> None:
        self.reason = ""
        self._minutes = minutes

    def check(self) -> None:
        """Raise CancelledError where the process was told to end; for the parts of a run that only read."""
        if self.reason:
            raise CancelledError("cancelled", f"{self.reason}: nothing more was written", hint="run it again")

    def _heed(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self.reason:
            os._exit(HARD_EXIT)  # asked twice: whoever asks does not want to wait for the journal
        self._end(f"the process was told to end ({signal.Signals(number).name})", GRACE_S)

    def _be_late(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if self.reason:
            os.write(2, b"cut short: the next run finds out how the last change ended\n")
            os._exit(PARTLY)
        self._end(f"the {self._minutes:g} minutes of {MINUTES} are over", LATE_GRACE_S)

    def _end(self, reason: str, grace_s: float) -> None:
        """No thread, no lock: this happens in a signal handler, anywhere in the program."""
        self.reason = reason
        signal.setitimer(signal.ITIMER_REAL, grace_s)

    def sleep(self, seconds: float) -> None:
        """Sleep, but wake up when the process is told to end."""
        until_s = time.monotonic() + seconds
        while not self.reason and (left_s := until_s - time.monotonic()) > 0:
            time.sleep(min(left_s, _SLICE_S))

    def wait(self, seconds: float) -> None:
        """The same, and raise CancelledError then: for who would only find that it is not yet time, and sleep again."""
        self.sleep(seconds)
        self.check()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take SIGINT, SIGTERM and the end of the time as a wish to end; afterwards they do what they did before."""
        before = {number: signal.signal(number, self._heed) for number in (signal.SIGINT, signal.SIGTERM)}
        before[signal.SIGALRM] = signal.signal(signal.SIGALRM, self._be_late)
        signal.setitimer(signal.ITIMER_REAL, 0 if self._minutes is None else self._minutes * 60)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            for number, handler in before.items():
                signal.signal(number, handler)


def minutes_from(environ: Mapping[str, str]) -> float | None:
    """How long a run may take, from ``POLICY_RUNNER_MINUTES``. Raises InputError ``minutes``."""
    text = environ.get(MINUTES)
    if not text:
        return None
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0
    if not 0 < minutes <= _MOST_MINUTES:
        hint = f"write a number of minutes above 0 and up to {_MOST_MINUTES}, such as 50"
        raise InputError("minutes", f"{MINUTES} is not a time that a run may take", hint=hint)
    return minutes
