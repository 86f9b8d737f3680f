"""Which people to read: everybody, or only those whom the due tasks and the rails can be about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

from runner.directory.interface import Need
from runner.model.people import ORG_ADMIN, App, Group

Filters = Mapping[str, Sequence[str]]

MOST_IDS, MOST_EMAILS, MOST_STATUSES = 10, 100, 4
"""Values a filter may have (Atlassian facts, section 2.3)."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sweep:
    """One search over the people of a directory. ``counted``: whether the server's own count is to prove it complete,
    and who uses which app directly is to be found out among its people."""

    directory: str
    filters: Filters
    counted: bool = True


Swept = tuple[Sweep, frozenset[str]]
"""A search and the account ids that it found."""


def build_sweeps(need: Need, directory: str, groups: Iterable[Group]) -> tuple[Sweep, ...]:
    """The searches in one directory that together find everybody whom ``need`` speaks of."""
    if not need.confined:
        return (Sweep(directory, {}),)
    ids: dict[str, list[str]] = {}
    for group in groups:
        if group.directory == directory:
            ids.setdefault(group.name.casefold(), []).append(group.id)
    sweeps = [Sweep(directory, filters) for filters in _confined(need, ids)]
    emails = sorted(person for person in need.people if "@" in person)
    accounts = sorted(person for person in need.people if "@" not in person)
    extra: list[Filters] = [
        {"roleIds": [f"atlassian/{ORG_ADMIN}"]},
        *({"emails": chunk} for chunk in chunks(emails, MOST_EMAILS)),
        *({"accountIds": chunk} for chunk in chunks(accounts, MOST_IDS)),
    ]
    return (*sweeps, *(Sweep(directory, filters, counted=False) for filters in extra))


def _confined(need: Need, ids: Mapping[str, list[str]]) -> Iterator[Filters]:
    for confined in need.confined:
        groups = sorted({id_ for name in confined.groups for id_ in ids.get(name.casefold(), ())})
        if confined.groups and not groups:
            continue
        yield from (
            {key: values for key, values in zip(("groupIds", "emailDomains", "status"), chosen, strict=True) if values}
            for chosen in product(
                chunks(groups, MOST_IDS) or [[]],
                chunks(sorted(confined.domains), MOST_IDS) or [[]],
                chunks(sorted(confined.statuses), MOST_STATUSES) or [[]],
            )
        )


def chunks(values: Sequence[T], size: int) -> list[Sequence[T]]:
    """The values in pieces of at most so many."""
    return [values[at : at + size] for at in range(0, len(values), size)]


def apps_meant(apps: Iterable[App], names: Iterable[str]) -> tuple[App, ...]:
    """The apps that names as policies write them stand for (``jira-software``, ``jira-software@acme``, ``any``)."""
    wanted = {name.casefold() for name in names}
    every = not wanted.isdisjoint({"any", "all"})
    return tuple(app for app in apps if every or not wanted.isdisjoint({app.key.casefold(), app.name.casefold()}))
