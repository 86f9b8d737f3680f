"""What one reading gathers, page by page: people merged over directories, and everything that does not add up."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from runner.directory.atlassian.records import group_names, group_of_record, user_of_record
from runner.directory.atlassian.resources import Resources
from runner.directory.facts import Facts
from runner.model.people import Grant, Group, User
from runner.model.unknown import UNKNOWN, Unknown


@dataclass(slots=True)
class Harvest:
    """Filled while a snapshot is read. ``problems`` make the snapshot incomplete."""

    facts: Facts
    resources: Resources
    groups: dict[str, Group] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    group_names: dict[str, str] = field(default_factory=dict)
    population: int = 0
    direct_use: dict[str, frozenset[str]] = field(default_factory=dict)
    granting_known: frozenset[str] = frozenset()

    def add_group(self, record: Mapping[str, Any], directory: str) -> Group | None:
        """Take in a group; one without an id or with two contents is a problem."""
        if not isinstance(record.get("id"), str) or not record["id"]:
            self.problems.append("a group has no id")
            return None
        group = group_of_record(record, self.facts, directory)
        if self.groups.setdefault(group.id, group) != group:
            self.problems.append(f"the group {group.id} appears with two contents")
        return group

    def set_grants(self, group: Group, granted: tuple[frozenset[Grant], frozenset[str]] | None) -> None:
        """Note what a group grants; None where that could not be understood."""
        if granted is None:
            self.warnings.append(f"what the group {group.id} grants could not be read")
            self.granting_known = frozenset()
            return
        grants, defaults = granted
        self.groups[group.id] = dataclasses.replace(group, grants=grants, default_for=defaults)

    def add_user(self, record: Mapping[str, Any], directory: str) -> str | None:
        """Take in a person as one directory gives them, and return the account id.

        The same person once more with the same content is one person; from another directory, groups and activity are
        put together; any other difference is a problem.
        """
        if not isinstance(record.get("accountId"), str) or not record["accountId"]:
            self.problems.append("a person has no account id")
            return None
        user = user_of_record(record, self.facts, self.resources, directory)
        self.group_names.update(group_names(record))
        old = self.users.get(user.account_id)
        merged = user if old is None else _merged(old, user)
        if merged is None:
            self.problems.append(f"the account {user.account_id} appears with two contents")
            return user.account_id
        self.users[user.account_id] = merged
        return user.account_id

    def name_groups_left_over(self) -> None:
        """Groups that people are in and that were not read: nothing but their names is known."""
        for id_, name in self.group_names.items():
            self.groups.setdefault(id_, Group(id_, name, UNKNOWN, UNKNOWN, UNKNOWN))
        for user in self.users.values():
            for id_ in () if isinstance(user.groups, Unknown) else user.groups:
                self.groups.setdefault(id_, Group(id_, id_, UNKNOWN, UNKNOWN, UNKNOWN))

    def forget_times(self) -> None:
        """Make every time unknown: the clocks are too far apart to say how long ago anything was."""
        for id_, user in self.users.items():
            self.users[id_] = dataclasses.replace(user, added=UNKNOWN, last_active=UNKNOWN)

    def check_roles(self) -> None:
        """Without ``platformRoles`` every admin looks ordinary (Atlassian facts, section 2.3): nothing may be done."""
        if self.users and all(isinstance(user.roles, Unknown) for user in self.users.values()):
            self.problems.append("no answer names platform roles: who is an admin is not known")


def _merged(old: User, new: User) -> User | None:
    """Both views of one person as one; None where they contradict each other."""
    if set(new.directories) <= set(old.directories):
        both = dataclasses.replace(new, directories=old.directories)
        if old == both:
            return old
        return old if len(old.directories) > 1 and _agree(old, new) and _is_part(new, old) else None
    if not _agree(old, new):
        return None
    groups = UNKNOWN if isinstance(old.groups, Unknown) or isinstance(new.groups, Unknown) else old.groups | new.groups
    return dataclasses.replace(
        old,
        groups=groups,
        last_active=_latest(old.last_active, new.last_active),
        directories=(*old.directories, *new.directories),
    )


def _agree(old: User, new: User) -> bool:
    """Whether all is the same but what belongs to a directory."""
    return old == dataclasses.replace(new, groups=old.groups, last_active=old.last_active, directories=old.directories)


def _is_part(new: User, old: User) -> bool:
    """Whether a directory's view, met again, is contained in what was put together."""
    if isinstance(new.groups, Unknown) or isinstance(old.groups, Unknown):
        return new.groups == old.groups
    return new.groups <= old.groups


Times = Mapping[str, datetime | Unknown] | Unknown


def _latest(one: Times, other: Times) -> Times:
    """The later use of each app; unknown where either is."""
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return UNKNOWN
    found = dict(one)
    for app, time in other.items():
        known = found.get(app, time)
        is_open = isinstance(known, Unknown) or isinstance(time, Unknown)
        found[app] = UNKNOWN if is_open else max(known, time)  # type: ignore[type-var]
    return found
