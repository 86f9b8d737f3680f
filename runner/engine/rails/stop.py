"""The kill switch."""

from __future__ import annotations

from collections.abc import Iterator

from runner.engine.case import Case, Finding

HOW = "remove policies/STOP and unset POLICY_RUNNER_STOP; where its text is just `undo only`, undo may run"


def check_stop(case: Case) -> Iterator[Finding]:
    """``stop``: the file ``policies/STOP`` or the variable POLICY_RUNNER_STOP."""
    if case.stopped:
        yield Finding("stop", None, case.stopped, "no stop", HOW)
