"""The API as its operations: reads that are patient, writes that are sent once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from runner import __version__
from runner.directory.atlassian.connection import Connection
from runner.directory.atlassian.operations import OddIdError, Operation
from runner.directory.atlassian.pace import LONGEST_WAIT_S, RETRY_HEADERS, Pace, retry_wait_s
from runner.directory.atlassian.transport import Answer, AnswerLostError, Transport
from runner.directory.atlassian.trouble import Json, object_of, refusal, said
from runner.directory.interface import Gate, open_gate
from runner.errors import CancelledError, OtherSideError
from runner.model.outcome import NOT_SENT

Ids = Mapping[str, str]
Given = Mapping[str, Any]
ACCEPTED, REFUSED, LOST = "accepted", "refused", "lost"
_TIMED_OUT = 408
"""A gateway's word for a request that took too long, also one that it had passed on: as little an answer as a 504."""
_UNTOLD_S = 5.0
"""The first wait after a 429 that does not say how long; four such waits, each twice the one before, outlast a minute,
which is the window of every limit that is documented (Atlassian facts, section 4)."""
_CLOCKS_AGREE_S = 2.0
"""The ``Date`` header has whole seconds: less than this is no difference."""


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a read is tried, how many tries beyond the first all reads of a run have together, and how many seconds
    all waiting for refused calls may take."""

    attempts: int = 5
    retries: int = 60
    waiting_s: float = 900.0


@dataclass(frozen=True, slots=True)
class Clocks:
    """Time as a parameter: the wall clock, the monotonic clock, and waiting."""

    now: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a write: accepted (a 2xx, which proves nothing), refused with a status and its words, or lost (no
    whole answer, a redirect, a 408, a 5xx): then whether it was carried out is not known. ``partly``: requests of the
    same change were accepted before."""

    kind: str
    status: int = 0
    words: str = ""
    partly: bool = False


class _HeldBackError(Exception):
    """The gate said no: the request was not sent."""


