"""What one looks at before trusting an organization's answers: the key, the limits, and what no description says.

Reads only. The open questions are those at the end of the Atlassian facts (section 8).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from runner.directory.atlassian.direct import fetch_count
from runner.directory.atlassian.http import Client
from runner.directory.atlassian.keys import NOT_SAID, ApiKey, fetch_is_scoped, fetch_keys
from runner.directory.atlassian.operations import COUNT_GROUPS, EVERY_DIRECTORY, MANAGED, ORGANIZATION, SEARCH_USERS
from runner.directory.atlassian.pages import LARGEST_PAGE
from runner.directory.atlassian.read import AtlassianReader
from runner.errors import OtherSideError
from runner.model.people import Snapshot, User
from runner.model.unknown import Unknown


@dataclass(frozen=True, slots=True)
class Reach:
    """What the key is good for. ``keys`` is None where it may not see them, ``scoped`` where nobody can tell."""

    name: str
    scoped: bool | None
    keys: tuple[ApiKey, ...] | None


@dataclass(frozen=True, slots=True)
class Sampled:
    """The first page of people with everything expanded: how many were asked for, how many came, in how long."""

    asked: int
    came: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Answers:
    """What the open questions turn out to be here; None (and an empty set) where this organization cannot say.

    ``group_ids`` and ``product_keys`` are the shapes met, ``strangers`` the ids of apps used that no app has.
    ``alike_everywhere``: whether one search over all directories says the same of people as one in each.
    ``whole_groups``: whether the largest group, and the groups of whoever is in the most, are as many by count as by
    people's own lists. ``roles_on_apps``: whether the filters on roles and on apps are about each other.
    ``suspended_groups``, ``suspended_use``: whether suspended people still list their groups, and what they used.
    ``limits`` are those announced, by operation; ``told_when_refused`` as the client says it. ``managed_page``: how
    many managed accounts a page has, and how many there are.
    """

    page: Sampled
    group_ids: frozenset[str] = frozenset()
    product_keys: frozenset[str] = frozenset()
    strangers: frozenset[str] = frozenset()
    alike_everywhere: bool | None = None
    whole_groups: bool | None = None
    roles_on_apps: bool | None = None
    suspended_groups: bool | None = None
    suspended_use: bool | None = None
    limits: Mapping[str, int] | None = None
    told_when_refused: frozenset[str] = frozenset()
    managed_page: tuple[int, int | None] | None = None


def fetch_reach(client: Client) -> Reach:
    """The organization's name, and what kind of key we have. Raises OtherSideError where it is refused."""
    attributes = client.fetch(ORGANIZATION, {}).get("data", {})
    known = attributes.get("attributes") if isinstance(attributes, dict) else None
    name = known.get("name") if isinstance(known, dict) else None
    return Reach(name if isinstance(name, str) else "", fetch_is_scoped(client), fetch_keys(client))


def fetch_answers(reader: AtlassianReader, snapshot: Snapshot) -> Answers:
    """Ask the open questions, with some ten calls; ``snapshot`` is of everybody."""
    client, directories = reader.client, reader.read_directories()
    start_s = client.clocks.monotonic()
    sample = _fetch_sample(client, directories[0], {})
    page = Sampled(min(LARGEST_PAGE, len(snapshot.users)), len(sample), client.clocks.monotonic() - start_s)
    suspended = [p for d in directories for p in _fetch_sample(client, d, {"status": ["suspended"]})]
    used = frozenset(id_ for person in sample for id_ in _texts(person.get("productAccess"), "id"))
    return Answers(
        page=page,
        group_ids=frozenset(_shape(id_) for person in sample for id_ in _texts(person.get("groups"), "id")),
        product_keys=frozenset(key for person in sample for key in _texts(person.get("productAccess"), "key")),
        strangers=frozenset(id_ for id_ in used if not reader.read_resources().meant(id_)),
        alike_everywhere=_fetch_alike(client, directories, sample),
        whole_groups=_fetch_whole(client, directories, snapshot),
        roles_on_apps=_fetch_roles_on_apps(client, directories, snapshot),
        suspended_groups=any(person.get("groups") for person in suspended) if suspended else None,
        suspended_use=any(person.get("productAccess") for person in suspended) if suspended else None,
        managed_page=_fetch_managed_page(client),
        limits=client.pace.limits,
        told_when_refused=client.told_when_refused,
    )


