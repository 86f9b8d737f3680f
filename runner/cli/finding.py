"""Who is meant by an e-mail address, an account id or a part of a name."""

from __future__ import annotations

from collections.abc import Sequence

from runner.errors import InputError
from runner.model.people import User
from runner.model.unknown import Unknown
from runner.policy.problems import shown

_LISTED = 5


def find_user(word: str, users: Sequence[User]) -> User:
    """The one person: by account id, else by address, else by a part of name or address that fits nobody else.

    Raises InputError ``unknown_user`` or ``ambiguous_user``.
    """
    wanted = word.casefold()
    exact = [u for u in users if u.account_id == word] or [u for u in users if _is(u.email, wanted)]
    found = exact or [u for u in users if wanted and any(wanted in _text(t).casefold() for t in (u.name, u.email))]
    if not found:
        hint = "give an e-mail address, an account id or a part of a name; `policy-runner users` lists everybody"
        raise InputError("unknown_user", f"nobody is called {shown(word)}", hint=hint)
    if len(found) > 1:
        more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
        who = ", ".join(called(user) for user in found[:_LISTED])
        raise InputError("ambiguous_user", f"{shown(word)} fits {len(found)} people", hint=f"{who}{more}")
    return found[0]


def called(user: User) -> str:
    """How a person is called: ``Ann <ann@acme.example>``, as far as that is known."""
    handle = _text(user.email) or user.account_id
    return f"{user.name} <{handle}>" if _text(user.name) else handle


def _is(email: str | Unknown, wanted: str) -> bool:
    return not isinstance(email, Unknown) and email.casefold() == wanted


def _text(value: str | Unknown) -> str:
    return "" if isinstance(value, Unknown) else value
