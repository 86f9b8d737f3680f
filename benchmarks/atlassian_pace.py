"""How close reading comes to what a rate limit allows: 100 pages and 2,000 reads of single people.

    python benchmarks/atlassian_pace.py

The emulated API answers after 100 ms and allows 50 calls a second, announced as documented. Two bounds are told: that
of the limit alone (all calls at full rate), and that of the limit where pages have to wait for one another, since the
cursor of the next is in the one before.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from runner.directory.atlassian.connection import Connection
from runner.directory.atlassian.http import Client
from runner.directory.atlassian.read import AtlassianReader
from runner.directory.interface import Need
from tests.emulator import API_KEY, Emulator, Limit

LATENCY_S, CALLS_A_SECOND = 0.1, 50


def build(people: int) -> dict[str, Any]:
    """An organization of so many people in one group."""
    users = [
        {
            "account_id": f"u-{n}", "email": f"u{n}@acme.example", "name": f"User {n}", "status": "active",
            "managed": True, "synced": False, "mfa": True, "added": "2025-01-01T00:00:00Z",
            "roles": ["org-admin"] if n == 0 else [], "last_active": {}, "groups": ["staff"], "direct_access": [],
        }
        for n in range(people)
    ]  # fmt: skip
    groups = [{"id": "staff", "name": "staff", "grants": [], "default_for": [], "managed_by_idp": False}]
    head = {"format": 1, "taken_at": "2026-11-22T06:00:00Z", "organization": "acme", "complete": True}
    return {**head, "apps": [], "groups": groups, "users": users}


def main() -> None:
    """Read, and print the times beside their bounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--people", type=int, default=2_000, help="reads of single people")
    args = parser.parse_args()
    limit = Limit(CALLS_A_SECOND, 1.0)
    with Emulator(build(100 * args.pages), latency_s=LATENCY_S, limits=[limit]) as emulator:
        reader = AtlassianReader(Client(Connection(emulator.url, "acme", API_KEY)))
        began = time.monotonic()
        snapshot = reader.read_snapshot(Need())
        read = time.monotonic()
        reader.read_direct_access([user.account_id for user in snapshot.users[: args.people]])
        ended = time.monotonic()
        statuses = [entry.status for entry in emulator.log]
    assert snapshot.complete
    calls = len(statuses)
    alone = calls / CALLS_A_SECOND
    waiting = (calls - args.people) * LATENCY_S + args.people / CALLS_A_SECOND
    print(f"calls                         {calls:>8,}   429s {statuses.count(429)}")
    print(f"snapshot                      {read - began:>8.1f} s")
    print(f"single people                 {ended - read:>8.1f} s   ({args.people / (ended - read):.1f} a second)")
    print(f"together                      {ended - began:>8.1f} s")
    print(f"limit alone                   {alone:>8.1f} s   ratio {(ended - began) / alone:.3f}")
    print(f"limit, pages one by one       {waiting:>8.1f} s   ratio {(ended - began) / waiting:.3f}")


if __name__ == "__main__":
    main()