class Client:
    """One organization's API with a key that may only do what ``may_write`` says. Safe to use from several threads."""

    def __init__(
        self,
        connection: Connection,
        *,
        may_write: bool = False,
        clocks: Clocks | None = None,
        patience: Patience | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.connection = connection
        self.clocks = clocks or Clocks()
        self.pace = pace or Pace(self.clocks.monotonic, self.clocks.sleep)
        self._may_write = may_write
        self._patience = patience or Patience()
        self._transport = Transport(connection, f"policy-runner/{__version__}")
        self._lock = threading.Lock()
        self._spent = _Spent()

    @property
    def calls(self) -> int:
        """How many requests were sent."""
        return self._spent.calls

    @property
    def told_when_refused(self) -> frozenset[str]:
        """What the calls refused with a 429 said about when to come again: names of headers, ``nothing`` where one said
        none; empty where no call was refused."""
        return frozenset(self._spent.told)

    @property
    def skew_s(self) -> float:
        """How far the server's clock is ahead of ours, by its last answer; small differences count as none."""
        return self._spent.skew_s

    def server_now(self) -> datetime:
        """The present by the server's clock."""
        return self.clocks.now() + timedelta(seconds=self.skew_s)

    def latest(self) -> datetime:
        """The later of the two presents: what is after it lies in the future."""
        return self.clocks.now() + timedelta(seconds=max(0.0, self.skew_s))

    def fetch(self, operation: Operation, ids: Ids, *, query: Given | None = None, body: Given | None = None) -> Json:
        """The JSON object that a read answers with.

        Tried again after a 408, a 429, a 5xx, and an answer that was lost or is no JSON object; raises OtherSideError
        when patience is at its end, and at once for any other answer (401 is ``key_refused``, 403 ``forbidden``, 404
        ``not_found``) and for an id that no path may hold (``odd_id``).
        """
        assert not operation.writes
        failure = OtherSideError("unreachable", "Atlassian cannot be reached")
        for attempt in range(self._patience.attempts):
            if attempt and not self._may_retry():
                break
            try:
                answer = self._exchange(operation, ids, query or {}, body)
            except AnswerLostError as lost:
                failure = _unreachable(self.connection, str(lost))
                self._wait(2.0**attempt / 2)
                continue
            except OddIdError as odd:
                raise _odd(odd) from None
            data = object_of(answer) if answer.status == 200 else None
            if data is not None:
                return data
            failure = self._failure(answer, operation)
            if 300 <= answer.status < 500 and answer.status not in (429, _TIMED_OUT):
                raise failure
            self._wait_as_told(answer, attempt)
        raise failure

    def send(self, operation: Operation, ids: Ids, *, body: Given | None = None, gate: Gate = open_gate) -> Sent:
        """Send a write. It is sent again after a 429 only, which says that it was not carried out.

        ``gate`` is asked at the last moment, after all waiting for a turn; what it held back is refused.
        """
        assert operation.writes
        for attempt in range(self._patience.attempts):
            if attempt and not self._may_retry():
                break
            try:
                answer = self._exchange(operation, ids, {}, body, gate)
            except (_HeldBackError, CancelledError) as held:
                return Sent(REFUSED, words=f"{NOT_SENT}: {held}")
            except OddIdError as odd:
                return Sent(REFUSED, words=str(odd).replace("not sent", NOT_SENT))
            except AnswerLostError as lost:
                return Sent(LOST, words=str(lost))
            if answer.status != 429:
                return self._sent(answer)
            try:
                self._wait_as_told(answer, attempt)
            except CancelledError as ended:
                return Sent(REFUSED, words=f"{NOT_SENT}: {ended}")
            except OtherSideError as error:
                return Sent(REFUSED, 429, error.message)
        return Sent(REFUSED, 429, "the rate limit is used up")

    def _sent(self, answer: Answer) -> Sent:
        words = said(answer, self.connection.key)
        if 200 <= answer.status < 300:
            return Sent(ACCEPTED, answer.status, words)
        refused = 400 <= answer.status < 500 and answer.status != _TIMED_OUT
        return Sent(REFUSED if refused else LOST, answer.status, words or f"status {answer.status}")

    def _exchange(
        self, operation: Operation, ids: Ids, query: Given, body: Given | None, gate: Gate = open_gate
    ) -> Answer:
        """Check the request against what is allowed, wait for its turn, and send it."""
        if operation.writes and not self._may_write:
            raise ValueError(f"not sent: this client was made for reading only, {operation.name}")
        operation.check(query, body or {})
        wanted = {"org": self.connection.organization} if "{org}" in operation.template else {}
        path = operation.path({**wanted, **ids}) + (f"?{urlencode(query, doseq=True)}" if query else "")
        data = None if body is None else json.dumps(body).encode()
        self.pace.wait_turn(operation)
        try:
            closed = gate()
            if closed:
                raise _HeldBackError(closed)
            self._count()
            answer = self._transport.exchange(operation.method, path, data)
        finally:
            self.pace.done()
        self._notice_clock(answer)
        self.pace.learn(operation.name, answer.headers, self.server_now())
        return answer

    def _failure(self, answer: Answer, operation: Operation) -> OtherSideError:
        if 200 <= answer.status < 300:
            return OtherSideError(
                "bad_answer",
                f"Atlassian's answer to {operation.name} is not a JSON object",
                hint="check ATLASSIAN_API_URL, and whether something between here and there answers in its place",
            )
        return refusal(answer, self.connection.key, operation.name)

    def _wait_as_told(self, answer: Answer, attempt: int) -> None:
        """Wait before the next try: as a 429 says, else twice as long each time."""
        told = retry_wait_s(answer.headers, self.server_now()) if answer.status in (429, 503) else None
        first_s = _UNTOLD_S if answer.status == 429 else 0.5
        wait_s = first_s * 2.0**attempt if told is None else told
        if wait_s > LONGEST_WAIT_S:
            raise OtherSideError(
                "rate_limited", f"the API asks to wait for {wait_s:.0f} seconds", hint="run again after that time"
            )
        if answer.status == 429:
            self._spent.told.update({name for name in RETRY_HEADERS if name in answer.headers} or {"nothing"})
            self.pace.block(wait_s)
        self._wait(wait_s)

    def _wait(self, wait_s: float) -> None:
        with self._lock:
            self._spent.waiting_s += wait_s
            if self._spent.waiting_s > self._patience.waiting_s:
                raise OtherSideError(
                    "out_of_time", "waiting for the API took too long altogether", hint="run again later"
                )
        self.clocks.sleep(wait_s)

    def _may_retry(self) -> bool:
        with self._lock:
            self._spent.retries += 1
            return self._spent.retries <= self._patience.retries

    def _count(self) -> None:
        with self._lock:
            self._spent.calls += 1

    def _notice_clock(self, answer: Answer) -> None:
        try:
            told = parsedate_to_datetime(answer.headers.get("date", "")).astimezone(UTC)
        except (ValueError, TypeError, OverflowError):
            return
        skew_s = (told - self.clocks.now()).total_seconds()
        with self._lock:
            self._spent.skew_s = skew_s if abs(skew_s) >= _CLOCKS_AGREE_S else 0.0


@dataclass(slots=True)
class _Spent:
    """What a client has used up."""

    calls: int = 0
    retries: int = 0
    waiting_s: float = 0.0
    skew_s: float = 0.0
    told: set[str] = field(default_factory=set)


def _odd(error: OddIdError) -> OtherSideError:
    return OtherSideError(
        "odd_id", str(error), hint="check whether something answers in Atlassian's place; if not, report it"
    )


def _unreachable(connection: Connection, detail: str) -> OtherSideError:
    return OtherSideError(
        "unreachable",
        f"no whole answer from {connection.url}: {detail}",
        hint="check the network, a proxy (HTTPS_PROXY) and ATLASSIAN_API_URL",
    )
