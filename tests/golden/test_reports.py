"""Reports as people get them, byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from runner.model.plan import Refusal, Skip
from runner.model.record import DONE, FAILED, REFUSED, Ending, RunRecord
from runner.model.report import AuditIndex, RunReport, TaskState
from runner.report.document import render_json
from runner.report.handover import handover_files
from runner.report.index import render_index
from runner.report.markdown import render_comment, render_markdown
from runner.report.planned import plan_markdown
from runner.report.terminal import plan_text
from tests.golden.conftest import Check
from tests.unit.report import made


def nothing() -> RunReport:
    """A run that found everything as it should be."""
    plan = made.plan(skips=tuple(Skip(f"u-{n}", "jira-90d-reclaim", "already", "") for n in range(3)))
    return RunReport(made.record(plan, ending=Ending(DONE, 0, plan.tasks)), plan, made.around())


def refused() -> RunReport:
    """A run whose directory had lost half its people."""
    changes = tuple(made.change(n, blocked=True) for n in range(1, 4))
    refusal = Refusal(
        "population_drop", None, "150 people, 310 the last time", "10 % fewer", made.hash_of("all"),
        "to allow it once, write policies/overrides/NAME.yaml in a pull request, "
        f"with digest: {made.hash_of('all')}, rail: population_drop, "
        "reason, approved_by and expires",
    )  # fmt: skip
    plan = made.plan(*changes, refusals=(refusal,))
    return RunReport(made.record(plan, ending=Ending(REFUSED, 3, (), "population_drop")), plan, made.around())


def unreachable() -> RunReport:
    """A run that never got a plan, the first one of all."""
    return RunReport(made.record(None, ending=Ending(FAILED, 4, (), "unreachable")), None)


def hostile() -> RunReport:
    """A run in which every text that comes from outside tries to be something else."""
    bad = made.HOSTILE
    target = replace(made.JIRA, name=f"`{bad}`\n# x")
    change = made.change(1, name=bad, email=f"a|b`{bad}", target=target, reasons=(bad, "::error::x"), tasks=(bad,))
    plan = made.plan(
        change,
        organization=bad,
        skips=(Skip("u-2", bad, "held", bad), Skip("u-3", bad, bad, bad)),
        refusals=(Refusal(bad, bad, bad, bad, made.hash_of("x"), bad),),
        warnings=(bad, "</details>\n\n# heading"),
    )
    record = made.record(plan, made.outcome(change, "failed", bad), ending=Ending("partly", 5, (), bad, {bad: bad}))
    start = replace(record.start, organization=bad, actor=bad, mode=bad, tool_version=bad)
    return RunReport(replace(record, start=start), plan, made.around(link="javascript:alert(1)"))


def ago(record: RunRecord, run: str, days: int) -> RunRecord:
    """The same run, so many days before."""
    then = record.start.now - timedelta(days=days)
    return replace(record, run=run, started_at=then, start=replace(record.start, now=then))


def many() -> RunReport:
    """A run that changed 400 people and left 3,000 alone."""
    changes = tuple(made.change(n) for n in range(400))
    plan = made.plan(
        *changes,
        skips=tuple(
            Skip(f"u-{n:05}", "jira-90d-reclaim", "exempt" if n % 3 else "protected", f"list {n % 7}")
            for n in range(3000)
        ),
    )
    record = made.record(plan, *(made.outcome(c) for c in changes), ending=Ending(DONE, 0, plan.tasks))
    return RunReport(record, plan, made.around(link="https://acme.example/audit/report.md"))


@pytest.mark.parametrize("build", [made.full_run, nothing, refused, unreachable, hostile])
def test_the_report_of_a_run(build: Callable[[], RunReport], golden: Check) -> None:
    """The report of each kind of run is the one that was read and found good."""
    name = build.__name__.replace("_", "-")
    golden(f"{name}.md", render_markdown(build()))
    golden(f"{name}.json", render_json(build()))


def test_a_pseudonymous_report(golden: Check) -> None:
    """With pseudonyms there is no name and no address in either form."""
    full = made.full_run()
    report = replace(full, around=replace(full.around, privacy="pseudonymous"))
    golden("pseudonymous.md", render_markdown(report))
    assert "Person" not in render_json(report).replace('"Person', "")
    assert "@acme.example" not in render_markdown(report) + render_json(report)


def test_the_comment_of_a_large_run(golden: Check) -> None:
    """A comment on 400 changes and 3,000 people left alone is cut, with exact totals and a link."""
    golden("comment.md", render_comment(many()))


def test_plans(golden: Check) -> None:
    """The same plan in a terminal, in a comment, and in a comment without names."""
    report = made.full_run()
    assert report.plan
    golden("plan.txt", plan_text(report.plan, 120, people=report.around.people))
    golden("plan.md", plan_markdown(report.plan, people=report.around.people))
    golden("plan-without-names.md", plan_markdown(report.plan, names=False, people=report.around.people))


def test_hand_over(golden: Check) -> None:
    """What goes to whoever runs the identity provider: one file a group and one for the accounts."""
    report = made.full_run()
    assert report.plan
    files = handover_files(report.plan, report.around.people)
    assert sorted(files) == ["accounts.csv", "jira-software-users-idp.csv"]
    for name, text in files.items():
        golden(f"handover-{name}", text)


def test_the_index(golden: Check) -> None:
    """The front page of the audit branch."""
    full, idle, no = made.full_run(), nothing().record, refused().record
    tasks = (
        TaskState("jira-90d-reclaim", "Take back idle seats", "it@acme.example", True, made.RUN, "done", made.NOW),
        TaskState("stale-invites", "Close old invitations", "it@acme.example", True, quarantine="over its limit"),
        TaskState("license-review", "List before a renewal", "it@acme.example", False),
    )
    runs = (full.record, ago(idle, "20261115-060000-00aa", days=7), ago(no, "20261031-060000-00bb", days=22))
    around = full.around
    index = AuditIndex("acme", runs, tasks, around.seats, around.trend, around.exemptions_expiring)
    golden("index.md", render_index(index))
    golden("index-empty.md", render_index(AuditIndex("acme", ())))
