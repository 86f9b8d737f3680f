"""Conditions about what somebody may use: groups, apps, roles."""

from __future__ import annotations

from typing import Any

import pytest

from runner.engine.evaluate import Evaluation
from runner.model.unknown import Truth
from runner.policy.expression import parse_match
from tests.unit.filters.made import ABSENT, ask, explained, only, person, world_of

CUSTOMER = {"app": "jira", "role": "customer"}
GUEST = {"app": "jira", "role": "guest"}
BOTH_WAYS = {"groups": ["g-jira"], "direct_access": [GUEST]}


@pytest.mark.parametrize(
    ("condition", "groups", "expected"),
    [
        ("group: jira-users", ["g-jira"], True),
        ("group: JIRA-*", ["g-guest"], True),
        ("group: [nobody, all-apps]", ["g-both"], True),
        ("group: jira-users", ["g-both"], False),
        ("group: STRASSE", ["g-plain"], True),
        ('group: "portal[*]customers"', ["g-portal"], True),
        ('group: "portal[?]customers"', ["g-portal"], False),
        ("group: dark", ["g-dark"], True),
        ("group: jira-users", ABSENT, None),
    ],
)
def test_group(condition: str, groups: Any, expected: Truth) -> None:
    """Membership by the name of the group, whatever the group grants."""
    assert ask(condition, groups=groups) is expected


def test_a_group_nobody_has_heard_of_is_warned_of() -> None:
    """It matches nobody, and each such pattern is named once."""
    condition = parse_match('group: [jira-users, jira-user, "ops-*"]')
    world = world_of(person())
    assert Evaluation(world).verdicts(condition).yes == 0
    assert Evaluation(world).warnings([condition, condition]) == (
        "group jira-user: nobody has heard of such a group",
        "group ops-*: nobody has heard of such a group",
    )


@pytest.mark.parametrize(
    ("condition", "facts", "expected"),
    [
        ("app: jira-software", {"groups": ["g-jira"]}, True),
        ("app: jira-software", {"groups": ["g-jira"], "status": "suspended"}, True),
        ("app: jira-software@beta", {"groups": ["g-jira"]}, False),
        ("app: jira-software", {"direct_access": ["jira-b"]}, True),
        ("app: Jira-Software@Beta", {"direct_access": ["jira-b"]}, True),
        ("app: jira-software", {"groups": ["g-guest"]}, True),
        ("app: jira-software", {"direct_access": [CUSTOMER]}, False),
        ("app: confluence", {"groups": ["g-portal"]}, False),
        ("app: [confluence, jira-software]", {"groups": ["g-jira"]}, True),
        ("app: any", {"direct_access": [GUEST]}, True),
        ("app: any", {"groups": ["g-plain"]}, False),
        ("app: jira-software", {"groups": ["g-dark"]}, None),
        ("app: jira-software", {"groups": ["g-dark", "g-jira"]}, True),
        ("app: jira-software", {"groups": ABSENT}, None),
        ("app: jira-software", {"groups": ABSENT, "direct_access": ["jira"]}, True),
        ("app: jira-software", {"direct_access": ABSENT}, None),
        ("app: jira-software", {"direct_access": ABSENT, "groups": ["g-both"]}, True),
        ("app: tempo", {"groups": ABSENT}, False),
        ("only_apps: jira-software", {"groups": ["g-jira"]}, True),
        ("only_apps: jira-software", {"groups": ["g-jira"], "direct_access": ["jira-b"]}, True),
        ("only_apps: jira-software@acme", {"groups": ["g-jira"], "direct_access": ["jira-b"]}, False),
        ("only_apps: jira-software", {"groups": ["g-both"]}, False),
        ("only_apps: [jira-software, confluence]", {"groups": ["g-both"]}, True),
        ("only_apps: jira-software", {}, False),
        ("only_apps: jira-software", {"groups": ["g-jira", "g-portal"]}, True),
        ("only_apps: jira-software", {"groups": ["g-jira"], "direct_access": ABSENT}, None),
        ("only_apps: jira-software", {"groups": ["g-both"], "direct_access": ABSENT}, False),
        ("only_apps: any", {"groups": ["g-both"]}, True),
    ],
)
def test_apps(condition: str, facts: dict[str, Any], expected: Truth) -> None:
    """Using an app is a group that grants it or a direct role, on any site or on one; customers do not use it."""
    assert ask(condition, **facts) is expected


