"""Charts, money, hand-over files."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import mermaidx
import pytest

from runner.model.plan import Handover, Target
from runner.model.report import Person, SeatChange, TrendPoint
from runner.report.chart import DAYS, charts
from runner.report.handover import COLUMNS, handover_files
from runner.report.money import seat_rows, totals
from tests.unit.report import made


def trend(*changes: int) -> tuple[TrendPoint, ...]:
    """One run a day, with so many changes and 300 seats."""
    first = date(2026, 1, 1)
    return tuple(TrendPoint(f"r{n}", first + timedelta(days=n), number, 300) for n, number in enumerate(changes))


@pytest.mark.parametrize("points", [trend(0, 0), trend(*range(60))])
def test_mermaid_draws_the_charts(points: tuple[TrendPoint, ...]) -> None:
    """Mermaid itself reads what is written: nothing but zeros, and many days."""
    found = charts(points)
    assert len(found) == 2
    for chart in found:
        assert "<svg" in mermaidx.render(chart).svg()


def test_a_chart_needs_two_days() -> None:
    """One day is no trend, however many runs it had."""
    assert charts(()) == ()
    assert charts((trend(1)[0], trend(2)[0])) == ()


def test_runs_of_one_day_are_one_bar() -> None:
    """Changes of one day are added up, seats are as they were last; only the latest days are shown."""
    day = date(2026, 11, 22)
    points = (
        TrendPoint("a", day, 2, 9),
        TrendPoint("b", day, 3, 8),
        TrendPoint("c", day + timedelta(days=1), 1, 7),
    )
    bars, line = charts(points)
    assert "bar [5, 1]" in bars
    assert "line [8, 7]" in line
    assert charts(trend(*range(60)))[0].count('"0') == DAYS


def test_a_chart_of_nothing_has_an_axis() -> None:
    """Where no run changed anything the axis still reaches to one."""
    assert '"changes" 0 --> 1\n' in charts(trend(0, 0))[0]


def test_money_is_exact() -> None:
    """Prices are multiplied in hundredths; apps without a price or a change do not count."""
    seats = (
        SeatChange("jira-software@acme", 3, 0, 7.53, "EUR"),
        SeatChange("confluence@acme", 0, 1, 5.16, "EUR"),
        SeatChange("compass@acme", 5, 0),
        SeatChange("loom@acme", 0, 0, 9.99, "EUR"),
    )
    assert totals(seats) == ("EUR 17.43",)
    assert totals([SeatChange("loom@acme", 100, 0, 19.99, "EUR")]) == ("EUR 1,999.00",)
    assert [row.saved for row in seat_rows(seats)] == ["EUR 22.59", "EUR -5.16", ""]


def test_hand_over_files_are_safe_and_complete() -> None:
    """One file a group under a safe name of its own, each person and change once, no formula, accounts apart."""
    groups = [Target("g-1", "../Sales"), Target("g-2", "sales"), Target("g-3", "accounts")]
    entries = [Handover(f"u-{n}", task, group, "remove") for group in groups for n in (2, 1) for task in ("b", "a")]
    entries.append(Handover("u-1", "a", None, "deactivate"))
    people = {"u-1": Person("=cmd|' /C calc'!A0", "ann@acme.example"), "u-2": Person('Bob, "B"\n', None)}
    files = handover_files(made.plan(handover=tuple(entries)), people)
    assert list(files) == ["accounts-2.csv", "accounts.csv", "sales-2.csv", "sales.csv"]
    table = list(csv.reader(io.StringIO(files["sales.csv"], newline="")))
    assert table == [
        list(COLUMNS),
        ["u-1", "ann@acme.example", "'=cmd|' /C calc'!A0", "remove", "../Sales", "g-1", "a b"],
        ["u-2", "", 'Bob, "B"\\n', "remove", "../Sales", "g-1", "a b"],
    ]
    assert files["accounts.csv"].splitlines()[1:] == ["u-1,ann@acme.example,'=cmd|' /C calc'!A0,deactivate,,,a"]


def test_no_hand_over_no_files() -> None:
    """Where nothing is handed over there is no file."""
    assert handover_files(made.plan()) == {}
