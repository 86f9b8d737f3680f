"""What the last run left open is closed first: the state is read back, never assumed, and nothing is sent again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from runner.directory.interface import Writer
from runner.journal.writing import OpenRun
from runner.model.outcome import APPLIED, FAILED, UNKNOWN_OUTCOME
from runner.model.plan import Change, Target
from runner.model.record import OpenIntent, RecordedChange
from runner.model.unknown import Unknown
from runner.run.session import WritingSession

SEEN_AFTER = timedelta(seconds=30)
"""So long a live directory may not show what was written to it (Atlassian facts, section 2.16), and so long the last
request of a process that was killed may be on its way. It counts from when that process may have sent it at the latest,
not from when it was announced: a batch is announced at once, and sending it can take minutes."""
_TOO_EARLY = (UNKNOWN_OUTCOME, "not to be seen, but too early to tell")


def recover(run: OpenRun, intents: Sequence[OpenIntent], writing: WritingSession, *, live: bool) -> None:
    """Read back what became of each open intent and record it; one whose state cannot be read stays unknown.

    In a ``live`` directory what does not look done is looked at again when it has had the time to be seen.
    """
    found = {intent: _found(intent, writing.writer) for intent in intents}
    waiting = [intent for intent in intents if live and found[intent][0] == FAILED]
    told_at = run.quiet_since + SEEN_AFTER
    wait_s = (told_at - writing.session.clock()).total_seconds()
    if waiting and wait_s > 0:
        writing.wait(wait_s)
        found |= {intent: _found(intent, writing.writer) for intent in waiting}
        if writing.session.clock() < told_at:  # the wait was cut short
            found |= {intent: _TOO_EARLY for intent in waiting if found[intent][0] == FAILED}
    run.record_recovered([(intent, *found[intent]) for intent in intents])


def _found(intent: OpenIntent, writer: Writer) -> tuple[str, str]:
    value = writer.read_back(as_change(intent.change))
    if isinstance(value, Unknown):
        return UNKNOWN_OUTCOME, "the state could not be read back"
    if value == intent.change.after:
        return APPLIED, "found done"
    if value == intent.change.before:
        return FAILED, "found not done; it is planned anew where it is still wanted"
    return UNKNOWN_OUTCOME, f"now it is {value}: somebody else changed it since"


def as_change(recorded: RecordedChange) -> Change:
    """A recorded change as one that a directory understands."""
    target = None if recorded.target is None else Target(recorded.target, recorded.target, recorded.role)
    return Change(
        id=recorded.id,
        account_id=recorded.account_id,
        name=None,
        email=None,
        verb=recorded.verb,
        target=target,
        before=recorded.before,
        after=recorded.after,
        tasks=recorded.tasks,
        reasons=(),
    )
