"""A plan in a terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runner.model.plan import Skip
from runner.report.terminal import plan_text
from runner.text import display_width
from tests.unit.report import made


def test_every_change_is_listed_once_with_who_what_and_why() -> None:
    """Each change has one line: a sign, the person, what is done and the reasons, under its first task."""
    text = plan_text(made.plan(made.change(1), made.change(2, "add_to_group", made.STAFF)), 200)
    assert "jira-90d-reclaim: 2 changes for 2 people\n" in text
    assert "  all: uses jira-software@acme\n" in text
    assert (
        "  - Person 1 <person.1@acme.example>  remove from jira-software-users-acme  "
        "jira-software@acme last used 101 days ago\n"
    ) in text
    assert "  + Person 2 <person.2@acme.example>  add to all-staff " in text
    assert "2 changes (1 removal, 1 addition) for 2 people.\n" in text


def test_people_are_counted_once() -> None:
    """Two changes of one person are two changes for one person."""
    text = plan_text(made.plan(made.change(1), made.change(1, "suspend", None)), 200)
    assert "jira-90d-reclaim: 2 changes for 1 person\n" in text
    assert "2 changes (2 removals, 0 additions) for 1 person.\n" in text


def test_a_change_of_two_tasks_names_both() -> None:
    """A change that two tasks ask for is listed once and says which other task wants it."""
    text = plan_text(made.plan(made.change(1, tasks=("a", "b"))), 200)
    assert text.count("Person 1") == 1
    assert "(also b)" in text


@pytest.mark.parametrize("width", [30, 40, 60, 80, 100, 140])
def test_lists_fit_the_width(width: int) -> None:
    """No line of a list is wider than the terminal, also with wide characters; only what is copied may be."""
    report = made.full_run()
    assert report.plan
    for line in plan_text(report.plan, width, people=report.around.people).splitlines():
        assert display_width(line) <= width or "sha256:" in line or len(line.split()) == 1, line


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_a_long_name_does_not_hide_whose_account_it_is(width: int) -> None:
    """Anybody may be called like somebody else, at any length: the address stays, the name is cut."""
    change = replace(made.change(1), name="Ann <ann@acme.example> " + "x" * 200, email="eve@evil.example")
    lines = plan_text(made.plan(change), width).splitlines()
    assert any("eve@evil.example" in line for line in lines)
    assert all(display_width(line) <= width or "policy-runner" in line or "sha256:" in line for line in lines)


def test_reasons_have_a_third_of_a_line() -> None:
    """Of a long reason the date is seen, whatever people and groups are called."""
    why = "jira-software last used 2026-05-01 (205 days ago)"
    long = [replace(made.change(n), name="x" * 80, reasons=(f"{why}, {n}",)) for n in (1, 2)]
    assert "2026-05-01" in plan_text(made.plan(*long), 120)


@pytest.mark.parametrize("width", [50, 60, 72, 80])
def test_where_a_row_has_no_room_its_reasons_stand_below_it(width: int) -> None:
    """On the commonest terminals, too, one sees why: the reason that decided, with its date, on a line of its own."""
    whys = [f"jira last used 2026-0{n}-01 (20{n} days ago)" for n in (1, 2, 3)]
    changes = [made.change(n, reasons=(why, "uses jira")) for n, why in enumerate(whys)]
    lines = plan_text(made.plan(*changes), width).splitlines()
    for number, why in enumerate(whys):
        row = next(n for n, line in enumerate(lines) if f"person.{number}@acme.example" in line)
        assert lines[row].startswith("  - ")
        assert lines[row + 1] == f"      {why}"


def test_where_there_is_room_a_change_is_one_line() -> None:
    """From about a hundred columns on reasons stand beside what is done, cut but not below the date."""
    changes = [made.change(n, reasons=(f"jira-software last used 2026-0{n}-01 (20{n} days ago)",)) for n in (1, 2, 3)]
    lines = plan_text(made.plan(*changes), 104).splitlines()
    assert [line[:4] for line in lines[3:6]] == ["  - "] * 3
    assert all(f"last used 2026-0{n}-01" in lines[2 + n] for n in (1, 2, 3))


def test_one_long_name_does_not_double_the_lines_of_a_table() -> None:
    """A name gives way to the reasons of everybody; only what is done and the address do not."""
    changes = [made.change(1, "suspend", None), made.change(2, "suspend", None, name="x" * 80)]
    lines = plan_text(made.plan(*changes), 100).splitlines()
    assert [line[:4] for line in lines[3:6]] == ["  al", "  - ", "  - "]


def test_changes_of_a_person_for_the_same_reason_share_its_line() -> None:
    """The reason stands once, below the last of them; whoever comes next has their own, even if it is the same."""
    changes = [made.change(1), made.change(1, "add_to_group", made.STAFF), *(made.change(n) for n in (2, 3))]
    changes[2:] = [replace(change, reasons=(*changes[0].reasons,)) for change in changes[2:]]
    changes.append(replace(made.change(4), reasons=("another",)))
    lines = plan_text(made.plan(*changes), 70).splitlines()
    shown = [line.strip() for line in lines[3:11]]
    why = "uses jira-software@acme; jira-software@acme last used 101 days…"
    assert [text if text[:2] not in ("- ", "+ ") else text[:10] for text in shown] == [
        "- Person 1", "+ Person 1", why, "- Person 2", why, "- Person 3", why, "- Person 4",
    ]  # fmt: skip


def test_a_list_with_reasons_below_is_cut_between_changes() -> None:
    """So many lines are shown, none without its reason, and so many more are changes."""
    text = plan_text(made.plan(*(made.change(n) for n in range(40))), 60, most=10)
    assert text.count("  - ") == text.count(" days ago\n") == 4
    assert "\n  and 36 more; in full: --json, or into a file\n" in text


def test_long_lists_end_with_how_many_more_there_are() -> None:
    """Of a list that nobody could read on a screen the first lines are shown; its heading has the whole number."""
    text = plan_text(made.plan(*(made.change(n) for n in range(40))), 200, most=10)
    assert "40 changes for 40 people" in text
    assert text.count("  - Person ") == 9
    assert "\n  and 31 more; in full: --json, or into a file\n" in text
    assert plan_text(made.plan(*(made.change(n) for n in range(40))), 200).count("  - Person ") == 40


def test_a_refusal_stands_at_the_end() -> None:
    """After a long plan the screen shows its end: what was refused, and the sum."""
    report = made.full_run()
    assert report.plan
    text = plan_text(report.plan, 120)
    assert text.index("Left alone") < text.index("REFUSED by") < text.index("digest sha256:" + report.plan.digest[7:])


def test_wide_terminals_cut_nothing() -> None:
    """Where there is room no cell is cut."""
    report = made.full_run()
    assert report.plan
    assert "…" not in plan_text(report.plan, 400, people=report.around.people)


def test_what_is_refused_is_shown_in_full() -> None:
    """A refused task's changes are listed, marked, and the refusal has its figures and the way to allow it."""
    report = made.full_run()
    assert report.plan
    text = plan_text(report.plan, 200)
    assert "stale-invites: 1 change for 1 person, 1 blocked\n  x " in text
    assert "REFUSED by task_limit: task stale-invites: 41 of 310 people, 13.2 %; the limit: 25 people\n" in text
    assert made.hash_of("blocked") in text
    assert "5 changes (4 removals, 1 addition) for 5 people; 1 change blocked.\n" in text


