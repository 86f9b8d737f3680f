"""Conditions answered straight from the policy language's text, on plain dicts, one person and one fact at a time.

Nothing of the product is imported here. An answer is "yes", "no" or "unknown". A person, a group and an app are dicts
as in a directory file; a condition is the mapping that stands in a policy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

ABSENT = object()

STATES = ("active", "suspended", "deactivated", "not_invited", "for_deletion")
VERBS = {
    "add_to_groups": ["add_to_group"],
    "remove_from_groups": ["remove_from_group"],
    "remove_app_access": ["remove_from_group", "revoke_role"],
    "grant_app_access": ["add_to_group"],
    "sync_groups": ["add_to_group", "remove_from_group"],
    "suspend": ["suspend"],
    "restore": ["restore"],
    "deactivate": ["deactivate"],
    "reactivate": ["reactivate"],
}


@dataclass
class Given:
    """Everything an answer may rest on besides the person. ``past`` are changes, oldest first, as dicts with
    ``account_id``, ``verb``, ``target``, ``role``, ``after`` and ``tasks``."""

    directory: Json
    now: datetime
    filters: dict[str, Json] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    past: list[Json] = field(default_factory=list)


# Three-valued logic


def negated(answer: str) -> str:
    """Not: of an unknown it is unknown."""
    return {"yes": "no", "no": "yes", "unknown": "unknown"}[answer]


def every(answers: list[str]) -> str:
    """And."""
    if "no" in answers:
        return "no"
    return "unknown" if "unknown" in answers else "yes"


def some(answers: list[str]) -> str:
    """Or."""
    return negated(every([negated(answer) for answer in answers]))


def said(holds: bool) -> str:
    """Yes or no."""
    return "yes" if holds else "no"


# Texts, durations, times


def listed(value: Any) -> list[Any]:
    """One bare value is a list of one."""
    return value if isinstance(value, list) else [value]


def fits(pattern: str, text: str) -> bool:
    """A glob, by trying every length for every star."""
    pattern, text = pattern.casefold(), text.casefold()
    seen: dict[tuple[int, int], bool] = {}

    def rest(p: int, t: int) -> bool:
        if (p, t) not in seen:
            seen[p, t] = step(p, t)
        return seen[p, t]

    def step(p: int, t: int) -> bool:
        if p == len(pattern):
            return t == len(text)
        if pattern[p : p + 3] in ("[*]", "[?]"):
            return t < len(text) and text[t] == pattern[p + 1] and rest(p + 3, t + 1)
        if pattern[p] == "*":
            return any(rest(p + 1, later) for later in range(t, len(text) + 1))
        return t < len(text) and pattern[p] in ("?", text[t]) and rest(p + 1, t + 1)

    return rest(0, 0)


def earlier(now: datetime, length: str) -> datetime:
    """The instant a length of time before now."""
    count, unit = int(length.rstrip("hdwmoy")), length.lstrip("0123456789")
    if unit in ("h", "d", "w"):
        return now - timedelta(hours=count * {"h": 1, "d": 24, "w": 7 * 24}[unit])
    year, month = now.year, now.month
    for _ in range(count * 12 if unit == "y" else count):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    for day in (now.day, 30, 29, 28):
        try:
            return now.replace(year=year, month=month, day=min(day, now.day))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def instant(value: Any, given: Given) -> datetime | None:
    """A time; None where it is unknown: null, unreadable, or in the future."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    return time if time <= given.now else None


# Facts. ``None`` is unknown, in all of them.


def texts(person: Json, fact: str) -> list[str] | None:
    """A list of texts."""
    value = person.get(fact)
    return value if isinstance(value, list) and all(isinstance(entry, str) for entry in value) else None


def text(person: Json, fact: str) -> str | None:
    """A text."""
    value = person.get(fact)
    return value if isinstance(value, str) else None


def grants(holder: Json, fact: str) -> list[tuple[str, str]] | None:
    """Apps and roles: of a group, or given to a person directly."""
    value = holder.get(fact)
    if not isinstance(value, list) or not all(isinstance(entry, str | dict) for entry in value):
        return None
    return [(entry, "user") if isinstance(entry, str) else (entry["app"], entry.get("role", "user")) for entry in value]


