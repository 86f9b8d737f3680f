"""``acted_on``: whether somebody still is what a task made of them."""

from __future__ import annotations

from typing import Any

import pytest

from runner.engine.evaluate import Evaluation
from runner.engine.explain import Explanation
from runner.model.unknown import Truth
from runner.policy.expression import parse_match
from tests.naive.build import Json
from tests.unit.filters.made import ABSENT, only, person, world_of


def change(verb: str, *, after: Any, task: str = "tidy", target: str | None = None, role: str | None = None) -> Json:
    """A change that an earlier run made of the one person."""
    return {
        "account_id": "u-1",
        "verb": verb,
        "target": target,
        "role": role,
        "after": after,
        "tasks": [task],
        "at": "2026-11-12T06:00:00Z",
    }


SUSPENDED = change("suspend", after="suspended")
RESTORED = change("restore", after="active", task="other")
LEFT_JIRA = change("remove_from_group", after=False, target="g-jira")
LEFT_BOTH = change("remove_from_group", after=False, target="g-both")
REJOINED = change("add_to_group", after=True, target="g-jira", task="other")
REVOKED = change("revoke_role", after=False, target="jira", role="guest")
BY_SUSPEND, BY_REMOVAL = "{task: tidy, action: suspend}", "{task: tidy, action: remove_app_access}"


def explained(asked: str, past: list[Json], facts: Json) -> Explanation:
    """The condition about the one person, after these changes."""
    world = world_of(person(**facts), past=past)
    return Evaluation(world).explain(parse_match(f"acted_on: {asked}"), only(world))


@pytest.mark.parametrize(
    ("asked", "past", "facts", "expected"),
    [
        (BY_SUSPEND, [SUSPENDED], {"status": "suspended"}, True),
        (BY_SUSPEND, [SUSPENDED], {"status": "active"}, False),
        (BY_SUSPEND, [SUSPENDED], {"status": ABSENT}, None),
        (BY_SUSPEND, [], {"status": "suspended"}, False),
        (BY_SUSPEND, [], {"status": ABSENT}, False),
        (BY_SUSPEND, [{**SUSPENDED, "account_id": "u-2"}], {"status": "suspended"}, False),
        (BY_SUSPEND, [{**SUSPENDED, "tasks": ["other", "tidy"]}], {"status": "suspended"}, True),
        ("{task: other, action: suspend}", [SUSPENDED], {"status": "suspended"}, False),
        (BY_SUSPEND, [SUSPENDED, RESTORED, {**SUSPENDED, "tasks": ["other"]}], {"status": "suspended"}, False),
        (BY_SUSPEND, [SUSPENDED, RESTORED, SUSPENDED], {"status": "suspended"}, True),
        (BY_SUSPEND, [SUSPENDED, LEFT_JIRA], {"status": "suspended"}, True),
        (BY_REMOVAL, [LEFT_JIRA, REVOKED], {}, True),
        (BY_REMOVAL, [LEFT_JIRA, REVOKED], {"groups": ["g-jira"]}, False),
        (BY_REMOVAL, [LEFT_JIRA, REVOKED], {"groups": ["g-plain"]}, True),
        (BY_REMOVAL, [LEFT_JIRA, REVOKED], {"direct_access": [{"app": "jira", "role": "guest"}]}, False),
        (BY_REMOVAL, [LEFT_JIRA, REVOKED], {"direct_access": ["jira"]}, True),
        (BY_REMOVAL, [LEFT_JIRA, REVOKED], {"direct_access": ABSENT}, None),
        (BY_REMOVAL, [LEFT_JIRA, REVOKED], {"direct_access": ABSENT, "groups": ["g-jira"]}, False),
        (BY_REMOVAL, [LEFT_JIRA, LEFT_BOTH, REJOINED], {"groups": ["g-jira"]}, False),
        ("{task: other, action: add_to_groups}", [LEFT_JIRA, REJOINED], {"groups": ["g-jira"]}, True),
    ],
)
def test_acted_on(asked: str, past: list[Json], facts: Json, expected: Truth) -> None:
    """All that the action changed was changed by nobody since, in the journal or by hand; whoever it never touched is
    a known no."""
    assert explained(asked, past, facts).truth is expected


@pytest.mark.parametrize(
    ("facts", "reason", "lacks"),
    [
        ({"status": "suspended"}, "still as tidy left them (suspend, 2026-11-12 (10 days ago))", ()),
        ({}, "no longer as tidy left them (suspend, 2026-11-12 (10 days ago))", ()),
        (
            {"status": None},
            "not known whether still as tidy left them (suspend, 2026-11-12 (10 days ago))",
            ("status",),
        ),
    ],
)
def test_its_reason_says_since_when(facts: Json, reason: str, lacks: tuple[str, ...]) -> None:
    """The reason names the task and the day, the missing fact is the one that the action changed."""
    explanation = explained(BY_SUSPEND, [SUSPENDED], facts)
    assert (explanation.reason, explanation.lacks) == (reason, lacks)


def test_the_reason_of_whom_it_never_touched() -> None:
    """There is no day to name."""
    assert explained(BY_SUSPEND, [], {}).reason == "not what tidy made of them (suspend)"
