"""What the emulated API answers to reads is what Atlassian documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator import READ_KEY, Emulator, Options
from tests.emulator.sample import DIRECTORY, JIRA, ORG, V2, WIKI, Client, organization, person


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """The sample organization, listening."""
    with Emulator(organization()) as started:
        yield started
    assert started.crashes == []


@pytest.fixture
def client(emulator: Emulator) -> Iterator[Client]:
    """A client with the key that may do everything."""
    opened = Client(emulator)
    yield opened
    opened.close()


def found(client: Client, **body: Any) -> list[str]:
    """The account ids that a search finds."""
    status, page = client.post(f"{DIRECTORY}/users/search", body)
    assert status == 200, page
    return [user["accountId"].removeprefix("u-") for user in page["data"]]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"status": ["suspended", "not_invited"]}, ["dov", "eve"]),
        ({"accountStatus": ["inactive"]}, ["fay"]),
        ({"membershipStatus": ["no_membership"]}, ["eve"]),
        ({"claimStatus": "unmanaged"}, ["dov", "eve"]),
        ({"mfaEnabled": False}, ["cleo"]),
        ({"accountIds": ["u-fay", "u-ada"]}, ["ada", "fay"]),
        ({"emails": ["BEN@acme.example"]}, ["ben"]),
        ({"emailDomains": ["contractor.acme.example"]}, ["dov"]),
        ({"groupIds": ["g-jira"]}, ["ada", "ben", "dov"]),
        ({"resourceIds": [WIKI]}, ["cleo", "fay"]),
        ({"resourceIds": [JIRA], "roleIds": ["atlassian/guest"]}, []),
        ({"roleIds": ["atlassian/org-admin", "atlassian/customer"]}, ["ada", "eve"]),
        ({"searchTerm": "CLEO"}, ["cleo"]),
        ({"status": ["active"], "sortBy": [{"field": "nick_name", "direction": "desc"}]}, ["cleo", "ben", "ada"]),
    ],
    ids=str,
)
def test_search_filters_people(client: Client, body: dict[str, Any], names: list[str]) -> None:
    """Each documented filter lets through whom it should, and the count agrees."""
    assert found(client, **body) == names


def test_pages_hold_everybody_once_and_cursors_carry_the_search(client: Client) -> None:
    """Following bare cursors, whatever else is sent with them, yields each person once and ends."""
    body: dict[str, Any] = {"limit": 2}
    names: list[str] = []
    for _ in range(4):
        _, page = client.post(f"{DIRECTORY}/users/search", body)
        names += [user["accountId"] for user in page["data"]]
        if "next" in page["links"]:
            body = {"cursor": page["links"]["next"], "limit": 50, "status": ["suspended"]}
    assert "next" not in page["links"]
    assert names == [user["account_id"] for user in organization()["users"]]


def test_unknown_facts_are_left_out_and_a_null_profile_is_null(client: Client) -> None:
    """What the file does not know has no key; a known nothing is null; activity of an unknown time has no time."""
    expand = ["platformRoles", "productAccess", "groups"]
    _, page = client.post(f"{DIRECTORY}/users/search", {"accountIds": ["u-unknown", "u-ben"], "expand": expand})
    ben, unknown = page["data"]
    assert not {"platformRoles", "productAccess", "groups", "status", "mfaEnabled", "jobTitle"} & set(unknown)
    assert (ben["jobTitle"], ben["department"]) == ("Engineer", None)
    assert ben["productAccess"] == [{"id": JIRA, "key": "jira-software"}]
    assert ben["groups"] == [{"id": "ari:cloud:identity::group/g-jira", "name": "jira-users", "description": None}]


def test_without_expand_nobody_looks_like_an_admin(client: Client) -> None:
    """Roles, groups and activity come only to those who ask for them."""
    _, page = client.post(f"{DIRECTORY}/users/search", {"accountIds": ["u-ada"]})
    assert not {"platformRoles", "productAccess", "groups"} & set(page["data"][0])


def test_counts_agree_with_the_search(client: Client) -> None:
    """The count takes the filters as repeated parameters; the stats add up to everybody."""
    assert client.get(f"{DIRECTORY}/users/count?status=active&status=suspended") == (200, {"count": 4})
    assert client.get(f"{DIRECTORY}/users/count?mfaEnabled=false") == (200, {"count": 1})
    _, stats = client.get(f"{DIRECTORY}/users/stats")
    assert {"status": "inactive", "count": 1} in stats["accountStatus"]


def test_groups_say_what_they_grant_and_who_manages_them(client: Client) -> None:
    """The search filters by app and by name; a group of an identity provider is not modifiable."""
    _, page = client.post(f"{DIRECTORY}/groups/search", {"resourceIds": [WIKI], "expand": ["counts.users"]})
    assert [group["id"] for group in page["data"]] == ["g-wiki", "g-idp"]
    assert page["data"][1]["managementAccess"]["modifiable"] is False
    assert page["data"][1]["counts"] == {"users": 1}
    _, named = client.post(f"{DIRECTORY}/groups/search", {"groupNames": ["wiki guests"]})
    assert [group["id"] for group in named["data"]] == ["g-wiki"]
    _, roles = client.get(f"{DIRECTORY}/groups/g-jira/role-assignments")
    assert [(row["resourceId"], row["roles"], row["defaultRole"]) for row in roles["data"]] == [
        (JIRA, ["atlassian/user"], "atlassian/user")
    ]


def test_role_assignments_tell_direct_roles_from_groups(client: Client) -> None:
    """A role through a group is `group_direct`, one of the person's own is `direct`."""
    _, cleo = client.get(f"{DIRECTORY}/users/u-cleo/role-assignments")
    assert cleo["data"][0]["roleAssignments"] == [{"role": "atlassian/user", "roleAssignmentMethods": ["group_direct"]}]
    _, fay = client.get(f"{DIRECTORY}/users/u-fay/role-assignments?resourceIds={WIKI}")
    assert fay["data"][0]["roleAssignments"] == [{"role": "atlassian/user", "roleAssignmentMethods": ["direct"]}]


