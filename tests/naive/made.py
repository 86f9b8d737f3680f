"""Random organizations, pasts and filters that crowd together where evaluators disagree: at exact instants, at months'
ends, between unknown and nothing, on several sites, in letters that fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tests.naive.answer import ABSENT, STATES, VERBS, Given, Json, earlier

NOWS = [
    datetime(2026, 11, 22, 6, tzinfo=UTC),
    datetime(2024, 2, 29, tzinfo=UTC),
    datetime(2025, 2, 28, 12, 30, tzinfo=UTC),
    datetime(2026, 3, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2026, 12, 31, 0, 0, 0, 1, tzinfo=UTC),
    datetime(2027, 1, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
]
LENGTHS = ["12h", "90d", "6w", "1mo", "6mo", "1y", "4y"]
APPS: list[Json] = [
    {"id": "a-jira-1", "key": "jira-software", "site": "acme", "seats": 5},
    {"id": "a-jira-2", "key": "jira-software", "site": "beta", "seats": None},
    {"id": "a-conf", "key": "confluence", "site": "acme", "seats": 3},
    {"id": "a-trello", "key": "trello", "site": "beta"},
]
APP_NAMES = [
    "jira-software",
    "jira-software@acme",
    "Jira-Software@beta",
    "confluence",
    "trello",
    "trello@beta",
    "any",
    "any",
]
ROLES = ["user", "admin", "guest", "customer", "user-access-admin", "basic", "org-admin", "site-admin"]
GROUP_NAMES = ["jira-users", "Jira-Admins", "straße", "a*b", "axb", "service-accounts", "[eng]", ""]
TEXTS = [
    "Ann",
    "ANN LEE",
    "Straße",
    "STRASSE",
    "José",
    "Jose\u0301",
    "a*b",
    "axb",
    "a?b",
    "[x]",
    "",
    "ann\nlee",
    "ΣΑΣ",
    "σας",
]
EMAILS = [
    "ann@acme.example", "ANN@ACME.EXAMPLE", "bo@it.acme.example", "cy@deep.it.acme.example", "di@notacme.example",
    "no-address", "@acme.example", "ed@", "f@g@acme.co.uk", "straße@acme.co.uk",
]  # fmt: skip
PATTERNS = [
    "ann*", "*LEE", "strasse", "stra?e", "stra??e", "jos?", "josé", "*é", "a[*]b", "a?b", "a[?]b", "[x]",
    "[[]x]", "*", "?", "**", "ann?", "straß*", "*a*a*", "jira-*", "JIRA-ADMINS", "*@acme.example", "nobody", "σασ",
    "ann?lee",
]  # fmt: skip
DOMAINS = ["acme.example", "*.acme.example", "ACME.co.uk", "*.it.acme.example", "*.example", "nowhere.example"]
PROFILE = ["job_title", "department", "organization", "location", "time_zone"]
ACCOUNTS = ["u-0", "U-1", "u-2", "u-3", "u-4", "u-5"]
GROUP_IDS = [f"g-{number}" for number in range(5)]
LISTS = {
    "leavers": ["ann@acme.example", "u-2", "gone@acme.example"],
    "ids": ["u-0", "U-1"],
    "nobody": [],
}
TRICKY = ["inactive", "active", "added", "app", "only_apps", "role", "date", "acted_on"]
"""Conditions to ask more often than the others."""
DAYS = ["2026-11-21", "2026-11-22", "2026-11-23", "2024-02-29", "2026-12-31", "2027-01-01"]


def mostly(value: st.SearchStrategy[Any], *others: Any) -> st.SearchStrategy[Any]:
    """Nearly always the value; else one of the others, or nothing at all."""
    return st.integers(0, 9).flatmap(lambda n: st.sampled_from([*others, ABSENT]) if n == 9 else value)


def with_gaps(facts: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Json]:
    """A dict of these facts without those that are absent."""
    return st.fixed_dictionaries(facts).map(lambda all_: {key: it for key, it in all_.items() if it is not ABSENT})


def some_of(values: Sequence[str], most: int = 3) -> st.SearchStrategy[list[str]]:
    """A few of the values."""
    return st.lists(st.sampled_from(values), max_size=most, unique=True)


def one_or_more(values: list[str]) -> st.SearchStrategy[Any]:
    """One bare value, or a list."""
    return st.sampled_from(values) | st.lists(st.sampled_from(values), min_size=1, max_size=3)


# Organizations


@cache
@st.composite
def times(draw: st.DrawFn, now: datetime) -> Any:
    """A time close to where a length of time before ``now`` ends, written one way or another; or no time at all."""
    kind = draw(st.integers(0, 19))
    if kind == 0:
        return draw(st.sampled_from([None, "yesterday", "2026-13-01T00:00:00Z", 20260101, "9999-12-31T23:59:59Z"]))
    if kind == 1:
        return draw(st.sampled_from(["2025-11-22", "2026-05-01", "2024-02-29", "2026-02-28T00:00:00"]))
    steps = st.sampled_from([timedelta(0), timedelta(0), timedelta(microseconds=1), timedelta(hours=25)])
    edge = now if kind == 2 else earlier(now, draw(st.sampled_from(LENGTHS)))
    time = edge + draw(st.sampled_from([1, -1])) * draw(steps)
    zone = draw(st.sampled_from([timedelta(0), timedelta(hours=5, minutes=30), timedelta(hours=-8)]))
    local = time.astimezone(timezone(zone))
    return local.isoformat()


@cache
def role_grants() -> st.SearchStrategy[list[Any]]:
    """Apps with and without a role."""
    app = st.sampled_from([entry["id"] for entry in APPS])
    with_role = st.fixed_dictionaries({"app": app, "role": st.sampled_from(ROLES)})
    return st.lists(app | with_role, max_size=2)


@cache
def a_group(group_id: str) -> st.SearchStrategy[Json]:
    """A group; what it grants is unknown now and then."""
    granted = mostly(role_grants(), None, [5])
    return with_gaps({"id": st.just(group_id), "name": st.sampled_from(GROUP_NAMES), "grants": granted})


@cache
def a_user(account_id: str, now: datetime, group_ids: tuple[str, ...]) -> st.SearchStrategy[Json]:
    """A person; any fact may be absent, null or nonsense."""
    flag = mostly(st.booleans(), None, "yes")
    activity = st.dictionaries(st.sampled_from([*(app["id"] for app in APPS), "a-gone"]), times(now), max_size=3)
    return with_gaps(
        {
            "account_id": st.just(account_id),
            "email": mostly(st.sampled_from(EMAILS), None, 7),
            "name": mostly(st.sampled_from(TEXTS), None),
            "status": mostly(st.sampled_from(STATES), None, "asleep"),
            **dict.fromkeys(("managed", "synced", "mfa"), flag),
            "added": times(now),
            "roles": mostly(some_of(ROLES, 2), None, "org-admin"),
            "last_active": mostly(activity, None, []),
            "groups": mostly(some_of(group_ids) if group_ids else st.just([]), None, [None]),
            "direct_access": mostly(role_grants(), None),
            **{fact: mostly(st.sampled_from(TEXTS), None, 3) for fact in PROFILE},
        },
    )


@cache
@st.composite
def directories(draw: st.DrawFn, now: datetime) -> Json:
    """An organization of some people, read at ``now`` or a little later."""
    group_ids = tuple(sorted(draw(some_of(GROUP_IDS, 4))))
    people = ACCOUNTS[: draw(st.integers(2, 6))]
    return {
        "format": 1,
        "taken_at": (now + draw(st.sampled_from([timedelta(0), timedelta(days=1)]))).isoformat(),
        "organization": "acme",
        "complete": True,
        "apps": draw(st.lists(st.sampled_from(APPS), min_size=4, max_size=4, unique_by=lambda app: app["id"])),
        "groups": [draw(a_group(group_id)) for group_id in group_ids],
        "users": [draw(a_user(account_id, now, group_ids)) for account_id in sorted(people)],
    }


@cache
@st.composite
def changes(draw: st.DrawFn, now: datetime) -> Json:
    """A change that one task made, or two."""
    verb = draw(st.sampled_from(sorted({verb for verbs in VERBS.values() for verb in verbs} | {"grant_role"})))
    after: Any = {
        "suspend": "suspended", "restore": "active", "deactivate": "deactivated", "reactivate": "active",
        "add_to_group": True, "grant_role": True,
    }.get(verb, False)  # fmt: skip
    target = None
    if verb.endswith("_group"):
        target = draw(st.sampled_from(GROUP_IDS[:2]))
    elif verb.endswith("_role"):
        target = draw(st.sampled_from([app["id"] for app in APPS[:2]]))
    return {
        "account_id": draw(st.sampled_from(ACCOUNTS[:2])),
        "verb": verb,
        "target": target,
        "role": draw(st.sampled_from(["user", "admin"])) if verb.endswith("_role") else None,
        "after": after,
        "tasks": draw(st.lists(st.sampled_from(["tidy", "sweep"]), min_size=1, unique=True)),
        "at": (now - timedelta(days=draw(st.integers(0, 50)))).isoformat(),
    }


def action_of(change: Json) -> str:
    """An action that makes such changes."""
    return next((action for action, verbs in VERBS.items() if change["verb"] in verbs), "suspend")


# Filters


def mapping(required: dict[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    """A condition's parameters."""
    return st.fixed_dictionaries(required, optional=optional)


