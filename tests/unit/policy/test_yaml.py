"""Strict YAML: what is read, what is refused and where, and that no bytes whatever get through as a traceback."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runner.policy.check import check
from runner.policy.names import check_names
from runner.policy.nodes import Fields, Items, Node, Scalar
from runner.policy.problems import Problems
from runner.policy.schemas import schema_of
from runner.policy.yaml import MAX_BYTES, parse_yaml


def read(text: str | bytes) -> tuple[Node | None, list[tuple[int, int, str]]]:
    """The document, and line, column and code of each problem."""
    problems = Problems()
    node = parse_yaml(text if isinstance(text, bytes) else text.encode(), "f.yaml", problems)
    assert all(problem.message for problem in problems.errors)
    return node, [(p.place.line, p.place.column, p.code) for p in problems.errors]


def plain(node: Node | None) -> object:
    """The texts of a document without their places."""
    if isinstance(node, Fields):
        return {key: plain(value) for key, value in node.values.items()}
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    return node.text if node else None


def test_plain_scalars_keep_the_text_their_author_wrote() -> None:
    """No Norway, no octal, no sexagesimal, no float: text is text."""
    node, problems = read("a: NO\nb: 012345\nc: 06:00\nd: 3.10\ne: 2026-01-01\nf: ~\ng:\n")
    expected = {"a": "NO", "b": "012345", "c": "06:00", "d": "3.10", "e": "2026-01-01", "f": "~", "g": ""}
    assert plain(node) == expected
    assert problems == []


def test_everything_knows_its_place() -> None:
    """Keys, values and items have the line and column where they start."""
    node, _ = read("# comment\nkey:\n  - one\n  - {two: 'three'}\n")
    assert isinstance(node, Fields)
    items = node.values["key"]
    assert isinstance(items, Items)
    first, second = items.items
    assert isinstance(second, Fields)
    assert isinstance(second.values["two"], Scalar)
    places = (node.keys["key"], first.place, second.place, second.keys["two"], second.values["two"].place)
    assert [(p.line, p.column) for p in places] == [(2, 1), (3, 5), (4, 5), (4, 6), (4, 11)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", (3, 1, "duplicate_key")),
        ("a: &x 1\n", (1, 4, "anchor")),
        ("a: *x\n", (1, 4, "alias")),
        ("<<: {a: 1}\n", (1, 1, "merge")),
        ("a: !!str 1\n", (1, 4, "tag")),
        ("a: ! x\n", (1, 4, "tag")),
        ("a: 1\n---\nb: 2\n", (2, 1, "second_document")),
        ("%YAML 1.1\n---\na: 1\n", (1, 1, "directive")),
        ("? [a]\n: b\n", (1, 3, "key")),
        ("a:\n\t- b\n", (2, 1, "character")),
        ("a: b\r c\n", (1, 5, "character")),
        ("a: x\u202ey\n", (1, 5, "character")),
        ("a: 1 # a comment \u2066 too\n", (1, 18, "character")),
        ("a: 'x\x00'\n", (1, 6, "character")),
        ("a: x\u2028y\n", (1, 5, "character")),
        ('a: "\\u202e"\n', (1, 4, "character")),
        ('a: "\\x1b[31m"\n', (1, 4, "character")),
        ('a: "\\ud800"\n', (1, 4, "character")),
        ('a: "\\U00110000"\n', (1, 1, "syntax")),
        ("a: [b\n", (2, 1, "syntax")),
        ("a: b: c\n", (1, 5, "syntax")),
        ("a: @x\n", (1, 4, "syntax")),
        ("", (1, 1, "empty")),
        ("# only a comment\n", (1, 1, "empty")),
        (b"\xef\xbb\xbfa: 1\n", (1, 1, "encoding")),
        ("a: 1\n".encode("utf-16"), (1, 1, "encoding")),
        (b"a: b\nc: d\xff\n", (2, 5, "encoding")),
        (b"#" * (MAX_BYTES + 1), (1, 1, "too_large")),
        ("a: " + "[" * 21 + "]" * 21, (1, 23, "too_deep")),
    ],
)
def test_what_makes_yaml_surprising_is_refused_at_its_place(text: str | bytes, expected: tuple[int, int, str]) -> None:
    """Each has one problem, with the line and the column of what is wrong."""
    assert read(text)[1] == [expected]


def test_what_cannot_be_read_does_not_hide_the_rest_of_the_file() -> None:
    """An alias, nesting too deep and a hidden character are told, and everything after them is checked."""
    deep = "[" * 21 + "]" * 21
    text = f"match: {{status: &x actve}}\na: *x\ndescription: *x\nb: {deep}\nc: 1\u202e\n*x : 1\nd: *x\n"
    problems = Problems()
    node = parse_yaml(text.encode(), "f.yaml", problems)
    assert node is not None
    check(node, schema_of("filter"), problems)
    assert sorted((p.place.line, p.code) for p in problems.errors) == [
        (1, "anchor"), (1, "not_allowed"), (2, "alias"), (2, "unknown_key"), (3, "alias"), (4, "too_deep"),
        (4, "unknown_key"), (5, "character"), (5, "unknown_key"), (6, "alias"), (7, "alias"), (7, "unknown_key"),
    ]  # fmt: skip


@pytest.mark.parametrize("opening", ["[", "{a: ", "{? ", "- ", "[{a: "])
def test_nesting_without_end_is_told_once_and_not_read_to_its_end(opening: str) -> None:
    """A file of opening brackets costs nothing: PyYAML's own time would be minutes."""
    text = opening * (MAX_BYTES // len(opening))
    assert [code for _, _, code in read(text)[1] if code != "syntax"] == ["too_deep"]


def test_twenty_deep_is_deep_enough() -> None:
    """Nesting of 20 is read."""
    assert read("[" * 20 + "]" * 20)[1] == []


def test_several_problems_of_one_file_are_told_together() -> None:
    """A duplicate, a tag and an anchor do not hide each other."""
    assert [code for _, _, code in read("a: !x 1\nb: &y 2\na: 3\n")[1]] == ["tag", "anchor", "duplicate_key"]


def test_windows_line_ends_are_line_ends() -> None:
    """CRLF is read like LF, and lines count once."""
    assert read("a: 1\r\nb: 2\r\na: 3\r\n")[1] == [(3, 1, "duplicate_key")]


WORDS = "status: active¦all:¦- ¦[¦]¦{¦}¦,¦: ¦&a¦*a¦!t¦|¦>¦'¦\"¦\\¦#¦%YAML 1.1¦---¦...¦?¦match:¦@¦`¦~¦é"
words = st.sampled_from([*WORDS.split("¦"), " ", "  ", "\n", "\t", "\x85", "\ufeff"])
soups = st.lists(words, max_size=30).map("".join).map(str.encode)


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda t: t.encode("utf-8", "ignore")), soups))
@example(b"%YAML " + b"1" * 5000 + b".1\n---\na: 1\n")
@example(b'a: "\\UFFFFFFFF"\n')
@example(b"a: |1000\n b\n")
@example(b"{" * 5000)
@example(b"- " * 3000)
@example(b"? " * 3000)
def test_whatever_the_bytes_there_is_a_document_or_a_problem_and_no_traceback(data: bytes) -> None:
    """Reading and checking end for every input, and say why if there is no document."""
    for kind in ("filter", "task", "exemptions"):
        problems = Problems()
        node = parse_yaml(data, "f.yaml", problems)
        if node is None:
            assert problems.errors
        else:
            check_names(node, kind, problems)
            check(node, schema_of(kind), problems)
