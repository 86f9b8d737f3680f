"""The list of requests that may be sent; everything else is refused before it is sent."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from runner.directory.atlassian import operations
from runner.directory.atlassian.operations import JOIN, LEAVE, SEARCH_USERS, SUSPEND, USER_ROLES, Operation

OPERATIONS = [value for value in vars(operations).values() if isinstance(value, Operation)]


def test_a_path_is_made_of_ids_of_their_kinds() -> None:
    """Account ids have colons; every other character that means something in a path has no way in."""
    ids = {"org": "o", "directory": "d-1", "group": "g-1", "account": "712020:aa-bb"}
    assert LEAVE.path(ids) == "/admin/v2/orgs/o/directories/d-1/groups/g-1/memberships/712020:aa-bb"


@pytest.mark.parametrize("bad", ["", "..", "a/b", "a%2fb", "a?b", "a#b", "a b", "-", "a\n", "ä", "x" * 200, "a;b", "@"])
@pytest.mark.parametrize("kind", ["org", "directory", "group", "account"])
def test_no_id_changes_where_a_request_goes(kind: str, bad: str) -> None:
    """An id of another kind is not sent."""
    ids = {"org": "o", "directory": "d-1", "group": "g-1", "account": "a-1", kind: bad}
    with pytest.raises(ValueError, match="not sent"):
        LEAVE.path(ids)


@pytest.mark.parametrize("ids", [{}, {"org": "o"}, {"org": "o", "directory": "d", "account": "a", "group": "g"}])
def test_ids_fit_the_operation(ids: Mapping[str, str]) -> None:
    """None missing, none too many."""
    with pytest.raises(ValueError, match="not sent"):
        SUSPEND.path(ids)


def test_all_directories_are_for_reads_only() -> None:
    """The ``-`` that stands for all of them goes into no write (Atlassian facts, section 2)."""
    assert "/directories/-/" in USER_ROLES.path({"org": "o", "directories": "-", "account": "a"})
    assert all("{directories}" not in operation.template for operation in OPERATIONS if operation.writes)


def test_only_known_parameters_are_sent() -> None:
    """A filter with a slip of the pen would select everybody; it is refused."""
    SEARCH_USERS.check({}, {"groupIds": ["g"], "limit": 100})
    for query, body in (({"limit": 1}, {}), ({}, {"groupIDs": ["g"]})):
        with pytest.raises(ValueError, match="not sent"):
            SEARCH_USERS.check(query, body)
    with pytest.raises(ValueError, match="not sent"):
        JOIN.check({}, {"account_id": "a"})


def test_what_is_on_the_list() -> None:
    """Nothing deletes a person, a group or an account; the only DELETE ends a membership."""
    assert [operation for operation in OPERATIONS if operation.method == "DELETE"] == [LEAVE]
    assert sum(operation.writes for operation in OPERATIONS) == 8
    assert {operation.method for operation in OPERATIONS} == {"GET", "POST", "DELETE"}
