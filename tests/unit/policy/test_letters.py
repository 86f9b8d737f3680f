"""Characters that hide something, and names that are not what they look like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.policy.letters import forbidden, mixed_scripts, unseen


@pytest.mark.parametrize(
    "name",
    [
        "Ann Lee",
        "jira-users",
        "José Müller",
        "Иван Петров",
        "иван@acme.example",
        "田中さくら",
        "トヨタ自動車 Team",
        "김철수 Kim",
        "李明 (Beijing)",
        "محمد علي",
        "Ωμέγα",
        "jira-admin*",
        "9to5",
        "नमस्ते",
        "ＡＢＣ",
        "Straße",
    ],
)
def test_ordinary_names_of_many_scripts_are_ordinary(name: str) -> None:
    """Nothing is said about names as people write them."""
    assert mixed_scripts(name) == ()
    assert unseen(name) is None


@pytest.mark.parametrize(
    ("name", "scripts"),
    [
        ("jira-аdmins", ("CYRILLIC", "LATIN")),
        ("ΑBC", ("GREEK", "LATIN")),
        ("аnn@acme.example", ("CYRILLIC", "LATIN")),
        ("ann@аcme.example", ("CYRILLIC", "LATIN")),
        ("Ivan Петров", ("CYRILLIC", "LATIN")),
    ],
)
def test_letters_of_scripts_that_are_not_written_together_are_named(name: str, scripts: tuple[str, ...]) -> None:
    """A Cyrillic letter among Latin ones is found, on each side of an @ by itself."""
    assert mixed_scripts(name) == scripts


@pytest.mark.parametrize("hidden", ["\u200b", "\u200d", "\u00ad", "\ufe0f", "\u2060", "\ufeff", "\u3164", "\U000e0041"])
def test_what_cannot_be_seen_is_named(hidden: str) -> None:
    """Zero-width characters, fillers, variation selectors and tags are found."""
    assert (unseen(f"adm{hidden}ins") or "").startswith("U+")


@given(st.text())
def test_places_of_forbidden_characters_are_exact(text: str) -> None:
    """Line and column lead to a character that is one of those named."""
    lines = text.split("\n")
    for line, column, name in forbidden(text):
        assert name.startswith(f"U+{ord(lines[line - 1][column - 1]):04X} ")
