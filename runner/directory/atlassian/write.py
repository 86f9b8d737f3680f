"""The writing half of Atlassian Cloud: each write is sent once, and only what reads show afterwards counts as done."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from runner.directory.aspect import LIFECYCLE, MEMBERSHIP, ROLES, STATUS_VERBS, present_value
from runner.directory.atlassian.http import ACCEPTED, LOST, REFUSED, Client, Sent
from runner.directory.atlassian.operations import PRIVILEGES, SEARCH_GROUPS
from runner.directory.atlassian.read import AtlassianReader
from runner.directory.atlassian.verbs import build_requests
from runner.directory.interface import FORBIDDEN, KEY_REFUSED, Gate, open_gate
from runner.errors import CancelledError, OtherSideError
from runner.model.outcome import ALREADY, APPLIED, CHANGED_SINCE, FAILED, NOT_SENT, UNKNOWN_OUTCOME, Outcome
from runner.model.people import User
from runner.model.plan import Change
from runner.model.unknown import UNKNOWN, Unknown

SETTLE_S = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Waits before each look for what was accepted: reads agree within 30 seconds and more (Atlassian facts, 2.16, 3)."""
LOST_LOOKS = 4
"""Looks for what a lost reply may have done; not seen by then, the next run closes it."""
RECENT_S = 60.0
"""How long a person who was read may be taken to be as they were."""

Value = bool | str | Unknown

_OPEN = "open"  # a result that is not an outcome yet: sent, to be read back
_NOTHING_SENT = Sent(REFUSED)
_REFUSALS = {401: KEY_REFUSED, 403: FORBIDDEN, 404: "not_found", 409: "conflict", 429: "rate_limited"}


@dataclass(frozen=True, slots=True)
class _Result:
    """What is known of a change so far: an outcome's status and detail, or ``_OPEN`` with what came of sending it."""

    status: str
    detail: str = ""
    sent: Sent = _NOTHING_SENT

    @property
    def looks(self) -> int:
        """How often to look for the effect; once where a refusal may mean that it was so already (section 2.12), or
        where what was accepted before it may be enough."""
        may_be_so = self.sent.status in (404, 409) or self.sent.partly
        return {ACCEPTED: len(SETTLE_S), LOST: LOST_LOOKS}.get(self.sent.kind, 1 if may_be_so else 0)


