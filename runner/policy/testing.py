"""Policy tests: from their short form to a directory, and what they expect.

The short form of a person (all keys but one of ``email`` and ``account_id`` may be left out):

- ``email``; ``account_id`` (the e-mail address if left out); ``name`` (the account id if left out). Of a person with an
  account id alone the e-mail address is unknown.
- ``status`` (active), ``managed`` (true), ``synced`` (false), ``mfa`` (true), ``added`` (2000-01-01), ``roles`` in the
  organization (none), and the profile: ``job_title``, ``department``, ``organization``, ``location``, ``time_zone``
  (a known nothing).
- ``apps: {jira-software: 2026-05-01}``: can use it, through the app's default group, and last did then; ``never``: can
  use it and never did; ``unknown``: it is not known when they last did. In full: ``{role: guest, last_active: never,
  direct: true}``, of which the role is ``user``, the last use ``never``, and access comes by a group unless ``direct``.
  ``jira-software@two`` is the app on the site ``two``; without a site it is on ``acme``.
- ``last_active: {confluence: 2026-05-01}``: last use of apps they cannot use now.
- ``groups: [service-accounts]``: groups besides those of their apps.
- ``unknown: [last_active, groups]``: facts that could not be read; ``mfa: null`` says the same of one, but for the
  profile, where it is a known nothing.

Beside ``users`` there may be ``apps: {jira-software: {seats: 10}}`` and
``groups: {NAME: {grants: [...], default_for: [...], managed_by_idp: true}}``, where ``grants`` is one app, a list of
apps, or roles by app. An app has a made-up default group (``jira-software-users-acme``) unless one of those is its
default, and a group for each other role that somebody holds (``jira-software-guest-acme``). Groups that the task's
actions, the exemptions or ``protect`` name are there too, and so are the apps that the task or filter names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runner import catalog
from runner.catalog import as_tuple
from runner.model.action import Action
from runner.model.canonical import iso, parse_instant
from runner.model.condition import Condition, questions
from runner.model.policy import Policies, PolicyTest, Task
from runner.policy.schema_tests import PROFILE

SITE = "acme"
ADDED = "2000-01-01T00:00:00Z"
_PLAIN = {"status": "active", "managed": True, "synced": False, "mfa": True}


@dataclass(frozen=True, slots=True)
class Expected:
    """One action that a test expects to be carried out for a person; ``user`` is an e-mail address or account id."""

    user: str
    action: Action


def expected_changes(test: PolicyTest) -> tuple[Expected, ...] | None:
    """What must be done and nothing else; None where the test says nothing about it."""
    return None if test.changes is None else tuple(_expected(change) for change in test.changes)


def _expected(change: Mapping[str, Any]) -> Expected:
    ((name, parameter),) = ((key, value) for key, value in change.items() if key != "user")
    return Expected(change["user"], catalog.actions()[name].from_yaml(None if parameter is True else parameter))


def directory_of(test: PolicyTest, policies: Policies) -> dict[str, Any]:
    """The made-up organization of a test, in the format of file directories (format 1)."""
    made = _Organization(test)
    for name in sorted(_apps_named(test, policies)):
        made.name_app(name)
    users = [made.user(user) for user in test.users]
    for name in sorted(_groups_named(test, policies)):
        made.name_group(name)
    return {
        "format": 1,
        "taken_at": iso(test.now),
        "organization": policies.settings.organization or SITE,
        "complete": True,
        "apps": list(made.apps.values()),
        "groups": list(made.groups.values()),
        "users": users,
    }


class _Organization:
    """Apps by ``key@site`` and groups by case-folded name, made as they are first mentioned."""

    def __init__(self, test: PolicyTest) -> None:
        self.apps: dict[str, dict[str, Any]] = {}
        self.groups: dict[str, dict[str, Any]] = {}
        for name, written in test.apps.items():
            self.apps[self.app(name)]["seats"] = written["seats"]
        for name, written in test.groups.items():
            self.groups[self.name_group(name)].update(self._rights(written))

    def app(self, name: str) -> str:
        """The full name of an app, which is there from now on."""
        key, _, site = name.partition("@")
        full = f"{key}@{site or SITE}"
        self.apps.setdefault(full, {"id": _app_id(full), "key": key, "site": site or SITE})
        return full

    def name_app(self, name: str) -> None:
        """Have an app that a condition or an action names; without a site, any that has the key will do."""
        if "@" in name or not any(app["key"] == name for app in self.apps.values()):
            self.app(name)

    def name_group(self, name: str) -> str:
        """The key of a group, which is there from now on."""
        group = {"id": name, "name": name, "grants": [], "default_for": [], "managed_by_idp": False}
        self.groups.setdefault(name.casefold(), group)
        return name.casefold()

    def _rights(self, written: Mapping[str, Any]) -> dict[str, Any]:
        grants = written.get("grants", [])
        roles = grants if isinstance(grants, dict) else dict.fromkeys(as_tuple(grants), "user")
        return {
            "grants": [{"app": _app_id(self.app(app)), "role": role} for app, role in roles.items()],
            "default_for": [_app_id(self.app(app)) for app in as_tuple(written.get("default_for", []))],
            "managed_by_idp": written.get("managed_by_idp", False),
        }

    def _group_of(self, app: str, role: str) -> str:
        """The id of the group that gives a role on an app: the app's default group, or a made-up one."""
        app_id = _app_id(app)
        defaults = [group for group in self.groups.values() if role == "user" and app_id in group["default_for"]]
        if defaults:
            return str(defaults[0]["id"])
        key, _, site = app.partition("@")
        group = self.groups[self.name_group(f"{key}-{'users' if role == 'user' else role}-{site}")]
        grant = {"app": app_id, "role": role}
        if grant not in group["grants"]:
            group["grants"].append(grant)
        if role == "user":
            group["default_for"].append(app_id)
        return str(group["id"])

    def user(self, written: Mapping[str, Any]) -> dict[str, Any]:
        """One person in the format of file directories; an unknown fact is left out."""
        account_id = written.get("account_id", written.get("email"))
        groups = [self.groups[self.name_group(name)]["id"] for name in as_tuple(written.get("groups") or [])]
        last_active = {_app_id(self.app(app)): _used(use) for app, use in (written.get("last_active") or {}).items()}
        direct = []
        for name, short in written.get("apps", {}).items():
            access = short if isinstance(short, dict) else {"last_active": short}
            app, role = self.app(name), access.get("role", "user")
            if access.get("direct"):
                direct.append({"app": _app_id(app), "role": role})
            else:
                groups.append(self._group_of(app, role))
            if access.get("last_active", "never") != "never":
                last_active[_app_id(app)] = _used(access["last_active"])
        facts = {
            **_PLAIN,
            **{key: value for key, value in written.items() if key in ("email", *_PLAIN)},
            "name": written.get("name", account_id),
            "added": _used(written.get("added", ADDED)),
            "roles": list(as_tuple(written.get("roles") or [])),
            "last_active": {app: used for app, used in last_active.items() if used != "never"},
            "groups": list(dict.fromkeys(groups)),
            "direct_access": direct,
            **{field: written.get(field) for field in PROFILE},
        }
        unknown = {*as_tuple(written.get("unknown", [])), *_nulls(written)}
        return {"account_id": account_id, **{key: value for key, value in facts.items() if key not in unknown}}


