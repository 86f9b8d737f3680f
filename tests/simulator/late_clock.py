"""The command by a clock that a test sets: ``python -m tests.simulator.late_clock apply ...``.

Nothing of the product is replaced: the clock and waiting are given to it, as every command takes them.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from runner.cli.app import main
from runner.directory.atlassian.http import Clocks

AHEAD = "TESTS_CLOCK_AHEAD"
"""Names the file with the seconds that the clock is ahead; it is read each time somebody asks for the time."""
_HURRY = 20
"""So many seconds of waiting pass in one."""


def ahead(file: Path) -> datetime:
    """The time by such a file."""
    return datetime.now(UTC) + timedelta(seconds=float(file.read_text(encoding="utf-8")))


if __name__ == "__main__":
    clock_file = Path(os.environ[AHEAD])
    clocks = Clocks(now=lambda: ahead(clock_file), sleep=lambda seconds: time.sleep(seconds / _HURRY))
    sys.exit(main(sys.argv[1:], clocks=clocks))
