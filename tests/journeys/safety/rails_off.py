"""Each rail switched off, one at a time: which tests of the rails notice. Prints ``{rail: failed tests}`` as JSON.

A process of its own, because what it does to the rails must reach nobody else.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from runner.engine import settle
from runner.engine.rails import RUN_RAILS, TASK_RAILS

COUNTING = "test_every_rail_of_the_contract_is_asked"
TESTS = "tests/unit/engine/test_rails.py"
Rails = tuple[Any, ...]


class Noticed:
    """Counts the tests that fail."""

    def __init__(self) -> None:
        """None yet."""
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """See pytest."""
        if report.failed:
            self.failed.append(report.nodeid.rpartition("::")[2])


def switched_off() -> Iterator[tuple[str, Rails, Rails]]:
    """Each rail's name, and the rails of tasks and of runs without it; at first all of them."""
    tasks, runs = TASK_RAILS, RUN_RAILS
    yield "none", tasks, runs
    for rail in (*tasks, *runs):
        yield rail.__name__, tuple(r for r in tasks if r is not rail), tuple(r for r in runs if r is not rail)


def main() -> None:
    """Run the tests of the rails once for each rail; the one that merely counts them does not count."""
    found = {}
    for name, tasks, runs in list(switched_off()):
        vars(settle).update(TASK_RAILS=tasks, RUN_RAILS=runs)
        noticed = Noticed()
        options = ["-q", "-p", "no:cacheprovider", "--deselect", f"{TESTS}::{COUNTING}"]
        code = pytest.main([TESTS, *options], plugins=[noticed])
        if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            sys.exit(f"the tests could not be run: {code}")
        found[name] = noticed.failed
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