def _nulls(written: Mapping[str, Any]) -> Iterator[str]:
    """The facts that are written as null, and by that unknown."""
    return (fact for fact, value in written.items() if value is None and fact not in PROFILE)


def _app_id(full_name: str) -> str:
    key, _, site = full_name.partition("@")
    return f"ari:cloud:{key}::site/{site}"


def _used(written: str | None) -> str | None:
    """A last use as an instant; None (unknown) or ``never`` stay what they are."""
    if written is None or written in ("never", "unknown"):
        return "never" if written == "never" else None
    return iso(parse_instant(written))


def _subject(test: PolicyTest, policies: Policies) -> tuple[Condition, Task | None]:
    if test.task is not None:
        return policies.tasks[test.task].condition, policies.tasks[test.task]
    assert test.filter is not None
    return policies.filters[test.filter].condition, None


def _actions(task: Task | None) -> Iterator[Action]:
    if task is not None:
        yield from task.actions
        for step in task.escalation:
            yield from step.actions


def _apps_named(test: PolicyTest, policies: Policies) -> frozenset[str]:
    condition, task = _subject(test, policies)
    names = {name for question in questions(condition) for name in question.apps()}
    names |= {name for action in _actions(task) for name in action.apps()}
    if task is not None and task.select is not None:
        names |= {name for name in (task.select.app, task.select.keep_free_app) if name}
    return frozenset(names - {"any", "all"})


def _groups_named(test: PolicyTest, policies: Policies) -> frozenset[str]:
    _, task = _subject(test, policies)
    names = {name for action in _actions(task) for name in action.groups()}
    names |= {exemption.group for exemption in policies.exemptions if exemption.group}
    return frozenset({*names, *policies.settings.protect.groups, *policies.settings.protect.min_members})
