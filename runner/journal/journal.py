"""The journal: what was, read as a value, and the one way to start writing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from runner.errors import InputError, OtherSideError, RunnerError
from runner.journal import fold
from runner.journal.chain import build_chain
from runner.journal.ids import new_run_id, run_folder
from runner.journal.lease import TERM, Lease, Owner, quiet_since, released_lease, taken_lease
from runner.journal.mask import PLAIN, Mask
from runner.journal.records import RecordError, Tip, sha256
from runner.journal.store import JOURNAL, PLAN, REPORT, Cut, Edit, Store
from runner.journal.writing import OpenRun
from runner.model.history import History
from runner.model.record import OpenIntent, RunRecord, Start


@dataclass(frozen=True)
class Past:
    """The journal as it was read. ``runs`` are oldest first, without those that died before their first record;
    ``last_name`` is the last run's name, also of one that died so; ``torn`` is the unfinished line to be cut off."""

    runs: tuple[RunRecord, ...] = ()
    tip: Tip | None = None
    last_name: str | None = None
    torn: Cut | None = None

    @cached_property
    def history(self) -> History:
        """What it means for the next plan."""
        return fold.history(self.runs)

    @cached_property
    def open_intents(self) -> tuple[OpenIntent, ...]:
        """Changes that were announced and have no outcome yet: the next run reads back how they ended."""
        return fold.open_intents(self.runs)

    @cached_property
    def unresolved_intents(self) -> tuple[OpenIntent, ...]:
        """Those, and the ones that were read back without an answer: every run tries again."""
        return fold.unresolved_intents(self.runs)

    @property
    def head(self) -> str | None:
        """The hash of the last record."""
        return self.tip.hash if self.tip else None

    def find(self, run: str) -> RunRecord:
        """A run by its name, an unmistakable end of it (its token), or ``last``. Raises InputError ``unknown_run``."""
        if run == "last" and self.runs:
            return self.runs[-1]
        found = [record for record in self.runs if record.run == run or (run and record.run.endswith(f"-{run}"))]
        if len(found) != 1:
            problem = "several runs are" if found else "no run is"
            raise InputError("unknown_run", f"{problem} named {run!r}", hint="`policy-runner runs` lists them")
        return found[0]


class Journal:
    """The records in a store. ``clock`` gives the wall clock, ``owner`` is this process and ``gone`` says whether the
    process that holds a lease is known to have ended; ``mask`` is what runs call people by."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Callable[[], datetime],
        owner: Owner,
        gone: Callable[[Owner], bool] = lambda _: False,
        term: timedelta = TERM,
        mask: Mask = PLAIN,
    ) -> None:
        self._store = store
        self._clock = clock
        self._owner = owner
        self._gone = gone
        self._term = term
        self._mask = mask

    def read_past(self) -> Past:
        """Everything, checked. Raises OtherSideError ``audit_store``, or ``journal_damaged`` naming the bad record."""
        anchor = self._store.read_anchor()  # first, so that it cannot be ahead of the journals
        chain = build_chain(self._store.read_journals(), anchor)
        if chain.findings:
            raise _damaged(str(chain.findings[0]))
        try:
            runs = tuple(fold.run_record(log.records) for log in chain.logs if log.records)
        except RecordError as error:
            raise _damaged(error.message) from None
        last = chain.last
        torn = Cut(f"{run_folder(last.run)}/{JOURNAL}", last.size) if last and last.torn else None
        return Past(runs, chain.tip, chain.logs[-1].run if chain.logs else None, torn)

    def read_plan(self, run: str) -> bytes | None:
        """The ``plan.json`` of a run."""
        return self._store.read_file(f"{run_folder(run)}/{PLAN}")

    def read_report(self, run: str) -> bytes | None:
        """The ``report.md`` of a run."""
        return self._store.read_file(f"{run_folder(run)}/{REPORT}")

    def read_kept(self, run: str, name: str) -> bytes | None:
        """Another file of a run, by its name in the run's folder."""
        return self._store.read_file(f"{run_folder(run)}/{name}")

    def open_run(self, start: Start, token: str) -> tuple[OpenRun, Past]:
        """Take the lease, read the past under it, and write the run's first record.

        ``token`` is random (see ``new_run_id``). Raises OtherSideError: ``lease_held`` where another runner is at work,
        ``audit_store``, ``journal_damaged``.
        """
        now = self._clock()
        name = new_run_id(now, token)
        quiet = now

        def decide(old: Lease | None) -> Lease:
            nonlocal quiet
            new = taken_lease(old, self._owner, name, now, self._term, self._gone)
            if new != old:  # asked again after an answer was lost, it is ours already
                quiet = quiet_since(old, now)
            return new

        lease = self._store.write_edit(Edit(f"Run {name}: lease taken"), decide)
        try:
            past = self.read_past()
        except RunnerError:
            given_back = Edit(f"Run {name}: lease given back")
            self._store.write_edit(given_back, lambda old: released_lease(old, lease, self._clock()))
            raise
        name = new_run_id(now, token, past.last_name)
        run = OpenRun(self._store, self._clock, name, lease, self._term, past.tip)
        run.mask, run.quiet_since = self._mask, quiet
        report = self.read_report(past.tip.run) if past.tip else None
        run.record_start(start, past.torn, None if report is None else sha256(report))
        return run, past

    def keep_file(self, path: str, data: bytes, message: str, token: str) -> None:
        """Put a file beside the runs, in one step in which the lease is taken and given back. It still names the run
        that gave it back last, which ``verify`` asks for. Raises OtherSideError: ``lease_held`` where a runner is at
        work, ``audit_store``."""
        now = self._clock()
        taken = (self._owner, new_run_id(now, token), now, self._term, self._gone)

        def decide(old: Lease | None) -> Lease:
            mine = taken_lease(old, *taken)
            last = old.run if old is not None and old.released else mine.run
            return replace(released_lease(mine, mine, now), run=last)

        self._store.write_edit(Edit(message, files={path: data}), decide)


def _damaged(what: str) -> OtherSideError:
    hint = "`policy-runner verify` shows all of it; nothing is written while the journal is not whole"
    return OtherSideError("journal_damaged", f"somebody changed the journal: {what}", hint=hint)
