"""What every directory can do, as two types: whoever was given only a Reader cannot write.

Planning gets a Reader. A dry run is a run that was given no Writer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from runner.model.confined import Confined
from runner.model.outcome import APPLIED, FAILED, Outcome
from runner.model.people import Grant, Snapshot, User
from runner.model.plan import Change
from runner.model.unknown import Unknown

Progress = Callable[[str, int, int | None], None]
"""Told of long work: what is being done, how much of it is done, and how much there is (None: nobody knows)."""

Gate = Callable[[], str]
"""Asked right before each write is sent, by any thread: why it must not be sent any more; empty where it may."""

KEY_REFUSED, FORBIDDEN = "key_refused", "forbidden"
"""First words of the detail of an outcome that failed or was done in part: 401, or 403."""


def no_progress(what: str, done: int, total: int | None) -> None:
    """For whoever does not want to be told."""


def open_gate() -> str:
    """Nothing stands against writing."""
    return ""


@dataclass(frozen=True, slots=True)
class Need:
    """What the due tasks must know; a directory may leave out what nobody asked for.

    ``apps`` are the apps that they speak about, as policies write them (``any`` and ``all`` stand for every app).
    ``direct_use``: whether it matters who uses these apps by a direct role and no group. ``confined`` is empty where
    some task looks at everybody; else each due task looks only at people of one of its entries, and ``people`` (e-mail
    addresses or account ids) and ``groups`` (names) are what must be there besides: whom the settings protect, whom an
    exemption names, the groups that actions name. Org admins are read in any case.

    ``early`` is asked about people as they arrive, a snapshot of these alone: whose direct roles will be wanted. What
    it names is read meanwhile; a wrong guess costs a call, or spares none.
    """

    apps: frozenset[str] = frozenset({"any"})
    activity: bool = True
    direct_use: bool = True
    confined: tuple[Confined, ...] = ()
    people: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    early: Callable[[Snapshot], Iterable[str]] | None = None


EVERYTHING = Need()


class Reader(Protocol):
    """The half that reads. Every method raises InputError (the file) or OtherSideError (the API)."""

    def read_snapshot(self, need: Need) -> Snapshot:
        """Everything that ``need`` asks for, read at one time; what is wrong with it stands in its ``problems``."""

    def read_users(self, account_ids: Iterable[str]) -> tuple[User, ...]:
        """The present facts of some people, by account id; who is not in the directory any more is left out."""

    def read_direct_access(self, account_ids: Iterable[str]) -> Mapping[str, frozenset[Grant] | Unknown]:
        """The roles that each of these people holds directly: a fact that no bulk read gives."""

    def read_last_active(self, account_ids: Iterable[str]) -> Mapping[str, Mapping[str, datetime | Unknown] | Unknown]:
        """When each of these people last used which app, for people of whom the bulk read does not say so."""

    def read_synced(self, account_ids: Iterable[str]) -> Mapping[str, bool | Unknown]:
        """Whether an identity provider owns each of these accounts, as it says itself."""


class Writer(Protocol):
    """The half that writes."""

    def apply_change(self, change: Change) -> Outcome:
        """Carry out one change and see that it holds."""

    def apply_changes(self, changes: Sequence[Change], gate: Gate = open_gate) -> Iterator[Outcome]:
        """Carry out a batch, one person's changes in the order given; one outcome for each change, in the same order.

        After a 401 or 403 no more of the batch is sent (see ``ends_the_run``), nor once ``gate`` has said no.
        """

    def read_back(self, change: Change) -> bool | str | Unknown:
        """The present value of what the change is about, to close an outcome that is unknown or an intent left open."""


def ends_the_run(outcome: Outcome) -> bool:
    """Whether the other side refused the key or the right to write: nothing more may be sent."""
    return outcome.status in (FAILED, APPLIED) and outcome.detail.split(":")[0] in (KEY_REFUSED, FORBIDDEN)


def refuses_the_key(outcome: Outcome) -> bool:
    """Whether the key itself was refused, or can never write: that says nothing about the change."""
    return outcome.status in (FAILED, APPLIED) and outcome.detail.split(":")[0] == KEY_REFUSED
