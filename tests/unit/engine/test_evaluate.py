"""Everybody's answers: asked once, combined as sets, with reasons and missing facts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from runner.engine.evaluate import Evaluation
from runner.engine.explain import Explanation, explain
from runner.model.condition import questions
from runner.model.unknown import Truth
from runner.model.verdicts import members
from runner.model.world import World
from runner.policy.expression import parse_match
from tests.unit.filters.made import ABSENT, only, person, world_of

YES, NO, OPEN = "status: active", "status: suspended", "mfa: true"
"""A known yes, a known no and an unknown, about the person of ``one_person``."""


def one_person() -> World:
    """Somebody active of whom it is not known whether they use multi-factor."""
    return world_of(person(mfa=ABSENT))


def of_one(condition: str) -> Explanation:
    """The condition about that person."""
    world = one_person()
    return Evaluation(world).explain(parse_match(condition), only(world))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (f"all: [{{{YES}}}, {{{YES}}}]", True),
        (f"all: [{{{YES}}}, {{{OPEN}}}]", None),
        (f"all: [{{{NO}}}, {{{OPEN}}}]", False),
        (f"any: [{{{NO}}}, {{{YES}}}, {{{OPEN}}}]", True),
        (f"any: [{{{NO}}}, {{{OPEN}}}]", None),
        (f"any: [{{{NO}}}]", False),
        (f"none: [{{{NO}}}]", True),
        (f"none: [{{{NO}}}, {{{OPEN}}}]", None),
        (f"none: [{{{YES}}}, {{{OPEN}}}]", False),
        (f"not: {{{YES}}}", False),
        (f"not: {{{NO}}}", True),
        (f"not: {{{OPEN}}}", None),
        (f"not: {{not: {{{OPEN}}}}}", None),
    ],
)
def test_combinations_follow_kleene(condition: str, expected: Truth) -> None:
    """Unknown gives way where the rest decides; not unknown is unknown. Everybody and one person alike."""
    world = one_person()
    assert of_one(condition).truth is expected
    assert Evaluation(world).truth(parse_match(condition), 0) is expected


def test_a_saved_filter_is_what_it_stands_for() -> None:
    """``filter: NAME`` answers as the named condition does, and keeps its name in the explanation."""
    saved = {"sleepers": parse_match(NO)}
    world = one_person()
    explanation = Evaluation(world).explain(parse_match("not: {filter: sleepers}", saved), only(world))
    assert explanation.truth is True
    assert explanation.children[0].written == "filter: sleepers"
    assert list(explanation.reasons()) == ["status active"]


class CountedLists(dict[str, frozenset[str]]):
    """Lists that know how often somebody looked into one."""

    looks = 0

    def get(self, name: str, default: Any = None) -> Any:
        """The list, and one look more."""
        self.looks += 1
        return super().get(name, default)


def test_equal_questions_are_asked_once_about_each_person() -> None:
    """However many tasks share a condition, and wherever they wrote it, everybody is asked once."""
    lists = CountedLists(leavers=frozenset({"u-2"}))
    world = replace(world_of(person(account_id="u-1"), person(account_id="u-2")), lists=lists)
    evaluation = Evaluation(world)
    for written in ("listed_in: leavers", "{listed_in:    leavers}", "any: [{listed_in: leavers}, {mfa: false}]"):
        assert list(members(evaluation.verdicts(parse_match(written)).yes)) == [1]
    assert lists.looks == 2


def test_verdicts_are_in_the_order_of_the_snapshot() -> None:
    """Bit i is the i-th person, yes and unknown apart."""
    people = [person(account_id=f"u-{n}", status=status) for n, status in enumerate(["active", None, "suspended"] * 3)]
    evaluation = Evaluation(world_of(*people))
    verdicts = evaluation.verdicts(parse_match(YES))
    assert (list(members(verdicts.yes)), list(members(verdicts.unknown))) == ([0, 3, 6], [1, 4, 7])
    assert [evaluation.truth(parse_match(YES), index) for index in range(3)] == [True, None, False]


def test_lacking_counts_who_lacks_a_fact_whatever_the_answer_is() -> None:
    """A known no to the whole does not hide that a question could not be answered, unless the fact can be asked of
    single people: then nobody is asked for whom the rest decides."""
    people = [
        person(account_id="u-1", status="suspended", mfa=ABSENT),
        person(account_id="u-2", mfa=ABSENT),
        person(account_id="u-3", status="suspended"),
    ]
    evaluation = Evaluation(world_of(*people))
    condition = parse_match(f"all: [{{{YES}}}, {{not: {{{OPEN}}}}}]")
    assert list(members(evaluation.verdicts(condition).unknown)) == [1]
    assert list(members(evaluation.lacking(condition))) == [0, 1]
    world = evaluation.world
    for fact, missed in (("mfa", [1]), ("job_title", [0, 1])):  # only one of them can be asked of single people
        asked = Evaluation(replace(world, snapshot=replace(world.snapshot, askable=frozenset({fact}))))
        assert list(members(asked.lacking(condition))) == missed


@pytest.mark.parametrize(
    ("condition", "missing"),
    [
        (OPEN, ("mfa",)),
        (f"not: {{{OPEN}}}", ("mfa",)),
        (f"any: [{{{YES}}}, {{{OPEN}}}]", ()),
        (f"all: [{{{YES}}}, {{{OPEN}}}, {{location: x}}, {{mfa: false}}]", ("mfa", "location")),
        (f"all: [{{any: [{{{YES}}}, {{location: x}}]}}, {{{OPEN}}}]", ("mfa",)),
        ("inactive: {for: 90d}", ("last_active",)),
        ("app: any", ("direct_access", "groups")),
    ],
)
def test_missing_facts_are_those_that_leave_the_answer_open(condition: str, missing: tuple[str, ...]) -> None:
    """Each once, in the order written; what a known part settles is not missed."""
    unread = ("mfa", "location", "last_active", "groups", "direct_access")
    world = world_of(person(**dict.fromkeys(unread, ABSENT)))
    assert Evaluation(world).missing(parse_match(condition), only(world)) == missing


@pytest.mark.parametrize(
    ("condition", "reasons"),
    [
        (YES, ("status active",)),
        (f"all: [{{{YES}}}, {{not: {{group: a}}}}]", ("status active", "not in a")),
        (f"any: [{{{NO}}}, {{managed: true}}]", ("managed account",)),
        (f"none: [{{{NO}}}, {{synced: true}}]", ("status active", "not synced from an identity provider")),
        (f"not: {{all: [{{managed: true}}, {{{NO}}}]}}", ("status active",)),
        (f"not: {{any: [{{managed: false}}, {{{NO}}}]}}", ("managed account", "status active")),
        (f"all: [{{{YES}}}, {{status: [active, suspended]}}]", ("status active",)),
        (f"all: [{{{NO}}}, {{managed: true}}]", ("status active",)),
        (f"all: [{{{YES}}}, {{{OPEN}}}]", ("not known whether multi-factor on",)),
    ],
)  # fmt: skip
def test_reasons_are_those_of_the_conditions_that_brought_the_answer_about(
    condition: str, reasons: tuple[str, ...]
) -> None:
    """What held where it matched, what did not hold where a ``not`` matched, with values; each once."""
    world = one_person()
    assert Evaluation(world).reasons(parse_match(condition), only(world)) == reasons


def test_the_use_of_apps_is_the_first_reason() -> None:
    """What comes last is cut on a narrow page: idleness decides most cases and stands before what it was added to."""
    condition = parse_match("all: [{status: active}, {not: {managed: false}}, {inactive: {for: 1d}}]")
    world = one_person()
    reasons = Evaluation(world).reasons(condition, only(world))
    assert reasons[0].startswith("any app")
    assert reasons[1:] == ("status active", "managed account")


def test_an_explanation_is_the_tree_as_written() -> None:
    """Each node with its text, its answer and, at the leaves, the values."""
    world = one_person()
    condition = parse_match(f"all: [{{{YES}}}, {{none: [{{{OPEN}}}]}}]")
    assert explain(condition, only(world), world) == Explanation(
        "all",
        "all: [{status: active}, {none: [{mfa: true}]}]",
        None,
        children=(
            Explanation("status", "status: active", True, "status active", facts=frozenset({"status"})),
            Explanation(
                "none",
                "none: [{mfa: true}]",
                None,
                negates=True,
                children=(
                    Explanation(
                        "mfa", "mfa: true", None, "not known whether multi-factor on", ("mfa",), frozenset({"mfa"})
                    ),
                ),
            ),
        ),
    )


def test_what_conditions_look_into_is_found_at_any_depth() -> None:
    """Lists and questions, through combinations."""
    condition = parse_match("all: [{not: {listed_in: leavers}}, {any: [{listed_in: externals}, {mfa: true}]}]")
    assert Evaluation(one_person()).lists([condition, parse_match(YES)]) == {"leavers", "externals"}
    assert [question.name for question in questions(condition)] == ["listed_in", "listed_in", "mfa"]


def test_what_is_odd_about_conditions_is_told_once() -> None:
    """Of questions at any depth, in the order written, however many conditions ask them."""
    first, second = parse_match("all: [{group: gone}, {not: {group: [lost, gone]}}]"), parse_match("group: gone")
    assert Evaluation(one_person()).warnings([first, second]) == tuple(
        f"group {name}: nobody has heard of such a group" for name in ("gone", "lost")
    )
