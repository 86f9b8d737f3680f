"""The file format of a directory (Running it, "Directories") to a snapshot, and back.

Keys besides those of the contract: ``population`` (how many people there are, where only some were recorded),
``direct_use`` (app id: the account ids of all who use the app by a direct role and no group, where that is proven),
a user's ``directories`` and a group's ``directory`` (ids of the directories of Atlassian Cloud that they are in).
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from runner.directory.facts import Facts
from runner.errors import InputError
from runner.model.canonical import canonical_json, iso, parse_instant
from runner.model.people import PROFILE_FIELDS, App, Grant, Group, Snapshot, User
from runner.model.unknown import Unknown

FORMAT = 1
UNREADABLE = "directory_unreadable"
_HINT = "the format is described in docs/reference/directory-file.md; record one with `policy-runner snapshot`"


def snapshot_from_json(data: object, *, source: str, now: datetime | None = None) -> Snapshot:
    """The snapshot that ``data`` (parsed JSON, texts free of lone surrogates) describes.

    ``now`` is the present, against which a time lies in the future; left out, it is the file's ``taken_at``.
    Facts that are missing or make no sense are unknown; what is broken as a whole raises InputError
    ``directory_unreadable`` that names ``source``.
    """
    root = _Root.of(data, source)
    taken_at, odd = _taken_at(root, now)
    facts = Facts(now or taken_at)
    apps = root.unique("apps", [_app(record, facts, where) for record, where in root.records("apps", "id")])
    groups = root.unique("groups", [_group(record, facts) for record, _ in root.records("groups", "id")])
    sha256, users = _users_and_digest(root, facts)
    _check_references(root, apps, groups, users)
    direct_use = _direct_use(root, {app.id for app in apps}, {user.account_id for user in users})
    complete = root.data.get("complete") is True
    population = root.data.get("population")
    counted = population if isinstance(population, int) and population > len(users) else len(users)
    return Snapshot(
        taken_at=taken_at,
        organization=root.organization(),
        complete=complete,
        apps=apps,
        groups=groups,
        users=users,
        population=counted,
        sha256=sha256,
        narrowed=counted > len(users),
        problems=() if complete else ("the file does not say that it is complete",),
        warnings=odd + facts.warnings(),
        direct_use=direct_use,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Root:
    """The file's outermost object, and what to call the file in errors."""

    data: dict[str, Any]
    source: str

    @classmethod
    def of(cls, data: object, source: str) -> _Root:
        if not isinstance(data, dict):
            raise unreadable(source, "it is not a JSON object")
        if data.get("format") != FORMAT or isinstance(data.get("format"), bool):
            found = f"is {data['format']!r:.40}, not {FORMAT}" if "format" in data else "is missing"
            raise unreadable(source, f"`format` {found}")
        if not isinstance(data.get("users"), list):
            raise unreadable(source, "there is no list `users`")
        return cls(data, source)

    def organization(self) -> str:
        name = self.data.get("organization")
        if not isinstance(name, str):
            raise unreadable(self.source, "`organization` is missing or not text")
        return name

    def records(self, key: str, id_key: str) -> Iterator[tuple[dict[str, Any], str]]:
        """The objects of a list, each with its place and an id that is a text."""
        entries = self.data.get(key)
        if entries is not None and not isinstance(entries, list):
            raise unreadable(self.source, f"`{key}` is not a list")
        for at, record in enumerate(entries or ()):
            where = f"{self.source}: {key}[{at}]"
            if not isinstance(record, dict):
                raise unreadable(where, "not an object")
            if not isinstance(record.get(id_key), str) or not record[id_key]:
                raise unreadable(where, f"it has no `{id_key}`")
            yield record, where

    def unique(self, key: str, values: list[Any]) -> tuple[Any, ...]:
        """The values in the order of their ids; two of one id are an error."""
        found: dict[str, Any] = {}
        for value in values:
            if found.setdefault(value.id, value) != value:
                raise unreadable(self.source, f"`{key}` has the id {value.id!r:.80} twice, with different content")
        return tuple(found[id_] for id_ in sorted(found))


