"""What the journal calls people: by their ids, or by something that stands for them."""

from __future__ import annotations

from dataclasses import replace

from runner.model.plan import Refusal
from runner.model.record import RecordedChange, RecordedNotice


class Mask:
    """Changes nothing; ``privacy.Pseudonyms`` is one that does."""

    def account(self, account_id: str) -> str:
        """What stands for an account id."""
        return account_id

    def text(self, text: str) -> str:
        """A text in which people may be named."""
        return text

    def change(self, change: RecordedChange) -> RecordedChange:
        """A change of a person."""
        return replace(change, account_id=self.account(change.account_id))

    def notice(self, notice: RecordedNotice) -> RecordedNotice:
        """A message to a person."""
        return replace(notice, account_id=self.account(notice.account_id), detail=self.text(notice.detail))

    def refusal(self, refusal: Refusal) -> Refusal:
        """A rail's no, whose figures may name people."""
        texts = (self.text(refusal.found), self.text(refusal.limit), self.text(refusal.how_to_allow))
        return replace(refusal, found=texts[0], limit=texts[1], how_to_allow=texts[2])


PLAIN = Mask()
