"""The apps of an organization and the several names that the API has for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from runner.directory.facts import Facts
from runner.model.people import App
from runner.model.unknown import Unknown

_FAMILY = {
    "jira-software": "jira",
    "jira-core": "jira",
    "jira-servicedesk": "jira-service-management",
    "jira-service-desk": "jira-service-management",
}
"""Products that the API calls by different names in different places (Atlassian facts, sections 2.6 and 3)."""


def product_of(ari: str) -> str:
    """``confluence`` of ``ari:cloud:confluence::site/1``; the whole text where it is no ARI."""
    parts = ari.split(":")
    return parts[2] if len(parts) > 3 and parts[0] == "ari" else ari


def site_id_of(ari: str) -> str:
    """``1`` of ``ari:cloud:confluence::site/1``: the cloud id, which the apps of one site share."""
    return ari.rpartition("/")[2]


def is_platform(ari: str) -> bool:
    """Whether the resource is the organization itself and not an app."""
    return product_of(ari) == "platform" and ":org/" in ari


class Resources:
    """Finds apps by any of their ARIs: the id verbatim, else the same site and the same family of products."""

    def __init__(self, apps: Iterable[App]) -> None:
        self._apps = {app.id: app for app in apps}
        self._alike: dict[tuple[str, str], tuple[str, ...]] = {}
        for app in self._apps.values():
            key = _site_and_family(app.id)
            self._alike[key] = (*self._alike.get(key, ()), app.id)

    @property
    def apps(self) -> tuple[App, ...]:
        """The apps, in the order of their ids."""
        return tuple(self._apps[id_] for id_ in sorted(self._apps))

    def meant(self, ari: str) -> tuple[str, ...]:
        """The ids of the apps that the ARI may stand for; empty for none of them."""
        return (ari,) if ari in self._apps else self._alike.get(_site_and_family(ari), ())

    def granted(self, ari: str, owner: str) -> str:
        """The id of the app that a role is on; a resource that no workspace stands for becomes an app of its own, so
        that nothing which a group grants is overlooked."""
        meant = self.meant(ari)
        if len(meant) == 1:
            return meant[0]
        site = next((app.site for app in self._apps.values() if site_id_of(app.id) == site_id_of(ari)), "")
        self._apps.setdefault(ari, App(ari, owner or product_of(ari), site))
        return ari


def _site_and_family(ari: str) -> tuple[str, str]:
    product = product_of(ari)
    return site_id_of(ari), _FAMILY.get(product, product)


def app_of_workspace(record: Mapping[str, Any], facts: Facts) -> App | None:
    """The app that a workspace is; its id is taken verbatim (Atlassian facts, section 2.17). None without an id."""
    id_, attributes = record.get("id"), record.get("attributes")
    if not isinstance(id_, str) or not id_:
        return None
    known = attributes if isinstance(attributes, dict) else {}
    keys = (facts.word(known, "typeKey"), facts.word(known, "type"), product_of(id_))
    key = next(word for word in keys if not isinstance(word, Unknown) and word)
    capacity = known.get("capacity")
    seats = capacity if isinstance(capacity, int) and not isinstance(capacity, bool) and capacity >= 0 else None
    return App(facts.share(id_), key, facts.share(_site(known)), seats)


def _site(attributes: Mapping[str, Any]) -> str:
    """``acme`` of ``https://acme.atlassian.net``; the whole host elsewhere; the workspace's name without a host."""
    url, name = attributes.get("hostUrl"), attributes.get("name")
    try:
        host = urlsplit(url).hostname if isinstance(url, str) else None
    except ValueError:
        host = None
    if host:
        return host.removesuffix(".atlassian.net")
    return name if isinstance(name, str) else ""