class AtlassianWriter:
    """Changes one organization. ``client`` may write; ``reader`` reads the people before and after.

    People whom the reader has read within a minute are not read again before their writes. ``workers`` people are
    written to at once, the changes of each one in order.
    """

    def __init__(self, reader: AtlassianReader, client: Client, *, workers: int = 4) -> None:
        self._reader, self._client, self._workers = reader, client, workers
        self._refused = threading.Event()

    def apply_change(self, change: Change) -> Outcome:
        """One change, in a batch of its own."""
        return next(self.apply_changes([change]))

    def apply_changes(self, changes: Sequence[Change], gate: Gate = open_gate) -> Iterator[Outcome]:
        """Send a batch and read back what became of it; one outcome for each change, in the order given.

        Raises OtherSideError only before anything of a batch is sent.
        """
        for batch in _without_repeats(changes):
            yield from self._apply_batch(batch, gate)

    def read_back(self, change: Change) -> bool | str | Unknown:
        """What is now; unknown for who is not in the organization any more."""
        return self._present([change]).get(change, UNKNOWN)

    def _apply_batch(self, batch: Sequence[Change], gate: Gate) -> Iterator[Outcome]:
        people = self._people(batch)
        homes = self._group_homes(batch)
        by_person: dict[str, list[Change]] = {}
        for change in batch:
            by_person.setdefault(change.account_id, []).append(change)
        jobs = [(people.get(who), changes) for who, changes in by_person.items()]
        with ThreadPoolExecutor(max(1, min(self._workers, len(jobs)))) as pool:
            done = list(pool.map(lambda job: self._send_all(job[0], job[1], homes, gate), jobs))
        results = {change: result for one in done for change, result in one.items()}
        seen = self._settle({change: result for change, result in results.items() if result.status == _OPEN}, gate)
        at = self._client.clocks.now()
        for change in batch:
            status, detail = _judged(change, results[change], seen.get(change, UNKNOWN))
            yield Outcome(change, status, at, detail)

    def _people(self, batch: Iterable[Change]) -> dict[str, User]:
        """The people of a batch as they were read at most a minute ago."""
        oldest = self._client.clocks.monotonic() - RECENT_S
        recent = {who: user for who, (at_s, user) in self._reader.recent.items() if at_s >= oldest}
        missing = {change.account_id for change in batch} - set(recent)
        if missing:
            recent.update((user.account_id, user) for user in self._reader.read_users(missing))
        return recent

    def _group_homes(self, batch: Iterable[Change]) -> dict[str, str]:
        """The directory of each group that is written to."""
        wanted = {change.target.id for change in batch if change.target and change.verb in MEMBERSHIP}
        homes, directories = self._reader.group_homes, self._reader.read_directories()
        if len(directories) == 1:
            return dict.fromkeys(wanted, directories[0])
        for group in sorted(wanted - set(homes)):
            for directory in directories:
                found = self._client.fetch(SEARCH_GROUPS, {"directories": directory}, body={"groupIds": [group]})
                if found.get("data"):
                    homes[group] = directory
        return homes

    def _send_all(
        self, user: User | None, changes: list[Change], homes: Mapping[str, str], gate: Gate
    ) -> dict[Change, _Result]:
        """Send one person's changes one after the other."""
        results: dict[Change, _Result] = {}
        for change in changes:
            early = _settled_before(change, user)
            if self._refused.is_set():
                early = _Result(FAILED, f"{NOT_SENT}: the key was refused before")
            elif change.verb == "revoke_role" and any(_may_remain(*item) for item in results.items()):
                early = _Result(FAILED, f"{NOT_SENT}: a group of this person may not have been left")
            if early is None:
                assert user is not None
                sent = self._send(change, user, homes, gate)
                if sent.status in (401, 403):
                    self._refused.set()
                early = _Result(_OPEN, sent=sent)
            results[change] = early
        return results

    def _send(self, change: Change, user: User, homes: Mapping[str, str], gate: Gate) -> Sent:
        if change.verb in LIFECYCLE:
            hindrance = self._read_hindrance(change.account_id)
            if hindrance is not None:
                return hindrance
        home = homes.get(change.target.id) if change.target else None
        requests = build_requests(change, user, home)
        if not requests:
            return Sent(REFUSED, 404, "no directory of this organization has it")
        for done, request in enumerate(requests):
            sent = self._client.send(request.operation, request.ids, body=request.body, gate=gate)
            if sent.kind != ACCEPTED:
                partly = f" (done in {done} of {len(requests)} directories)" if done else ""
                return dataclasses.replace(sent, words=sent.words + partly, partly=done > 0)
        return sent

    def _read_hindrance(self, account_id: str) -> Sent | None:
        """Why the account's lifecycle may not be changed, as Atlassian says when asked before (facts, section 2.19)."""
        asked = {"privileges": ["lifecycle.enablement"]}
        try:
            rule = self._client.fetch(PRIVILEGES, {"account": account_id}, query=asked).get("lifecycle.enablement")
        except CancelledError as ended:
            return Sent(REFUSED, words=f"{NOT_SENT}: {ended}")
        except OtherSideError as error:
            status = {KEY_REFUSED: 401, FORBIDDEN: 403}.get(error.reason, 0)
            return Sent(REFUSED, status, f"not_allowed: {error.message}")
        if isinstance(rule, dict) and rule.get("allowed") is True:
            return None
        reason = rule.get("reason") if isinstance(rule, dict) else None
        key = reason.get("key") if isinstance(reason, dict) else None
        return Sent(REFUSED, 0, f"not_allowed: {key if isinstance(key, str) else 'no reason given'}"[:200])

    def _settle(self, pending: Mapping[Change, _Result], gate: Gate) -> dict[Change, Value]:
        """The values of what was sent, looked at until they are as wanted or patience ends: at once when the gate is
        closed, because then somebody waits for the end."""
        seen: dict[Change, Value] = {}
        for look, wait_s in enumerate(SETTLE_S):
            waiting = [c for c, result in pending.items() if seen.get(c) != c.after and look < result.looks]
            if not waiting or (wait_s and gate()):
                break
            try:
                if wait_s:
                    self._client.clocks.sleep(wait_s)
                seen.update(self._present(waiting))
            except OtherSideError:
                continue  # what cannot be read back stays unknown
        return seen

    def _present(self, changes: Sequence[Change]) -> dict[Change, Value]:
        """The present values of what the changes are about; who is gone is left out."""
        people = {user.account_id: user for user in self._reader.read_users({c.account_id for c in changes})}
        wanted = {c.account_id for c in changes if c.verb in ROLES and c.account_id in people}
        for who, direct in self._reader.read_direct_access(wanted).items():
            people[who] = dataclasses.replace(people[who], direct_access=direct)
        return {c: present_value(people[c.account_id], c) for c in changes if c.account_id in people}


