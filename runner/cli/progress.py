"""How far long work has come, on a terminal only."""

from __future__ import annotations

from collections.abc import Callable

from runner.cli.console import Console

_OFTEN_S = 0.1
_PATIENCE_S, _ENOUGH = 2.0, 0.05
"""An estimate is honest only after so many seconds and such a part of the work."""


class ProgressLine:
    """One line on stderr that is written over and wiped away at the end. ``seconds`` is a clock that only goes on."""

    def __init__(self, console: Console, seconds: Callable[[], float]) -> None:
        self._console = console
        self._seconds = seconds
        self._what = ""
        self._began = self._shown = seconds()
        self._dirty = False

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """See ``directory.interface.Progress``."""
        now = self._seconds()
        if what != self._what:
            self._what, self._began = what, now
        if self._console.watched and (now - self._shown >= _OFTEN_S or done == total):
            self._console.overwrite(progress_text(what, done, total, now - self._began))
            self._shown, self._dirty = now, True

    def wipe(self) -> None:
        """Leave nothing of the line behind."""
        if self._dirty:
            self._console.overwrite("")
            self._dirty = False


def progress_text(what: str, done: int, total: int | None, elapsed_s: float) -> str:
    """``people: 4,200 of 10,000, about 40 s left``; no estimate where it would be a guess."""
    if total is None:
        return f"{what}: {done:,}"
    text = f"{what}: {done:,} of {total:,}"
    if elapsed_s < _PATIENCE_S or done < total * _ENOUGH or done >= total:
        return text
    left_s = elapsed_s * (total - done) / done
    return f"{text}, about {_roughly(left_s)} left"


def _roughly(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{max(5, round(seconds / 5) * 5):.0f} s"
