"""Streams that are missing or full."""

from __future__ import annotations

import io
import sys

import pytest

from runner.cli.console import Console
from runner.errors import OtherSideError


class Full(io.StringIO):
    """A disk without room."""

    def write(self, text: str) -> int:  # noqa: ARG002
        """See TextIO."""
        raise OSError(28, "No space left on device")


def test_a_result_that_cannot_be_written_is_an_error_of_the_other_side() -> None:
    """Half a result must not pass for a whole one: one clear error, and only one."""
    console = Console(out=Full(), err=io.StringIO(), environ={})
    with pytest.raises(OtherSideError) as caught:
        console.result("everything is fine")
    assert (caught.value.reason, caught.value.exit_code) == ("output", 4)
    assert "No space left on device" in caught.value.message


def test_words_that_nobody_can_read_stop_nothing() -> None:
    """What is said besides the result may be lost."""
    console = Console(out=io.StringIO(), err=Full(), environ={})
    console.say("saved")
    console.complain("error")


def test_a_process_without_streams_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service may start the command with stdout and stderr closed: Python has none then."""
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    console = Console(environ={})
    console.result("fine")
    console.say("saved")
    assert not console.watched
