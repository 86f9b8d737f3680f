"""From facts as JSON gives them to facts as the model holds them: what is missing or makes no sense is unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from runner.model.canonical import parse_instant
from runner.model.people import Grant
from runner.model.unknown import UNKNOWN, Unknown

STATUSES = frozenset({"active", "suspended", "deactivated", "not_invited", "for_deletion"})

T = TypeVar("T", bound=Hashable)


class Facts:
    """Reads facts one by one; shares equal values, so that 100,000 people stay light, and counts what made no sense.

    ``latest`` is the present: a time after it lies in the future and is unknown.
    """

    def __init__(self, latest: datetime) -> None:
        self.latest = latest
        self._odd: Counter[str] = Counter()
        self._shared: dict[Hashable, Any] = {}

    def share(self, value: T) -> T:
        """The first value met that equals this one."""
        shared: T = self._shared.setdefault(value, value)
        return shared

    def odd(self, fact: str) -> Unknown:
        """Note that a fact was there and made no sense."""
        self._odd[fact] += 1
        return UNKNOWN

    def warnings(self) -> tuple[str, ...]:
        """What made no sense, counted, in the order of the facts' names."""
        return tuple(f"{fact}: {n} unreadable, taken as unknown" for fact, n in sorted(self._odd.items()))

    def text(self, record: Mapping[str, Any], fact: str) -> str | Unknown:
        """A text that is hardly ever met twice, such as a name."""
        value = record.get(fact)
        if isinstance(value, str):
            return value
        return UNKNOWN if value is None else self.odd(fact)

    def word(self, record: Mapping[str, Any], fact: str) -> str | Unknown:
        """A text that many people share."""
        value = self.text(record, fact)
        return value if isinstance(value, Unknown) else self.share(value)

    def status(self, record: Mapping[str, Any], fact: str) -> str | Unknown:
        """One of the statuses of the language."""
        value = self.word(record, fact)
        return value if isinstance(value, Unknown) or value in STATUSES else self.odd(fact)

    def profile(self, record: Mapping[str, Any], fact: str) -> str | None | Unknown:
        """A profile field, where null is a known nothing."""
        if fact in record and record[fact] is None:
            return None
        return self.word(record, fact)

    def truth(self, record: Mapping[str, Any], fact: str) -> bool | Unknown:
        """True or false."""
        value = record.get(fact)
        if isinstance(value, bool):
            return value
        return UNKNOWN if value is None else self.odd(fact)

    def instant(self, value: object, fact: str) -> datetime | Unknown:
        """An ISO 8601 time that is not in the future."""
        if value is None:
            return UNKNOWN
        try:
            instant = parse_instant(value) if isinstance(value, str) else None
        except (ValueError, OverflowError):
            instant = None
        return self.odd(fact) if instant is None or instant > self.latest else instant

    def instants(self, record: Mapping[str, Any], fact: str) -> Mapping[str, datetime | Unknown] | Unknown:
        """Times by id."""
        value = record.get(fact)
        if not isinstance(value, dict):
            return UNKNOWN if value is None else self.odd(fact)
        return {self.share(key): self.instant(time, fact) for key, time in value.items()}

    def words(self, record: Mapping[str, Any], fact: str) -> frozenset[str] | Unknown:
        """A list of texts that many people share."""
        value = record.get(fact)
        if value is None:
            return UNKNOWN
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            return self.odd(fact)
        return self.share(frozenset(self.share(word) for word in value))

    def grants(self, record: Mapping[str, Any], fact: str) -> frozenset[Grant] | Unknown:
        """Roles on apps: an app's id (role ``user``), or ``{"app": ID, "role": ROLE}``."""
        value = record.get(fact)
        if value is None:
            return UNKNOWN
        grants = [self._grant(entry) for entry in value] if isinstance(value, list) else [None]
        known = frozenset(grant for grant in grants if grant is not None)
        return self.odd(fact) if None in grants else self.share(known)

    def _grant(self, entry: object) -> Grant | None:
        app, role = (entry.get("app"), entry.get("role", "user")) if isinstance(entry, dict) else (entry, "user")
        if not isinstance(app, str) or not isinstance(role, str):
            return None
        return self.share(Grant(self.share(app), self.share(role)))
