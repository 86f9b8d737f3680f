"""Starts the command: ``python -m runner`` and ``policy-runner`` are the same."""

from __future__ import annotations

import gc
import signal
import sys

_PATIENT = signal.getsignal(signal.SIGINT)
if _PATIENT is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # while modules are loaded Ctrl-C has nothing to end cleanly

from runner.cli.app import main as _main  # noqa: E402


def main() -> int:
    """The entry point of the installed command.

    An organization is many values and no cycles: looking for cycles among them every 700 values costs a fifth of the
    time and finds nothing.
    """
    signal.signal(signal.SIGINT, _PATIENT)
    gc.set_threshold(200_000, 20, 100)
    return _main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
