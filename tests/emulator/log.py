"""The append-only record of what was asked and of what it changed: the truth that journeys are judged by."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tests.emulator.wire import Json


@dataclass(frozen=True, slots=True)
class Entry:
    """One request as it was answered.

    `at` is the emulator's wall clock (ISO 8601, UTC), `mono_s` seconds of its monotonic clock when the request
    came. `status` is what was sent, None where no status line left. `faults` names the kinds of the rules that
    struck. `key` is the id of the API key, None for one that was refused. `effects` counts the changes made.
    """

    seq: int
    at: str
    mono_s: float
    method: str
    path: str
    query: dict[str, list[str]]
    body: Any
    status: int | None
    key: str | None
    faults: tuple[str, ...]
    effects: int

    def json(self) -> Json:
        """The entry for the control endpoint."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Effect:
    """One change that really happened, in the words of the journal.

    `verb` is one of the runner's eight (`add_to_group`, `remove_from_group`, `suspend`, `restore`, `grant_role`,
    `revoke_role`, `deactivate`, `reactivate`) or `grant_org_role`/`revoke_org_role`. `target` is the id of the
    group or app, or None. `before` and `after` are booleans for memberships and roles, else the status.
    `request` is the `seq` of the request that did it.
    """

    seq: int
    at: str
    request: int
    account_id: str
    verb: str
    target: str | None
    before: bool | str | None
    after: bool | str | None
    role: str | None
    directory: str | None
    key: str

    def json(self) -> Json:
        """The effect for the control endpoint."""
        return asdict(self)


class Log:
    """Requests and effects in the order in which they were done; nothing is ever taken out."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._entries: list[Entry] = []
        self._effects: list[Effect] = []

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every request answered so far."""
        return tuple(self._entries)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """Every change made so far."""
        return tuple(self._effects)

    def effects_from(self, start: int) -> list[Effect]:
        """The effects from number `start` (0 is the first) on."""
        return self._effects[start:]

    def add_entry(self, entry: Entry) -> None:
        """Append a request."""
        self._entries.append(entry)

    def add_effect(self, effect: Effect) -> None:
        """Append a change."""
        self._effects.append(effect)

    @property
    def effect_count(self) -> int:
        """How many changes were made so far."""
        return len(self._effects)