@cache
def questions() -> dict[str, st.SearchStrategy[Any]]:
    """Parameters of each condition that asks about a person, by its name."""
    length, apps, globs, flag = st.sampled_from(LENGTHS), one_or_more(APP_NAMES), one_or_more(PATTERNS), st.booleans()
    unused = st.sampled_from(["since_added", "match", "skip"])
    task, action = st.sampled_from(["tidy", "sweep", "other"]), st.sampled_from(sorted(VERBS))
    two = st.fixed_dictionaries({}, optional={"over": length, "within": length}).filter(bool)
    span = st.fixed_dictionaries({}, optional={"after": st.sampled_from(DAYS), "before": st.sampled_from(DAYS)})
    return {
        "status": one_or_more(list(STATES)),
        **dict.fromkeys(("managed", "synced", "mfa"), flag),
        **dict.fromkeys(("email", "name", "group", *PROFILE), globs),
        "email_domain": one_or_more(DOMAINS),
        "search": st.sampled_from(["ann", "ASS", "é", "@acme", "*", "zz"]),
        "account_id": one_or_more(["U-0", "u-1", "u-5", "u-9"]),
        "listed_in": st.sampled_from(sorted(LISTS)),
        "app": apps,
        "only_apps": apps,
        "role": one_or_more(ROLES) | mapping({"is": one_or_more(ROLES)}, app=apps),
        "inactive": mapping({"for": length}, app=apps, never_active=unused),
        "active": mapping({"within": length}, app=apps),
        "never_active": st.just(value=True) | mapping({"app": apps}),
        "added": two,
        "date": span.filter(bool),
        "acted_on": mapping({"task": task, "action": action}),
    }