def _without_repeats(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """The changes in batches in which nobody has two changes about the same thing."""
    batch: list[Change] = []
    aspects: set[tuple[str, object]] = set()
    for change in changes:
        kind = "status" if change.verb in STATUS_VERBS else change.target
        if (change.account_id, kind) in aspects:
            yield batch
            batch, aspects = [], set()
        batch.append(change)
        aspects.add((change.account_id, kind))
    if batch:
        yield batch


def _settled_before(change: Change, user: User | None) -> _Result | None:
    """The result of a change that need not or must not be sent, from the person's facts; None for one to be sent."""
    if user is None:
        return _Result(FAILED, "not_found: this account is not in the organization")
    if change.verb in ROLES:
        return None
    present = present_value(user, change)
    if present == change.after:
        return _Result(ALREADY)
    if isinstance(present, Unknown):
        return _Result(FAILED, f"unknown: {'status' if change.verb in STATUS_VERBS else 'groups'}")
    if present != change.before:
        return _Result(CHANGED_SINCE, f"is {present}, was {change.before}")
    return None


def _may_remain(change: Change, result: _Result) -> bool:
    """Whether somebody may still be in a group that they were to leave. Revoking a role may end that membership, too
    (Atlassian facts, section 3): then nobody would know."""
    left = result.status == ALREADY or result.sent.kind == ACCEPTED
    return change.verb == "remove_from_group" and not left


def _judged(change: Change, result: _Result, present: Value) -> tuple[str, str]:
    """Status and detail of the outcome, from what came of sending and from what is now."""
    sent = result.sent
    if result.status != _OPEN:
        return result.status, result.detail
    if sent.kind == REFUSED:
        if sent.partly and present == change.after:
            return APPLIED, _refusal_detail(sent)
        if sent.status in (404, 409) and present == change.after:
            return ALREADY, sent.words
        return FAILED, _refusal_detail(sent)
    if present == change.after:
        return APPLIED, "" if sent.kind == ACCEPTED else f"no whole reply ({sent.words}), read back"
    if sent.kind == ACCEPTED:
        return UNKNOWN_OUTCOME, "accepted, but not to be seen yet"
    return UNKNOWN_OUTCOME, f"no whole reply ({sent.words}), and not to be seen yet"


def _refusal_detail(sent: Sent) -> str:
    """A word for machines, the other side's words, and what to do where that is known (Atlassian facts, section 6)."""
    lacks_scope = sent.status in (401, 403) and "SCOPE" in sent.words.upper()
    word = KEY_REFUSED if lacks_scope else _REFUSALS.get(sent.status, "refused" if sent.status else "")
    hint = " (writing needs an API key without scopes)" if lacks_scope else ""
    return (f"{word}: {sent.words}" if word else sent.words) + hint
