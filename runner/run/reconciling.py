"""The journal held against the organization's own audit events: does each change that was made stand there too, and is
everything that our key did in the journal? Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from runner.directory.atlassian.events import Event
from runner.journal.mask import Mask
from runner.model.outcome import APPLIED
from runner.model.record import RecordedChange, RunRecord

BEFORE, AFTER = timedelta(minutes=20), timedelta(minutes=5)
"""An effect lies between its intent and its outcome; a batch can take minutes, and clocks differ."""
KEPT = timedelta(days=180)
"""How long an organization keeps its events at the least."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Something that only one of the two records says. ``run`` is empty for what is not in the journal."""

    run: str
    message: str


@dataclass(frozen=True, slots=True)
class _Made:
    """A change that the journal calls applied, and between when and when it happened."""

    run: str
    change: RecordedChange
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class _Announced:
    """What a run may have done to a person: the target (None for a status), and between when (None: to this day)."""

    target: str | None
    since: datetime
    until: datetime | None

    def covers(self, event: Event) -> bool:
        """Whether an event about this person may be its doing."""
        in_time = self.since <= event.at and (self.until is None or event.at <= self.until)
        return in_time and (self.target is None or self.target in event.about)


def events_since(runs: Sequence[RunRecord], now: datetime) -> datetime | None:
    """From when on events are needed; None where no change was made in the time for which they are kept."""
    return min((one.since for one in _made(runs) if one.since > now - KEPT), default=None)


def reconcile(runs: Sequence[RunRecord], events: Sequence[Event], mask: Mask, since: datetime) -> tuple[Mismatch, ...]:
    """What does not fit, of the changes made and the events that happened since then. In a journal without names the
    people of the events are looked up by what stands for them."""
    by_person: dict[str, list[Event]] = {}
    for event in events:
        for about in event.about:
            by_person.setdefault(mask.account(about), []).append(event)
    told: set[str] = set()
    missing = []
    for one in _made(runs):
        fitting = [event for event in by_person.get(one.change.account_id, ()) if _fits(event, one)]
        told |= {event.id for event in fitting}
        if not fitting and one.since >= since:
            missing.append(Mismatch(one.run, f"{_words(one.change)}: no audit event of the organization says so"))
    return (*missing, *_strange(events, told, _announced(runs), mask))


def _made(runs: Iterable[RunRecord]) -> Iterator[_Made]:
    """What a run found done that an earlier one had announced may have happened at any time between the two."""
    started = {run.run: run.started_at for run in runs}
    for run in runs:
        for outcome in run.outcomes:
            if outcome.status == APPLIED:
                yield _Made(run.run, outcome.change, outcome.at - BEFORE, outcome.at + AFTER)
        for outcome in run.recovered:
            if outcome.status == APPLIED and outcome.intent_run in started:
                yield _Made(outcome.intent_run, outcome.change, started[outcome.intent_run] - AFTER, outcome.at + AFTER)


def _fits(event: Event, made: _Made) -> bool:
    target = made.change.target
    return (target is None or target in event.about) and made.since <= event.at <= made.until


def _announced(runs: Iterable[RunRecord]) -> Mapping[str, list[_Announced]]:
    """What was announced, whatever became of it, by person. A run that was killed may have sent until the next one
    began, and one that nothing followed may be at work."""
    found: dict[str, list[_Announced]] = {}
    later: datetime | None = None
    for run in reversed(list(runs)):
        end = run.finished_at or later
        until = None if end is None else end + AFTER
        for change in run.intents:
            found.setdefault(change.account_id, []).append(_Announced(change.target, run.started_at - AFTER, until))
        later = run.started_at
    return found


def _strange(
    events: Sequence[Event], told: set[str], announced: Mapping[str, list[_Announced]], mask: Mask
) -> Iterator[Mismatch]:
    """What the key of our changes did and the journal never announced."""
    ours = {event.key for event in events if event.id in told and event.key}
    for event in events:
        known = event.id in told or any(
            one.covers(event) for about in event.about for one in announced.get(mask.account(about), ())
        )
        if event.key in ours and not known:
            about = ", ".join(sorted(map(mask.account, event.about)))
            said = f"{event.at:%Y-%m-%d %H:%M:%S}Z {event.action} ({about})"
            yield Mismatch("", f"{said}: done with our key, and never announced")


def _words(change: RecordedChange) -> str:
    return f"{change.account_id}: {change.verb} {change.target or ''}".rstrip()
