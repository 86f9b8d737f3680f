"""Texts that policies compare with the organization's: equal but for case, or with ``*`` and ``?`` as wildcards."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(r"\[([*?])\]|([*?])")


def _pieces(pattern: str) -> list[str]:
    """The pattern, cut at every ``*``, as regular expressions of fixed length."""
    pieces, done = [""], 0
    for token in _TOKEN.finditer(pattern):
        pieces[-1] += re.escape(pattern[done : token.start()])
        done = token.end()
        if token[2] == "*":
            pieces.append("")
        else:
            pieces[-1] += "." if token[2] else re.escape(token[1])
    pieces[-1] += re.escape(pattern[done:])
    return pieces


def _is_wild(pattern: str) -> bool:
    return any(token[2] for token in _TOKEN.finditer(pattern))


def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression that never goes back over what an earlier ``*`` has taken.

    A piece between two stars is taken where it first occurs, for good (an atomic group): taking it later never helps.
    So no pattern costs more than the length of the text times its own.
    """
    first, *rest = _pieces(pattern)
    if not rest:
        return re.compile(first, re.DOTALL)
    *middle, last = rest
    inner = "".join(f"(?>.*?{piece})" for piece in middle if piece)
    return re.compile(f"{first}{inner}.*{last}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Globs:
    """Any of these patterns. ``*`` stands for any text, ``?`` for one character, ``[*]`` and ``[?]`` for themselves.

    Both sides are case folded first, accents count.
    """

    patterns: frozenset[str]
    _exact: frozenset[str] = field(init=False, repr=False, compare=False)
    _wild: tuple[re.Pattern[str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        exact, wild = set(), []
        for pattern in sorted(self.patterns):
            folded = pattern.casefold()
            if _is_wild(folded):
                wild.append(_compiled(folded))
            else:
                exact.add(_TOKEN.sub(r"\1", folded))
        object.__setattr__(self, "_exact", frozenset(exact))
        object.__setattr__(self, "_wild", tuple(wild))

    def match(self, text: str) -> bool:
        """Whether the whole text fits one of the patterns."""
        folded = text.casefold()
        return folded in self._exact or any(pattern.fullmatch(folded) for pattern in self._wild)

    @property
    def texts(self) -> frozenset[str]:
        """The texts that are written out, without wildcards."""
        return frozenset(_TOKEN.sub(r"\1", p) for p in self.patterns if not _is_wild(p))

    @property
    def is_plain(self) -> bool:
        """Whether no pattern has a wildcard."""
        return not any(map(_is_wild, self.patterns))

    def __str__(self) -> str:
        return ", ".join(sorted(self.patterns))
