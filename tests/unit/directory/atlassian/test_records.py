"""The API's records and names for things, as facts of the model."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from runner.directory.atlassian.harvest import Harvest
from runner.directory.atlassian.records import (
    direct_grants_of_records,
    grants_of_records,
    group_of_record,
    user_of_record,
)
from runner.directory.atlassian.resources import Resources, app_of_workspace
from runner.directory.facts import Facts
from runner.model.people import App, Grant, User
from runner.model.unknown import UNKNOWN

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
JIRA, WIKI = "ari:cloud:jira-software::site/1", "ari:cloud:confluence::site/1"
APPS = (App(JIRA, "jira-software", "acme", 5), App(WIKI, "confluence", "acme"))


def user(**record: Any) -> User:
    """A person as the search gives them."""
    return user_of_record({"accountId": "a-1", **record}, Facts(NOW), Resources(APPS), "dir-1")


def test_a_person_without_facts_is_unknown_in_everything() -> None:
    """Every field may be missing."""
    facts = user()
    assert {getattr(facts, name) for name in ("email", "status", "managed", "synced", "mfa", "added", "roles")} == {
        UNKNOWN
    }
    assert (facts.last_active, facts.groups, facts.direct_access) == (UNKNOWN, UNKNOWN, UNKNOWN)
    assert facts.directories == ("dir-1",)


def test_words_and_ids_become_ours() -> None:
    """Roles lose their prefix, groups their ARI, claims become yes and no."""
    facts = user(
        platformRoles=["atlassian/org-admin", "atlassian/new-role"], claimStatus="unmanaged", managementSource="synced",
        groups=[{"id": "ari:cloud:identity::group/g-1", "name": "x"}, {"id": "g-2"}], jobTitle=None,
        addedToOrg="2024-01-01T00:00:00.000Z", deactivatedOn=None, forDeletion=False,
    )  # fmt: skip
    assert facts.roles == frozenset({"org-admin", "new-role"})
    assert (facts.managed, facts.synced, facts.job_title, facts.department) == (False, True, None, UNKNOWN)
    assert facts.groups == frozenset({"g-1", "g-2"})
    assert facts.added == datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("source", [None, "elsewhere", 3])
def test_a_word_that_nobody_knows_is_unknown(source: object) -> None:
    """An open enumeration is no reason to guess."""
    assert user(managementSource=source).synced is UNKNOWN


def test_who_has_no_membership_is_in_no_directory() -> None:
    """Managed accounts are listed even where they are no members."""
    assert user(membershipStatus="no_membership").directories == ()


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([{"id": JIRA, "lastActiveTimestamp": "2026-11-01T00:00:00.123456789Z"}],
         {JIRA: datetime(2026, 11, 1, 0, 0, 0, 123456, tzinfo=UTC)}),
        ([{"id": "ari:cloud:jira::site/1", "lastActiveTimestamp": "2026-11-01"}],
         {JIRA: datetime(2026, 11, 1, tzinfo=UTC)}),
        ([{"id": "ari:cloud:jira-core::site/1", "lastActiveTimestamp": "2026-10-01"},
          {"id": JIRA, "lastActiveTimestamp": "2026-11-01"}], {JIRA: datetime(2026, 11, 1, tzinfo=UTC)}),
        ([{"id": JIRA, "lastActiveTimestamp": "2026-11-01"}, {"id": "ari:cloud:jira::site/1"}], {JIRA: UNKNOWN}),
        ([{"id": "ari:cloud:jira::site/2", "lastActiveTimestamp": "2026-11-01"}],
         {"ari:cloud:jira::site/2": datetime(2026, 11, 1, tzinfo=UTC)}),
        ([{"id": JIRA, "lastActiveTimestamp": "2027-01-01"}], {JIRA: UNKNOWN}),
        ([{"id": JIRA, "lastActiveTimestamp": None}], {JIRA: UNKNOWN}),
        ([], {}),
        ([{"lastActiveTimestamp": "2026-11-01"}], UNKNOWN),
        ("never", UNKNOWN),
        (None, UNKNOWN),
    ],
)  # fmt: skip
def test_activity_finds_its_app_by_site_and_family(entries: Any, expected: object) -> None:
    """By the id verbatim, else by cloud id and family of products; never a time that cannot be read."""
    assert user(productAccess=entries).last_active == expected


@pytest.mark.parametrize(
    ("record", "external"),
    [
        ({"managementAccess": {"modifiable": False}, "externalSynced": False}, True),
        ({"managementAccess": {"modifiable": True}, "externalSynced": True}, True),
        ({"managementAccess": {"modifiable": True}, "managedBy": "admins"}, False),
        ({"externalSynced": False}, False), ({"managedBy": "external"}, True), ({"managedBy": "open"}, False),
        ({}, UNKNOWN), ({"managementAccess": None, "externalSynced": None}, UNKNOWN),
    ],
)  # fmt: skip
def test_a_group_is_ours_only_where_nothing_speaks_against_it(record: dict[str, Any], external: object) -> None:
    """One of three fields is enough to keep off; none of them is unknown."""
    assert group_of_record({"id": "g-1", **record}, Facts(NOW), "dir-1").managed_by_idp is external


@pytest.mark.parametrize(
    ("counts", "nothing"), [({"resources": 0}, True), ({"resources": 2}, False), (None, False), ({}, False)]
)
def test_a_group_grants_nothing_only_if_it_is_said_so(counts: Any, nothing: bool) -> None:
    """Without a count its roles have to be read."""
    group = group_of_record({"id": "g-1", "counts": counts}, Facts(NOW), "dir-1")
    assert group.grants == (frozenset() if nothing else UNKNOWN)


def test_what_a_group_grants() -> None:
    """Roles on apps; the organization is no app; a resource without a workspace is an app of its own."""
    resources = Resources(APPS)
    found = grants_of_records(
        [
            {"resourceId": JIRA, "resourceOwner": "jira-software", "roles": ["atlassian/user", "atlassian/admin"],
             "defaultRole": "atlassian/user"},
            {"resourceId": "ari:cloud:platform::org/x", "roles": ["atlassian/org-admin"], "defaultRole": None},
            {"resourceId": "ari:cloud:loom::site/1", "resourceOwner": "loom", "roles": ["atlassian/user"]},
        ],
        resources,
    )  # fmt: skip
    loom = "ari:cloud:loom::site/1"
    assert found == (frozenset({Grant(JIRA), Grant(JIRA, "admin"), Grant(loom)}), frozenset({JIRA}))
    assert App(loom, "loom", "acme") in resources.apps


@pytest.mark.parametrize(
    "record", [{}, {"resourceId": JIRA}, {"resourceId": JIRA, "roles": [1]}, {"resourceId": 1, "roles": []}]
)
def test_a_grant_that_cannot_be_read_makes_all_unknown(record: dict[str, Any]) -> None:
    """Half of what a group grants is not what it grants."""
    assert grants_of_records([record], Resources(APPS)) is None


def test_direct_roles_are_those_given_directly() -> None:
    """Not those through a group, not inferred ones, not those in the organization."""

    def row(resource: str, *roles: tuple[str, list[str]]) -> dict[str, Any]:
        given = [{"role": f"atlassian/{role}", "roleAssignmentMethods": methods} for role, methods in roles]
        return {"resourceId": resource, "resourceOwner": "x", "roleAssignments": given}

    rows = [
        row(JIRA, ("user", ["group_direct"]), ("admin", ["direct", "group_direct"])), row(WIKI, ("user", ["inferred"])),
        row("ari:cloud:platform::org/x", ("org-admin", ["direct"])),
    ]  # fmt: skip
    assert direct_grants_of_records(rows, Resources(APPS)) == frozenset({Grant(JIRA, "admin")})
    deprecated = [{"resourceId": JIRA, "roles": ["atlassian/user"]}]
    assert direct_grants_of_records(deprecated, Resources(APPS)) is UNKNOWN


@pytest.mark.parametrize(
    ("record", "app"),
    [
        ({"id": JIRA,
          "attributes": {"typeKey": "jira-software", "hostUrl": "https://acme.atlassian.net", "capacity": 5}},
         App(JIRA, "jira-software", "acme", 5)),
        ({"id": WIKI, "attributes": {"type": "confluence", "hostUrl": "https://wiki.acme.example"}},
         App(WIKI, "confluence", "wiki.acme.example")),
        ({"id": WIKI, "attributes": {"hostUrl": None, "name": "acme", "capacity": -1}},
         App(WIKI, "confluence", "acme")),
        ({"id": WIKI}, App(WIKI, "confluence", "")),
        ({"attributes": {}}, None),
    ],
)  # fmt: skip
def test_a_workspace_is_an_app_on_a_site(record: dict[str, Any], app: App | None) -> None:
    """The id verbatim, the key wherever it stands, the site from the host."""
    assert app_of_workspace(record, Facts(NOW)) == app


def harvest(*views: tuple[str, dict[str, Any]]) -> Harvest:
    """What was gathered of one person in these directories."""
    found = Harvest(Facts(NOW), Resources(APPS))
    for directory, record in views:
        found.add_user({"accountId": "a-1", "status": "active", "productAccess": [], "groups": [], **record}, directory)
    return found


def test_views_of_several_directories_are_put_together() -> None:
    """Groups of both, the later use of each app, both directories."""
    one = {"groups": [{"id": "g-1"}], "productAccess": [{"id": JIRA, "lastActiveTimestamp": "2026-10-01"}]}
    two = {
        "groups": [{"id": "g-2"}],
        "productAccess": [{"id": JIRA, "lastActiveTimestamp": "2026-11-01"}, {"id": WIKI}],
    }
    found = harvest(("d-1", one), ("d-2", two), ("d-1", one))
    merged = found.users["a-1"]
    assert merged.groups == frozenset({"g-1", "g-2"})
    assert merged.last_active == {JIRA: datetime(2026, 11, 1, tzinfo=UTC), WIKI: UNKNOWN}
    assert (merged.directories, found.problems) == (("d-1", "d-2"), [])


@pytest.mark.parametrize("views", [
    (("d-1", {}), ("d-1", {"status": "suspended"})), (("d-1", {}), ("d-2", {"status": "suspended"})),
    (("d-1", {}), ("d-1", {"groups": [{"id": "g-1"}]})), (("d-1", {}), ("d-1", {"productAccess": [{"id": JIRA}]})),
    (("d-1", {}), ("d-2", {}), ("d-2", {"groups": [{"id": "g-3"}]})),
])  # fmt: skip
def test_views_that_contradict_each_other_are_a_problem(views: tuple[tuple[str, dict[str, Any]], ...]) -> None:
    """One person with two contents: which is true is not known."""
    assert harvest(*views).problems


def test_what_is_unknown_in_one_view_is_unknown() -> None:
    """Half of someone's groups is not their groups."""
    merged = harvest(("d-1", {}), ("d-2", {"groups": None, "productAccess": None})).users["a-1"]
    assert (merged.groups, merged.last_active) == (UNKNOWN, UNKNOWN)
