"""Conditions as text: from the command line, into a file, and back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from runner.policy.expression import dump_filter, parse_match
from runner.policy.flow import render_flow
from runner.policy.load import load
from runner.policy.problems import PolicyError

NESTED = "all: [{status: active}, {any: [{group: [a, 'b*']}, {none: [{mfa: true}]}]}, {not: {name: 'A: b'}}]"


def test_a_condition_is_read_with_and_without_braces() -> None:
    """Flow and block YAML are the same condition."""
    assert parse_match("{status: active}") == parse_match("status: active")
    assert parse_match("status: active").written == "status: active"


def test_saved_filters_can_be_named() -> None:
    """Those that are given; any other is a problem with a hint."""
    saved = {"idle": parse_match("inactive: {for: 90d}")}
    assert parse_match("{not: {filter: idle}}", saved).written == "not: {filter: idle}"
    with pytest.raises(PolicyError) as caught:
        parse_match("{not: {filter: idel}}", saved)
    assert (str(caught.value.place), caught.value.hint) == ("--match:1:16", "did you mean idle?")


@pytest.mark.parametrize(
    "text", ["", "[", "active", "{stauts: active}", "{status: active, mfa: true}", "{a: b}\n---\n", "\udcff"]
)
def test_what_is_no_condition_is_told(text: str) -> None:
    """As a problem of the input, with its place."""
    with pytest.raises(PolicyError) as caught:
        parse_match(text)
    assert caught.value.place.startswith("--match:1:")


def test_a_saved_filter_is_written_as_people_write_it(tmp_path: Path) -> None:
    """Lists of conditions one a line; what is saved loads, and is the same condition."""
    condition = parse_match(NESTED)
    text = dump_filter(condition, "Those: we mean")
    assert text == (
        "# yaml-language-server: $schema=../../schemas/filter.schema.json\n"
        'description: "Those: we mean"\n'
        "match:\n"
        "  all:\n"
        "    - status: active\n"
        "    - any:\n"
        "        - group: [a, b*]\n"
        "        - none:\n"
        "            - mfa: true\n"
        '    - not: {name: "A: b"}\n'
    )
    folder = tmp_path / "policies" / "filters"
    folder.mkdir(parents=True)
    (folder / "saved.yaml").write_text(text)
    assert load(folder.parent, today=date(2026, 11, 22)).filters["saved"].condition == condition


texts = st.one_of(
    st.text("ab01 ?*-:#.@+/_~,[]{}&!'\"\\", max_size=8), st.text(st.characters(categories=["L", "N", "P"]))
)
values = st.recursive(
    st.one_of(texts, st.booleans(), st.none(), st.integers(-9999, 9999)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)


@given(values)
def test_compact_yaml_means_the_same_to_any_reader(value: object) -> None:
    """An ordinary YAML reader, with all its guesses about plain words, gets back what was written."""
    assert yaml.safe_load(render_flow(value)) == value
