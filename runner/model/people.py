"""The organization as it was read: people, groups, apps, and who grants what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from runner.model.unknown import Unknown

NOT_USING: frozenset[str] = frozenset({"customer", "user-access-admin"})
"""Roles whose holders do not use the app (The policy language, "Using an app")."""
SEAT_ROLES: frozenset[str] = frozenset({"user", "admin"})
"""Roles of an active person that hold a paid seat."""
ORG_ADMIN = "org-admin"
PROFILE_FIELDS = ("job_title", "department", "organization", "location", "time_zone")


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """A role on an app: given by a group to its members, or to one person directly."""

    app: str
    role: str = "user"

    @property
    def uses(self) -> bool:
        """Whether the holder uses the app."""
        return self.role not in NOT_USING


@dataclass(frozen=True, slots=True)
class App:
    """One app on one site. ``seats`` is None where the app has no limit that is known."""

    id: str
    key: str
    site: str
    seats: int | None = None

    @property
    def name(self) -> str:
        """``jira-software@acme``, the way policies name one app on one site."""
        return f"{self.key}@{self.site}"


@dataclass(frozen=True, slots=True)
class Group:
    """A group and what membership of it gives. ``default_for`` holds ids of apps."""

    id: str
    name: str
    grants: frozenset[Grant] | Unknown
    default_for: frozenset[str] | Unknown
    managed_by_idp: bool | Unknown
    directory: str | None = None


@dataclass(frozen=True, slots=True)
class User:
    """One person (or bot) of the organization. Any fact may be unknown; profile fields may be a known nothing (None).

    ``last_active`` maps an app's id to the instant of its last use; no entry means never used.
    ``groups`` holds ids of groups; ``roles`` the roles in the organization.
    """

    account_id: str
    email: str | Unknown
    name: str | Unknown
    status: str | Unknown
    managed: bool | Unknown
    synced: bool | Unknown
    mfa: bool | Unknown
    added: datetime | Unknown
    roles: frozenset[str] | Unknown
    last_active: Mapping[str, datetime | Unknown] | Unknown
    groups: frozenset[str] | Unknown
    direct_access: frozenset[Grant] | Unknown
    job_title: str | None | Unknown
    department: str | None | Unknown
    organization: str | None | Unknown
    location: str | None | Unknown
    time_zone: str | None | Unknown
    directories: tuple[str, ...] = ()


class LatestUse(NamedTuple):
    """When a person last used any of some apps, as far as that is known (``at``; None where no use is known), and
    whether that is all there is to know (``certain``)."""

    at: datetime | None
    certain: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a plan may rest on, read at one time.

    ``users`` are sorted by account id. ``population`` is the number of all people in the directory, also where only
    some were read (``narrowed``). ``direct_use`` names, for the apps for which that is proven complete, everybody who
    uses the app by a direct role and no group. ``problems`` say why a snapshot is not complete.
    ``live`` is false for a file directory, which is its own present and never stale.
    """

    taken_at: datetime
    organization: str
    complete: bool
    apps: tuple[App, ...]
    groups: tuple[Group, ...]
    users: tuple[User, ...]
    population: int
    sha256: str
    live: bool = False
    narrowed: bool = False
    pages: int = 1
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    direct_use: Mapping[str, frozenset[str]] = field(default_factory=dict)
    key_owner: str | None = None
    granting_known: frozenset[str] = frozenset()
    """Apps of which every group that grants them was read, though other groups were not (only where ``narrowed``): a
    group whose grants are unknown grants none of these."""
    askable: frozenset[str] = frozenset()
    """Facts that single people can be asked about where they were not read of everybody. Who lacks one is asked only
    where it decides; of the others its absence says nothing."""
