"""Texts compared with patterns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.model.glob import Globs
from tests.naive.answer import fits


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("jira-admin*", "Jira-Admins", True),
        ("jira-admin*", "my-jira-admins", False),
        ("*", "", True),
        ("?", "", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("a*b*c", "a-c-b-c", True),
        ("a*b*c", "a-c-b", False),
        ("*ab", "aab", True),
        ("[*]", "*", True),
        ("[*]", "x", False),
        ("[?]x", "?x", True),
        ("[[*]]", "[*]", True),
        ("[a]", "a", False),
        ("[a]", "[a]", True),
        ("[*", "[anything", True),
        ("a.c", "abc", False),
        ("\\*", "\\x", True),
        ("a*c", "a\nc", True),
        ("a", "a\n", False),
        ("straße", "STRASSE", True),
        ("ΣΑΣ", "σας", True),
        ("jose", "josé", False),
        ("jos?", "josé", True),
    ],
)
def test_globs(pattern: str, text: str, expected: bool) -> None:
    """Stars and question marks are wildcards, in brackets themselves; nothing else is special."""
    assert Globs(frozenset({pattern})).match(text) is expected


def test_several_patterns_mean_any_of_them() -> None:
    """One that fits is enough, with wildcards or without."""
    globs = Globs(frozenset({"ann", "b*"}))
    assert [globs.match(text) for text in ("Ann", "bob", "cy")] == [True, True, False]
    assert str(globs) == "ann, b*"
    assert globs == Globs(frozenset({"b*", "ann"}))


@given(
    st.lists(st.sampled_from(["*", "?", "[*]", "[?]", "[", "]", "a", "B", "ß", "s", "."]), max_size=8).map("".join),
    st.lists(st.sampled_from(["*", "?", "[", "]", "A", "b", "ß", "s", ".", "\n"]), max_size=8).map("".join),
)
def test_globs_are_what_trying_everything_finds(pattern: str, text: str) -> None:
    """The fast matcher agrees with one that tries every length for every star."""
    assert Globs(frozenset({pattern})).match(text) is fits(pattern, text)


def test_no_pattern_takes_forever() -> None:
    """Forty stars against a long text that fits nearly: a matcher that went back over them would never end."""
    assert Globs(frozenset({"*a" * 40 + "*b"})).match("a" * 20_000) is False
    assert Globs(frozenset({"*" + "?a" * 40 + "*b*c"})).match("a" * 20_000) is False