def groups_of(person: Json, given: Given) -> list[Json] | None:
    """The groups that the person is in."""
    ids = texts(person, "groups")
    if ids is None:
        return None
    return [group for group in given.directory["groups"] if group["id"] in ids]


def sources(person: Json, given: Given) -> list[list[tuple[str, str]] | None]:
    """Where roles on apps may come from: each group, and what was given directly; None for each unknown one."""
    groups = groups_of(person, given)
    from_groups = [None] if groups is None else [grants(group, "grants") for group in groups]
    return [*from_groups, grants(person, "direct_access")]


def apps_named(names: list[str], given: Given) -> list[str]:
    """Ids of the apps: on any site, or on one."""
    wanted = [name.casefold() for name in names]
    return [
        app["id"]
        for app in given.directory["apps"]
        if "any" in wanted or app["key"].casefold() in wanted or f"{app['key']}@{app['site']}".casefold() in wanted
    ]


def uses(person: Json, app_id: str, given: Given) -> str:
    """Membership of a group that grants it, or a role given directly; not as a customer or user-access-admin."""
    answers = []
    for source in sources(person, given):
        if source is None:
            answers.append("unknown")
        else:
            roles = [role for app, role in source if app == app_id]
            answers.append(said(any(role not in ("customer", "user-access-admin") for role in roles)))
    return some(answers)


# Conditions


def answer(condition: Json, person: Json, given: Given) -> str:
    """Whether a condition matches a person."""
    ((name, value),) = condition.items()
    match name:
        case "all":
            return every([answer(each, person, given) for each in value])
        case "any":
            return some([answer(each, person, given) for each in value])
        case "none":
            return negated(some([answer(each, person, given) for each in value]))
        case "not":
            return negated(answer(value, person, given))
        case "filter":
            return answer(given.filters[value], person, given)
        case "inactive" | "active" | "never_active" | "added" | "date":
            return answer_times(name, value, person, given)
        case "app" | "only_apps" | "role" | "group":
            return answer_access(name, value, person, given)
        case "acted_on":
            return answer_acted_on(value, person, given)
    return answer_person(name, value, person, given)


def answer_person(name: str, value: Any, person: Json, given: Given) -> str:
    """What the person is called and what they are."""
    match name:
        case "managed" | "synced" | "mfa":
            return said(person[name] is value) if isinstance(person.get(name), bool) else "unknown"
        case "account_id":
            return said(person["account_id"].casefold() in [each.casefold() for each in listed(value)])
        case "listed_in":
            return answer_listed(given.lists[value], person)
        case "search":
            shown = [text(person, "name"), text(person, "email")]
            return some(["unknown" if it is None else said(value.casefold() in it.casefold()) for it in shown])
        case "status":
            known = text(person, "status")
            return said(known in listed(value)) if known in STATES else "unknown"
        case "email_domain":
            return answer_domain(listed(value), text(person, "email"))
    if name not in ("email", "name") and person.get(name, ABSENT) is None:
        return "no"  # a profile that says nothing
    known = text(person, name)
    return "unknown" if known is None else said(any(fits(pattern, known) for pattern in listed(value)))


def answer_listed(entries: list[str], person: Json) -> str:
    """An account id or an address in a list, whatever their case; an id is no address."""
    if person["account_id"].casefold() in [entry.casefold() for entry in entries]:
        return "yes"
    email = text(person, "email")
    if email is None:
        return "unknown" if any("@" in entry for entry in entries) else "no"
    return said(email.casefold() in [entry.casefold() for entry in entries])


def answer_domain(domains: list[str], email: str | None) -> str:
    """The domain exactly, or anything below it where it is written with a star."""
    if email is None or not email.rpartition("@")[0] or not email.rpartition("@")[2]:
        return "unknown"
    own = email.rpartition("@")[2].casefold()
    for domain in domains:
        wanted = domain.casefold()
        if own == wanted or (wanted.startswith("*.") and own.endswith(wanted[1:])):
            return "yes"
    return "no"


