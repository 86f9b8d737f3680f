"""What a run is for: the tasks that are due or named, or the way back from an earlier run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from runner.directory.interface import EVERYTHING
from runner.errors import InputError
from runner.journal.journal import Past
from runner.model.history import PastChange
from runner.model.plan import Plan
from runner.model.record import Due
from runner.run.approved import (
    check_digest,
    check_growth,
    check_journal,
    check_organization,
    check_saved,
    plan_use,
    with_dropped,
)
from runner.run.choosing import Wanted, choose
from runner.run.planning import Made, make_plan, make_undo
from runner.run.session import Session


@dataclass(frozen=True)
class Prospect:
    """What a run would do, worked out before anything is written: with it, bad input leaves no trace.

    ``due`` are the planned times that made tasks due; ``saved_plan`` names the saved plan that is carried out.
    """

    made: Made
    past: Past
    due: tuple[Due, ...] = ()
    saved_plan: str | None = None


class Errand(Protocol):
    """Something to run."""

    def idle(self, session: Session, past: Past) -> bool:
        """Whether there is nothing to do at all."""

    def look_ahead(self, session: Session, past: Past) -> Prospect:
        """Plan it, writing nothing. Raises RunnerError."""


@dataclass(frozen=True)
class TasksErrand:
    """Carry out tasks, or the saved plan of some tasks. ``digest`` is the only one that the plan may have."""

    wanted: Wanted
    saved: Plan | None = None
    digest: str | None = None

    def idle(self, session: Session, past: Past) -> bool:
        """Whether no task is due."""
        choice = choose(self.wanted, session, past.history)
        paused = [task.name for task in choice.tasks if not task.enabled]
        if paused:
            hint = "remove `enabled: false` to let it write; policy-runner plan shows what it would do"
            raise InputError("task_paused", f"{paused[0]} is paused", hint=hint)
        return not choice.tasks

    def look_ahead(self, session: Session, past: Past) -> Prospect:
        """Plan the tasks; where there are none (only something to recover), the plan is empty."""
        saved = self.saved
        if saved is not None:
            check_saved(saved, session, past.history)
        choice = choose(self.wanted, session, past.history)
        made = make_plan(session, choice.tasks, past.history, applying=True)
        check_journal(past.runs, made.plan)
        check_digest(self.digest, made.plan)
        if saved is None:
            return Prospect(made, past, choice.due)
        check_organization(saved, made.plan.organization)
        check_growth(saved, made.plan)
        made = replace(made, planned=replace(made.planned, plan=with_dropped(saved, made.plan)))
        return Prospect(made, past, saved_plan=plan_use(saved))


@dataclass(frozen=True)
class UndoErrand:
    """Bring back what a run changed, for everybody or for one person (an e-mail address or account id)."""

    run: str
    user: str | None = None

    def idle(self, session: Session, past: Past) -> bool:  # noqa: ARG002 (the journal alone knows)
        """Never: whoever asks for an undo is told what became of it."""
        past.find(self.run)
        return False

    def look_ahead(self, session: Session, past: Past) -> Prospect:
        """Plan the way back. Raises InputError ``unknown_run``, ``unknown_user``, ``nothing_to_undo``.

        What nobody knows the end of (the run was killed) is asked of the present like the rest.
        """
        run = past.find(self.run).run
        history = past.history
        made = tuple(change for change in (*history.changes, *history.unresolved) if change.run == run)
        if self.user is not None:
            made = self._of_user(session, made)
        if not made:
            message = f"run {run} changed nothing" + (f" of {self.user}" if self.user else "")
            raise InputError("nothing_to_undo", message, hint="policy-runner runs lists what each run did")
        undo = make_undo(session, run, made, history, applying=True)
        check_journal(past.runs, undo.plan)
        return Prospect(undo, past)

    def _of_user(self, session: Session, made: tuple[PastChange, ...]) -> tuple[PastChange, ...]:
        wanted = (self.user or "").casefold()
        users = session.reader.read_snapshot(EVERYTHING).users
        ids = {u.account_id for u in users if isinstance(u.email, str) and u.email.casefold() == wanted}
        ids.add(self.user or "")
        mask = session.mask.knowing(users)
        return tuple(change for change in made if mask.person(change.account_id) in ids)
