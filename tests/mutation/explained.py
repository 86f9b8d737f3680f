"""Survivors that nothing is wrong with: which change of which line, and why no test can or need notice it."""

from __future__ import annotations

EXPLAINED: dict[tuple[str, str, str], str] = {}
"""By module, line and what is done to it."""
