"""The report's contents, beyond the whole reports in tests/golden."""

from __future__ import annotations

import re
from dataclasses import replace

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.model.plan import Skip
from runner.model.record import CANCELLED, DONE, FAILED, PARTLY, Ending
from runner.model.report import RunReport
from runner.report.document import render_json, surroundings_from
from runner.report.markdown import COMMENT, PAGE, SUMMARY, render_comment, render_markdown, render_summary
from runner.report.planned import plan_markdown
from runner.report.sentence import sentence, title
from tests.unit.report import made

HOSTILE = st.lists(
    st.sampled_from([made.HOSTILE, "|", "`", "\n", "</details>", "-->", "<b>", "```", "@a", "\\", "é", "\ud800"]),
    max_size=5,
).map("".join)
OPTIONS = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES


def run(*statuses: str, skips: int = 0, ended: str = DONE, link: str = "") -> RunReport:
    """A run with one change for each status, and so many people left alone."""
    changes = tuple(made.change(n) for n in range(len(statuses)))
    left = tuple(Skip(f"u-{n:06}", "jira-90d-reclaim", "exempt", "a list") for n in range(skips))
    plan = made.plan(*changes, skips=left)
    outcomes = (made.outcome(change, status) for change, status in zip(changes, statuses, strict=True))
    record = made.record(plan, *outcomes, ending=Ending(ended, 0, plan.tasks) if ended else None)
    return RunReport(record, plan, made.around(link=link))


@settings(max_examples=40, deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_text_changes_the_shape_of_a_report(name: str, reason: str, detail: str) -> None:
    """Whatever people, groups and errors are called, the report has the tags that it has for plain names."""

    def tags(name: str, reason: str, detail: str) -> list[str]:
        change = made.change(1, name=name, email=None, reasons=(reason,))
        plan = made.plan(change, skips=(Skip("u-9", "jira-90d-reclaim", "held", detail),), warnings=(detail,))
        record = made.record(plan, made.outcome(change, "failed", detail), ending=Ending(PARTLY, 5, (), "x"))
        html = cmarkgfm.github_flavored_markdown_to_html(render_markdown(RunReport(record, plan)), OPTIONS)
        return re.findall(r"</?[a-z0-9]+", html)

    assert tags(f"x{name}", f"x{reason}", f"x{detail}") == tags("x", "x", "x")


def test_the_same_record_gives_the_same_bytes() -> None:
    """Rendering twice gives the same text, and what report.json keeps is enough to render a third time."""
    report = made.full_run()
    again = replace(report, around=surroundings_from(render_json(report)))
    assert render_markdown(report) == render_markdown(made.full_run()) == render_markdown(again)
    assert render_json(again) == render_json(report)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 2}', '{"format": 1, "surroundings": {}}', "null"])
def test_what_is_no_report_is_said_to_be_none(text: str) -> None:
    """Anything but a report's JSON is a ValueError."""
    with pytest.raises(ValueError, match=r".+"):
        surroundings_from(text)


def test_a_comment_fits_and_its_totals_are_exact() -> None:
    """With 3,000 people left alone a comment fits, says how many are missing, and links to the whole."""
    text = render_comment(run("applied", skips=3000, link="https://acme.example/r"))
    assert len(text) <= COMMENT
    shown = text.count("| exempt | a list |")
    assert 0 < shown < 3000
    assert f"… and {3000 - shown:,} more, 3,000 rows in all." in text
    assert "[the full report](https://acme.example/r)" in text
    assert "| `jira-90d-reclaim` | exempt | 3,000 |" in text


def test_a_small_report_is_not_cut() -> None:
    """What fits is the whole report."""
    report = made.full_run()
    assert render_comment(report) == render_summary(report) == render_markdown(report)


def test_a_summary_is_measured_in_bytes() -> None:
    """A summary of 12,000 people with names of many bytes stays within its bytes."""
    plan_skips = tuple(Skip(f"u-{n:06}", "jira-90d-reclaim", "exempt", "山" * 30) for n in range(12_000))
    report = run()
    assert report.plan
    large = replace(report, plan=replace(report.plan, skips=plan_skips))
    text = render_summary(large)
    assert len(text.encode()) <= SUMMARY < len(render_markdown(large, limit=10**9).encode())
    assert "12,000 rows in all." in text


def test_a_file_is_one_that_github_shows() -> None:
    """GitHub shows what is over 512 KB as plain text: the page is cut, its totals exact, and says what has it all."""
    changes = [made.change(n) for n in range(5_000)]
    plan = made.plan(*changes)
    text = render_markdown(RunReport(made.record(plan, *map(made.outcome, changes), ending=Ending(DONE, 0)), plan))
    assert len(text.encode()) <= PAGE < 512_000
    assert "5,000 changes for 5,000 people" in text
    assert "5,000 rows in all." in text
    assert "[plan.json](plan.json) and [journal.jsonl](journal.jsonl)" in text


