"""What the check says: in words, at the place, with what to write instead."""

from __future__ import annotations

import pytest

from runner.policy.check import check
from runner.policy.problems import Problems
from runner.policy.schemas import schema_of
from runner.policy.values import Placed
from runner.policy.yaml import parse_yaml

TASK = """\
description: d
owner: o@acme.example
filter: f
actions: [suspend]
schedule: {manual: true}
"""


def said(kind: str, text: str) -> list[str]:
    """``line:column message [hint]`` of each problem; each says what to write instead."""
    problems = Problems()
    node = parse_yaml(text.encode(), "f.yaml", problems)
    assert node is not None
    check(node, schema_of(kind), problems)
    assert all(problem.hint for problem in problems.errors)
    return [f"{p.place.line}:{p.place.column} {p.message} [{p.hint}]" for p in sorted(problems.errors)]


def in_task(old: str, new: str) -> list[str]:
    """What is said of the task above with a line of it replaced."""
    assert old in TASK
    return said("task", TASK.replace(old, new))


def match(text: str) -> list[str]:
    """What is said of a filter with this condition."""
    return [line.split(" [")[0] for line in said("filter", f"description: d\nmatch: {text}\n")]


def test_a_task_as_it_should_be_has_no_problem() -> None:
    """The task that the other tests break is sound."""
    assert said("task", TASK) == []


@pytest.mark.parametrize(
    ("old", "new", "start"),
    [
        ("owner:", "ownr:", "1:1 `owner` is missing [Who answers for it.]"),
        ("filter: f\n", "", "1:1 exactly one of `filter` or `match` is needed, found none"),
        ("filter: f", "filter: f\nmatch: {mfa: true}", "1:1 exactly one of `filter` or `match` is needed, found"),
        ("filter: f", "filter: F", "3:9 'F' is not in the form that is needed"),
        ("filter: f", "filter:", "3:8 a value is missing"),
        ("[suspend]", "[suspnd]", "4:11 'suspnd' cannot be written here [did you mean suspend?]"),
        ("[suspend]", "[{remove_from_group: a}]", "4:12 unknown action 'remove_from_group'"),
        ("[suspend]", "[{suspend: , report: }]", "4:11 this action has more than 1 key: 'suspend', 'report'"),
        ("[suspend]", "suspend", "4:10 a list is needed, not 'suspend' [write [suspend]. What to do"),
        ("filter: f", "match: status:active", "3:8 a mapping is needed, not 'status:active' [put a blank"),
        ("{manual: true}", "{daily: '06:00'}", "5:19 a mapping is needed, not '06:00' [Every day: {at:"),
        ("[suspend]", "[{suspend: true}]", "4:21 nothing is needed, not 'true' [write the word alone"),
        ("{manual: true}", "{every: 0h}", "5:19 '0h' is not in the form that is needed [So often, such as 6h or 2d"),
        (
            "{manual: true}", "{daily: {at: '06:00'}, timezone: europe/berln}",
            "5:44 'europe/berln' cannot be used [did you mean Europe/Berlin?]",
        ),
        ("[suspend]", "[]", "4:10 the list is empty"),
        ("[suspend]", "[{add_to_groups: []}]", "4:27 the list is empty: 1 or more are needed [Make the person"),
        ("[suspend]", "suspend", "4:10 a list is needed, not 'suspend'"),
        ("{manual: true}", "{manual: true, daily: {at: '06:00'}}", "5:11 exactly one of `manual` or `once`"),
        ("{manual: true}", "{manual: 'true'}", "5:20 'true' cannot be written here"),
        ("{manual: true}", "{dayly: {at: 06:00}}", "5:11 exactly one of"),
        ("{manual: true}", "{daily: {at: 25:00}}", "5:24 '25:00' is not in the form that is needed [The time"),
        ("{manual: true}", "{monthly: {day: 32, at: 06:00}}", "5:27 32 is too large: at most 31"),
        ("{manual: true}", "{monthly: {day: lst, at: 06:00}}", "5:27 'lst' cannot be"),
        ("{manual: true}", "{weekly: {days: [tusday], at: 06:00}}", "5:28 'tusday' cannot be written here [did you"),
        ("{manual: true}", "{cron: 0 0 30 2 *}", "5:18 '0 0 30 2 *' cannot be used [five fields that can come true"),
        ("{manual: true}", "{cron: '* * * *'}", "5:18 '* * * *' "),
        ("{manual: true}", "{manual: true, timezone: Europe/Berln}", "5:36 'Europe/Berln' cannot be used [did"),
        ("{manual: true}", "{manual: true, timezone: ../UTC}", "5:36 '../UTC' cannot be used"),
        ("{manual: true}", "{manual: true, from: 2026-02-30}", "5:32 '2026-02-30' cannot be used [a day that exists"),
        ("{manual: true}", "{every: 6h\\n}", "5:19 '6h\\\\n' is not in the form"),
        ("{manual: true}", '{every: "6h\\n"}', "5:19 '6h\\n' is not in the form"),
        ("owner: o@acme.example", "owner: o\nlimits: {users: 0}", "3:17 0 is too small: at least 1"),
        ("owner: o@acme.example", "owner: o\nlimits: {users: 1e3}", "3:17 a whole number is needed, not '1e3'"),
        ("owner: o@acme.example", "owner: o\nlimits: {users: 5.0}", "3:17 a whole number is needed, not 5.0"),
        ("owner: o@acme.example", "owner: o\nlimits: {users: 0x10}", "3:17 a whole number is needed"),
        ("owner: o@acme.example", "owner: o\nlimits: {percent: 101}", "3:19 101 is too large: at most 100"),
        ("owner: o@acme.example", "owner: o\nenabled: no", "3:10 true or false is needed, not 'no' [write true"),
        ("owner: o@acme.example", 'owner: o\nenabled: "true"', "3:10 true or false is needed, not 'true'"),
        ("owner: o@acme.example", "owner: o\nmode: dry", "3:7 'dry' cannot be written here [write report"),
        ("owner: o@acme.example", "owner: o\nselect: {frist: 3}", "3:9 exactly one of `first` or `keep_free`"),
    ],
)  # fmt: skip
def test_a_broken_task_is_told_what_is_wrong_where(old: str, new: str, start: str) -> None:
    """The first thing said about it starts like this."""
    assert in_task(old, new)[0].startswith(start)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{stauts: active}", ["2:9 unknown condition 'stauts'"]),
        ("{status: actve}", ["2:17 'actve' cannot be written here"]),
        ("{status: [active, 5]}", ["2:26 '5' cannot be written here"]),
        ("{status: {is: active}}", ["2:17 text or a list is needed, not a mapping"]),
        ("{status: active, mfa: true}", ["2:8 this condition has more than 1 key: 'status', 'mfa'"]),
        ("{all: [{mfa: true}, {not: {mfa: maybe}}]}", ["2:40 true or false is needed, not 'maybe'"]),
        ("{role: {is: guest, ap: x}}", ["2:27 unknown key 'ap'"]),
        ("{}", ["2:8 the mapping is empty: 1 or more keys are needed"]),
        ("{all: []}", ["2:14 the list is empty: 1 or more are needed"]),
        ("{group: []}", ["2:16 the list is empty: 1 or more are needed"]),
        ("active", ["2:8 a mapping is needed, not 'active'"]),
    ],
)
def test_the_problem_is_about_the_alternative_that_comes_closest(text: str, expected: list[str]) -> None:
    """Where one value or a list may stand, nobody is told of schemas: one problem, about what was written."""
    assert match(text) == expected