def unreadable(place: str, message: str) -> InputError:
    """The one error for a file that cannot be used as a whole."""
    return InputError(UNREADABLE, f"the directory cannot be read: {place}: {message}", hint=_HINT, place=place)


def _taken_at(root: _Root, now: datetime | None) -> tuple[datetime, tuple[str, ...]]:
    value = root.data.get("taken_at")
    try:
        if isinstance(value, str):
            return parse_instant(value), ()
    except (ValueError, OverflowError):
        pass
    if now is None:
        raise unreadable(root.source, "`taken_at` is missing or not an ISO 8601 time")
    return now, ("taken_at: missing or unreadable, taken as now",)


def _app(record: Mapping[str, Any], facts: Facts, where: str) -> App:
    key, site, seats = facts.word(record, "key"), facts.word(record, "site"), record.get("seats")
    if isinstance(key, Unknown):
        raise unreadable(where, "it has no `key`")
    if seats is not None and (isinstance(seats, bool) or not isinstance(seats, int) or seats < 0):
        facts.odd("seats")
        seats = None
    return App(facts.share(record["id"]), key, "" if isinstance(site, Unknown) else site, seats)


def _group(record: Mapping[str, Any], facts: Facts) -> Group:
    name, directory = facts.word(record, "name"), facts.word(record, "directory")
    return Group(
        id=facts.share(record["id"]),
        name=record["id"] if isinstance(name, Unknown) else name,
        grants=facts.grants(record, "grants"),
        default_for=facts.words(record, "default_for"),
        managed_by_idp=facts.truth(record, "managed_by_idp"),
        directory=None if isinstance(directory, Unknown) else directory,
    )


def user_from_json(record: Mapping[str, Any], facts: Facts) -> User:
    """One person; ``record`` has an ``account_id`` that is a text."""
    return User(
        account_id=facts.share(record["account_id"]),
        email=facts.text(record, "email"),
        name=facts.text(record, "name"),
        status=facts.status(record, "status"),
        managed=facts.truth(record, "managed"),
        synced=facts.truth(record, "synced"),
        mfa=facts.truth(record, "mfa"),
        added=facts.instant(record.get("added"), "added"),
        roles=facts.words(record, "roles"),
        last_active=facts.instants(record, "last_active"),
        groups=facts.words(record, "groups"),
        direct_access=facts.grants(record, "direct_access"),
        **{fact: facts.profile(record, fact) for fact in PROFILE_FIELDS},
        directories=_directories(record, facts),
    )


def _directories(record: Mapping[str, Any], facts: Facts) -> tuple[str, ...]:
    found = facts.words(record, "directories")
    return () if isinstance(found, Unknown) else facts.share(tuple(sorted(found)))


def _users_and_digest(root: _Root, facts: Facts) -> tuple[str, tuple[User, ...]]:
    """The people, and the hash of the whole file's canonical JSON, in one pass."""
    found: dict[str, User] = {}
    sha = hashlib.sha256()

    def each_user() -> Iterator[object]:
        for record, where in root.records("users", "account_id"):
            user = user_from_json(record, facts)
            if found.setdefault(user.account_id, user) != user:
                raise unreadable(where, f"account {user.account_id!r:.80} is there twice, with different content")
            yield record

    for chunk in _canonical_chunks(root.data, each_user()):
        sha.update(chunk)
    return "sha256:" + sha.hexdigest(), tuple(found[id_] for id_ in sorted(found))


def _canonical_chunks(data: Mapping[str, Any], users: Iterable[object]) -> Iterator[bytes]:
    """The canonical JSON of a directory file, piece by piece."""
    for at, key in enumerate(sorted(data)):
        yield (b"," if at else b"{") + canonical_json(key) + b":"
        if key != "users":
            yield canonical_json(data[key])
            continue
        yield b"["
        for number, user in enumerate(users):
            yield (b"," if number else b"") + canonical_json(user)
        yield b"]"
    yield b"}"


