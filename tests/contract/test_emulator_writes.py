"""What the emulated API does to its organization, what it refuses, and that its log tells both apart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulator import READ_KEY, Emulator, Options, Rule
from tests.emulator.sample import DESK, DIRECTORY, JIRA, ORG, V2, WIKI, Client, organization, person

ROLE = {"role": "atlassian/user", "resource": WIKI}


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


def told(emulator: Emulator) -> list[tuple[object, ...]]:
    """The effects in short."""
    return [(item.account_id, item.verb, item.target, item.before, item.after) for item in emulator.effects]


@pytest.mark.parametrize(
    ("there", "back", "effects"),
    [
        (("POST", f"{DIRECTORY}/groups/g-plain/memberships", {"accountId": "u-ben"}),
         ("DELETE", f"{DIRECTORY}/groups/g-plain/memberships/u-ben", None),
         [("u-ben", "add_to_group", "g-plain", False, True), ("u-ben", "remove_from_group", "g-plain", True, False)]),
        (("POST", f"{DIRECTORY}/users/u-ben/suspend", None), ("POST", f"{DIRECTORY}/users/u-ben/restore", None),
         [("u-ben", "suspend", None, "active", "suspended"), ("u-ben", "restore", None, "suspended", "active")]),
        (("POST", f"{ORG}/users/u-ben/roles/assign", ROLE), ("POST", f"{ORG}/users/u-ben/roles/revoke", ROLE),
         [("u-ben", "grant_role", WIKI, False, True), ("u-ben", "revoke_role", WIKI, True, False)]),
        (("POST", "/users/u-ben/manage/lifecycle/disable", {"message": "gone"}),
         ("POST", "/users/u-ben/manage/lifecycle/enable", None),
         [("u-ben", "deactivate", None, "active", "deactivated"),
          ("u-ben", "reactivate", None, "deactivated", "active")]),
        (("POST", f"{ORG}/users/u-ben/role-assignments/assign", {"role": "atlassian/org-admin"}),
         ("POST", f"{ORG}/users/u-ben/role-assignments/revoke", {"role": "atlassian/org-admin"}),
         [("u-ben", "grant_org_role", None, False, True), ("u-ben", "revoke_org_role", None, True, False)]),
    ],
    ids=["membership", "suspension", "role", "account", "org-role"],
)  # fmt: skip
def test_a_change_and_its_inverse_leave_no_trace_but_two_effects(
    emulator: Emulator, client: Client, there: tuple[str, str, object], back: tuple[str, str, object],
    effects: list[tuple[object, ...]],
) -> None:  # fmt: skip
    """Every verb has an inverse that brings the same organization back, and both are in the log."""
    before = emulator.organization()
    assert client.send(*there)[0] == 204
    assert emulator.organization() != before
    assert client.send(*back)[0] == 204
    assert emulator.organization() == before
    assert told(emulator) == effects


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", f"{DIRECTORY}/groups/g-jira/memberships", {"accountId": "u-ada"}, 409, "already"),
        ("POST", f"{DIRECTORY}/groups/g-idp/memberships", {"accountId": "u-ada"}, 403, "identity provider"),
        ("POST", f"{DIRECTORY}/groups/g-jira/memberships", {"account_id": "u-cleo"}, 400, "accountId"),
        ("POST", f"{DIRECTORY}/groups/g-none/memberships", {"accountId": "u-ada"}, 404, "Group not found"),
        ("POST", f"{V2}/directories/-/groups/g-jira/memberships", {"accountId": "u-cleo"}, 404, "Directory"),
        ("DELETE", f"{DIRECTORY}/groups/g-wiki/memberships/u-ada", None, 404, "not a member"),
        ("DELETE", f"{DIRECTORY}/groups/g-idp/memberships/u-cleo", None, 403, "identity provider"),
        ("POST", f"{DIRECTORY}/users/u-ada/suspend", None, 403, "organization admin"),
        ("POST", f"{DIRECTORY}/users/u-eve/suspend", None, 404, "not found"),
        ("POST", f"{DIRECTORY}/users/u-fay/suspend", None, 400, "deactivated"),
        ("POST", f"{ORG}/users/u-ada/roles/revoke", {**ROLE, "resource": JIRA}, 403, "admin role first"),
        ("POST", f"{ORG}/users/u-ben/roles/revoke", ROLE, 404, "does not have"),
        ("POST", f"{ORG}/users/u-ben/roles/assign", {"role": "atlassian/king"}, 400, "invalid"),
        ("POST", f"{ORG}/users/u-ben/roles/assign", {**ROLE, "resource": "ari:none"}, 404, "Unknown Resource"),
        ("POST", f"{ORG}/users/u-fay/roles/assign", ROLE, 400, "inactive"),
        ("POST", "/users/u-cleo/manage/lifecycle/disable", {}, 403, "externalDirectory.scim"),
        ("POST", "/users/u-dov/manage/lifecycle/disable", {}, 403, "forbidden"),
        ("POST", "/users/u-fay/manage/lifecycle/disable", {}, 409, "conflict.lifecycleErrors"),
        ("POST", "/users/u-none/manage/lifecycle/enable", None, 404, "accountNotFound"),
        ("DELETE", f"{DIRECTORY}/users/u-ben", None, 405, "Not Allowed"),
    ],
)  # fmt: skip
def test_what_is_refused_changes_nothing(
    emulator: Emulator, client: Client, method: str, path: str, body: object, status: int, words: str
) -> None:
    """A refused write answers as documented and leaves neither a change nor an effect."""
    before = emulator.organization()
    answered, text = client.send(method, path, body)[:2]
    assert (answered, words in str(text)) == (status, True), text
    assert emulator.organization() == before
    assert emulator.effects == ()


def test_the_last_seat_is_given_once(emulator: Emulator, client: Client) -> None:
    """Beyond the seats of an app additions are a 409 of another text, and so is a restore refused."""
    path = f"{DIRECTORY}/groups/g-jira/memberships"
    emulator.edit("u-gus", **person("gus"))
    assert client.post(path, {"accountId": "u-gus"})[1]["errors"][0]["detail"].startswith("You've exceeded")
    assert client.post(f"{DIRECTORY}/users/u-dov/restore")[0] == 400
    assert client.delete(f"{path}/u-ben")[0] == 204
    assert client.post(path, {"accountId": "u-gus"})[0] == 204
    assert client.post(path, {"accountId": "u-ben"})[0] == 409


def test_suspending_twice_has_one_effect(emulator: Emulator, client: Client) -> None:
    """The second suspension is answered like the first and does nothing."""
    assert [client.post(f"{DIRECTORY}/users/u-ben/suspend")[0] for _ in range(2)] == [204, 204]
    assert len(emulator.effects) == 1


def test_suspension_is_for_one_directory() -> None:
    """Someone in two directories is suspended only when both say so; a reactivated account stays suspended."""
    facts = organization()
    facts["users"] = [person("both", groups=["g-wiki", "g-jira"])]
    sites = {"dir-1": ("acme",), "dir-2": ("acme-eu",)}
    with Emulator(facts, options=Options(directories=sites)) as emulator:
        client = Client(emulator)
        states = []
        for path in (
            f"{DIRECTORY}/users/u-both/suspend",
            f"{V2}/directories/dir-2/users/u-both/suspend",
            "/users/u-both/manage/lifecycle/disable",
            "/users/u-both/manage/lifecycle/enable",
        ):
            assert client.post(path, {})[0] == 204
            states.append(emulator.organization()["users"][0]["status"])
        client.close()
    assert states == ["active", "suspended", "deactivated", "suspended"]


def test_a_key_with_scopes_writes_nothing(emulator: Emulator) -> None:
    """Every write is refused to the read key: as insufficient scope, or as forbidden by user management."""
    reader = Client(emulator, READ_KEY)
    _, answer = reader.delete(f"{DIRECTORY}/groups/g-jira/memberships/u-ben")
    assert answer["errors"][0]["code"] == "ADMIN-401-2"
    assert reader.post("/users/u-ben/manage/lifecycle/disable", {}) == (403, {"key": "forbidden"})
    reader.close()
    assert emulator.effects == ()


def test_revoking_may_also_end_memberships() -> None:
    """Where an organization works like the user interface, revoking a role leaves the groups that grant it."""
    with Emulator(organization(), options=Options(revoke_leaves_groups=False)) as emulator:
        client = Client(emulator)
        assert client.post(f"{ORG}/users/u-ben/roles/revoke", {**ROLE, "resource": JIRA})[0] == 204
        client.close()
        assert told(emulator) == [("u-ben", "remove_from_group", "g-jira", True, False)]


def test_the_log_keeps_requests_in_order(emulator: Emulator, client: Client) -> None:
    """Each request is logged with its body, status, key and number of effects; effects name their request."""
    client.post(f"{DIRECTORY}/groups/g-plain/memberships", {"accountId": "u-ben"})
    client.get(f"{DIRECTORY}/users/count?status=active&status=suspended")
    first, second = emulator.log
    assert (first.seq, first.status, first.body, first.effects, first.key) == (
        1,
        204,
        {"accountId": "u-ben"},
        1,
        "key-admin",
    )
    assert (second.path, second.query) == (f"{DIRECTORY}/users/count", {"status": ["active", "suspended"]})
    assert [effect.request for effect in emulator.effects] == [first.seq]
    assert first.mono_s <= second.mono_s


def test_the_audit_events_name_the_key(emulator: Emulator, client: Client) -> None:
    """Events are the effects, by the key's id; the stream's cursor brings what comes later and nothing twice."""
    client.post(f"{DIRECTORY}/users/u-ben/suspend")
    _, page = client.get(f"{ORG}/events-stream")
    assert page["data"][0]["attributes"]["actor"]["auth"]["tokenId"] == "key-admin"
    client.post(f"{DIRECTORY}/users/u-ben/restore")
    _, later = client.get(f"{ORG}/events-stream?cursor={page['meta']['next']}")
    assert [event["attributes"]["action"] for event in later["data"]] == ["user_restored"]
    _, newest = client.get(f"{ORG}/events")
    assert [event["id"] for event in newest["data"]] == ["event-2", "event-1"]


def test_what_may_be_done_to_an_account_is_told(client: Client) -> None:
    """The privileges name the reason why an account of an identity provider cannot be switched off."""
    _, answer = client.get("/users/u-cleo/manage?privileges=lifecycle.enablement")
    assert answer == {"lifecycle.enablement": {"allowed": False, "reason": {"key": "externalDirectory.scim"}}}
    assert client.get("/users/u-eve/manage") == (403, {"key": "forbidden"})


def test_the_file_given_is_never_changed_and_comes_back(client: Client, emulator: Emulator) -> None:
    """The organization answered is the file's own words; writes do not reach the dict that it was made from."""
    given = organization()
    with Emulator(given) as other:
        writer = Client(other)
        writer.post(f"{DIRECTORY}/users/u-ben/suspend")
        writer.post(f"{ORG}/users/u-ben/roles/assign", {"role": "atlassian/customer", "resource": DESK})
        writer.post(f"{ORG}/users/u-ben/role-assignments/assign", {"role": "atlassian/org-admin"})
        writer.close()
        assert other.organization() != given
        other.reset()
        assert other.organization() == given == organization()


def test_people_can_change_behind_the_runners_back(emulator: Emulator, client: Client) -> None:
    """An edit, by hand or as a fault that strikes in the middle of a run, is seen by reads and is no effect."""
    emulator.set_faults([Rule("edit", match="/count", accounts=("u-ben",), patch={"status": "suspended"})])
    assert client.get(f"{DIRECTORY}/users/count?status=suspended") == (200, {"count": 2})
    emulator.vanish("u-ben")
    assert client.get(f"{DIRECTORY}/users/count?status=suspended") == (200, {"count": 1})
    assert emulator.effects == ()