def test_even_a_hopeless_report_fits() -> None:
    """Where no row fits, a comment still says what happened, with the totals."""
    bad = made.HOSTILE * 50
    changes = tuple(made.change(n, name=bad, tasks=(f"task-{n}-{bad}",), reasons=(bad,)) for n in range(300))
    plan = made.plan(*changes, warnings=(bad,) * 500)
    report = RunReport(made.record(plan, *map(made.outcome, changes), ending=Ending(DONE, 0)), plan)
    text = render_comment(report, 20_000)
    assert len(text) <= 20_000
    assert "300 tasks in all." in text
    assert len(plan_markdown(plan, limit=20_000)) <= 20_000


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (run(), "In acme, there was nothing to change."),
        (run("applied", "applied"), "In acme, 2 changes were made for 2 people."),
        (
            run("applied", "failed", "unknown"),
            "In acme, 1 change was made for 1 person, 1 failed and 1 has an unknown outcome.",
        ),
        (run("already"), "In acme, nothing was changed and 1 was already so."),
        (run("applied", ended=CANCELLED), "In acme, 1 change was made for 1 person and the run was cancelled."),
        (run(ended=FAILED), "In acme, nothing was changed and the run could not go on."),
        (run(ended=""), "In acme, nothing was changed and the run broke off without a word."),
    ],
)
def test_one_sentence_says_what_happened(report: RunReport, said: str) -> None:
    """The first sentence has the counts that matter and how the run ended."""
    assert sentence(report) == said


def cancelled(*fates: tuple[str, str], planned: int, ending: Ending) -> RunReport:
    """A run that was told to end when these of its changes had an end."""
    changes = tuple(made.change(n) for n in range(planned))
    plan = made.plan(*changes)
    outcomes = (made.outcome(change, *fate) for change, fate in zip(changes, fates, strict=False))
    return RunReport(made.record(plan, *outcomes, ending=ending), plan)


TOLD = ("failed", "not_sent: the process was told to end (SIGINT)")
WHILE_WRITING, WHILE_READING = Ending(CANCELLED, 5, (), "cancelled"), Ending(FAILED, 5, (), "cancelled")


@pytest.mark.parametrize("ending", [WHILE_WRITING, WHILE_READING])
def test_what_a_cancelled_run_did_not_send_did_not_fail(ending: Ending) -> None:
    """Whoever cancels reads what was made and what was not sent: held back at the last moment, or never come to."""
    report = cancelled(("applied", ""), ("applied", ""), ("applied", ""), TOLD, TOLD, planned=10, ending=ending)
    said = "3 changes were made for 3 people and 7 were not sent because the run was cancelled."
    assert sentence(report) == f"In acme, {said}"
    assert title(report).endswith(": 3 changes made, 7 not sent, cancelled")
    text = render_markdown(report)
    assert "⏹ **The run was cancelled**: 7 changes not sent" in text
    assert "| ⚪ not sent: the process was told to end &#40;SIGINT&#41; |" in text
    assert "| ⚪ not sent |" in text
    assert "failed" not in text.replace("❌ failed, exit code 5, cancelled", "")
    assert "cancelled, exit code 5, cancelled" not in text


@pytest.mark.parametrize(
    ("fates", "said"),
    [
        ([], "nothing was changed and 2 changes were not sent because the run was cancelled"),
        ([TOLD, ("applied", "")], "1 change was made for 1 person and 1 was not sent because the run was cancelled"),
        (
            [("failed", "403"), TOLD],
            "nothing was changed, 1 failed and 1 change was not sent because the run was cancelled",
        ),
    ],
)
def test_a_cancelled_run_in_other_numbers(fates: list[tuple[str, str]], said: str) -> None:
    """One or many, nothing made, and what really failed besides."""
    assert sentence(cancelled(*fates, planned=2, ending=WHILE_WRITING)) == f"In acme, {said}."


def test_what_was_not_sent_for_another_reason_needs_attention() -> None:
    """Nobody cancelled: a change that could not be sent stands among those that want to be looked at."""
    fates = (("applied", ""), ("failed", "not_sent: no account has such an id"))
    report = cancelled(*fates, planned=2, ending=Ending(PARTLY, 5, (), "changes_failed"))
    assert sentence(report) == "In acme, 1 change was made for 1 person and 1 was not sent."
    attention = render_markdown(report).partition("## Changes")[0]
    assert "| ⚪ not sent: no account has such an id |" in attention


def test_a_killed_run_shows_what_it_had_announced() -> None:
    """A change that was announced and has no outcome is unknown, and stands first."""
    report = run("applied", ended="")
    left_open = made.change(77)
    assert report.plan
    plan = replace(report.plan, changes=(*report.plan.changes, left_open))
    record = replace(report.record, intents=(*report.record.intents, made.recorded(left_open)))
    text = render_markdown(RunReport(record, plan))
    attention = text.partition("## Changes")[0]
    assert "Person 77" in attention
    assert "announced, and no outcome was recorded" in attention


def test_without_names_a_plan_names_nobody() -> None:
    """A plan for a comment without names has counts, and no name, address or id, also where a rail quotes one."""
    report = made.full_run()
    assert report.plan
    quoting = replace(report.plan.refusals[0], found="contradicts x about u-0001 and 2 more, ann@acme.example")
    plan = replace(report.plan, refusals=(quoting,), warnings=("not found: bob@acme.example",))
    text = plan_markdown(plan, names=False, people=report.around.people)
    assert not re.search(r"u-\d|Person \d|acme\.example|Ada", text)
    assert "| remove from `jira-software-users-acme` | 4 |" in text


def test_pseudonymous_reports_hide_what_reasons_quote() -> None:
    """With pseudonyms a reason that quotes the name or the address does not give it away."""
    change = made.change(1, reasons=("name is Person 1", "email person.1@acme.example"))
    plan = made.plan(change)
    report = RunReport(made.record(plan, ending=Ending(DONE, 0)), plan, made.around(privacy="pseudonymous"))
    for text in (render_markdown(report), render_json(report)):
        assert "Person 1" not in text
        assert "acme.example" not in text
        assert "u-0001" in text