def _check_references(root: _Root, apps: tuple[App, ...], groups: tuple[Group, ...], users: tuple[User, ...]) -> None:
    """Ids of groups and apps that nothing stands behind are an error; activity may speak of apps that are gone."""
    app_ids, group_ids = {app.id for app in apps}, {group.id for group in groups}
    for group in groups:
        granted = set() if isinstance(group.grants, Unknown) else {grant.app for grant in group.grants}
        default = set() if isinstance(group.default_for, Unknown) else set(group.default_for)
        _refuse_dangling(root, f"group {group.id!r:.80}", "app", (granted | default) - app_ids)
    for user in users:
        who = f"account {user.account_id!r:.80}"
        if not isinstance(user.groups, Unknown) and not user.groups <= group_ids:
            _refuse_dangling(root, who, "group", user.groups - group_ids)
        if not isinstance(user.direct_access, Unknown):
            _refuse_dangling(root, who, "app", {grant.app for grant in user.direct_access} - app_ids)


def _refuse_dangling(root: _Root, who: str, kind: str, missing: Iterable[str]) -> None:
    for id_ in sorted(missing):
        raise unreadable(root.source, f"{who} names the {kind} {id_!r:.80}, which is not in the file")


def _direct_use(root: _Root, apps: set[str], people: set[str]) -> dict[str, frozenset[str]]:
    value = root.data.get("direct_use", {})
    if not isinstance(value, dict) or not all(_is_texts(ids) for ids in value.values()):
        raise unreadable(root.source, "`direct_use` is not an object of lists of account ids")
    _refuse_dangling(root, "direct_use", "app", set(value) - apps)
    for ids in value.values():
        _refuse_dangling(root, "direct_use", "account", set(ids) - people)
    return {app: frozenset(ids) for app, ids in value.items()}


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def snapshot_to_json(snapshot: Snapshot) -> dict[str, Any]:
    """The snapshot in the file format; reading it again gives the same facts."""
    extra: dict[str, Any] = {"population": snapshot.population} if snapshot.narrowed else {}
    if snapshot.direct_use:
        extra["direct_use"] = {app: sorted(ids) for app, ids in sorted(snapshot.direct_use.items())}
    return {
        "format": FORMAT,
        "taken_at": iso(snapshot.taken_at.astimezone(UTC)),
        "organization": snapshot.organization,
        "complete": snapshot.complete,
        **extra,
        "apps": [{"id": app.id, "key": app.key, "site": app.site, "seats": app.seats} for app in snapshot.apps],
        "groups": [_group_to_json(group) for group in snapshot.groups],
        "users": [user_to_json(user) for user in snapshot.users],
    }


def snapshot_digest(snapshot: Snapshot) -> str:
    """The hash that the file would have in which the snapshot is recorded; people are written one at a time."""
    head = snapshot_to_json(dataclasses.replace(snapshot, users=()))
    sha = hashlib.sha256()
    for chunk in _canonical_chunks(head, (user_to_json(user) for user in snapshot.users)):
        sha.update(chunk)
    return "sha256:" + sha.hexdigest()


def _group_to_json(group: Group) -> dict[str, Any]:
    record: dict[str, Any] = {"id": group.id, "name": group.name}
    if not isinstance(group.grants, Unknown):
        record["grants"] = _grants_to_json(group.grants)
    if not isinstance(group.default_for, Unknown):
        record["default_for"] = sorted(group.default_for)
    if not isinstance(group.managed_by_idp, Unknown):
        record["managed_by_idp"] = group.managed_by_idp
    if group.directory is not None:
        record["directory"] = group.directory
    return record


def _grants_to_json(grants: frozenset[Grant]) -> list[Any]:
    return [grant.app if grant.role == "user" else {"app": grant.app, "role": grant.role} for grant in sorted(grants)]


def user_to_json(user: User) -> dict[str, Any]:
    """One person with the fields of the directory format; unknown facts are left out."""
    known = ((field.name, getattr(user, field.name)) for field in dataclasses.fields(user))
    record = {fact: _fact_to_json(value) for fact, value in known if not isinstance(value, Unknown)}
    if not user.directories:
        del record["directories"]
    return record


def _fact_to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Mapping):
        return {key: None if isinstance(time, Unknown) else iso(time) for key, time in sorted(value.items())}
    if isinstance(value, frozenset) and any(isinstance(entry, Grant) for entry in value):
        return _grants_to_json(value)
    return sorted(value) if isinstance(value, frozenset | tuple) else value