@pytest.mark.parametrize(
    ("condition", "facts", "expected"),
    [
        ("role: org-admin", {"roles": ["org-admin"]}, True),
        ("role: ORG-admin", {"roles": ["org-admin"]}, True),
        ("role: org-admin", {"roles": ABSENT}, None),
        ("role: org-admin", {"groups": ABSENT, "direct_access": ABSENT}, False),
        ("role: [org-admin, site-admin]", {"direct_access": ABSENT}, None),
        ("role: guest", {"groups": ["g-guest"]}, True),
        ("role: guest", {"groups": ["g-jira"]}, False),
        ("role: customer", {"direct_access": [CUSTOMER]}, True),
        ("role: user", {"groups": ["g-jira"], "direct_access": ABSENT}, True),
        ("role: admin", {"groups": ["g-jira"], "direct_access": ABSENT}, None),
        ("role: admin", {"groups": ["g-dark"]}, None),
        ("role: {is: guest, app: jira-software}", {"groups": ["g-guest"]}, True),
        ("role: {is: guest, app: confluence}", {"groups": ["g-guest"]}, False),
        ("role: {is: [customer, guest], app: [confluence, jira-software@beta]}", {"groups": ["g-portal"]}, True),
        ("role: {is: org-admin, app: jira-software}", {"roles": ["org-admin"]}, False),
        ("role: {is: user, app: jira-software}", {"roles": ABSENT}, False),
        ("role: {is: user, app: any}", {"groups": ["g-jira"]}, True),
    ],
)
def test_role(condition: str, facts: dict[str, Any], expected: Truth) -> None:
    """In the organization or in an app, or in one app; a known yes is one whatever else is unknown."""
    assert ask(condition, **facts) is expected


def test_a_proof_of_direct_use_stands_in_for_direct_roles_that_were_not_read() -> None:
    """Whoever is named uses the app, whoever is not does not; a direct role that was read counts for more."""
    proof = {"direct_use": {"jira": ["u-1"], "jira-b": []}}
    here = world_of(person(direct_access=ABSENT), directory=proof)
    answers = {text: Evaluation(here).explain(parse_match(text), only(here)).truth for text in (
        "app: jira-software@acme", "app: jira-software@beta", "app: confluence", "app: any", "role: user",
    )}  # fmt: skip
    assert answers == {
        "app: jira-software@acme": True, "app: jira-software@beta": False, "app: confluence": None, "app: any": True,
        "role: user": None,
    }  # fmt: skip
    read = world_of(person(), directory=proof)
    assert Evaluation(read).explain(parse_match("app: jira-software"), only(read)).truth is False


@pytest.mark.parametrize(
    ("condition", "facts", "reason"),
    [
        ("app: confluence", {"groups": ["g-both"]}, "uses confluence@acme (through all-apps)"),
        ("app: jira-software", BOTH_WAYS, "uses jira-software@acme (directly as guest, through jira-users)"),
        ("app: any", {"direct_access": [GUEST]}, "uses jira-software@acme (directly as guest)"),
        ("app: confluence", {}, "does not use confluence"),
        ("app: confluence", {"groups": ABSENT}, "not known whether they use confluence"),
        ("only_apps: confluence", {"groups": ["g-both"]}, "uses confluence@acme, jira-software@acme"),
        ("only_apps: confluence", {}, "uses no app"),
        ("group: [all*, jira*]", {"groups": ["g-both", "g-jira"]}, "in all-apps, jira-users"),
        ("group: [b, a]", {}, "not in a, b"),
        ("group: a", {"groups": ABSENT}, "not known whether in a"),
        ("role: [user, guest]", BOTH_WAYS, "role guest of jira-software@acme, user of jira-software@acme"),
        ("role: [guest, org-admin]", {"roles": ["org-admin"]}, "role org-admin"),
        ("role: {is: guest, app: confluence}", {}, "no role guest in confluence"),
        ("role: guest", {"groups": ABSENT}, "not known whether guest"),
    ],
)
def test_reasons_name_groups_apps_and_roles(condition: str, facts: dict[str, Any], reason: str) -> None:
    """A reason says through what somebody has what they have."""
    assert explained(condition, **facts).reason == reason


def test_a_person_who_uses_an_app_in_a_way_nobody_read_uses_it_directly() -> None:
    """The proof of direct use is all that is known, and the reason says no more."""
    world = world_of(person(direct_access=ABSENT), directory={"direct_use": {"jira": ["u-1"]}})
    explanation = Evaluation(world).explain(parse_match("app: jira-software"), only(world))
    assert explanation.reason == "uses jira-software@acme (directly)"


def test_conditions_name_the_apps_as_written() -> None:
    """What is not known to the organization can be told by the words the author used."""
    assert parse_match("app: [Jira-Software@acme, tempo]").apps() == {"Jira-Software@acme", "tempo"}
    assert parse_match("only_apps: confluence").apps() == {"confluence", "any"}
    assert parse_match("inactive: {for: 1d, app: tempo}").apps() == {"tempo"}
    assert parse_match("inactive: {for: 1d}").apps() == frozenset()
    assert parse_match("role: guest").apps() == {"any"}
    assert parse_match("role: org-admin").apps() == frozenset()
