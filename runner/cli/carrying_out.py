"""A run, from the command's side: signals are heeded, and what came of it is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from runner.cli.github import write_summary
from runner.cli.outputs import plan_outputs
from runner.cli.workplace import Workplace
from runner.engine.planfile import read_plan_json
from runner.errors import FINE
from runner.journal.ids import run_folder
from runner.journal.store import REPORT
from runner.model.outcome import APPLIED, CHANGED_SINCE, FAILED, UNKNOWN_OUTCOME
from runner.model.plan import Skip
from runner.model.report import RunReport
from runner.report import words
from runner.report.markdown import render_summary
from runner.report.rows import change_row
from runner.report.sentence import sentence
from runner.run.errand import Errand
from runner.run.life import Finished, execute
from runner.run.publishing import SURROUNDINGS, report_again
from runner.text import terminal, wrap

_WORTH_TELLING = (FAILED, UNKNOWN_OUTCOME, CHANGED_SINCE)


def carry_out(errand: Errand, mode: str, place: Workplace, *, idle: str) -> int:
    """Run it and tell what came of it; ``idle`` is what to say where there is nothing to do."""
    writing = place.writing()
    with place.cancel.listening():
        finished = execute(writing, errand, mode)
    place.progress.wipe()
    if finished is None:
        place.console.say(idle)
        if place.console.json:
            empty: dict[str, object] = {"outcomes": {}, "changes": [], "changed_since": [], "refusals": []}
            head = {"ok": True, "run": None, "exit_code": FINE, "reason": ""}
            place.console.result_json({**head, **empty, "quarantined": {}})
        place.outputs |= {"reason": "", "run": ""}
        return FINE
    report = read_report(place, finished.run)
    path = place.place_of(f"{run_folder(finished.run)}/{REPORT}")
    _tell(finished, report, path, place)
    counts = {status: _count(finished, status) for status in (APPLIED, FAILED, UNKNOWN_OUTCOME, CHANGED_SINCE)}
    numbers = {**plan_outputs(finished.plan), **counts}
    place.outputs |= {**numbers, "reason": finished.ending.reason, "run": finished.run, "report": path}
    write_summary(place.environ, lambda: render_summary(report))
    return finished.ending.exit_code


def _count(finished: Finished, status: str) -> int:
    return sum(outcome.status == status for outcome in finished.applied.outcomes)


def read_report(place: Workplace, run: str) -> RunReport:
    """What a run's report is made of, read back from the journal. Raises InputError ``unknown_run``."""
    record = place.archive.read_past().find(run)
    kept = place.archive.read_plan(record.run)
    plan = None if kept is None else read_plan_json(kept, source=f"the plan of run {record.run}", sealed=True)
    return report_again(record, plan, place.store.read_file(f"{run_folder(record.run)}/{SURROUNDINGS}"))


def _tell(finished: Finished, report: RunReport, path: str, place: Workplace) -> None:
    console = place.console
    if console.json:
        console.result_json(_form(finished, path))
        return
    style = "good" if finished.ending.exit_code == FINE else "refused"
    lines = [console.paint(line, style) for line in wrap(sentence(report), console.width)]
    for refusal in finished.refusals:
        what = f"task {refusal.task}" if refusal.task else "the whole run"
        no = f"REFUSED by {refusal.rail}: {what}: {refusal.found}; the limit: {refusal.limit}"
        lines += [console.paint(line, "refused") for line in wrap(no, console.width)]
        lines += wrap(refusal.how_to_allow, console.width, "  ", "    ")
    for task in sorted(finished.ending.quarantined):
        stays = f"QUARANTINE: task {task} does nothing more until a reviewed override lets it out"
        lines += [console.paint(line, "refused") for line in wrap(stays, console.width)]
    lines += [line for text in _unusual(finished) for line in wrap(text, console.width, "  ", "    ")]
    lines.append(terminal(f"run {finished.run}, report: {path}"))
    if _count(finished, APPLIED):
        lines.append(f"to take it back: policy-runner undo {finished.run}")
    console.result("\n".join(lines))


def _unusual(finished: Finished) -> Iterator[str]:
    """A text for each change that was not made as planned, or as approved."""
    for skip in _gone(finished):
        yield f"{words.OUTCOMES[CHANGED_SINCE]}: {skip.account_id}: {skip.detail}"
    for outcome in finished.applied.outcomes:
        if outcome.status in _WORTH_TELLING:
            row = change_row(outcome.change, "", {}, outcome.status, outcome.detail)
            who = outcome.change.email or outcome.change.name or outcome.change.account_id
            what = f"{row.does} {row.target}".strip()
            status, detail = words.fate(outcome.status, outcome.detail)
            yield f"{words.OUTCOMES[status]}: {who}: {what}: {detail}"


def _gone(finished: Finished) -> list[Skip]:
    """Who was in the saved plan and is not what they were when it was made."""
    return [skip for skip in finished.plan.skips if skip.why == CHANGED_SINCE]


def _form(finished: Finished, path: str) -> dict[str, object]:
    ending = finished.ending
    statuses = sorted({outcome.status for outcome in finished.applied.outcomes})
    return {
        "ok": ending.exit_code == FINE,
        "run": finished.run,
        "ended": ending.ended,
        "exit_code": ending.exit_code,
        "reason": ending.reason,
        "digest": finished.plan.digest,
        "tasks": list(finished.plan.tasks),
        "outcomes": {status: _count(finished, status) for status in statuses},
        "changes": [
            {
                "id": outcome.change.id,
                "account_id": outcome.change.account_id,
                "verb": outcome.change.verb,
                "target": outcome.change.target.id if outcome.change.target else None,
                "status": outcome.status,
                "detail": outcome.detail,
            }
            for outcome in finished.applied.outcomes
        ],
        "changed_since": [{"account_id": s.account_id, "task": s.task, "detail": s.detail} for s in _gone(finished)],
        "refusals": [asdict(refusal) for refusal in finished.refusals],
        "quarantined": dict(finished.ending.quarantined),
        "report": path,
        "head": finished.head,
    }
