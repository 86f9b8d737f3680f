"""How close a plan comes to what a rate limit allows: 100 pages of people and 2,000 reads of single people.

    python -m benchmarks.atlassian_pace [--late]

The emulated API answers after 100 ms and allows 50 calls a second, announced as documented. `policy-runner plan`, in a
process of its own, takes an app from every fifth of 10,000 people (with `--late`: from the last 2,000, the worst
case), and so has to ask each of them why they have it. The bound is that of the limit alone: all calls at full rate.
The pages hang on one cursor, ten a second at best; the ratio tells how well the rest of the limit is used meanwhile.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.emulator import API_KEY, Emulator, Limit

ROOT = Path(__file__).resolve().parent.parent
LATENCY_S, CALLS_A_SECOND = 0.1, 50
APP = "ari:cloud:jira-software::site/1"
SETTINGS = """\
organization: {id: acme}
protect: {min_org_admins: 1}
limits: {users_per_run: 100000, percent_per_run: 100, percent_per_day: 100}
"""
TASK = """\
description: Take back seats that nobody uses
owner: it-admins@acme.example
match: {all: [{status: active}, {app: jira-software}, {inactive: {app: jira-software, for: 90d}}]}
actions: [{remove_app_access: jira-software}]
schedule: {manual: true}
limits: {users: 100000, percent: 100}
"""


def build(people: int, idle: range) -> dict[str, Any]:
    """An organization of so many people who use one app; these have not used it for long."""
    users = [
        {
            "account_id": f"u-{n:06}", "email": f"u{n}@acme.example", "name": f"User {n}", "status": "active",
            "managed": True, "synced": False, "mfa": True, "added": "2025-01-01T00:00:00Z",
            "roles": ["org-admin"] if n == 0 else [], "groups": ["jira"], "direct_access": [],
            "last_active": {APP: "2026-01-01T00:00:00Z" if n in idle else "2026-11-20T00:00:00Z"},
        }
        for n in range(people)
    ]  # fmt: skip
    groups = [{"id": "jira", "name": "jira", "grants": [APP], "default_for": [APP], "managed_by_idp": False}]
    head = {"format": 1, "taken_at": "2026-11-22T06:00:00Z", "organization": "acme", "complete": True}
    return {**head, "apps": [{"id": APP, "key": "jira-software", "site": "acme"}], "groups": groups, "users": users}


def planned_s(emulator: Emulator, folder: Path) -> float:
    """Plan with the command, and give the seconds that its process took."""
    (folder / "tasks").mkdir()
    (folder / "settings.yaml").write_text(SETTINGS, "utf-8")
    (folder / "tasks" / "reclaim.yaml").write_text(TASK, "utf-8")
    environ = {
        **os.environ, "ATLASSIAN_API_URL": emulator.url, "ATLASSIAN_API_KEY": API_KEY,
        "ATLASSIAN_ORG_ID": emulator.org_id,
    }  # fmt: skip
    where = ["--policies", str(folder), "--journal", str(folder / "journal")]
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "runner", "plan", *where], cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL
    )
    return time.monotonic() - began


def main() -> None:
    """Plan, and print the times beside their bound."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--people", type=int, default=2_000, help="reads of single people")
    parser.add_argument("--late", action="store_true", help="they are the last to come")
    args = parser.parse_args()
    people = 100 * args.pages
    idle = range(people - args.people, people) if args.late else range(1, people, people // args.people)
    limits = [Limit(CALLS_A_SECOND, 1.0)]
    with (
        Emulator(build(people, idle), latency_s=LATENCY_S, limits=limits) as emulator,
        tempfile.TemporaryDirectory() as f,
    ):
        whole_s = planned_s(emulator, Path(f))
        log = emulator.log
    single = sum("role-assignments" in entry.path and "/users/" in entry.path for entry in log)
    assert single == len(idle)
    calls_s, bound_s = log[-1].mono_s - log[0].mono_s + LATENCY_S, len(log) / CALLS_A_SECOND
    print(f"calls                   {len(log):>8,}   of which {single:,} for single people; 429s {_refused(log)}")
    print(f"the limit alone         {bound_s:>8.1f} s")
    print(f"first call to last      {calls_s:>8.1f} s   ratio {calls_s / bound_s:.3f}")
    print(f"the whole process       {whole_s:>8.1f} s   ratio {whole_s / bound_s:.3f}")


def _refused(log: tuple[Any, ...]) -> int:
    return sum(entry.status == 429 for entry in log)


if __name__ == "__main__":
    main()