def answer_access(name: str, value: Any, person: Json, given: Given) -> str:
    """Groups, apps and roles."""
    every_app = apps_named(["any"], given)
    match name:
        case "group":
            groups = groups_of(person, given)
            if groups is None:
                return "unknown"
            return said(any(fits(pattern, group["name"]) for pattern in listed(value) for group in groups))
        case "app":
            return some([uses(person, app, given) for app in apps_named(listed(value), given)])
        case "only_apps":
            named = apps_named(listed(value), given)
            others = [app for app in every_app if app not in named]
            one = some([uses(person, app, given) for app in named])
            return every([one, negated(some([uses(person, app, given) for app in others]))])
    if isinstance(value, dict):
        named = apps_named(listed(value["app"]), given) if "app" in value else every_app
        return answer_role(listed(value["is"]), person, given, named, counts_organization="app" not in value)
    return answer_role(listed(value), person, given, every_app, counts_organization=True)


def answer_role(roles: list[str], person: Json, given: Given, apps: list[str], *, counts_organization: bool) -> str:
    """A role in the organization or on an app. An org admin is one of the organization, never of an app."""
    wanted = [role.casefold() for role in roles]
    answers = []
    if counts_organization:
        own = texts(person, "roles")
        answers.append("unknown" if own is None else said(any(role.casefold() in wanted for role in own)))
    for source in sources(person, given):
        if source is not None:
            answers.append(said(any(app in apps and role.casefold() in wanted for app, role in source)))
        elif not counts_organization or wanted != ["org-admin"] * len(wanted):
            answers.append("unknown")
    return some(answers)


def answer_times(name: str, value: Any, person: Json, given: Given) -> str:
    """When the person joined, when they used something, what day it is."""
    added = instant(person.get("added"), given)
    if name == "date":
        today = given.now.strftime("%Y-%m-%d")
        return said(
            ("after" not in value or today > value["after"]) and ("before" not in value or today < value["before"])
        )
    if name == "added":
        if added is None:
            return "unknown"
        over = "over" not in value or added <= earlier(given.now, value["over"])
        return said(over and ("within" not in value or added > earlier(given.now, value["within"])))
    times = uses_of(value["app"] if isinstance(value, dict) and "app" in value else "any", person, given)
    known = [time for time in times if time is not None]
    maybe = ["unknown"] if None in times else []
    if name == "never_active":
        return negated(some([*maybe, said(bool(known))]))
    limit = earlier(given.now, value["within"] if name == "active" else value["for"])
    if name == "active":
        return some([*maybe, *(said(time > limit) for time in known)])
    if times:
        return every([*maybe, *(said(time <= limit) for time in known)])
    match value.get("never_active", "since_added"):
        case "match":
            return "yes"
        case "skip":
            return "no"
    return "unknown" if added is None else said(added <= limit)


def uses_of(apps: Any, person: Json, given: Given) -> list[datetime | None]:
    """When each of the apps was last used; an app never used is not in the list, None is an unknown time."""
    if not isinstance(person.get("last_active"), dict):
        return [None]
    activity: Json = person["last_active"]
    counted = list(activity) if "any" in listed(apps) else apps_named(listed(apps), given)
    return [instant(activity[app], given) for app in counted if app in activity]


def answer_acted_on(value: Json, person: Json, given: Given) -> str:
    """Whether all that the task's action ever changed about the person was last changed by it, and is still so."""
    own = [change for change in given.past if change["account_id"] == person["account_id"]]
    made = [change for change in own if value["task"] in change["tasks"] and change["verb"] in VERBS[value["action"]]]
    if not made:
        return "no"
    answers = []
    for change in made:
        last = next(each for each in reversed(own) if about(each) == about(change))
        answers.append(said(last in made))
        answers.append(still(last, person))
    return every(answers)


def about(change: Json) -> tuple[str, Any, Any]:
    """What a change is about: the status, a membership, a role on an app."""
    kind = {"add_to_group": "group", "remove_from_group": "group", "grant_role": "role", "revoke_role": "role"}
    return kind.get(change["verb"], "status"), change["target"], change["role"]


def still(change: Json, person: Json) -> str:
    """Whether the person is as the change left them."""
    kind, target, role = about(change)
    if kind == "status":
        status = text(person, "status")
        return said(status == change["after"]) if status in STATES else "unknown"
    held: list[Any] | None = texts(person, "groups") if kind == "group" else grants(person, "direct_access")
    if held is None:
        return "unknown"
    return said(((target if kind == "group" else (target, role)) in held) is change["after"])