def _fetch_sample(client: Client, directory: str, filters: Mapping[str, Any]) -> list[dict[str, Any]]:
    asked = {"limit": LARGEST_PAGE, "expand": ["platformRoles", "groups", "productAccess"], **filters}
    data = client.fetch(SEARCH_USERS, {"directories": directory}, body=asked).get("data")
    return [person for person in data if isinstance(person, dict)] if isinstance(data, list) else []


def _texts(entries: object, key: str) -> list[str]:
    """The texts that a list of objects has under a key."""
    found = [entry.get(key) for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return [text for text in found if isinstance(text, str)]


def _shape(id_: str) -> str:
    return "ARI" if id_.startswith("ari:") else "bare id"


def _fetch_alike(client: Client, directories: tuple[str, ...], sample: list[dict[str, Any]]) -> bool | None:
    """Question 1: whether ``-`` says of people all that their directories say."""
    ids = [person["accountId"] for person in sample if isinstance(person.get("accountId"), str)][:10]
    if len(directories) < 2 or not ids:
        return None
    asked = {"accountIds": ids}
    apart: Counter[str] = Counter()
    for directory in directories:
        for person in _fetch_sample(client, directory, asked):
            apart[str(person.get("accountId"))] += len(_texts(person.get("groups"), "id"))
    together = {
        str(p.get("accountId")): len(_texts(p.get("groups"), "id"))
        for p in _fetch_sample(client, EVERY_DIRECTORY, asked)
    }
    return dict(apart) == together


def _fetch_whole(client: Client, directories: tuple[str, ...], snapshot: Snapshot) -> bool | None:
    """Question 1: whether lists of groups are cut short, by the largest group and by the person in the most groups."""
    sizes = Counter(id_ for user in snapshot.users for id_ in _groups(user))
    homes = {group.id: group.directory for group in snapshot.groups}
    if not sizes:
        return None
    group, size = min(sizes.items(), key=lambda item: (-item[1], item[0]))
    if fetch_count(client, homes.get(group) or directories[0], {"groupIds": [group]}) != size:
        return False
    joiner = max(snapshot.users, key=lambda user: len(_groups(user)))
    asked = {"accountIds": [joiner.account_id]}
    counted = sum(fetch_count(client, directory, asked, COUNT_GROUPS) for directory in joiner.directories)
    return counted == len(_groups(joiner))


def _fetch_managed_page(client: Client) -> tuple[int, int | None] | None:
    """Question 8: the page of a list that has no size of its own, and that the runner does not need."""
    try:
        answer = client.fetch(MANAGED, {})
    except OtherSideError as error:
        if error.reason in NOT_SAID:
            return None
        raise
    data, meta = answer.get("data"), answer.get("meta")
    total = meta.get("total") if isinstance(meta, dict) else None
    return (len(data), total if isinstance(total, int) else None) if isinstance(data, list) else None


def _fetch_roles_on_apps(client: Client, directories: tuple[str, ...], snapshot: Snapshot) -> bool | None:
    """Question 3, by the first app whose admins by group are fewer than those who use it and are admins of anything."""
    if len(directories) > 1:
        return None
    for app in snapshot.apps:
        using, ruling = _members(snapshot, app.id, None), _members(snapshot, app.id, "admin")
        elsewhere = using & frozenset().union(*(_members(snapshot, other.id, "admin") for other in snapshot.apps))
        if elsewhere - ruling:
            asked = {"resourceIds": [app.id], "roleIds": ["atlassian/admin"]}
            return fetch_count(client, directories[0], asked) < len(elsewhere)
    return None


def _members(snapshot: Snapshot, app: str, role: str | None) -> frozenset[str]:
    """Who has the role (None: any) on the app through a group."""
    granting = {
        group.id
        for group in snapshot.groups
        if not isinstance(group.grants, Unknown) and any(g.app == app and role in (None, g.role) for g in group.grants)
    }
    return _people_in(granting, snapshot.users)


def _people_in(groups: set[str], users: Iterable[User]) -> frozenset[str]:
    return frozenset(user.account_id for user in users if not groups.isdisjoint(_groups(user)))


def _groups(user: User) -> frozenset[str]:
    return frozenset() if isinstance(user.groups, Unknown) else user.groups
