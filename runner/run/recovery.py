"""What the last run left open is closed first: the state is read back, never assumed, and nothing is sent again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from runner.directory.interface import Writer
from runner.engine.digest import change_id
from runner.journal.writing import OpenRun
from runner.model.outcome import APPLIED, FAILED, UNKNOWN_OUTCOME
from runner.model.plan import Change, Target
from runner.model.record import OpenIntent, RecordedChange
from runner.model.unknown import Unknown


def recover(run: OpenRun, intents: Iterable[OpenIntent], writer: Writer) -> None:
    """Read back what became of each open intent and record it; one whose state cannot be read stays unknown."""
    run.record_recovered(list(_found(intents, writer)))


def _found(intents: Iterable[OpenIntent], writer: Writer) -> Iterator[tuple[OpenIntent, str, str]]:
    for intent in intents:
        value = writer.read_back(as_change(intent.change))
        if isinstance(value, Unknown):
            yield intent, UNKNOWN_OUTCOME, "the state could not be read back"
        elif value == intent.change.after:
            yield intent, APPLIED, "found done"
        else:
            yield intent, FAILED, "found not done; it is planned anew where it is still wanted"


def as_change(recorded: RecordedChange) -> Change:
    """A recorded change as one that a directory understands."""
    target = None if recorded.target is None else Target(recorded.target, recorded.target, recorded.role)
    return Change(
        id=recorded.id or change_id(recorded.account_id, recorded.verb, recorded.target, recorded.role, before=False),
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