def test_workspaces_carry_seats_key_and_site(client: Client) -> None:
    """Seats are the capacity; with a cursor no other property may come."""
    _, page = client.post(f"{V2}/workspaces", {"limit": 1})
    attributes = page["data"][0]["attributes"]
    assert (attributes["typeKey"], attributes["hostUrl"], attributes["capacity"]) == (
        "jira-software",
        "https://acme.atlassian.net",
        3,
    )
    assert client.post(f"{V2}/workspaces", {"cursor": page["links"]["next"]})[1]["data"][0]["id"] == WIKI
    assert client.post(f"{V2}/workspaces", {"cursor": page["links"]["next"], "limit": 1})[0] == 400


def test_last_active_dates_speak_snake_case(client: Client) -> None:
    """The older source has the same times under other names, and nothing for who never was active."""
    _, ada = client.get(f"{ORG}/directory/users/u-ada/last-active-dates")
    assert ada["data"]["product_access"][0]["last_active_timestamp"] == "2026-11-01T08:00:00Z"
    assert client.get(f"{ORG}/directory/users/u-cleo/last-active-dates")[1]["data"]["product_access"] == []


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("users/search", {"accountIds": ["u"] * 11}, "1 to 10 items, not 11"),
        ("users/search", {"emails": [], "limit": 101}, "emails must have 1 to 100 items, not 0"),
        ("users/search", {"emails": ["a"], "searchTerm": "b"}, "mutually exclusive"),
        ("users/search", {"status": ["gone"]}, "status may only have"),
        ("users/search", {"cursor": "never-given-out"}, "cursor is invalid"),
        ("groups/search", {"groupNames": ["a"], "searchTerm": "b"}, "cannot be combined"),
        ("groups/search", b"{not json", "Invalid request body"),
    ],
    ids=str,
)
def test_wrong_requests_are_refused_with_reasons(client: Client, path: str, body: object, words: str) -> None:
    """A 400 lists in `errors` what was wrong."""
    status, answer = client.post(f"{DIRECTORY}/{path}", body)
    assert status == 400
    assert words in " ".join(item["detail"] for item in answer["errors"])


def test_each_layer_refuses_in_its_own_shape(emulator: Emulator, client: Client) -> None:
    """The proxy, the list of errors and the user-management API each have their own error body."""
    stranger, reader = Client(emulator, "wrong"), Client(emulator, READ_KEY)
    assert stranger.get(ORG) == (401, {"code": 401, "message": "Unauthorized"})
    assert stranger.get("/users/u-ada/manage") == (401, {"key": "unauthorized"})
    assert client.get("/admin/v1/orgs/other")[1]["errors"][0]["code"] == "ADMIN-404-2"
    assert reader.get("/admin/v1/orgs") == (200, {"data": [], "links": {"self": "/admin/v1/orgs"}})
    assert reader.get(ORG)[0] == 200
    stranger.close()
    reader.close()


def test_a_person_of_two_sites_is_in_two_directories() -> None:
    """With a directory for each site, people are listed by where their groups lie, the uninvited by the first."""
    facts = organization()
    facts["users"] = [person("both", groups=["g-jira", "g-wiki"]), person("none", status="not_invited")]
    sites = {"dir-1": ("acme",), "dir-2": ("acme-eu",)}
    with Emulator(facts, options=Options(directories=sites)) as emulator:
        client = Client(emulator)
        assert found(client) == ["both", "none"]
        _, second = client.post(f"{V2}/directories/dir-2/users/search", {})
        _, everywhere = client.post(f"{V2}/directories/-/users/search", {})
        _, homes = client.get(f"{V2}/directories?accountId=u-both")
        client.close()
    assert [user["accountId"] for user in second["data"]] == ["u-both"]
    assert [user["accountId"] for user in everywhere["data"]] == ["u-both", "u-none"]
    assert [item["directoryId"] for item in homes["data"]] == ["dir-1", "dir-2"]


def test_keys_say_when_they_expire(client: Client) -> None:
    """The list of API keys has an expiry for each."""
    _, keys = client.get("/admin/api-access/v1/orgs/acme/api-keys")
    assert {key["expiresAt"] for key in keys["data"]} == {"2027-06-30T00:00:00.000Z"}
