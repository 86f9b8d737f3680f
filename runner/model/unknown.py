"""Unknown is a value of its own: neither none, nor empty, nor false."""

from __future__ import annotations

from enum import Enum
from typing import Final


class Unknown(Enum):
    """The type of a fact that could not be read, is missing, does not parse or lies in the future."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN

Truth = bool | None
"""The answer to a condition about one person: True, False, or None for unknown (Kleene's logic)."""
