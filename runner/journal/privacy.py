"""Pseudonyms: a journal in which nobody is named, and in which whoever holds the key finds people again.

A pseudonym is an HMAC-SHA256 of the account id under the key of ``POLICY_RUNNER_PSEUDONYM_KEY``. Names and addresses
are left out, and hidden in texts. Without the key nobody can see whom a pseudonym stands for, nor try out a guess; but
whoever knows the whole organization can try out the digest of a very small plan. A lost key cannot be made again, which
is also how everybody in a journal is forgotten at once.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

from runner.errors import InputError
from runner.journal.mask import Mask
from runner.model.outcome import Outcome
from runner.model.people import User
from runner.model.plan import Change, Plan

VARIABLE = "POLICY_RUNNER_PSEUDONYM_KEY"
_SHORTEST = 16
_WORD = re.compile(r"\w+")
_ADDRESS = re.compile(r"[^\s,;:()<>\[\]\"']+@[^\s,;:()<>\[\]\"'@]+\.[^\s,;:()<>\[\]\"'@]+")
"""With a dot: ``jira-software@acme`` is an app."""
_MASKED = re.compile(r"[pc]-[0-9a-f]{32}")
_SOMEBODY = "(address)"


def keys_from(text: str) -> tuple[bytes, ...]:
    """The keys in the variable's value, separated by commas: the first makes pseudonyms, all of them find people.

    To change the key, put a new one in front and keep the old ones as long as their runs should be readable. Raises
    InputError ``pseudonym_key`` where there is none, or one too short to withstand guessing.
    """
    keys = [key.strip() for key in text.split(",") if key.strip()]
    if not keys or any(len(key) < _SHORTEST for key in keys):
        what = f"has a key of fewer than {_SHORTEST} characters" if keys else "is not set"
        hint = "`openssl rand -hex 32` makes one; keep it as a secret of the repository"
        raise InputError("pseudonym_key", f"privacy is pseudonymous, but {VARIABLE} {what}", hint=hint)
    return tuple(key.encode() for key in keys)


def pseudonym(key: bytes, account_id: str) -> str:
    """What stands for an account under a key: ``p-`` and 32 hex digits."""
    return f"p-{_keyed(key, 'account', account_id)}"


def is_pseudonym(text: str) -> bool:
    """Whether a text is what stands for an account or a change."""
    return _MASKED.fullmatch(text) is not None


def _keyed(key: bytes, what: str, value: str) -> str:
    """The domain keeps an account and a change of the same text apart."""
    return hmac.new(key, f"{what}:{value}".encode(errors="surrogatepass"), hashlib.sha256).hexdigest()[:32]


@dataclass(frozen=True)
class Pseudonyms(Mask):
    """Hides everybody. ``keys`` as ``keys_from`` gives them; ``users`` are the people it can hide in texts and find."""

    keys: tuple[bytes, ...] = field(repr=False)
    users: tuple[User, ...] = field(default=(), repr=False)

    def knowing(self, users: Iterable[User]) -> Self:
        """See Mask."""
        return replace(self, users=tuple(users))

    def account(self, account_id: str) -> str:
        """See Mask. What is a pseudonym already stays one, so that masking twice does no harm."""
        return account_id if is_pseudonym(account_id) else pseudonym(self.keys[0], account_id)

    def person(self, name: str) -> str:
        """See Mask."""
        return self._accounts.get(name, name)

    def change_id(self, change_id: str) -> str:
        """See Mask. The plain id could be tried out with a list of accounts."""
        return change_id if is_pseudonym(change_id) else f"c-{_keyed(self.keys[0], 'change', change_id)}"

    def text(self, text: str) -> str:
        """See Mask."""
        return self._hidden.text(text)

    def detail(self, outcome: Outcome) -> str:
        """See Mask. The person need not be among those known."""
        return self._without(outcome.change, outcome.detail)

    def plan(self, plan: Plan) -> Plan:
        """See Mask."""
        return replace(
            plan,
            changes=tuple(self._planned(change) for change in plan.changes),
            skips=tuple(
                replace(skip, account_id=self.account(skip.account_id), detail=self.text(skip.detail))
                for skip in plan.skips
            ),
            notices=tuple(replace(notice, account_id=self.account(notice.account_id)) for notice in plan.notices),
            handover=tuple(replace(entry, account_id=self.account(entry.account_id)) for entry in plan.handover),
            reported=tuple(replace(entry, account_id=self.account(entry.account_id)) for entry in plan.reported),
            refusals=tuple(self.refusal(refusal) for refusal in plan.refusals),
            warnings=tuple(self.text(warning) for warning in plan.warnings),
        )

    def _planned(self, change: Change) -> Change:
        return replace(
            change,
            id=self.change_id(change.id),
            account_id=self.account(change.account_id),
            name=None,
            email=None,
            reasons=tuple(self._without(change, reason) for reason in change.reasons),
            message=None if change.message is None else self._without(change, change.message),
        )

    def _without(self, change: Change, text: str) -> str:
        own = {said: self.account(change.account_id) for said in (change.account_id, change.email, change.name) if said}
        return self.text(Hidden(own).text(text))

    @cached_property
    def _accounts(self) -> Mapping[str, str]:
        return {pseudonym(key, user.account_id): user.account_id for key in self.keys for user in self.users}

    @cached_property
    def _hidden(self) -> Hidden:
        known: dict[str, str] = {}
        for user in self.users:
            name = self.account(user.account_id)
            known |= {said: name for said in (user.account_id, user.email, user.name) if isinstance(said, str) and said}
        return Hidden(known)


class Hidden:
    """Finds what must not be said, also among very many such words: a word of the text leads to those that begin so."""

    def __init__(self, known: Mapping[str, str]) -> None:
        # A name of nothing but signs: emoji can say who it is, ASCII signs say nothing and stand everywhere.
        self._odd = {said: name for said, name in known.items() if not _WORD.search(said) and not said.isascii()}
        self._by_word: dict[str, list[tuple[int, str, str]]] = {}
        for said, name in sorted(known.items(), key=lambda pair: -len(pair[0])):  # the longest first
            word = _WORD.search(said)
            if word:
                self._by_word.setdefault(word.group().casefold(), []).append((word.start(), said, name))

    def text(self, text: str) -> str:
        """The text with names in place of what they stand for, and without any other address."""
        parts, done = [], 0
        for word in _WORD.finditer(text):
            found = self._at(text, word, done)
            if found:
                start, end, name = found
                parts += [text[done:start], name]
                done = end
        shown = "".join([*parts, text[done:]])
        for said, name in self._odd.items():
            shown = shown.replace(said, name)
        return _ADDRESS.sub(_SOMEBODY, shown)

    def _at(self, text: str, word: re.Match[str], done: int) -> tuple[int, int, str] | None:
        """What stands at a word, as start, end and name; nothing before ``done`` counts any more."""
        for offset, said, name in self._by_word.get(word.group().casefold(), ()):
            start = word.start() - offset
            found = re.compile(re.escape(said), re.IGNORECASE).match(text, start) if start >= done else None
            if found:
                return start, found.end(), name
        return None
