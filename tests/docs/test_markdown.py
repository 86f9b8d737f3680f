"""The harness itself: what it takes for a command, an output and a mark."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, Block, anchors, blocks, commands, policy_path, shown_pattern

PAGE = """\
# Try it, *now*!

<!-- run exit=3 -->

```console
$ policy-runner plan \\
    --due
2 changes
$ policy-runner apply
```

```console
$ not run
```

```yaml
# policies/tasks/suspend-idle.yaml
description: x
```
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page with two console blocks, the first marked, and a policy."""
    file = tmp_path / "page.md"
    file.write_text(PAGE, "utf-8")
    return file


def test_only_a_mark_right_above_a_block_makes_it_run(page: Path) -> None:
    """The second block has none, and the mark above the first says what it must exit with."""
    assert [block.exit_code for block in blocks(page)] == [3, None, None]


def test_a_blocks_place_is_the_line_of_its_fence(page: Path) -> None:
    """A failure points into the page."""
    assert [block.line for block in blocks(page)] == [5, 12, 16]


def test_commands_are_told_from_what_they_print(page: Path) -> None:
    """A line after a dollar is a command, continued by a backslash; the lines below are its output."""
    found = commands(next(blocks(page)))
    assert [(command.line.split(), command.shown) for command in found] == [
        (["policy-runner", "plan", "--due"], "2 changes"),
        (["policy-runner", "apply"], ""),
    ]


def test_a_policys_first_line_says_where_it_belongs(page: Path) -> None:
    """Only a YAML block that starts with a path under policies/ is taken for a policy."""
    assert [policy_path(block) for block in blocks(page)] == [None, None, "policies/tasks/suspend-idle.yaml"]


def test_anchors_are_githubs(page: Path) -> None:
    """Punctuation falls out, blanks become hyphens."""
    assert anchors(page) == {"try-it-now"}


@pytest.mark.parametrize(
    ("shown", "printed", "fits"),
    [
        ("2 changes", "2 changes", True),
        ("2 changes", "12 changes", False),
        ("2 changes", "2 changes\nand more", False),
        ("… changes", "12 changes", True),
        ("digest sha256:…, done", "digest sha256:abc, done", True),
        ("a…b", "a\nb", False),
        ("first\n…\nlast", "first\nsecond\nthird\nlast", True),
        ("first\n…\nlast", "first\nlast", True),
        ("first\n…\nlast", "first\nsecond", False),
        ("…\nlast", "first\nlast", True),
        ("first\n…", "first\nsecond\nthird", True),
        ("first\n…", "second", False),
        ("a (b) [c]*", "a (b) [c]*", True),
    ],
)
def test_an_ellipsis_stands_for_anything_on_its_line_or_for_lines(shown: str, printed: str, fits: bool) -> None:
    """Everything else must be printed exactly."""
    assert bool(shown_pattern(shown).fullmatch(printed)) is fits


def test_a_block_that_starts_with_output_is_refused() -> None:
    """An output without its command would be compared with nothing."""
    with pytest.raises(AssertionError, match="without a command"):
        commands(Block(ROOT / "README.md", 1, "console", "2 changes\n", 0))
