"""What the journal calls people: by their ids, or by something that stands for them.

``Mask`` changes nothing, so whoever writes and reads records need not ask which kind of journal it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Self

from runner.model.history import History, PastChange
from runner.model.outcome import Outcome
from runner.model.people import User
from runner.model.plan import Plan, Refusal
from runner.model.record import OpenIntent, RecordedChange, RecordedNotice, RunRecord


class Mask:
    """Nobody is hidden. ``privacy.Pseudonyms`` overrides what has to be different."""

    def knowing(self, users: Iterable[User]) -> Self:  # noqa: ARG002
        """A mask that hides these people in texts, and finds them again."""
        return self

    def account(self, account_id: str) -> str:
        """What stands for an account id."""
        return account_id

    def person(self, name: str) -> str:
        """The account id that ``name`` stands for; where nobody knows, the name itself."""
        return name

    def change_id(self, change_id: str) -> str:
        """What stands for a change's id, which follows from the account's."""
        return change_id

    def text(self, text: str) -> str:
        """A text in which people may be named."""
        return text

    def detail(self, outcome: Outcome) -> str:
        """The detail of an outcome, which may name the person it is about."""
        return outcome.detail

    def plan(self, plan: Plan) -> Plan:
        """A plan as it may be kept."""
        return plan

    def change(self, change: RecordedChange) -> RecordedChange:
        """A change of a person."""
        return replace(change, id=self.change_id(change.id), account_id=self.account(change.account_id))

    def notice(self, notice: RecordedNotice) -> RecordedNotice:
        """A message to a person."""
        return replace(notice, account_id=self.account(notice.account_id), detail=self.text(notice.detail))

    def refusal(self, refusal: Refusal) -> Refusal:
        """A rail's no, whose figures may name people."""
        texts = (self.text(refusal.found), self.text(refusal.limit), self.text(refusal.how_to_allow))
        return replace(refusal, found=texts[0], limit=texts[1], how_to_allow=texts[2])

    def revealed_history(self, history: History) -> History:
        """The past with the account ids of everybody whom this mask knows."""

        def revealed(changes: tuple[PastChange, ...]) -> tuple[PastChange, ...]:
            return tuple(replace(change, account_id=self.person(change.account_id)) for change in changes)

        return replace(history, changes=revealed(history.changes), unresolved=revealed(history.unresolved))

    def revealed_intent(self, intent: OpenIntent) -> OpenIntent:
        """An open intent with the account id to read back; its change keeps the id it was announced with."""
        return replace(intent, change=self._revealed(intent.change))

    def revealed_run(self, record: RunRecord) -> RunRecord:
        """A run's changes and their ends with account ids, for ``undo``."""
        return replace(
            record,
            intents=tuple(self._revealed(change) for change in record.intents),
            outcomes=tuple(replace(end, change=self._revealed(end.change)) for end in record.outcomes),
            recovered=tuple(replace(end, change=self._revealed(end.change)) for end in record.recovered),
        )

    def _revealed(self, change: RecordedChange) -> RecordedChange:
        return replace(change, account_id=self.person(change.account_id))


PLAIN = Mask()
