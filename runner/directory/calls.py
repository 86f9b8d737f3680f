"""What reading costs in calls to the API: worked out before, and counted after. A file costs none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runner.directory.atlassian.cost import pages, sweep_calls
from runner.directory.atlassian.direct import fetch_count
from runner.directory.atlassian.read import AtlassianReader
from runner.directory.atlassian.sweep import Sweep, apps_meant
from runner.directory.interface import Need, Reader
from runner.model.people import Snapshot
from runner.model.unknown import Unknown

COUNTED = 1
"""The call that asks for a count."""


@dataclass(frozen=True, slots=True)
class CostLine:
    """Calls for one purpose: ``what`` they are for, how many at most, and ``why`` so many."""

    what: str
    calls: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a plan would cost, purpose by purpose, and the ``asked`` calls that it took to find out."""

    lines: tuple[CostLine, ...]
    asked: int

    @property
    def calls(self) -> int:
        """All calls together."""
        return sum(line.calls for line in self.lines)


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls that were made, and those that were not: because people come in pages (``by_pages``), because only some
    people were read (``by_narrowing``), and because direct roles were asked of few (``by_few``)."""

    made: int
    by_pages: int
    by_narrowing: int
    by_few: int

    @property
    def saved(self) -> int:
        """All that was saved."""
        return self.by_pages + self.by_narrowing + self.by_few


def calls_made(reader: Reader, snapshot: Snapshot) -> Calls | None:
    """What a plan took, by the snapshot that it was made of; None for a file.

    Person by person it would be a call each for the last use of apps and one for the direct roles (Atlassian facts,
    section 5).
    """
    if not isinstance(reader, AtlassianReader):
        return None
    read = len(snapshot.users)
    asked = sum(not isinstance(user.direct_access, Unknown) for user in snapshot.users)
    narrowed = pages(snapshot.population) - pages(read) if snapshot.narrowed else 0
    by_pages = read - pages(read) - reader.asked_activity
    return Calls(reader.client.calls, max(0, by_pages), max(0, narrowed), read - asked)


def fetch_cost(reader: Reader, need: Need, direct_apps: Iterable[str]) -> Cost | None:
    """What a plan with this need would cost; None for a file. Nobody is read for it, only groups and counts are.

    ``direct_apps`` are the apps that actions take away or give, as policies write them: of whom they change, the roles
    held directly are asked one by one.
    """
    if not isinstance(reader, AtlassianReader):
        return None
    before = reader.client.calls
    harvest, need, sweeps = reader.begin(need)
    begun = reader.client.calls - before
    granting = sum(isinstance(group.grants, Unknown) for group in harvest.groups.values())
    apps = len(apps_meant(harvest.resources.apps, need.apps)) if need.direct_use else 0
    lines = [
        CostLine("directories, apps, groups and counts", begun, f"{len(harvest.groups):,} groups"),
        CostLine("what groups grant", granting, f"{granting:,} groups grant something"),
    ]
    lines += [_people(reader, sweep, count, apps) for sweep, count in sweeps]
    lines += _direct(reader, direct_apps)
    lines.append(
        CostLine(
            "last use of apps, one by one", 0, "none where pages of people tell it; else of those left in, 200 a minute"
        )
    )
    return Cost(tuple(lines), reader.client.calls - before)


def _people(reader: AtlassianReader, sweep: Sweep, count: int | None, apps: int) -> CostLine:
    by = " by " + " and ".join(_WORDS.get(key, key) for key in sweep.filters) if sweep.filters else ""
    if count is None and not sweep.counted:
        return CostLine(f"people{by}", 1)
    known = count is not None
    people = count if count is not None else fetch_count(reader.client, sweep.directory, sweep.filters)
    calls = sweep_calls(people, apps) - (COUNTED if known else 0)
    return CostLine(f"people{by}", calls, f"{people:,} people in pages of 100, {apps} apps to be proven")


_WORDS = {
    "groupIds": "group",
    "emailDomains": "e-mail domain",
    "status": "status",
    "roleIds": "role (org admins)",
    "emails": "address (protected and exempt people)",
    "accountIds": "account (protected and exempt people)",
}


def _direct(reader: AtlassianReader, names: Iterable[str]) -> list[CostLine]:
    lines = []
    for app in apps_meant(reader.read_resources().apps, names):
        asked = {"resourceIds": [app.id]}
        using = sum(fetch_count(reader.client, directory, asked) for directory in reader.read_directories())
        why = f"one for each person whom a task would change; {using:,} people have a role in {app.name}"
        lines.append(CostLine(f"direct roles in {app.name}, at most", using, why))
    return lines
