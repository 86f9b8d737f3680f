"""Conditions about who somebody is: status, flags, names, addresses, profiles, lists."""

from __future__ import annotations

from typing import Any

import pytest

from runner.engine.evaluate import Evaluation
from runner.model.unknown import Truth
from runner.policy.expression import parse_match
from tests.unit.filters.made import ABSENT, ask, explained, only, person, world_of


@pytest.mark.parametrize(
    ("condition", "facts", "expected"),
    [
        ("status: active", {}, True),
        ("status: [suspended, deactivated]", {}, False),
        ("status: [suspended, not_invited]", {"status": "not_invited"}, True),
        ("status: active", {"status": ABSENT}, None),
        ("status: active", {"status": None}, None),
        ("status: active", {"status": "asleep"}, None),
        ("managed: true", {}, True),
        ("managed: false", {}, False),
        ("managed: false", {"managed": False}, True),
        ("managed: false", {"managed": None}, None),
        ("synced: true", {"synced": True}, True),
        ("synced: false", {"synced": ABSENT}, None),
        ("mfa: false", {"mfa": False}, True),
        ("mfa: true", {"mfa": "on"}, None),
    ],
)
def test_status_and_flags(condition: str, facts: dict[str, Any], expected: Truth) -> None:
    """What is null, absent or makes no sense is unknown, neither yes nor no."""
    assert ask(condition, **facts) is expected


@pytest.mark.parametrize(
    ("condition", "facts", "expected"),
    [
        ("email: ann@acme.example", {"email": "ANN@Acme.Example"}, True),
        ('email: "*@acme.example"', {"email": "ann@it.acme.example"}, False),
        ('email: "*"', {"email": ABSENT}, None),
        ('name: "*lee"', {}, True),
        ("name: Ann", {}, False),
        ("name: ANN STRASSE", {"name": "Ann Straße"}, True),
        ("name: Jose", {"name": "José"}, False),
        ('name: "Ann [*]"', {"name": "Ann *"}, True),
        ('name: "Ann [*]"', {"name": "Ann B"}, False),
        ("search: LEE", {}, True),
        ("search: acme", {}, True),
        ('search: "*"', {}, False),
        ("search: lee", {"email": ABSENT}, True),
        ("search: acme", {"email": ABSENT}, None),
        ("search: bob", {"name": ABSENT, "email": ABSENT}, None),
        ("account_id: [u-1, u-2]", {}, True),
        ("account_id: u-2", {}, False),
    ],
)
def test_names_and_addresses(condition: str, facts: dict[str, Any], expected: Truth) -> None:
    """Case folds, accents count, a known half is enough where it decides."""
    assert ask(condition, **facts) is expected


@pytest.mark.parametrize(
    ("domain", "email", "expected"),
    [
        ("acme.example", "ann@ACME.example", True),
        ("acme.example", "ann@it.acme.example", False),
        ('"*.acme.example"', "ann@it.acme.example", True),
        ('"*.acme.example"', "ann@a.b.acme.example", True),
        ('"*.acme.example"', "ann@acme.example", False),
        ('"*.acme.example"', "ann@notacme.example", False),
        ("acme.co.uk", '"ann@acme.example"@acme.co.uk', True),
        ("[legacy.example, acme.co.uk]", "ann@acme.co.uk", True),
        ("acme.example", "not an address", None),
        ("acme.example", "@acme.example", None),
        ("acme.example", "ann@", None),
        ("acme.example", None, None),
    ],
)
def test_email_domain(domain: str, email: str | None, expected: Truth) -> None:
    """A domain is itself alone, with a star everything below it; what is no address has no known domain."""
    assert ask(f"email_domain: {domain}", email=email) is expected


@pytest.mark.parametrize("field", ["job_title", "department", "organization", "location", "time_zone"])
@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        ("{field}: engin*", "Engineering", True),
        ("{field}: engin*", "Sales", False),
        ("{field}: '*'", None, False),
        ("not: {{{field}: engin*}}", None, True),
        ("{field}: '*'", ABSENT, None),
        ("{field}: '*'", 7, None),
    ],
)
def test_an_empty_profile_is_a_known_nothing(field: str, condition: str, value: Any, expected: Truth) -> None:
    """Null fits no pattern, not even a star; a field that was not read is unknown."""
    facts: dict[str, Any] = {field: value}
    assert ask(condition.format(field=field), **facts) is expected


@pytest.mark.parametrize(
    ("people", "facts", "expected"),
    [
        (["ann@acme.example"], {"email": "Ann@acme.example"}, True),
        (["u-1"], {"email": ABSENT}, True),
        (["bob@acme.example"], {}, False),
        (["bob@acme.example"], {"email": ABSENT}, None),
        (["u-2"], {"email": ABSENT}, False),
        ([], {"email": ABSENT}, False),
    ],
)
def test_listed_in(people: list[str], facts: dict[str, Any], expected: Truth) -> None:
    """By address or account id; an unknown address matters only where the list holds addresses."""
    world = world_of(person(**facts), lists={"leavers": people})
    assert Evaluation(world).explain(parse_match("listed_in: leavers"), only(world)).truth is expected


def test_people_nobody_knows_are_warned_of() -> None:
    """An address of a list, or an account id, that fits nobody is a warning; in a narrowed snapshot nobody can tell."""
    conditions = [parse_match("listed_in: leavers"), parse_match("account_id: [U-1, u-9]")]
    lists = {"leavers": ["ann@acme.example", "gone@acme.example", "u-1"]}
    assert Evaluation(world_of(person(), lists=lists)).warnings(conditions) == (
        "lists/leavers.csv: nobody has the address or id gone@acme.example",
        "account_id: nobody has the id u-9",
    )
    narrowed = world_of(person(), lists=lists, directory={"population": 7})
    assert Evaluation(narrowed).warnings(conditions) == ()


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("status: suspended", "status active"),
        ("managed: true", "managed account"),
        ("synced: true", "not synced from an identity provider"),
        ("mfa: false", "multi-factor on"),
        ("email: x", "e-mail ann@acme.example"),
        ("email_domain: x", "e-mail domain acme.example"),
        ("search: x", "name Ann Lee, e-mail ann@acme.example"),
        ("account_id: x", "account id u-1"),
        ("job_title: x", "no job title"),
    ],
)
def test_reasons_hold_the_values(condition: str, reason: str) -> None:
    """A reason says what is so, whether that made a match or not."""
    assert explained(condition).reason == reason


def test_reasons_leave_hostile_text_as_it_is() -> None:
    """Escaping is for whoever shows it; here names are plain data."""
    assert explained("name: x", name="<b>|`@all").reason == "name <b>|`@all"
