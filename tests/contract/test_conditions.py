"""What every condition of the catalog promises, whoever wrote it."""

from __future__ import annotations

import dataclasses
import inspect
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner.catalog import conditions
from runner.engine.evaluate import Evaluation
from runner.model.condition import Combination, Condition, Question, questions
from runner.model.people import User
from runner.model.unknown import UNKNOWN
from runner.policy.expression import parse_match
from tests.naive.build import build_condition, build_world
from tests.naive.made import APPS, LISTS, NOWS, Case, cases, changes, directories, leaves

NAMES = sorted(conditions())
FACTS = tuple(field.name for field in dataclasses.fields(User) if field.name not in ("account_id", "directories"))
NOBODY_KNOWN = User("u-1", **dict.fromkeys(FACTS, UNKNOWN))  # type: ignore[arg-type]
"""A person of whom nothing is known but that there is an account."""
KNOWN_OF_ALL = {"account_id", "date", "acted_on"}
"""Conditions that are answered without any fact that may be unknown: of the account itself, of the day, and of people
whom no run has ever touched."""


def example(name: str) -> Condition:
    """The condition in the docstring's example."""
    found = re.search(r"```yaml\n(.*?)```", inspect.getdoc(conditions()[name]) or "", re.DOTALL)
    assert found is not None
    return parse_match(found.group(1), {"idle-in-jira": parse_match("{inactive: {for: 90d, app: jira-software}}")})


EMPTY_FILE = {
    "format": 1, "taken_at": "2026-11-22T06:00:00Z", "organization": "acme", "complete": True, "apps": APPS,
    "users": [],
}  # fmt: skip
EMPTY = build_world(EMPTY_FILE, datetime(2026, 11, 22, 6, tzinfo=UTC), lists=LISTS)


@pytest.mark.parametrize("name", NAMES)
def test_a_condition_says_in_one_sentence_what_it_matches(name: str) -> None:
    """The reference page and the editor show the docstring's first line."""
    first = (inspect.getdoc(conditions()[name]) or "").partition("\n")[0]
    assert re.fullmatch(r"[A-Z][^\n]{10,}\.", first), first


@pytest.mark.parametrize("name", NAMES)
def test_a_condition_is_a_question_or_a_combination(name: str) -> None:
    """There is no third kind, and only questions need facts."""
    made = conditions()[name]
    assert issubclass(made, Question) != issubclass(made, Combination)
    assert made.facts <= {field.name for field in dataclasses.fields(User)}
    assert issubclass(made, Question) or not made.facts


@pytest.mark.parametrize("name", NAMES)
def test_equal_conditions_are_one_wherever_they_were_written(name: str) -> None:
    """Two readings of the example are equal, as keys too, so that the question is asked once."""
    one, two = example(name), dataclasses.replace(example(name), written="otherwise")
    assert one == two
    assert len({one, two}) == 1


def test_no_two_conditions_are_taken_for_each_other() -> None:
    """Conditions with the same parameters and different names are different questions."""
    assert len({example(name) for name in NAMES}) == len(NAMES)
    assert parse_match("{managed: true}") != parse_match("{synced: true}")


@pytest.mark.parametrize("name", [name for name in NAMES if issubclass(conditions()[name], Question)])
def test_of_a_person_of_whom_nothing_is_known_nothing_is_said(name: str) -> None:
    """The answer is unknown, its reason says so, and the missing facts are named."""
    question = example(name)
    assert isinstance(question, Question)
    if name in KNOWN_OF_ALL:
        assert question.truth(NOBODY_KNOWN, EMPTY) is not None
        return
    assert question.truth(NOBODY_KNOWN, EMPTY) is None
    assert "unknown" in question.reason(NOBODY_KNOWN, EMPTY) or "not known" in question.reason(NOBODY_KNOWN, EMPTY)
    missing = question.missing(NOBODY_KNOWN, EMPTY)
    assert missing
    assert set(missing) <= question.facts


def test_a_list_that_was_not_read_is_unknown_and_not_empty() -> None:
    """Nobody is "not in a list" that is not there."""
    question = parse_match("{listed_in: elsewhere}")
    assert isinstance(question, Question)
    person = dataclasses.replace(NOBODY_KNOWN, email="ann@acme.example")
    assert question.truth(person, EMPTY) is None
    assert question.missing(person, EMPTY) == ("lists/elsewhere.csv",)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_an_answer_rests_on_the_declared_facts_alone(data: st.DataObject) -> None:
    """With every other fact unknown the answer stays the same: what a snapshot leaves out because nobody declared a
    need for it can change no answer."""
    now = data.draw(st.sampled_from(NOWS))
    directory, past = data.draw(directories(now)), data.draw(st.lists(changes(now), max_size=4))
    world = build_world(directory, now, lists=LISTS, past=past)
    for written in data.draw(st.lists(leaves(), min_size=8, max_size=8)):
        question = build_condition(written, {})
        assert isinstance(question, Question)
        for user in world.snapshot.users:
            others: dict[str, Any] = {fact: UNKNOWN for fact in FACTS if fact not in question.facts}
            bare = dataclasses.replace(user, **others)
            assert question.truth(bare, world) is question.truth(user, world), (written, user)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(cases())
def test_every_answer_has_its_reason_and_every_unknown_its_missing_fact(case: Case) -> None:
    """Reasons are there for whatever is known or not of a person, and a fact is named if and only if one is missing."""
    world = build_world(case.given.directory, case.given.now, lists=case.given.lists, past=case.given.past)
    evaluation = Evaluation(world)
    filters = {name: build_condition({"status": "active"}, {}) for name in case.given.filters}
    for written in case.written:
        condition = build_condition(written, filters)
        for index, user in enumerate(world.snapshot.users):
            assert all(evaluation.reasons(condition, user))
            assert evaluation.reasons(condition, user)
            unknown = evaluation.truth(condition, index) is None
            assert bool(evaluation.missing(condition, user)) is unknown
            asked = {fact for question in questions(condition) for fact in question.facts}
            assert set(evaluation.missing(condition, user)) <= asked


@given(cases())
def test_warnings_are_words_about_the_organization(case: Case) -> None:
    """Warnings never fail, and each is said once."""
    world = build_world(case.given.directory, case.given.now, lists=case.given.lists)
    filters = {name: build_condition({"status": "active"}, {}) for name in case.given.filters}
    warnings = Evaluation(world).warnings(build_condition(written, filters) for written in case.written)
    assert all(warnings)
    assert len(set(warnings)) == len(warnings)
