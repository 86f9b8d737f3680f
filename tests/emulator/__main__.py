"""`python -m tests.emulator ORG.json --port 0 --api-key K`: prints its URL as the first line, then serves."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from tests.emulator.emulator import API_KEY, READ_KEY, Emulator
from tests.emulator.faults import rules
from tests.emulator.limits import DOCUMENTED, Limit
from tests.emulator.world import Options


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until the process is told to end."""
    given = _parser().parse_args(arguments)
    organization = json.loads(given.organization.read_text("utf-8"))
    faults = rules(json.loads(given.faults.read_text("utf-8"))) if given.faults else ()
    limits = [*DOCUMENTED] if given.documented_limits else []
    if given.limit:
        limits.append(Limit(int(given.limit[0]), given.limit[1]))
    options = Options(directories=_directories(given.directory)) if given.directory else Options()
    emulator = Emulator(
        organization,
        org_id=given.org_id,
        api_key=given.api_key,
        read_key=given.read_key,
        options=options,
        faults=faults,
        limits=limits,
        latency_s=given.latency,
        expires_at=given.expires_at,
        check=given.check,
    )
    sys.stdout.write(emulator.start(given.port) + "\n")
    sys.stdout.flush()
    _wait_for_the_end()
    emulator.close()
    return 0


def _wait_for_the_end() -> None:
    ended = threading.Event()

    def end(_number: int, _frame: object) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    ended.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.emulator", description="Emulates Atlassian's admin API.")
    parser.add_argument("organization", type=Path, metavar="ORG.json", help="an organization in the directory format")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (default)")
    parser.add_argument("--api-key", default=API_KEY, metavar="K", help="the key that may do everything")
    parser.add_argument("--read-key", default=READ_KEY, metavar="K", help="the key with read scopes only")
    parser.add_argument("--org-id", help="default: what the file calls the organization")
    parser.add_argument("--expires-at", default="2027-06-30T00:00:00.000Z", help="when the keys expire")
    parser.add_argument("--directory", action="append", metavar="ID=SITE,SITE", help="once for each directory")
    parser.add_argument("--faults", type=Path, metavar="FILE", help="a JSON list of fault rules")
    parser.add_argument("--limit", type=float, nargs=2, metavar=("CALLS", "SECONDS"), help="a rate limit over all")
    parser.add_argument("--documented-limits", action="store_true", help="the limits that Atlassian documents")
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="for every call")
    parser.add_argument("--check", action="store_true", help="hold every exchange against the OpenAPI descriptions")
    return parser


def _directories(given: list[str]) -> dict[str, tuple[str, ...]]:
    pairs = (item.partition("=") for item in given)
    return {name: tuple(site for site in sites.split(",") if site) for name, _, sites in pairs}


if __name__ == "__main__":
    sys.exit(main())
