"""API keys: which may be ours, and when to warn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from runner.directory.atlassian.keys import ApiKey, expiry_warnings, ours_among

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)


def key(name: str, days: float | None = 90, scoped: bool | None = False) -> ApiKey:
    """A key that expires in so many days."""
    return ApiKey(name, None if days is None else NOW + timedelta(days=days), scoped)


def test_keys_of_our_name_are_ours() -> None:
    """Others are left out where one has the name, and only those of our kind count where the kind is known."""
    keys = [key("policy-runner"), key("Policy-Runner (read)", scoped=True), key("backup")]
    assert ours_among(keys) == tuple(keys[:2])
    assert ours_among(keys, scoped=True) == (keys[1],)


def test_the_only_key_is_ours_whatever_its_name() -> None:
    """Of several without the name nobody can tell."""
    assert ours_among([key("x")]) == (key("x"),)
    assert ours_among([key("x"), key("y")]) == ()
    assert ours_among([key("x"), key("y", scoped=True)], scoped=True) == (key("y", scoped=True),)


@pytest.mark.parametrize(("days", "warned"), [(7, True), (30, True), (30.01, False), (-1, True), (None, False)])
def test_a_key_is_warned_of_30_days_before_its_end(days: float | None, warned: bool) -> None:
    """And after it, should it still work."""
    assert bool(list(expiry_warnings([key("policy-runner", days)], NOW))) is warned
