"""People whom a server can find by itself: what a filter's groups, domains and statuses come down to.

A condition says that it can be true only of people of some ``Confined``. Where one cannot say so it answers None, and
everybody has to be looked at. More people than match are never a mistake, fewer always.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST = 20
"""Entries beyond which a confinement is not followed further: the people are then those of one part alone."""


@dataclass(frozen=True, slots=True)
class Confined:
    """People whom the server itself can find: those in any of ``groups`` (names), of any of ``domains`` and with any of
    ``statuses``. An empty set does not confine; at least one of the three is not empty."""

    groups: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()

    def covers(self, other: Confined) -> bool:
        """Whether everybody of the other is among these."""
        pairs = ((self.groups, other.groups), (self.domains, other.domains), (self.statuses, other.statuses))
        return all(not mine or (theirs and theirs <= mine) for mine, theirs in pairs)


Confinement = tuple[Confined, ...] | None
"""People of one of the entries (of none: nobody), or None: it may be anybody."""


def either(parts: Iterable[Confinement]) -> Confinement:
    """The people of any of the parts; anybody if one of them may be anybody."""
    found: list[Confined] = []
    for part in parts:
        if part is None:
            return None
        found += part
    return _without_repeats(found)


def every(parts: Iterable[Confinement]) -> Confinement:
    """People who are of all the parts, as far as one search can say so."""
    both: Confinement = None
    for part in parts:
        both = part if both is None else both if part is None else _both(both, part)
    return both


def _both(one: tuple[Confined, ...], other: tuple[Confined, ...]) -> tuple[Confined, ...]:
    if len(one) * len(other) > MOST:
        return min(one, other, key=len)
    return _without_repeats(merged for a in one for b in other if (merged := _merged(a, b)) is not None)


def _merged(one: Confined, other: Confined) -> Confined | None:
    """Both at once; None for nobody. Of two sets of groups the first is kept: a search knows only "in any of"."""
    domains, statuses = _common(one.domains, other.domains), _common(one.statuses, other.statuses)
    if domains is None or statuses is None:
        return None
    return Confined(one.groups or other.groups, domains, statuses)


def _common(one: frozenset[str], other: frozenset[str]) -> frozenset[str] | None:
    """What both allow, where an empty set allows everything; None for nothing."""
    if not one or not other:
        return one or other
    return (one & other) or None


def _without_repeats(found: Iterable[Confined]) -> tuple[Confined, ...]:
    """The entries without those that another one covers."""
    kept: list[Confined] = []
    for entry in found:
        if not any(other.covers(entry) for other in kept):
            kept = [other for other in kept if not entry.covers(other)] + [entry]
    return tuple(kept)


def plain_words(words: Sequence[str]) -> bool:
    """Whether a server surely compares these words as policies do: whose case is folded alike everywhere."""
    return all(word.isascii() and word for word in words)
