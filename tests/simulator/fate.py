"""What happens when: each touch of the world passes here, and may meet a fault or the end of its process."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

WRITE = "write"
"""The touch that is the request itself, on its way."""
START = datetime(2026, 11, 22, 6, tzinfo=UTC)


class Killed(BaseException):
    """The process is gone in the middle of what it did; nothing of it runs any more."""


@dataclass
class Clock:
    """Simulated time; each look at it takes a millisecond."""

    now: datetime = START

    def __call__(self) -> datetime:
        """The time now."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def wait(self, seconds: float) -> None:
        """Let time pass at once."""
        self.now += timedelta(seconds=seconds)


@dataclass
class Fate:
    """Counts the touches of the world. The ``kill_at``-th is the last of its process, the ``signal_at``-th brings a
    signal, the ``fail_at``-th meets ``fail_with`` if it can. Besides, ``rates`` says how likely each fault is at each
    touch that it can strike, ``kill`` among them, by the generator of ``seed``."""

    seed: int = 0
    rates: Mapping[str, float] = field(default_factory=dict)
    kill_at: int = 0
    signal_at: int = 0
    fail_at: int = 0
    fail_with: str = ""
    clock: Clock = field(default_factory=Clock)
    touches: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    trace: list[str] = field(default_factory=list)
    signalled: bool = False
    pause: Callable[[], None] = lambda: None
    """Called at each touch but WRITE: other processes may have their turn."""

    def __post_init__(self) -> None:
        """The generator behind everything that is left to chance."""
        self.random = random.Random(self.seed)

    def calm(self) -> None:
        """From here on nothing happens any more."""
        self.rates, self.kill_at, self.signal_at, self.fail_at, self.signalled = {}, 0, 0, 0, False

    def touch(self, what: str, faults: Sequence[str] = ()) -> str:
        """Pass a point where something can happen: the fault that strikes, or nothing. Raises Killed."""
        if what != WRITE:
            self.pause()
        self.touches += 1
        self.clock.now += timedelta(milliseconds=1)
        self.trace.append(what)
        self.signalled = self.signalled or self.touches == self.signal_at
        if self.touches == self.kill_at or self._chance("kill"):
            self.struck["kill"] += 1
            raise Killed(f"at touch {self.touches}, {what}")
        fault = self._fault(faults)
        if fault:
            self.struck[fault] += 1
            self.trace[-1] += f": {fault}"
        return fault

    def _fault(self, faults: Sequence[str]) -> str:
        if self.fail_at and self.touches >= self.fail_at and self.fail_with in faults:
            return self.fail_with
        return next((fault for fault in faults if self._chance(fault)), "")

    def _chance(self, fault: str) -> bool:
        rate = self.rates.get(fault, 0.0)
        return rate > 0 and self.random.random() < rate

    def part(self, length: int) -> int:
        """How much of something is there when its process died while it was written."""
        return self.random.randint(0, length)

    def cancelled(self) -> str:
        """As a session asks."""
        return "the process was told to end (SIGTERM)" if self.signalled else ""
