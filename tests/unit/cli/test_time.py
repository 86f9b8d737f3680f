"""The time that a run may take."""

from __future__ import annotations

import signal

import pytest

from runner.cli.signals import GRACE_S, Cancel, minutes_from
from runner.errors import CancelledError, InputError


def test_a_run_whose_time_is_over_is_told_so() -> None:
    """The end of the time is heeded like a signal, at the next safe point; afterwards the alarm is off again."""
    cancel = Cancel(50)
    with cancel.listening():
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        assert 2990 < left <= 3000
        cancel.check()
        signal.raise_signal(signal.SIGALRM)
        with pytest.raises(CancelledError, match="the 50 minutes of POLICY_RUNNER_MINUTES are over"):
            cancel.check()
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL


def test_a_run_that_was_told_to_end_has_seconds_left_and_keeps_its_reason() -> None:
    """Whoever asked for the end is named, and a call that nobody answers does not keep the process alive."""
    cancel = Cancel(50)
    with cancel.listening():
        signal.raise_signal(signal.SIGTERM)
        left, _ = signal.getitimer(signal.ITIMER_REAL)
    assert "SIGTERM" in cancel.reason
    assert 0 < left <= GRACE_S


def test_without_minutes_there_is_no_alarm() -> None:
    """On somebody's own machine a run takes as long as it takes."""
    assert minutes_from({}) is None
    assert minutes_from({"POLICY_RUNNER_MINUTES": ""}) is None
    with Cancel().listening():
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.mark.parametrize(("text", "minutes"), [("50", 50), ("0.5", 0.5), ("10000", 10_000)])
def test_minutes_are_numbers(text: str, minutes: float) -> None:
    """Whole ones or not."""
    assert minutes_from({"POLICY_RUNNER_MINUTES": text}) == minutes


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "soon", "10001", "1h"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """A limit that nobody meant would be none."""
    with pytest.raises(InputError, match="POLICY_RUNNER_MINUTES") as refused:
        minutes_from({"POLICY_RUNNER_MINUTES": text})
    assert refused.value.reason == "minutes"
