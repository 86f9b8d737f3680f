"""What an action is: a desired state of one person, and what stands in its way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, Self

from runner.model.people import User
from runner.model.problem import NOWHERE, Place
from runner.model.unknown import Unknown
from runner.model.world import World

MEMBER, ROLE, STATUS, USE = "member", "role", "status", "use"


class Wish(NamedTuple):
    """One aspect of a person and the value it shall have.

    Kind member: ``target`` is a group's id, ``value`` is whether they belong to it; kind role: ``target`` is an app's
    id and ``role`` the role held directly; kind status: ``target`` is None and ``value`` the status. Kind use: whether
    the person uses the app ``target``; it follows from the others, changes nothing itself and is there so that two
    tasks that want opposite things are seen.
    """

    kind: str
    target: str | None
    value: bool | str
    role: str | None = None
    message: str | None = None
    """The text for an account that is deactivated."""

    @property
    def aspect(self) -> tuple[str, str | None, str | None]:
        """What the wish is about, without the value: two wishes of one aspect agree or contradict each other."""
        return (self.kind, self.target, self.role)


class Hindrance(NamedTuple):
    """Why an action cannot be carried out for a person: ``why`` is a skip's word, ``detail`` names the obstacle."""

    why: str
    detail: str


@dataclass(frozen=True, slots=True)
class Scope:
    """What an action may know besides the person: the world, and of its task (or ladder step) ``shared_groups`` and the
    ids of the apps that the actions of its own kind name."""

    world: World
    shared_groups: bool
    named: frozenset[str]


Desired = tuple[tuple[Wish, ...], tuple[Hindrance, ...]]
"""Wishes in the order of carrying out (also those already so), and hindrances. The planner finds out which wishes are
changes, and adds the hindrances that all actions share (unknown membership, groups of an identity provider, seats)."""


@dataclass(frozen=True)
class Action(ABC):
    """One entry of a task's ``actions``; elements are frozen dataclasses registered with ``catalog.action``."""

    name: ClassVar[str]
    schema: ClassVar[dict[str, Any]]
    facts: ClassVar[frozenset[str]] = frozenset()
    """Names of the fields of User that it needs, ``groups`` and ``status`` among them."""
    verbs: ClassVar[frozenset[str]] = frozenset()
    """The verbs that its changes may have."""

    written: str = field(default="", compare=False, kw_only=True)
    place: Place = field(default=NOWHERE, compare=False, kw_only=True)

    @classmethod
    @abstractmethod
    def from_yaml(cls, value: Any) -> Self:
        """The action for a parameter that the schema accepted; None for a bare word such as ``suspend``."""

    def apps(self) -> frozenset[str]:
        """The apps it names, as written; the word ``all`` for every app."""
        return frozenset()

    def groups(self) -> tuple[str, ...]:
        """The groups it names; each must exist."""
        return ()

    def errors(self, world: World) -> tuple[str, ...]:
        """Why it cannot work in this organization, besides names that do not exist."""
        return ()

    @abstractmethod
    def desired(self, user: User, scope: Scope) -> Desired:
        """The state it wants of a person who matches."""

    def desired_of_others(self, user: User, scope: Scope) -> Desired:
        """The state it wants of a person who is known not to match (only ``sync_groups`` wants any)."""
        return ((), ())


def membership(user: User, scope: Scope, names: tuple[str, ...], *, value: bool) -> tuple[Wish, ...]:
    """The wish to be, or not to be, in each group of these names, in the directories that the person belongs to."""
    return tuple(
        Wish(MEMBER, group.id, value)
        for name in names
        for group in scope.world.groups_by_name.get(name.casefold(), ())
        if group.directory is None or not user.directories or group.directory in user.directories
    )


def unmanaged(user: User) -> tuple[Hindrance, ...]:
    """What stands in the way of switching an account on or off unless it is known to be managed."""
    if isinstance(user.managed, Unknown):
        return (Hindrance("unknown", "managed"),)
    return () if user.managed else (Hindrance("unmanaged", "not an account of a claimed domain"),)


def app_names(world: World, app_ids: Iterable[str]) -> str:
    """The apps of these ids as policies name them, for people to read."""
    return ", ".join(world.apps[app].name if app in world.apps else app for app in app_ids)
