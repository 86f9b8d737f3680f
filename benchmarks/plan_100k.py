"""How long, and in how much memory, the command plans 50 tasks over 100,000 people, beside plain `json.load`.

    python -m benchmarks.plan_100k [--people N] [--tasks N] [--keep FOLDER]

It writes the organization acme at that size and a set of tasks over it, then runs `json.load` of the file and
`policy-runner plan` of all tasks, each in a process of its own, and prints the wall time and the peak of resident
memory of each. The limits are wide open, so every change that the tasks ask for is planned, explained and written to
the plan file: the worst case, not the usual one.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from runner.demo.acme import SEED, TAKEN_AT, build_organization, render_organization

ROOT = Path(__file__).resolve().parent.parent
RSS_UNITS_PER_MB = 1024 * 1024 if sys.platform == "darwin" else 1024

SETTINGS = """\
organization: {id: acme}
protect: {groups: [break-glass, service-accounts]}
limits: {users_per_run: 1000000, percent_per_run: 100, percent_per_day: 100}
"""

TASK = """\
description: Benchmark task
owner: it-admins@acme.example
match:
  all:
    - %s
    - not: {group: [service-accounts, "*-administrators"]}
actions: [%s]
schedule: {manual: true}
limits: {users: 1000000, percent: 100}
may_empty: true
"""

APPS = (
    "jira-software@acme",
    "confluence@acme",
    "jira-service-management@acme",
    "jira-product-discovery@acme",
    "jira-software@acme-labs",
    "confluence@acme-labs",
)

# What else real policies ask about; no two of these contradict each other.
OTHERS = (
    ("inactive: {for: 180d}", "suspend"),
    ("all: [{email_domain: contractor.acme.example}, {inactive: {for: 30d}}]", "suspend"),
    ("all: [{status: not_invited}, {added: {over: 30d}}]", "remove_app_access: all"),
    ("all: [{department: Engineering}, {managed: true}, {status: active}]", "add_to_groups: [engineering, all-staff]"),
    ("all: [{app: any}, {inactive: {for: 60d}}]", "report"),
    ("all: [{never_active: true}, {added: {over: 60d}}]", "add_to_groups: inactive-users"),
    ("all: [{group: idp-jira-users}, {active: {within: 7d}}]", "add_to_groups: on-call"),
    ('all: [{job_title: "*Designer*"}, {location: [Berlin, London]}]', "add_to_groups: design"),
    ('any: [{name: "*an*"}, {email: "*.ext@*"}, {search: contractor}]', "report"),
    ("all: [{role: [guest, contributor]}, {mfa: false}]", "report"),
)


@dataclass(frozen=True)
class Cost:
    """What one process took: wall time and processor time in seconds, peak of resident memory in MB, and its exit."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    exit_code: int


def tasks() -> Iterator[str]:
    """Tasks without end, as YAML, no two the same: reclaiming each app after more and more days, and the others."""
    others = cycle(OTHERS)
    for days in range(30, 30_000, 15):
        for app in APPS:
            yield TASK % (
                f"all: [{{app: {app}}}, {{inactive: {{app: {app}, for: {days}d}}}}]",
                f"remove_app_access: {app}",
            )
        for match, action in islice(others, 4):
            yield TASK % (f"all: [{{{match}}}, {{added: {{over: {days}d}}}}]", action)


def write_directory(file: Path, people: int) -> None:
    """Write the organization acme at that size."""
    organization = build_organization(seed=SEED, people=people, now=TAKEN_AT)
    file.write_text(render_organization(organization), "utf-8")


def write_policies(folder: Path, count: int) -> None:
    """Write settings and so many tasks."""
    (folder / "tasks").mkdir(parents=True)
    (folder / "settings.yaml").write_text(SETTINGS, "utf-8")
    for number, text in enumerate(islice(tasks(), count), 1):
        (folder / "tasks" / f"task-{number}.yaml").write_text(text, "utf-8")


def measured(*command: str) -> Cost:
    """Run a command in a process of its own, its results thrown away, its complaints shown."""
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return Cost(time.perf_counter() - started, cpu_seconds, usage.ru_maxrss / RSS_UNITS_PER_MB, child.returncode)


def row(name: str, cost: Cost) -> str:
    """One line of the table."""
    times = f"{cost.seconds:>8.1f} s (processor {cost.cpu_seconds:>6.1f} s)"
    return f"{name:<38} {times} {cost.peak_mb:>8.0f} MB   exit {cost.exit_code}"


def run(folder: Path, people: int, task_count: int) -> int:
    """Write the input into ``folder``, measure, print; the exit code is that of the plan unless it is 0 or 3."""
    directory, policies, plan = folder / "directory.json", folder / "policies", folder / "plan.json"
    # In another process, because the peak that the system reports for a child starts at its parent's size.
    writer = multiprocessing.Process(target=write_directory, args=(directory, people))
    writer.start()
    writer.join()
    write_policies(policies, task_count)
    print(f"{people:,} people ({directory.stat().st_size / 1e6:.0f} MB of JSON), {task_count} tasks")
    loaded = measured(sys.executable, "-c", "import json, sys; json.load(open(sys.argv[1], 'rb'))", str(directory))
    print(row("json.load of the directory", loaded), flush=True)
    where = ["--policies", str(policies), "--directory", str(directory), "--journal", str(folder / "journal")]
    when = ["--now", TAKEN_AT.isoformat(), "--quiet", "--json", "--out", str(plan)]
    planned = measured(sys.executable, "-m", "runner", "plan", *where, *when)
    print(row("policy-runner plan, the whole process", planned))
    if planned.exit_code not in (0, 3):
        return planned.exit_code
    times, sizes = planned.cpu_seconds / loaded.cpu_seconds, planned.peak_mb / loaded.peak_mb
    print(f"{times:.1f} x the processor time, {sizes:.1f} x the memory")
    made = json.loads(plan.read_bytes())
    print(", ".join(f"{len(made[part]):,} {part}" for part in ("changes", "skips", "handover", "reported", "refusals")))
    return 0


def main() -> int:
    """Read the arguments and run, in a folder that goes away unless one is given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--tasks", type=int, default=50)
    parser.add_argument("--keep", type=Path, help="write everything here, and leave it")
    args = parser.parse_args()
    if args.keep:
        args.keep.mkdir(parents=True, exist_ok=True)
        return run(args.keep.resolve(), args.people, args.tasks)
    with tempfile.TemporaryDirectory() as folder:
        return run(Path(folder), args.people, args.tasks)


if __name__ == "__main__":
    raise SystemExit(main())
