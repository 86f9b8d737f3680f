"""Facts that only a call for each person gives: they are asked of few people, and only when they decide.

Atlassian facts, section 5: why somebody has access (2.8), when they last used an app where the bulk answer does not say
so (2.6), and whether an identity provider owns the account (2.19).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from runner.directory.atlassian.http import Client
from runner.directory.atlassian.operations import EVERY_DIRECTORY, LAST_ACTIVE, PRIVILEGES, USER_ROLES
from runner.directory.atlassian.pages import fetch_pages, next_cursor
from runner.directory.atlassian.pool import read_at_once
from runner.directory.atlassian.records import direct_grants_of_records, last_active_of_products
from runner.directory.atlassian.resources import Resources
from runner.directory.atlassian.trouble import Json
from runner.directory.facts import Facts
from runner.directory.interface import Progress
from runner.errors import OtherSideError
from runner.model.people import Grant
from runner.model.unknown import UNKNOWN, Unknown

R = TypeVar("R")
GONE = frozenset({"not_found", "odd_id"})
"""Answers about one group or person that leave only them unknown: gone since they were listed, or not to be named."""
_NOT_SAID = frozenset({"forbidden", "key_refused", "bad_request", "bad_answer"})
"""Answers to a key, or of an organization, that has no such facts to give: they stay unknown."""
_MOST_PAGES = 20
"""Pages of one person's apps; a list that goes on and on says nothing."""


class OneByOne:
    """Asks about people one by one, ``workers`` at a time."""

    def __init__(self, client: Client, progress: Progress, workers: int) -> None:
        self._client, self._progress, self._workers = client, progress, workers

    def fetch_direct_access(
        self, account_ids: Iterable[str], directories: tuple[str, ...], resources: Resources
    ) -> Mapping[str, frozenset[Grant] | Unknown]:
        """The roles that each person holds directly; unknown for who is gone."""
        read = partial(fetch_roles, self._client, directories)
        wanted = sorted(set(account_ids))
        found = read_at_once(read, wanted, self._workers, self._told("direct roles", len(wanted)))
        return {who: direct_access(records, resources) for who, records in zip(wanted, found, strict=True)}

    def fetch_last_active(
        self, account_ids: Iterable[str], facts: Facts, resources: Resources
    ) -> Mapping[str, Mapping[str, datetime | Unknown] | Unknown]:
        """When each person last used which app; unknown where nobody says so, which is never taken for "never"."""
        found = self._asked("last use of apps", partial(_fetch_products, self._client), account_ids)
        return {
            who: UNKNOWN if products is None else last_active_of_products(products, facts, resources)
            for who, products in found.items()
        }

    def fetch_synced(self, account_ids: Iterable[str]) -> Mapping[str, bool | Unknown]:
        """Whether an identity provider owns each account and alone may switch it off."""
        found = self._asked("owners of accounts", partial(_fetch_is_synced, self._client), account_ids)
        return {who: UNKNOWN if synced is None else synced for who, synced in found.items()}

    def _asked(self, what: str, read: Callable[[str], R | None], account_ids: Iterable[str]) -> Mapping[str, R | None]:
        """What is answered about each person, None where nothing is. If the first may not be asked about, nobody is."""

        def patient(who: str) -> R | None:
            try:
                return read(who)
            except OtherSideError as error:
                if error.reason in _NOT_SAID:
                    return None
                raise

        wanted = sorted(set(account_ids))
        try:
            first = [read(who) for who in wanted[:1]]
        except OtherSideError as error:
            if error.reason in _NOT_SAID:
                return dict.fromkeys(wanted)
            raise
        rest = read_at_once(patient, wanted[1:], self._workers, self._told(what, len(wanted) - 1))
        return dict(zip(wanted, [*first, *rest], strict=True))

    def _told(self, what: str, total: int) -> Callable[[int], None]:
        return lambda done: self._progress(what, done, total)


def fetch_roles(client: Client, directories: tuple[str, ...], account_id: str) -> list[Json] | None:
    """One person's role assignments; None for who is gone, and where the list made no sense."""
    directory = directories[0] if len(directories) == 1 else EVERY_DIRECTORY
    problems: list[str] = []
    try:
        pages = fetch_pages(client, USER_ROLES, {"directories": directory, "account": account_id}, {}, problems)
        records = [record for page in pages for record in page]
    except OtherSideError as error:
        if error.reason in GONE:
            return None
        raise
    return None if problems else records


def direct_access(records: list[Json] | None, resources: Resources) -> frozenset[Grant] | Unknown:
    """The roles held directly, of what ``fetch_roles`` gave."""
    return UNKNOWN if records is None else direct_grants_of_records(records, resources)


def _fetch_products(client: Client, account_id: str) -> list[Any] | None:
    """The apps that one person used, with times; empty for none ever (section 2.6), None where nothing is said."""
    products: list[Any] = []
    query: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        try:
            answer = client.fetch(LAST_ACTIVE, {"account": account_id}, query=query)
        except OtherSideError as error:
            if error.reason in GONE:
                return None
            raise
        data = answer.get("data")
        page = data.get("product_access") if isinstance(data, dict) else None
        if not isinstance(page, list):
            return None
        products += page
        cursor = next_cursor(client, answer, LAST_ACTIVE)
        if cursor is None:
            return products
        query = {"cursor": cursor}
    return None


def _fetch_is_synced(client: Client, account_id: str) -> bool | None:
    """Whether an identity provider forbids to switch the account; None where something else does, or nobody says."""
    try:
        answer = client.fetch(PRIVILEGES, {"account": account_id}, query={"privileges": ["lifecycle.enablement"]})
    except OtherSideError as error:
        if error.reason in GONE:
            return None
        raise
    rule = answer.get("lifecycle.enablement")
    if not isinstance(rule, dict):
        return None
    if rule.get("allowed") is True:
        return False
    reason = rule.get("reason")
    key = reason.get("key") if isinstance(reason, dict) else None
    return True if isinstance(key, str) and key.startswith("externalDirectory.") else None