def test_skips_are_counted_by_why() -> None:
    """People who are left alone are counted for each task, in the order of the reasons."""
    skips = [Skip(f"u-{n}", "t", "already", "") for n in range(1200)] + [Skip("u-x", "t", "protected", "org-admin")]
    text = plan_text(made.plan(skips=tuple(skips)), 100)
    assert "Left alone: 1,201\n  t: 1 protected, 1,200 already so\n" in text
    assert "Nothing to change.\n" in text


def test_names_cannot_move_the_text_about() -> None:
    """Hostile names are shown as text: no escape sequence, no line of their own, no reversed text."""
    hostile = made.change(1, name="a\x1b[2J\nb\u202ec", reasons=("x\ry",))
    text = plan_text(made.plan(hostile, warnings=("w\x07",), organization="o\nrg"), 200)
    assert not set(text) & set("\x1b\r\x07\u202e")
    assert "a\\u001b[2J\\nb\\u202ec" in text


def test_paint_colours_whole_lines() -> None:
    """Colour is given from outside, by style; without it there is none, and the text is the same."""
    report = made.full_run()
    assert report.plan
    painted = plan_text(report.plan, 140, paint=lambda text, style: f"{{{style}}}{text}")
    assert "{remove}  - Person 1" in painted
    assert "{add}  + Person 5" in painted
    assert "{refused}  x " in painted
    for style in ("add", "remove", "refused", "heading", "dim"):
        painted = painted.replace(f"{{{style}}}", "")
    assert painted == plan_text(report.plan, 140)


def test_the_way_back_is_not_carried_out_like_a_plan_of_tasks() -> None:
    """`plan --out` makes no plan of an undo, and `explain` knows no such task: `undo` itself says how to go on."""
    plan = made.full_run().plan
    assert plan
    ways = ("policy-runner plan --out", "policy-runner explain")
    assert all(way in plan_text(plan, 120) for way in ways)
    back = plan_text(replace(plan, tasks=("undo:20261122-060000-7f3a9c",)), 120)
    assert not any(way in back for way in ways)
