"""Three-valued answers about many people at once, as two sets of bits.

Bit ``i`` stands for the ``i``-th person of a snapshot. Everybody in neither set is a known no. The same operators
serve 100,000 people in a plan and the one person of ``explain``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from runner.model.unknown import Truth

_YES: Mapping[Truth, str] = {True: "1", False: "0", None: "0"}
_UNKNOWN: Mapping[Truth, str] = {True: "0", False: "0", None: "1"}


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Who is a known yes (``yes``) and of whom it is not known (``unknown``), among ``size`` people."""

    size: int
    yes: int
    unknown: int

    @classmethod
    def of(cls, truths: Iterable[Truth]) -> Verdicts:
        """The verdicts for truths given in the order of the people."""
        marks = list(truths)
        marks.reverse()
        yes = "".join(map(_YES.__getitem__, marks))
        unknown = "".join(map(_UNKNOWN.__getitem__, marks))
        return cls(len(marks), int(yes or "0", 2), int(unknown or "0", 2))

    @classmethod
    def nobody(cls, size: int) -> Verdicts:
        """A known no for all ``size`` people."""
        return cls(size, 0, 0)

    def __and__(self, other: Verdicts) -> Verdicts:
        yes = self.yes & other.yes
        return Verdicts(self.size, yes, (self.yes | self.unknown) & (other.yes | other.unknown) & ~yes)

    def __or__(self, other: Verdicts) -> Verdicts:
        yes = self.yes | other.yes
        return Verdicts(self.size, yes, (self.unknown | other.unknown) & ~yes)

    def __invert__(self) -> Verdicts:
        everyone = (1 << self.size) - 1
        return Verdicts(self.size, everyone & ~(self.yes | self.unknown), self.unknown)

    def truth(self, index: int) -> Truth:
        """The answer about one person."""
        if self.unknown >> index & 1:
            return None
        return bool(self.yes >> index & 1)


def members(bits: int) -> Iterator[int]:
    """The indexes of the bits that are set, in order (a string scan: linear, where shifting would be quadratic)."""
    text = bin(bits)[:1:-1]
    index = text.find("1")
    while index >= 0:
        yield index
        index = text.find("1", index + 1)
