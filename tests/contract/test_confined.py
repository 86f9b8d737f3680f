"""Reading only the people whom the tasks can be about changes no plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner.directory.atlassian.http import Client
from runner.directory.atlassian.read import AtlassianReader
from runner.engine.confine import confinement
from runner.model.history import History
from runner.model.plan import Plan
from runner.model.policy import Exemption, Policies, Protect, SavedFilter, Select, Settings, Task
from runner.model.problem import NOWHERE
from runner.run.planning import make_plan, need_of
from runner.run.session import Session
from tests.contract.directories import Clock, Json, connection
from tests.emulator import Emulator, Entry, Options
from tests.naive.build import build_condition
from tests.unit.engine.made import NOW, WIDE, group, policies, task, user

SITE = "site/1"
JIRA, WIKI = f"ari:cloud:jira::{SITE}", f"ari:cloud:wiki::{SITE}"
GROUPS = ["both", "guests", "idp", "jira", "plain", "wiki"]
DOMAINS = ["acme.example", "contractor.acme.example"]
STATUSES = ["active", "suspended", "deactivated", "not_invited"]


def organization(users: Sequence[Json], seats: int | None = None) -> Json:
    """Two apps, six groups, and these people."""
    return {
        "format": 1, "taken_at": "2026-11-22T06:00:00Z", "organization": "acme", "complete": True,
        "apps": [
            {"id": JIRA, "key": "jira", "site": "acme", "seats": seats}, {"id": WIKI, "key": "wiki", "site": "acme"},
        ],
        "groups": [
            group("both", JIRA, WIKI), group("guests", {"app": WIKI, "role": "guest"}),
            group("idp", JIRA, managed_by_idp=True), group("jira", JIRA, default_for=[JIRA]), group("plain"),
            group("wiki", WIKI, default_for=[WIKI]),
        ],
        "users": list(users),
    }  # fmt: skip


def plan_of(rules: Policies, emulator: Emulator, *, spare: int, tasks: Sequence[Task] | None = None) -> Plan:
    """The plan of all tasks; ``spare`` decides whether only some people are read."""
    clock = Clock()
    reader = AtlassianReader(Client(connection(emulator), clocks=clock.clocks), spare=spare)
    session = Session(rules, reader, NOW, clock.now)
    return make_plan(session, tasks or list(rules.tasks.values()), History()).plan


ALWAYS, NEVER = -10_000, 10_000


def people() -> st.SearchStrategy[list[Json]]:
    """Ten people of all sorts; the first two are org admins."""
    grant = st.fixed_dictionaries({"app": st.sampled_from([JIRA, WIKI]), "role": st.sampled_from(["user", "guest"])})
    times = st.sampled_from(["2026-01-01T00:00:00Z", "2026-11-20T00:00:00Z"])

    def person(number: int) -> st.SearchStrategy[Json]:
        facts: dict[str, st.SearchStrategy[Any]] = {
            "email": st.sampled_from(DOMAINS).map(lambda domain: f"u{number}@{domain}"),
            "status": st.sampled_from(STATUSES),
            "groups": st.lists(st.sampled_from(GROUPS), unique=True, max_size=3).map(sorted),
            "direct_access": st.lists(grant, max_size=1),
            "last_active": st.fixed_dictionaries({}, optional={JIRA: times, WIKI: times}),
            "managed": st.booleans(),
            "roles": st.just(["org-admin"] if number < 2 else []),
        }
        return st.fixed_dictionaries(facts).map(lambda found: user(f"u-{number}", **found))

    return st.tuples(*map(person, range(10))).map(list)


def conditions() -> st.SearchStrategy[Json]:
    """Conditions that are confined, and some that are not."""
    some = st.one_of(
        st.lists(st.sampled_from(GROUPS), min_size=1, max_size=2, unique=True).map(lambda names: {"group": names}),
        st.sampled_from(DOMAINS).map(lambda domain: {"email_domain": [domain]}),
        st.lists(st.sampled_from(STATUSES), min_size=1, max_size=2, unique=True).map(lambda found: {"status": found}),
    )
    other = st.sampled_from(
        [
            {"inactive": {"for": "90d"}},
            {"app": "jira"},
            {"not": {"group": "plain"}},
            {"managed": True},
            {"group": "*i*"},
        ]
    )
    both = st.tuples(some, st.lists(some | other, max_size=2)).map(lambda found: {"all": [found[0], *found[1]]})
    return st.one_of(both, st.lists(both, min_size=1, max_size=2).map(lambda found: {"any": found}), other)


def wanted() -> st.SearchStrategy[list[Any]]:
    """One or two actions."""
    names = st.lists(st.sampled_from(GROUPS), min_size=1, max_size=2, unique=True)
    app = st.sampled_from(["jira", "wiki"])
    action = st.one_of(
        st.fixed_dictionaries({"remove_from_groups": names}), st.fixed_dictionaries({"remove_app_access": app}),
        st.fixed_dictionaries({"add_to_groups": names}), st.sampled_from(["suspend", "restore", "deactivate"]),
        st.fixed_dictionaries({"grant_app_access": app}),
    )  # fmt: skip
    return st.lists(action, min_size=1, max_size=2, unique_by=str)


def exempting() -> st.SearchStrategy[list[tuple[Json, bool]]]:
    """Whom exemptions are about, and whether each is for the first task alone."""
    role = st.sampled_from(["user", "guest", "org-admin"])
    app = st.sampled_from(["jira", "wiki"])
    condition = st.one_of(
        conditions(), app.map(lambda name: {"app": name}), app.map(lambda name: {"only_apps": name}),
        app.map(lambda name: {"not": {"inactive": {"app": name, "for": "90d"}}}), role.map(lambda name: {"role": name}),
    )  # fmt: skip
    who = st.one_of(
        condition.map(lambda found: {"filter": found}), st.sampled_from(GROUPS).map(lambda name: {"group": name}),
        st.sampled_from(DOMAINS).map(lambda name: {"email_domain": name}), st.just({"user": "u-4"}),
    )  # fmt: skip
    return st.lists(st.tuples(who, st.booleans()), max_size=2)


def exempted(rules: Policies, found: Sequence[tuple[Json, bool]]) -> Policies:
    """The same policies with these exemptions."""
    filters, exemptions = {}, []
    for number, (who, first) in enumerate(found):
        name, tasks = f"f-{number}", frozenset({"t-0"}) if first else None
        if "filter" in who:
            filters[name] = SavedFilter(name, "", build_condition(who["filter"], {}), NOWHERE)
        about = {"filter": name} if "filter" in who else who
        exemptions.append(Exemption("leave", "hr@acme.example", date(2027, 1, 1), NOWHERE, tasks=tasks, **about))
    return replace(rules, filters=filters, exemptions=tuple(exemptions))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    users=people(), seats=st.sampled_from([None, 2, 20]), limited=st.booleans(),
    found=st.lists(st.tuples(conditions(), wanted(), st.booleans()), min_size=1, max_size=3), exempt=exempting(),
)  # fmt: skip
def test_the_plan_is_the_same_whoever_else_was_read(
    users: list[Json],
    seats: int | None,
    limited: bool,
    found: list[tuple[Json, list[Any], bool]],
    exempt: list[tuple[Json, bool]],
) -> None:
    """Digest, blocked changes and refusals are those of a reading of everybody, and so is who is exempt."""
    tasks = [task(f"t-{n}", match, *actions, may_empty=empty) for n, (match, actions, empty) in enumerate(found)]
    protect = Protect(users=("u2@acme.example", "u-3"), groups=("plain",)) if limited else Protect()
    users = [u | {"email": "u2@acme.example"} if u["account_id"] == "u-2" else u for u in users]
    rules = exempted(replace(policies(*tasks), settings=Settings(protect=protect, limits=WIDE)), exempt)
    with Emulator(organization(users, seats)) as emulator:
        some, everybody = (plan_of(rules, emulator, spare=spare) for spare in (ALWAYS, NEVER))
        assert emulator.crashes == []
    assert some.digest == everybody.digest
    assert some.changes == everybody.changes
    assert some.refusals == everybody.refusals
    assert some.skips == everybody.skips
    assert some.snapshot.users == everybody.snapshot.users


def test_a_group_that_cannot_grant_the_app_hinders_nobody() -> None:
    """What it grants was not read, but all groups that grant the app were: it is none of them."""
    guest = user("u-9", email="u9@contractor.acme.example", groups=["guests"], direct_access=[{"app": JIRA}])
    people = [user(f"u-{n}", roles=["org-admin"] if n < 2 else [], groups=["jira"]) for n in range(9)]
    takes = task("t", {"email_domain": ["contractor.acme.example"]}, {"remove_app_access": "jira"})
    with Emulator(organization([*people, guest])) as emulator:
        some = plan_of(replace(policies(takes), settings=Settings(limits=WIDE)), emulator, spare=ALWAYS)
    assert [(change.account_id, change.verb) for change in some.changes] == [("u-9", "revoke_role")]
    assert some.skips == ()


def test_whoever_is_granted_an_app_need_not_know_anybody_in_its_default_group() -> None:
    """Which group is the default one is known also where nobody of the task is in it yet."""
    guest = user("u-9", email="u9@contractor.acme.example", groups=["plain"])
    people = [user(f"u-{n}", roles=["org-admin"] if n < 2 else [], groups=["wiki"]) for n in range(9)]
    gives = task("t", {"email_domain": ["contractor.acme.example"]}, {"grant_app_access": "jira"})
    with Emulator(organization([*people, guest])) as emulator:
        some = plan_of(replace(policies(gives), settings=Settings(limits=WIDE)), emulator, spare=ALWAYS)
    assert [(c.account_id, c.verb, c.target and c.target.id) for c in some.changes] == [("u-9", "add_to_group", "jira")]


def searched(emulator: Emulator) -> list[Entry]:
    """The searches for people."""
    return [entry for entry in emulator.log if entry.path.endswith("/users/search")]


CROWD = [user(f"u-{n}", roles=["org-admin"] if n < 2 else [], groups=["jira", "plain"] if n < 9 else ["wiki"],
              status="suspended" if n == 8 else "active") for n in range(20)]  # fmt: skip


def test_whoever_no_task_is_about_is_not_read() -> None:
    """Only members of the group, org admins, and whom the settings name."""
    rules = policies(task("t", {"group": "plain"}, "suspend"), users=("u-12",))
    with Emulator(organization(CROWD)) as emulator:
        plan = plan_of(rules, emulator, spare=ALWAYS)
        asked = [sorted(entry.body.keys() - {"expand", "limit", "cursor"}) for entry in searched(emulator)]
    assert asked == [["groupIds"], ["roleIds"], ["accountIds"]]
    assert plan.snapshot.users == 20
    assert {change.account_id for change in plan.changes} == {f"u-{n}" for n in range(2, 8)}


@pytest.mark.parametrize(
    ("actions", "why"),
    [
        ([{"add_to_groups": "wiki"}], "whether a seat is free is a matter of everybody"),
        (["restore"], "somebody restored takes a seat"),
        ([{"remove_from_groups": "jira"}], "whether a group is emptied, too"),
    ],
)
def test_what_rests_on_everybody_reads_everybody(actions: list[Any], why: str) -> None:
    """A plan that a part of the people cannot vouch for is made again with all of them."""
    status = "suspended" if actions == ["restore"] else "active"
    rules = policies(task("t", {"all": [{"group": "plain"}, {"status": status}]}, *actions))
    users = [u | {"roles": []} for u in CROWD] if "remove" in str(actions) else CROWD
    users = [u | {"groups": ["plain"]} if n > 8 else u for n, u in enumerate(users)]
    with Emulator(organization(users[:9] if "remove" in str(actions) else users)) as emulator:
        plan_of(rules, emulator, spare=ALWAYS)
        everybody = [
            entry for entry in searched(emulator) if "groupIds" not in entry.body and "roleIds" not in entry.body
        ]
    assert len(everybody) == 1, why


def test_somebody_in_two_directories_is_read_in_both() -> None:
    """Activity and groups belong to a directory: with several of them everybody is read, and nobody looks idle."""
    rules = policies(task("t", {"all": [{"group": "plain"}, {"inactive": {"for": "90d"}}]}, "suspend"))
    busy = user("u-9", groups=["plain", "wiki"], last_active={WIKI: "2026-11-21T00:00:00Z"})
    known = organization([*CROWD, busy])
    known["apps"][1]["site"] = "labs"
    options = Options(directories={"dir-1": ("acme",), "dir-2": ("labs",)})
    with Emulator(known, options=options) as emulator:
        plan = plan_of(rules, emulator, spare=ALWAYS)
        assert all("groupIds" not in entry.body for entry in searched(emulator))
    assert "u-9" not in {change.account_id for change in plan.changes}


def test_reading_some_has_to_be_worth_it() -> None:
    """Where it would save next to nothing, everybody is read: the report then knows all seats."""
    rules = policies(task("t", {"status": "active"}, "suspend"))
    with Emulator(organization(CROWD)) as emulator:
        plan_of(rules, emulator, spare=10)
        assert [set(entry.body) - {"expand", "limit"} for entry in searched(emulator)] == [set()]


NOT_CONFINED = [
    task("sync", {"group": "plain"}, {"sync_groups": ["jira"]}),
    task("grant", {"group": "plain"}, {"grant_app_access": "jira"}),
    task(
        "seats",
        {"group": "plain"},
        {"remove_app_access": "jira"},
        select=Select(keep_free_app="jira", keep_free_seats=1),
    ),
    task("glob", {"group": "pl*"}, "suspend"),
    task("letters", {"group": "straße"}, "suspend"),
    task("below", {"email_domain": "*.acme.example"}, "suspend"),
    task("not", {"not": {"status": "active"}}, "suspend"),
    task("any", {"any": [{"status": "active"}, {"managed": True}]}, "suspend"),
]


@pytest.mark.parametrize("one", NOT_CONFINED, ids=lambda one: one.name)
def test_some_tasks_look_at_everybody(one: Task) -> None:
    """Exact members, default groups, free seats, wildcards, letters that fold, negations and half-confined choices."""
    assert confinement([one]) == ()
    assert confinement([task("plain", {"group": "plain"}, "suspend"), one]) == ()


def test_what_settings_and_exemptions_name_is_needed() -> None:
    """Protected people and groups are looked up by name, so that every entry is resolved."""
    rules = policies(task("t", {"group": ["plain", "jira"]}, {"add_to_groups": ["wiki"]}))
    protect = Protect(users=("a@acme.example",), groups=("idp",), min_members={"both": 1})
    need = need_of(list(rules.tasks.values()), replace(rules, settings=Settings(protect=protect)))
    assert need.people == {"a@acme.example"}
    assert need.groups == {"plain", "jira", "wiki", "idp", "both"}
    (entry,) = need.confined
    assert entry.groups == {"plain", "jira"}
