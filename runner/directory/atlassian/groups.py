"""Groups of a directory, and what each of them grants."""

from __future__ import annotations

from functools import partial
from typing import Any

from runner.directory.atlassian.direct import fetch_count
from runner.directory.atlassian.harvest import Harvest
from runner.directory.atlassian.http import Client
from runner.directory.atlassian.operations import COUNT_GROUPS, GROUP_ROLES, SEARCH_GROUPS
from runner.directory.atlassian.pages import MOST_ENTRIES, fetch_pages, most_of
from runner.directory.atlassian.pool import read_at_once
from runner.directory.atlassian.records import grants_of_records
from runner.directory.atlassian.single import GONE
from runner.directory.atlassian.sweep import apps_meant, chunks
from runner.directory.atlassian.trouble import Json
from runner.directory.interface import Need, Progress
from runner.errors import OtherSideError
from runner.model.people import Group
from runner.model.unknown import Unknown

MOST_NAMES, MOST_RESOURCES = 100, 20


def read_groups(client: Client, harvest: Harvest, directory: str, need: Need, progress: Progress) -> None:
    """All groups of a directory with how many resources each grants; only those that matter where all tasks are
    confined."""
    asked: list[dict[str, Any]] = [{}]
    if need.confined:
        names = sorted(need.groups.union(*(confined.groups for confined in need.confined)))
        apps = sorted(app.id for app in apps_meant(harvest.resources.apps, need.apps))
        asked = [{"groupNames": list(chunk)} for chunk in chunks(names, MOST_NAMES)]
        asked += [{"resourceIds": list(chunk)} for chunk in chunks(apps, MOST_RESOURCES)]
        harvest.granting_known = frozenset(apps)
    found: set[str] = set()
    where = {"directories": directory}
    count = None if need.confined else fetch_count(client, directory, {}, COUNT_GROUPS)
    most = MOST_ENTRIES if count is None else most_of(count)
    for filters in asked:
        filters["expand"] = ["counts.resources"]
        for page in fetch_pages(client, SEARCH_GROUPS, where, filters, harvest.problems, most=most):
            groups = [harvest.add_group(record, directory) for record in page]
            found.update(group.id for group in groups if group)
            progress("groups", len(found), count)
    if count not in (None, len(found)):
        harvest.problems.append(f"{len(found)} groups were read, the server counts {count}")


def read_grants(
    client: Client, harvest: Harvest, names: frozenset[str] | None, workers: int, progress: Progress
) -> None:
    """The roles of each group that grants something; with ``names``, of those groups, and those that somebody of the
    harvest is in."""
    granting = [group for group in harvest.groups.values() if isinstance(group.grants, Unknown)]
    if names is not None:
        wanted = {name.casefold() for name in names}
        joined = {id_ for u in harvest.users.values() if not isinstance(u.groups, Unknown) for id_ in u.groups}
        granting = [group for group in granting if group.id in joined or group.name.casefold() in wanted]
    told = partial(_tell, progress, len(granting))
    found = read_at_once(partial(_fetch_group_roles, client), granting, workers, told)
    for group, records in zip(granting, found, strict=True):
        harvest.set_grants(group, None if records is None else grants_of_records(records, harvest.resources))


def _tell(progress: Progress, total: int, done: int) -> None:
    progress("roles of groups", done, total)


def _fetch_group_roles(client: Client, group: Group) -> list[Json] | None:
    assert group.directory is not None
    problems: list[str] = []
    ids = {"directories": group.directory, "group": group.id}
    try:
        records = [r for page in fetch_pages(client, GROUP_ROLES, ids, {}, problems) for r in page]
    except OtherSideError as error:
        if error.reason in GONE:
            return None
        raise
    return None if problems else records