def test_all_problems_of_a_file_are_told() -> None:
    """Three unknown keys and a wrong value are four problems."""
    text = TASK + "one: 1\ntwo: 2\nthree: 3\nenabled: maybe\n"
    assert [line.split()[0] for line in said("task", text)] == ["6:1", "7:1", "8:1", "9:10"]


def test_values_are_what_the_schema_asks_for_and_text_otherwise() -> None:
    """Only a plain true, number or null where one is asked for becomes one."""
    text = TASK.replace("filter: f", "match: {all: [{mfa: true}, {name: true}, {search: 012}, {department: ~}]}")
    problems = Problems()
    node = parse_yaml(text.encode(), "f.yaml", problems)
    assert node is not None
    value, sound = check(node, schema_of("task"), problems)
    assert sound
    assert value["match"] == {"all": [{"mfa": True}, {"name": "true"}, {"search": "012"}, {"department": "~"}]}
    assert isinstance(value["match"], Placed)
    assert str(value["match"]["all"][1].place) == "f.yaml:3:28"


def test_prices_are_named_by_apps() -> None:
    """A key that is no app's name is told where it stands."""
    assert said("settings", "prices: {currency: EUR, 'jira software': 3}")[0].startswith("1:25 'jira software' is not")
    assert said("settings", "prices: {currency: EUR, jira: '7.5'}")[0].startswith("1:31 a number is needed, not '7.5'")
    assert said("settings", "prices: {jira: 7.5}")[0].startswith("1:9 `currency` is missing")
