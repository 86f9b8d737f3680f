"""The emulated API as tests hold it in their hands: start it, break it, and ask what really happened."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from tests.emulator.accounts import user
from tests.emulator.control import PREFIX, control
from tests.emulator.faults import DELIVERING, REPLACING, SPOILING, Plan, Rule
from tests.emulator.limits import Limit, Limiter
from tests.emulator.log import Effect, Entry
from tests.emulator.routes import answer, key_of
from tests.emulator.server import Server
from tests.emulator.spoil import Spoiler, delivered, replaced
from tests.emulator.state import State
from tests.emulator.wire import Json, Reply, Request
from tests.emulator.world import Key, Options, World

if TYPE_CHECKING:
    from tests.emulator.contract import Checker

API_KEY = "emulator-key"
READ_KEY = "emulator-read-key"


def _checker() -> Checker:
    from tests.emulator.contract import Checker  # noqa: PLC0415 - openapi-core is needed for this alone

    return Checker.found()


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Emulator:
    """An Atlassian organization behind its admin API, on a port of this machine.

    `organization` is a dict in our directory format and is not changed. `clock` gives the time that it lives in,
    `pause` waits out latency and slow bodies. With `check` every exchange that no fault touched is held against
    Atlassian's published description, and what does not fit is in `violations`.
    """

    def __init__(
        self,
        organization: Json,
        *,
        org_id: str | None = None,
        api_key: str = API_KEY,
        read_key: str = READ_KEY,
        options: Options | None = None,
        faults: Iterable[Rule] = (),
        limits: Iterable[Limit] = (),
        latency_s: float = 0.0,
        expires_at: str = "2027-06-30T00:00:00.000Z",
        clock: Callable[[], datetime] = _utc_now,
        pause: Callable[[float], None] | None = None,
        check: bool = False,
    ) -> None:
        """Set up the organization; nothing listens before `start`."""
        self._organization = organization
        self._options = options or Options()
        self._clock = clock
        self._lock = threading.RLock()
        self._keys = (
            Key(api_key, "key-admin", "policy-runner", expires_at=expires_at),
            Key(read_key, "key-read", "policy-runner (read)", is_scoped=True, expires_at=expires_at),
        )
        self._org_id = org_id or str(organization.get("organization") or "acme")
        self._seq = 0
        self.latency_s = latency_s
        self.crashes: list[str] = []
        self._checker = _checker() if check else None
        self.set_faults(faults)
        self.set_limits(limits)
        self._server = Server(self._front, self.crashes.append, pause)
        self._world = self._new_world()
        self._spoiler = Spoiler(self._world.cursors)

    def _new_world(self) -> World:
        state = State(self._organization, self._options.directories)
        return World(self._org_id, state, self._options, self._keys, self._clock)

    def __enter__(self) -> Emulator:
        """Start listening."""
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop listening and end every connection."""
        self.close()

    def start(self, port: int = 0) -> str:
        """Listen on 127.0.0.1 and return the URL; port 0 takes a free one."""
        return self._server.start(port)

    def close(self) -> None:
        """Stop listening and end every connection."""
        self._server.close()

    @property
    def url(self) -> str:
        """Where it listens, as `ATLASSIAN_API_URL` wants it."""
        return self._server.url

    @property
    def org_id(self) -> str:
        """The organization's id."""
        return self._org_id

    @property
    def log(self) -> tuple[Entry, ...]:
        """Every request so far."""
        return self._world.log.entries

    @property
    def effects(self) -> tuple[Effect, ...]:
        """Every change so far."""
        return self._world.log.effects

    @property
    def violations(self) -> list[str]:
        """Where exchanges left the published description; empty without `check`."""
        return self._checker.violations if self._checker else []

    def organization(self) -> Json:
        """The true state in our directory format, lists of groups and roles sorted."""
        with self._lock:
            return self._world.state.organization()

    def edit(self, account_id: str, /, **facts: Any) -> None:
        """Change or add a person behind everybody's back, with facts in our file's words; no effect is logged."""
        with self._lock:
            state = self._world.state
            old = state.accounts.get(account_id)
            state.put({**(user(old) if old else {"account_id": account_id}), **facts})

    def vanish(self, account_id: str) -> None:
        """Take a person out of the organization behind everybody's back."""
        with self._lock:
            if account_id in self._world.state.accounts:
                self._world.state.remove(account_id)

    def set_faults(self, faults: Iterable[Rule]) -> None:
        """Replace the plan of faults; its counts start anew."""
        with self._lock:
            self._plan = Plan(faults)

    def set_limits(self, limits: Iterable[Limit]) -> None:
        """Replace the rate limits; their windows start empty."""
        with self._lock:
            self._limiter = Limiter(tuple(limits), self._clock)

    def reset(self) -> None:
        """Back to the organization as it was given: no log, no effects, no faults."""
        with self._lock:
            self._world, self._seq = self._new_world(), 0
            self._spoiler = Spoiler(self._world.cursors)
            self.set_faults(())
            self.violations.clear()

    def _front(self, request: Request) -> Reply:
        return control(self, request) if request.path.startswith(PREFIX) else self.answer(request)

    def answer(self, request: Request) -> Reply:
        """Answer one request, log it, and hold the exchange against the description."""
        mono_s = time.monotonic()
        with self._lock:
            self._seq += 1
            struck = self._plan.strike(request)
            start = self._world.log.effect_count
            self._apply_worldly(struck)
            reply, was_refused = self._carried_out(request, struck)
            self._finish(reply, struck)
            self._world.log.add_entry(self._entry(request, reply, struck, mono_s, start))
        if self._checker and not struck and not was_refused:
            self._checker.check(request, reply)
        if self.latency_s:
            reply = delivered(Rule("delay", seconds=self.latency_s + reply.delivery.delay_s), reply)
        return reply

    def _apply_worldly(self, struck: list[Rule]) -> None:
        self._world.lag_reads = max((rule.reads for rule in struck if rule.kind == "lag"), default=0)
        for rule in struck:
            if rule.kind == "edit":
                self.edit(rule.accounts[0], **rule.patch)
            elif rule.kind == "vanish":
                for account_id in rule.accounts:
                    self.vanish(account_id)

    def _carried_out(self, request: Request, struck: list[Rule]) -> tuple[Reply, bool]:
        """The reply, and whether the rate limit refused to carry the request out."""
        replacing = [rule for rule in struck if rule.kind in REPLACING]
        first = next((rule for rule in replacing if rule.effect == "before"), None)
        if first is not None:
            return replaced(first, request, self._clock()), False
        refused, headers = self._limiter.admit(request)
        if refused is not None:
            return refused, True
        reply = answer(self._world, request, self._seq)
        reply.headers.update(headers)
        if replacing:
            return replaced(replacing[0], request, self._clock()), False
        spoiling = [rule for rule in struck if rule.kind in SPOILING]
        reply.payload = self._spoiler.spoil(spoiling, _cursor(request), reply.payload)
        for rule in struck:
            if rule.kind in DELIVERING:
                reply = delivered(rule, reply)
        return reply, False

    def _finish(self, reply: Reply, struck: list[Rule]) -> None:
        skew_s = sum(rule.seconds for rule in struck if rule.kind == "skew")
        date = (self._clock() + timedelta(seconds=skew_s)).astimezone(UTC)
        reply.headers.setdefault("Date", format_datetime(date, usegmt=True))
        reply.headers.setdefault("Content-Type", "application/json")

    def _entry(self, request: Request, reply: Reply, struck: list[Rule], mono_s: float, start: int) -> Entry:
        key = key_of(self._world, request)
        return Entry(
            seq=self._seq,
            at=self._world.now(),
            mono_s=mono_s,
            method=request.method,
            path=request.path,
            query=parse_qs(request.query, keep_blank_values=True),
            body=_parsed(request.body),
            status=reply.status or None,
            key=key.key_id if key else None,
            faults=tuple(rule.kind for rule in struck),
            effects=self._world.log.effect_count - start,
        )


def _cursor(request: Request) -> str | None:
    """The cursor that a request carries, in its query or its body."""
    in_query = parse_qs(request.query).get("cursor")
    body = _parsed(request.body)
    in_body = body.get("cursor") if isinstance(body, dict) else None
    return in_query[-1] if in_query else in_body if isinstance(in_body, str) else None


def _parsed(body: bytes) -> Any:
    """The JSON of a body, its text where it is none, or None where there is no body."""
    if not body:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
