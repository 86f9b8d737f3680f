"""One run as it is being written: every ``record_*`` returns when the store has acknowledged, and not before."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from runner.errors import OtherSideError, RunnerError
from runner.journal import forms
from runner.journal.ids import run_folder
from runner.journal.lease import Lease, is_due, released_lease, renewed_lease
from runner.journal.mask import PLAIN, Mask
from runner.journal.records import Tip, build_record, sha256
from runner.journal.store import INDEX, JOURNAL, PLAN, REPORT, Cut, Edit, Lines, Store
from runner.model.outcome import Outcome
from runner.model.plan import Change, Refusal, SnapshotSummary
from runner.model.record import Ending, OpenIntent, Planned, RecordedNotice, Start

_Bodies = Sequence[tuple[str, forms.Body]]


class OpenRun:
    """The writing end of the journal, for one run, made by ``Journal.open_run``.

    Everything that writes raises OtherSideError: ``audit_store`` (then nothing more can be written: nobody knows what
    the store holds) or ``lease_lost`` (another runner has taken over); InputError ``audit_branch`` as its store does.
    ``mask`` may be exchanged for one that knows more people. ``quiet_since`` is when the runner before may have sent
    something at the latest.
    """

    def __init__(
        self, store: Store, clock: Callable[[], datetime], run: str, lease: Lease, term: timedelta, tip: Tip | None
    ) -> None:
        self.run = run
        self.mask: Mask = PLAIN
        self.quiet_since = lease.since
        self._store = store
        self._clock = clock
        self._lease = replace(lease, run=run)
        self._term = term
        self._tip = tip
        self._size = 0
        self._counts: dict[str, int] = {}
        self._failed: RunnerError | None = None
        self._one_step = threading.Lock()

    @property
    def head(self) -> str:
        """The hash of the last record."""
        return self._tip.hash if self._tip else ""

    def record_start(self, start: Start, cut: Cut | None, report: str | None) -> None:
        """The run's first record. It says which record it follows, so that a gap can be named later, and the hash of
        that run's report; ``cut`` takes off what a run that died left unfinished."""
        who = replace(start, actor=self.mask.text(start.actor))
        after = {"run": self._tip.run, "seq": self._tip.seq, "report": report} if self._tip else None
        self._append([("started", {**forms.started_body(who), "after": after, "fence": self._lease.fence})], cut=cut)

    def record_snapshot(self, snapshot: SnapshotSummary, pages: int) -> None:
        """What was read."""
        self._append([("snapshot", forms.snapshot_body(snapshot, pages))])

    def record_plan(self, planned: Planned, plan: bytes, refusals: Sequence[Refusal] = ()) -> None:
        """What is going to be done (``plan`` is the content of ``plan.json``) and what a rail refused."""
        refused = [("refused", forms.refused_body(self.mask.refusal(refusal))) for refusal in refusals]
        self._append([("planned", forms.planned_body(planned)), *refused], {PLAN: plan})

    def record_refusals(self, refusals: Sequence[Refusal]) -> None:
        """What a rail refused after the plan was made: while applying."""
        self._append([("refused", forms.refused_body(self.mask.refusal(refusal))) for refusal in refusals])

    def record_intents(self, changes: Sequence[Change]) -> None:
        """Changes that are about to be made: none of them may be sent before this has returned."""
        found = [self.mask.change(forms.recorded_change(change)) for change in changes]
        self._append([("intent", forms.intent_body(change)) for change in found])

    def record_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """What became of changes of this run."""
        bodies = []
        for outcome in outcomes:
            change = self.mask.change(forms.recorded_change(outcome.change))
            bodies.append(("outcome", forms.outcome_body(change, outcome.status, self.mask.detail(outcome), None)))
        self._append(bodies)
        for outcome in outcomes:
            self._counts[outcome.status] = self._counts.get(outcome.status, 0) + 1

    def record_recovered(self, found: Iterable[tuple[OpenIntent, str, str]]) -> None:
        """What became of changes of earlier runs, read back: the intent, the status and a detail for each.

        A change keeps the id by which it was announced, whatever kind of journal that was.
        """
        bodies = []
        for intent, status, detail in found:
            change = replace(intent.change, account_id=self.mask.account(intent.change.account_id))
            bodies.append(("outcome", forms.outcome_body(change, status, self.mask.text(detail), intent.run)))
        self._append(bodies)

    def record_notices(self, notices: Sequence[RecordedNotice]) -> None:
        """Messages that were sent, or could not be. Their own ``at`` is not written: the record has one."""
        self._append([("notified", forms.notified_body(self.mask.notice(notice))) for notice in notices])

    def finish(self, ending: Ending, files: Mapping[str, bytes] | None = None) -> str:
        """The run's last record; ``files`` are its hand-over lists by their names in its folder. Gives the head."""
        reasons = {task: self.mask.text(why) for task, why in ending.quarantined.items()}  # may quote the other side
        masked = replace(ending, quarantined=reasons)
        self._append([("finished", forms.finished_body(masked, self._counts))], files or {})
        return self.head

    def close(self, report: bytes | None = None, index: bytes | None = None) -> None:
        """Add the report and the journal's index, which follow from the records, and give the lease back."""
        files = {f"{run_folder(self.run)}/{REPORT}": report, INDEX: index}
        edit = Edit(f"Run {self.run}: closed", files={name: data for name, data in files.items() if data is not None})
        self._lease = self._store.write_edit(edit, lambda now: released_lease(now, self._lease, self._clock()))

    def hold(self) -> None:
        """Make sure that the lease is still ours; to be called before each write and during long work, by any thread.
        Cheap: the store is only asked when half of the lease is over."""
        with self._one_step:
            if self._failed:
                raise self._failed
            while is_due(self._lease, self._clock(), self._term):  # asking the store may have taken long, too
                self._write(Edit(f"Run {self.run}: at work"))

    def _append(self, bodies: _Bodies, files: Mapping[str, bytes] | None = None, cut: Cut | None = None) -> None:
        if not bodies:
            return
        named = {name: sha256(data) for name, data in (files or {}).items()}
        tip, data = self._tip, b""
        for number, (kind, body) in enumerate(bodies):
            record = build_record(tip, self._clock(), self.run, kind, body if number else forms.with_files(body, named))
            tip, data = record.tip, data + record.line
        assert tip is not None  # there was at least one body
        folder = run_folder(self.run)
        lines = Lines(f"{folder}/{JOURNAL}", self._size, data, tip.hash)
        message = f"Run {self.run}: {_said(bodies)}"
        self._write(Edit(message, lines, {f"{folder}/{name}": kept for name, kept in (files or {}).items()}, cut))
        self._tip, self._size = tip, self._size + len(data)

    def _write(self, edit: Edit) -> None:
        if self._failed:
            raise self._failed
        self._failed = OtherSideError("audit_store", "the journal's last step was interrupted")
        try:
            self._lease = self._store.write_edit(
                edit, lambda now: renewed_lease(now, self._lease, self._clock(), self._term)
            )
        except RunnerError as error:
            self._failed = error
            raise
        self._failed = None


def _said(bodies: _Bodies) -> str:
    """What an edit adds, in words: ``5 intent``, ``planned``."""
    kinds = [kind for kind, _ in bodies]
    return ", ".join(f"{kinds.count(kind)} {kind}" if kinds.count(kind) > 1 else kind for kind in dict.fromkeys(kinds))
