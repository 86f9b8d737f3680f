"""The reading half of Atlassian Cloud: one snapshot in bulk, and the present facts of some people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from runner.directory.atlassian.cost import MOST_SWEEPS, fetch_sweep_counts, sweep_calls, sweeps_calls
from runner.directory.atlassian.direct import fetch_count, fetch_direct_use
from runner.directory.atlassian.groups import read_grants, read_groups
from runner.directory.atlassian.harvest import Harvest
from runner.directory.atlassian.http import Client
from runner.directory.atlassian.keys import expiry_warnings, fetch_keys
from runner.directory.atlassian.operations import (
    DIRECTORIES,
    SEARCH_USERS,
    WORKSPACES,
)
from runner.directory.atlassian.pages import LARGEST_PAGE, MOST_ENTRIES, fetch_pages, most_of
from runner.directory.atlassian.pool import Ahead, read_at_once
from runner.directory.atlassian.resources import Resources, app_of_workspace
from runner.directory.atlassian.single import OneByOne, direct_access, fetch_roles
from runner.directory.atlassian.snapshot import REFUSE_SKEW_S, build_glimpse, build_snapshot
from runner.directory.atlassian.sweep import MOST_IDS, Sweep, Swept, apps_meant, build_sweeps, chunks
from runner.directory.facts import Facts
from runner.directory.interface import Need, Progress, no_progress
from runner.errors import OtherSideError
from runner.model.people import Grant, Snapshot, User
from runner.model.unknown import UNKNOWN, Unknown

MOST_WORKSPACES = 1000


class AtlassianReader:
    """Reads one organization. ``now`` replaces the clock where a plan is made for another time than the present;
    ``workers`` is how many reads of single groups or people go on at once. Where tasks are confined to some people,
    only these are read if that spares at least ``spare`` calls.
    """

    def __init__(
        self,
        client: Client,
        *,
        now: datetime | None = None,
        progress: Progress = no_progress,
        workers: int = 8,
        spare: int = 10,
    ) -> None:
        self.client = client
        self._now = now
        self._progress = progress
        self._workers = workers
        self._spare = spare
        self._one_by_one = OneByOne(client, progress, workers)
        self._directories: tuple[str, ...] | None = None
        self._resources: Resources | None = None
        self.group_homes: dict[str, str] = {}
        """The directory of each group that was read."""
        self.recent: dict[str, tuple[float, User]] = {}
        """People read one by one, and when, on the monotonic clock: what a writer may rest on for a short time."""
        self.asked_activity = 0
        """How many people were asked about singly when they last used an app."""

    def read_snapshot(self, need: Need) -> Snapshot:
        """Directories, workspaces, groups and what they grant, people, and the counts that prove them complete.

        Reading everything costs one call a 100 people, one a 100 groups, one for each group that grants something, one
        for each app that ``need`` names, and five (Atlassian facts, section 5).
        """
        taken_at, calls = self.client.clocks.now(), self.client.calls
        self._directories = self._resources = None
        harvest, need, sweeps = self.begin(need)
        if not need.confined:
            read_grants(self.client, harvest, None, self._workers, self._progress)
        swept = self._read_people(harvest, need, sweeps)
        if need.confined:  # a group that none of these people is in grants none of them anything
            read_grants(self.client, harvest, need.groups, self._workers, self._progress)
        else:
            harvest.population = len(harvest.users)
            # A reading of few people is to stay cheap; of everybody this is one call more, and often enough.
            harvest.warnings.extend(expiry_warnings(fetch_keys(self.client) or (), taken_at))
        if need.direct_use:
            self._read_direct_use(harvest, need, [found for found in swept if found[0].counted])
        snapshot = build_snapshot(
            harvest,
            organization=self.client.connection.organization,
            taken_at=taken_at,
            skew_s=self.client.skew_s,
            pages=self.client.calls - calls,
            narrowed=bool(need.confined),
        )
        self.group_homes = {group.id: group.directory for group in snapshot.groups if group.directory}
        return snapshot

    def read_users(self, account_ids: Iterable[str]) -> tuple[User, ...]:
        """The present facts of some people, ten to a call; who is not found is left out."""
        harvest = Harvest(Facts(self._latest()), self.read_resources())
        jobs = [
            (directory, list(chunk))
            for chunk in chunks(sorted(set(account_ids)), MOST_IDS)
            for directory in self.read_directories()
        ]
        for (directory, _), records in zip(jobs, read_at_once(self._fetch_people, jobs, self._workers), strict=True):
            for record in records:
                harvest.add_user(record, directory)
        if harvest.problems:
            raise OtherSideError("bad_answer", f"people could not be read: {harvest.problems[0]}")
        if abs(self.client.skew_s) > REFUSE_SKEW_S:
            harvest.forget_times()
        at_s = self.client.clocks.monotonic()
        self.recent.update((user.account_id, (at_s, user)) for user in harvest.users.values())
        return tuple(harvest.users[id_] for id_ in sorted(harvest.users))

    def read_direct_access(self, account_ids: Iterable[str]) -> Mapping[str, frozenset[Grant] | Unknown]:
        """The direct roles of each person, one call each (Atlassian facts, section 2.8); unknown for who is gone."""
        return self._one_by_one.fetch_direct_access(account_ids, self.read_directories(), self.read_resources())

    def read_last_active(self, account_ids: Iterable[str]) -> Mapping[str, Mapping[str, datetime | Unknown] | Unknown]:
        """When each person last used which app, one call each and 200 a minute (Atlassian facts, section 2.6).

        Unknown where that is not answered, or where the clocks are too far apart to trust any time.
        """
        wanted = sorted(set(account_ids))
        if abs(self.client.skew_s) > REFUSE_SKEW_S:
            return dict.fromkeys(wanted, UNKNOWN)
        self.asked_activity += len(wanted)
        return self._one_by_one.fetch_last_active(wanted, Facts(self._latest()), self.read_resources())

    def read_synced(self, account_ids: Iterable[str]) -> Mapping[str, bool | Unknown]:
        """Whether an identity provider owns each account, one call each (Atlassian facts, section 2.19)."""
        return self._one_by_one.fetch_synced(account_ids)

    def read_directories(self) -> tuple[str, ...]:
        """The ids of the directories that count: the one that the settings name, or all."""
        if self._directories is None:
            problems: list[str] = []
            pages = fetch_pages(self.client, DIRECTORIES, {}, {}, problems)
            found = [
                id_ for page in pages for record in page if isinstance(id_ := record.get("directoryId"), str) and id_
            ]
            named = self.client.connection.directory
            if problems or not found or (named and named not in found):
                raise OtherSideError(
                    "no_directory",
                    f"the directory {named} is not among those that the key can see"
                    if named
                    else "no directory is seen",
                    hint="check `organization: {directory: ...}` in the settings, and the key",
                )
            self._directories = (named,) if named else tuple(sorted(set(found)))
        return self._directories

    def read_resources(self) -> Resources:
        """The apps of the organization."""
        if self._resources is None:
            problems: list[str] = []
            facts = Facts(self._latest())
            pages = fetch_pages(self.client, WORKSPACES, {}, {"limit": MOST_WORKSPACES}, problems)
            apps = [app_of_workspace(record, facts) for page in pages for record in page]
            if problems:
                raise OtherSideError("bad_answer", f"the list of apps has no end: {problems[0]}")
            self._resources = Resources(app for app in apps if app is not None)
        return self._resources

    def _latest(self) -> datetime:
        return self._now or self.client.latest()

    def _fetch_people(self, job: tuple[str, list[str]]) -> list[dict[str, Any]]:
        directory, ids = job
        asked = {"accountIds": ids, "expand": ["platformRoles", "productAccess", "groups"]}
        problems: list[str] = []
        where = {"directories": directory}
        pages = fetch_pages(self.client, SEARCH_USERS, where, asked, problems, most=LARGEST_PAGE)
        records = [record for page in pages for record in page if record.get("accountId") in ids]
        if problems:
            raise OtherSideError("bad_answer", f"people could not be read: {problems[0]}")
        return records

    def begin(self, need: Need) -> tuple[Harvest, Need, list[tuple[Sweep, int | None]]]:
        """The apps and groups, and the searches with the people that each will find, where that is known already.

        Somebody in several directories has groups and activity in each, and is read in all of them: then, and where it
        spares too little, everybody is read, and the need that comes back is not confined.
        """
        harvest, directories = Harvest(Facts(self._latest()), self.read_resources()), self.read_directories()
        if need.confined and len(directories) == 1:
            sweeps = self._narrow(harvest, need, directories[0])
            if sweeps:
                return harvest, need, sweeps
            harvest = Harvest(Facts(self._latest()), self.read_resources())
        need = replace(need, confined=())
        for directory in directories:
            read_groups(self.client, harvest, directory, need, self._progress)
        groups = harvest.groups.values()
        return harvest, need, [(s, None) for directory in directories for s in build_sweeps(need, directory, groups)]

    def _narrow(self, harvest: Harvest, need: Need, directory: str) -> list[tuple[Sweep, int | None]]:
        """The searches for some people; none where reading everybody costs little more, or nobody can tell cheaply."""
        apps = len(apps_meant(harvest.resources.apps, need.apps)) if need.direct_use else 0
        harvest.population = fetch_count(self.client, directory, {})
        left = sweep_calls(harvest.population, apps) - self._spare
        if left < 0:
            return []
        read_groups(self.client, harvest, directory, need, self._progress)
        sweeps = build_sweeps(need, directory, harvest.groups.values())
        if len(sweeps) > MOST_SWEEPS:
            return []
        counts = fetch_sweep_counts(self.client, sweeps)
        return list(zip(sweeps, counts, strict=True)) if sweeps_calls(sweeps, counts, apps) <= left else []

    def _read_people(self, harvest: Harvest, need: Need, sweeps: Sequence[tuple[Sweep, int | None]]) -> list[Swept]:
        """The people of each search. Whose direct roles ``need.early`` asks for has them read while pages still come:
        the pages hang on one cursor and leave most of the rate limit unused."""
        with Ahead(partial(fetch_roles, self.client, self.read_directories()), self._workers) as ahead:
            swept = [(sweep, self._read_sweep(harvest, sweep, need, count, ahead)) for sweep, count in sweeps]
            for done, (who, records) in enumerate(ahead.results(), 1):
                direct = direct_access(records, harvest.resources)
                harvest.users[who] = replace(harvest.users[who], direct_access=direct)
                self._progress("direct roles", done, len(ahead))
        return swept

    def _read_sweep(
        self, harvest: Harvest, sweep: Sweep, need: Need, count: int | None, ahead: Ahead[Any]
    ) -> frozenset[str]:
        """The people of one search, proven complete by the server's count where the sweep asks for it.

        The count comes first (if it is not known already): a list that goes on and on ends there.
        """
        expand = ["platformRoles", "groups", *(["productAccess"] if need.activity else [])]
        asked = {**sweep.filters, "expand": expand}
        found: set[str] = set()
        where = {"directories": sweep.directory}
        if sweep.counted and count is None:
            count = fetch_count(self.client, sweep.directory, sweep.filters)
        most = MOST_ENTRIES if count is None else most_of(count)
        for page in fetch_pages(self.client, SEARCH_USERS, where, asked, harvest.problems, most=most):
            harvest.facts.latest = self._latest()
            people = set(filter(None, [harvest.add_user(record, sweep.directory) for record in page])) - found
            found |= people
            if need.early and not harvest.problems:
                ahead.ask(need.early(build_glimpse(harvest, people, self.client.connection.organization)))
            self._progress("people", len(found), count)
        if sweep.counted and count != len(found):
            harvest.problems.append(f"{len(found)} people were read, the server counts {count}")
        return frozenset(found)

    def _read_direct_use(self, harvest: Harvest, need: Need, swept: Sequence[Swept]) -> None:
        for app in apps_meant(harvest.resources.apps, need.apps):
            alone = fetch_direct_use(self.client, harvest, app, swept)
            if alone is None:
                harvest.warnings.append(f"who uses {app.name} by a direct role could not be proven")
            else:
                harvest.direct_use[app.id] = alone