def one_key(choices: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Json]:
    """A mapping with exactly one of these keys."""
    return st.one_of([st.fixed_dictionaries({name: value}) for name, value in choices.items()])


@cache
def leaves() -> st.SearchStrategy[Json]:
    """Conditions that combine no others."""
    return one_key(questions()) | one_key({name: questions()[name] for name in TRICKY})


@cache
def conditions(*saved: str) -> st.SearchStrategy[Json]:
    """Nested conditions; ``saved`` are names of filters that they may use."""
    simple = leaves() | st.sampled_from(saved).map(lambda name: {"filter": name}) if saved else leaves()

    def nested(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
        several = st.lists(inner, min_size=1, max_size=3)
        return one_key({"all": several, "any": several, "none": several, "not": inner})

    return st.recursive(simple, nested, max_leaves=8)


@dataclass(frozen=True)
class Case:
    """An organization at one moment, and filters to try on everybody in it."""

    given: Given
    written: tuple[Json, ...]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Some people, some filters."""
    now = draw(st.sampled_from(NOWS))
    saved = {"saved-a": draw(conditions())}
    saved["saved-b"] = draw(conditions("saved-a"))
    directory, past = draw(directories(now)), draw(st.lists(changes(now), max_size=9))
    nested = draw(st.lists(conditions("saved-a", "saved-b"), min_size=2, max_size=5))
    # By themselves too: within a combination most wrong answers do not show.
    alone = draw(st.lists(leaves(), min_size=4, max_size=8))
    alone += [{"acted_on": {"task": change["tasks"][0], "action": action_of(change)}} for change in past[-4:]]
    return Case(Given(directory, now, saved, LISTS, past), (*nested, *alone))
