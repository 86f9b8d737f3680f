"""Every way a run can fail, each with its exit code, a stable reason word and what to do about it.

One person's failure is an Outcome, a reason not to act is a Skip, a rail's no is a Refusal: those are values. What
stands here ends the command.
"""

from __future__ import annotations

FINE, BUG, INPUT, REFUSED, OTHER_SIDE, PARTLY, CHANGES = 0, 1, 2, 3, 4, 5, 10
"""The exit codes, as Running it ("Commands") fixes them."""


class RunnerError(Exception):
    """The family. ``reason`` is a short stable word for machines, ``hint`` says what to do instead, ``place`` is
    ``file:line:column`` where there is one."""

    exit_code = BUG

    def __init__(self, reason: str, message: str, *, hint: str = "", place: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.hint = hint
        self.place = place


class InputError(RunnerError):
    """The user's input cannot be used: usage, policies, settings, a file given."""

    exit_code = INPUT


class RefusedError(RunnerError):
    """A rail or the approval of a plan said no before anything was planned or written."""

    exit_code = REFUSED


class OtherSideError(RunnerError):
    """The network, the API, the credentials or the audit store failed."""

    exit_code = OTHER_SIDE


class CancelledError(OtherSideError):
    """Somebody told the process to end: whatever it was waiting for is not waited for any longer."""

    exit_code = PARTLY
