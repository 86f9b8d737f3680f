"""Carrying out a plan: batch by batch, each person looked at once more, each change announced before it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from runner.directory.interface import Gate, refuses_the_key
from runner.engine.digest import changes_digest
from runner.engine.rails import stop
from runner.errors import RunnerError
from runner.journal.writing import OpenRun
from runner.model.outcome import CHANGED_SINCE, FAILED, UNKNOWN_OUTCOME, Outcome
from runner.model.plan import Change, Refusal
from runner.run.breaker import BATCH, FIRST_BATCH, Trip, tripped
from runner.run.planning import Recheck
from runner.run.session import Session, WritingSession


@dataclass(frozen=True)
class Applied:
    """What became of the changes. ``refusal`` is why the rest was not sent, ``cancelled`` that somebody ended it, and
    ``suspects`` are the tasks whose changes failed when the breaker ended the run: none where the key was refused."""

    outcomes: tuple[Outcome, ...]
    refusal: Refusal | None = None
    cancelled: str = ""
    suspects: tuple[str, ...] = ()

    @property
    def partly(self) -> bool:
        """Whether something failed, or nobody knows."""
        return any(outcome.status in (FAILED, UNKNOWN_OUTCOME) for outcome in self.outcomes)


def apply_changes(changes: Sequence[Change], recheck: Recheck, run: OpenRun, writing: WritingSession) -> Applied:
    """Carry out the changes in their order. Raises OtherSideError where the audit store does not acknowledge: then
    nothing more is sent."""
    session = writing.session
    outcomes: list[Outcome] = []
    for done, batch in _batches(changes):
        session.progress("applying", done, len(changes))
        stopped, cancelled = session.stopped(), session.cancelled()
        if cancelled:
            return Applied(tuple(outcomes), cancelled=cancelled)
        if stopped:
            rest = changes[done:]
            return Applied(tuple(outcomes), _refusal("stop", Trip(stopped, "no stop", stop.HOW), rest))
        outcomes += _apply_batch(batch, recheck, run, writing)
        if session.cancelled():  # what was not sent for this is no failure of a task
            return Applied(tuple(outcomes), cancelled=session.cancelled())
        trip = tripped(outcomes, len(changes))
        if trip is not None:
            rest = changes[done + len(batch) :]
            return Applied(tuple(outcomes), _refusal("breaker", trip, rest), suspects=_suspects(outcomes))
    session.progress("applying", len(changes), len(changes))
    return Applied(tuple(outcomes))


def _apply_batch(batch: Sequence[Change], recheck: Recheck, run: OpenRun, writing: WritingSession) -> list[Outcome]:
    session = writing.session
    fresh = session.reader.read_users(dict.fromkeys(change.account_id for change in batch))
    going, gone = recheck(batch, fresh)
    at = session.clock()
    skipped = [Outcome(change, CHANGED_SINCE, at, gone[change.id]) for change in batch if change.id in gone]
    run.record_intents(going)
    sent = list(writing.writer.apply_changes(going, _gate(run, session))) if going else []
    run.record_outcomes([*sent, *skipped])
    return [*sent, *skipped]


def _gate(run: OpenRun, session: Session) -> Gate:
    """What each write asks before it leaves: whether the lease is still ours (whoever slept too long finds out here,
    and sends nothing), and whether somebody wants the run to end."""

    def closed() -> str:
        try:
            run.hold()
        except RunnerError as error:
            return error.reason
        return session.cancelled()

    return closed


def _batches(changes: Sequence[Change]) -> Iterator[tuple[int, tuple[Change, ...]]]:
    """Where each batch begins, and its changes: whole persons, few at first."""
    start, people, size = 0, 0, FIRST_BATCH
    for index, change in enumerate(changes):
        if index == start or change.account_id != changes[index - 1].account_id:
            if people == size:
                yield start, tuple(changes[start:index])
                start, people, size = index, 0, BATCH
            people += 1
    if changes:
        yield start, tuple(changes[start:])


def _suspects(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    if any(map(refuses_the_key, outcomes)):
        return ()
    failed = (outcome for outcome in outcomes if outcome.status in (FAILED, UNKNOWN_OUTCOME))
    return tuple(sorted({task for outcome in failed for task in outcome.change.tasks}))


def _refusal(rail: str, trip: Trip, rest: Sequence[Change]) -> Refusal:
    return Refusal(rail, None, trip.found, trip.limit, changes_digest(rest), trip.how)
