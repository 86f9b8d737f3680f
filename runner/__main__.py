"""Starts the command: ``python -m runner`` and ``policy-runner`` are the same."""

from __future__ import annotations

import sys

from runner.cli.app import main as _main


def main() -> int:
    """The entry point of the installed command."""
    return _main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
