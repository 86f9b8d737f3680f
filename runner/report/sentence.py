"""What happened, in one sentence and in a title."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from runner.model.outcome import ALREADY, APPLIED, CHANGED_SINCE, FAILED, NOT_SENT, UNKNOWN_OUTCOME
from runner.model.record import CANCELLED, RunRecord
from runner.model.report import RunReport
from runner.report import rows, words

_CUT_SHORT = {
    "failed": "the run could not go on",
    "cancelled": "the run was cancelled",
    "killed": "the run broke off without a word",
}


def cut_short(record: RunRecord) -> str:
    """What to say of a run that did not come to its end; empty for any other."""
    return _CUT_SHORT.get(CANCELLED if cancelled(record) else record.ended, "")


def cancelled(record: RunRecord) -> bool:
    """Whether the run was told to end, by a signal or by the time it had, while it wrote or while it read."""
    return record.ended == CANCELLED or (record.ending is not None and record.ending.reason == CANCELLED)


def why_short(record: RunRecord) -> str:
    """What is known of why it did not come to its end, or of what that left undone."""
    if cancelled(record):
        return f"{words.count(_fates(record)[NOT_SENT], 'change')} not sent"
    if record.ending is None:
        return "no end was recorded; the next run reads back what was open"
    return record.ending.reason or record.ended


def _fates(record: RunRecord) -> Counter[str]:
    """How many changes ended in which way; what a run that began to write did not come to is not sent either."""
    counts = Counter(words.fate(outcome.status, outcome.detail)[0] for outcome in record.outcomes)
    if record.planned and (record.intents or cancelled(record)):
        left = record.planned.counts.changes - len(record.outcomes) - len(record.open_intents)
        counts[NOT_SENT] += max(left, 0)
    return counts


def title(report: RunReport) -> str:
    """``acme, 2026-11-22: 12 changes made, 1 failed``."""
    record = report.record
    return f"{record.start.organization or 'Run'}, {words.when(record.start.now)[:10]}: {result(record, report)}"


def result(record: RunRecord, report: RunReport | None = None) -> str:
    """What came out, in a few words: ``12 changes made, 1 failed``."""
    counts = _fates(record)
    parts = [f"{words.count(counts[APPLIED], 'change')} made"] if counts[APPLIED] else []
    told = ((FAILED, "failed"), (UNKNOWN_OUTCOME, "unknown"), (NOT_SENT, "not sent"))
    parts += [f"{counts[status]:,} {word}" for status, word in told if counts[status]]
    if record.open_intents:
        parts.append(f"{len(record.open_intents):,} without an outcome")
    if record.refusals:
        parts.append(_refused(record))
    if cut_short(record):
        parts.append(CANCELLED if cancelled(record) else record.ended)
    if not parts and report is not None and report.plan is not None and report.plan.pending:
        parts.append(f"{words.count(len(report.plan.pending), 'change')} planned")
    return ", ".join(parts) or "nothing to change"


def _refused(record: RunRecord) -> str:
    if any(refusal.task is None for refusal in record.refusals):
        return "the whole run refused"
    return f"{words.count(len({refusal.task for refusal in record.refusals}), 'task')} refused"


def sentence(report: RunReport) -> str:
    """One sentence for somebody who reads no further."""
    parts = [part for part in (_made(report), *_rest(report)) if part]
    text = f"In {report.record.start.organization or 'the organization'}, {words.listing(parts)}"
    recovered = len(report.record.recovered)
    if recovered:
        text += f"; before that, {words.count(recovered, 'change')} that an earlier run had left open "
        text += "was closed" if recovered == 1 else "were closed"
    return f"{text}."


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _made(report: RunReport) -> str:
    """What was done, or why nothing was."""
    record, plan = report.record, report.plan
    made = [outcome.change.account_id for outcome in record.outcomes if outcome.status == APPLIED]
    if made:
        people = words.count(len(set(made)), "person", "people")
        return f"{words.count(len(made), 'change')} {_was(len(made))} made for {people}"
    rails = sorted({refusal.rail for refusal in record.refusals if refusal.task is None})
    if rails:
        return f"nothing was changed, because {words.listing(rails)} refused the whole run"
    if plan is not None and plan.pending and not record.intents and record.ended in ("done", "refused"):
        people = words.count(rows.persons(plan.pending), "person", "people")
        return f"{words.count(len(plan.pending), 'change')} for {people} would be made"
    changed = record.intents or record.refusals or record.ended not in ("done", "partly")
    return "nothing was changed" if changed else "there was nothing to change"


def _rest(report: RunReport) -> Iterator[str]:
    record, plan = report.record, report.plan
    counts = _fates(record)
    for status, one, many in (
        (FAILED, "failed", "failed"),
        (UNKNOWN_OUTCOME, "has an unknown outcome", "have an unknown outcome"),
        (ALREADY, "was already so", "were already so"),
        (
            CHANGED_SINCE,
            "was left out because the person had changed since",
            "were left out because people had changed",
        ),
    ):
        if counts[status]:
            yield words.count(counts[status], one, many)
    if record.open_intents:
        yield words.count(
            len(record.open_intents), "was announced and has no outcome", "were announced without an outcome"
        )
    refused = {refusal.task for refusal in record.refusals if refusal.task is not None}
    if refused:
        blocked = len(plan.changes) - len(plan.pending) if plan is not None else 0
        yield f"{words.count(len(refused), 'task')} {_was(len(refused))} refused with {words.count(blocked, 'change')}"
    unsent, short = counts[NOT_SENT], cut_short(record)
    if unsent:
        noun = "" if counts[APPLIED] else "change " if unsent == 1 else "changes "
        because = f" because {short}" if cancelled(record) else ""
        yield f"{unsent:,} {noun}{_was(unsent)} not sent{because}"
    if short and not (unsent and cancelled(record)):
        reason = record.ending.reason if record.ending and not cancelled(record) else ""
        yield f"{short} ({reason})" if reason else short
