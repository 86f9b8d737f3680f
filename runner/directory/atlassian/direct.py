"""Who uses an app by a direct role and no group: proven by a count, and found by one sweep where the count says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runner.directory.atlassian.harvest import Harvest
from runner.directory.atlassian.http import Client
from runner.directory.atlassian.operations import COUNT_USERS, SEARCH_USERS, Operation
from runner.directory.atlassian.pages import fetch_pages, most_of
from runner.directory.atlassian.sweep import Swept
from runner.errors import OtherSideError
from runner.model.people import App
from runner.model.unknown import Unknown

_ROLES = ("user", "admin", "guest", "contributor", "basic", "stakeholder", "ai-access")
USING = [f"atlassian/{role}" for role in _ROLES]
"""Roles that the filter knows and whose holders use an app. With ``resourceIds`` the filter is taken to mean the role
on that app (Atlassian facts, open question 3); if it did not, too many people would be found and none overlooked."""


def fetch_count(
    client: Client, directory: str, filters: Mapping[str, object], operation: Operation = COUNT_USERS
) -> int:
    """The server's own count of the people (or groups) that pass the filters (Atlassian facts, section 2.5)."""
    answer = client.fetch(operation, {"directories": directory}, query=filters)
    count = answer.get("count")
    if not isinstance(count, int) or isinstance(count, bool):
        raise OtherSideError("bad_answer", f"Atlassian's answer to {operation.name} is not a number")
    return count


def fetch_direct_use(client: Client, harvest: Harvest, app: App, swept: Sequence[Swept]) -> frozenset[str] | None:
    """The people, among those swept, who use the app by a direct role alone; None where that could not be proven."""
    granting = {
        group.id
        for group in harvest.groups.values()
        if not isinstance(group.grants, Unknown) and any(g.app == app.id and g.uses for g in group.grants)
    }
    alone: set[str] = set()
    for sweep, people in swept:
        by_group = {id_ for id_ in people if _is_in_any(harvest, id_, granting)}
        asked = {**sweep.filters, "resourceIds": [app.id], "roleIds": USING}
        count = fetch_count(client, sweep.directory, asked)
        if count == len(by_group):
            continue
        found = _fetch_ids(client, harvest, sweep.directory, asked, most_of(count))
        if len(found) != count or not found <= people:
            return None
        alone |= found - by_group
    return frozenset(alone)


def _is_in_any(harvest: Harvest, account_id: str, groups: set[str]) -> bool:
    held = harvest.users[account_id].groups
    return not isinstance(held, Unknown) and not groups.isdisjoint(held)


def _fetch_ids(client: Client, harvest: Harvest, directory: str, asked: Mapping[str, object], most: int) -> set[str]:
    pages = fetch_pages(client, SEARCH_USERS, {"directories": directory}, asked, harvest.problems, most=most)
    return {str(record.get("accountId")) for page in pages for record in page}
