"""From checked documents to settings, exemptions, overrides and tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from runner.catalog import as_tuple
from runner.model.canonical import parse_instant
from runner.model.policy import Exemption, Override, PolicyTest, Protect, RunLimits, Settings
from runner.policy.documents import Document
from runner.policy.problems import Problems, shown
from runner.policy.schema_files import TASK_RAILS
from runner.policy.values import Placed

SOON_DAYS = 30
"""An exemption that ends within this many days is a warning."""


def build_settings(values: Placed) -> Settings:
    """The settings of a sound document (or of an empty one: the defaults)."""
    organization, reports, notify = (values.get(key, {}) for key in ("organization", "reports", "notify"))
    prices = dict(values.get("prices", {}))
    currency = prices.pop("currency", None)
    return Settings(
        organization=organization.get("id"),
        directory=organization.get("directory"),
        protect=_protect(values.get("protect", {})),
        limits=RunLimits(**values.get("limits", {})),
        prices=prices,
        currency=currency,
        privacy=reports.get("privacy", "plain"),
        branch=reports.get("branch", "audit"),
        email_from=notify.get("email", {}).get("from"),
        webhook_allow=as_tuple(notify.get("webhook", {}).get("allow", [])),
    )


def _protect(values: dict[str, Any]) -> Protect:
    return Protect(
        users=as_tuple(values.get("users", [])),
        groups=as_tuple(values.get("groups", [])),
        min_org_admins=values.get("min_org_admins", Protect().min_org_admins),
        min_members=dict(values.get("min_members", {})),
    )


def build_exemptions(document: Document, today: date, problems: Problems) -> tuple[Exemption, ...]:
    """The exemptions; those that ended before ``today`` (UTC) are errors, those that end soon are warnings."""
    found = tuple(_exemption(values) for values in document.value)
    for exemption, values in zip(found, document.value, strict=True):
        place, days_left = values.at("expires"), (exemption.expires - today).days
        if exemption.start is not None and exemption.expires < exemption.start:
            message = f"{exemption.expires} is before {exemption.start}"
            problems.error(place, "order", message, "`expires` is the last day, `from` the first")
        elif days_left < 0:
            hint = "remove the entry, or have its owner agree to a later day"
            problems.error(place, "expired", f"this exemption expired on {exemption.expires}", hint)
        elif days_left <= SOON_DAYS:
            problems.warn(place, "expires_soon", f"this exemption expires on {exemption.expires}", "ask its owner")
    return found


def _exemption(values: Placed) -> Exemption:
    tasks = frozenset(as_tuple(values.get("tasks", "all")))
    return Exemption(
        reason=values["reason"],
        owner=values["owner"],
        expires=date.fromisoformat(values["expires"]),
        place=values.place,
        user=values.get("user"),
        group=values.get("group"),
        email_domain=values.get("email_domain"),
        filter=values.get("filter"),
        tasks=None if "all" in tasks else tasks,
        start=date.fromisoformat(values["from"]) if "from" in values else None,
    )


def build_override(document: Document, today: date, problems: Problems) -> Override:
    """An override. One that expired lifts nothing any more, which is a warning: runs go on."""
    values = document.fields
    expires = date.fromisoformat(values["expires"])
    if expires < today:
        problems.warn(values.at("expires"), "expired", f"this override expired on {expires}", "remove the file")
    if values["rail"] in TASK_RAILS and "task" not in values:
        problems.error(values.at("rail"), "override", f"{values['rail']} is a task's rail", "say which `task`")
    if values["rail"] not in TASK_RAILS and "task" in values:
        problems.error(values.at("task"), "override", f"{values['rail']} is a rail of the whole run", "remove `task`")
    return Override(
        name=document.name,
        digest=values["digest"],
        rail=values["rail"],
        task=values.get("task"),
        reason=values["reason"],
        approved_by=values["approved_by"],
        expires=expires,
        place=values.place,
    )


def build_test(document: Document, problems: Problems) -> PolicyTest:
    """A test; its users and expected changes stay as they were written."""
    values = document.fields
    expect = values["expect"]
    if "filter" in values and "changes" in expect:
        problems.error(expect.at("changes"), "test", "a filter changes nothing", "expect `match`, or test a `task`")
    _check_people(values.get("users", []), problems)
    if "directory" in values:
        for key in {"apps", "groups"} & values.keys():
            message = f"`{key}` is for made-up users; a recorded directory has its own"
            problems.error(values.at(key), "test", message, "remove it")
    return PolicyTest(
        name=document.name,
        task=values.get("task"),
        filter=values.get("filter"),
        now=parse_instant(values["now"]),
        users=tuple(values.get("users", ())),
        directory=values.get("directory"),
        match=as_tuple(expect["match"]) if "match" in expect else None,
        changes=tuple(expect["changes"]) if "changes" in expect else None,
        place=values.place,
        apps=values.get("apps", {}),
        groups=values.get("groups", {}),
    )


def _check_people(users: list[Placed], problems: Problems) -> None:
    """Nobody is made up twice: neither an e-mail address nor an account id."""
    seen: set[str] = set()
    for user in users:
        ids = {user[key].casefold(): key for key in ("email", "account_id") if key in user}
        for name, key in ids.items():
            if name in seen:
                message = f"{shown(user[key])} is there twice"
                problems.error(user.at(key), "twice", message, "give each person an address of their own")
        seen |= ids.keys()
