"""Templates in which forgetting to escape is not possible."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError

import runner.report
from runner.report import safe
from runner.report.rows import Who
from runner.report.safe import Safe, code, finalize, link, prose
from tests.unit.report import made


def test_text_is_escaped_without_being_asked() -> None:
    """A template that prints a plain text prints it as text for GitHub."""
    assert finalize("**a** | @b") == "&#42;&#42;a&#42;&#42; &#124; &#64;&#8203;b"
    assert finalize(Safe("**a**")) == "**a**"
    assert finalize(1234) == "1,234"


@pytest.mark.parametrize("value", [None, 1.5, True, ["a"], {"a": 1}, b"a", made.NOW])
def test_what_is_not_text_is_a_mistake(value: object) -> None:
    """None, a fraction, a list or an instant is never printed by accident."""
    with pytest.raises(TypeError):
        finalize(value)


def test_every_expression_of_a_template_passes_there() -> None:
    """The environment itself escapes what a template prints, and an unknown name is an error."""
    environment = safe._environment()
    assert environment.from_string("{{ x }} {% for y in z %}{{ y }}{% endfor %}").render(x="<b>", z=["|"]) == (
        "&#60;b&#62; &#124;"
    )
    with pytest.raises(UndefinedError):
        environment.from_string("{% if nobody %}x{% endif %}").render()
    with pytest.raises(TypeError, match="StrictUndefined"):
        environment.from_string("{{ nobody }}").render()


def test_no_template_marks_text_as_safe() -> None:
    """Templates have no way around the escaping: jinja's own ``safe`` filter and autoescape blocks do not occur."""
    folder = Path(runner.report.__file__).parent / "templates"
    templates = sorted(folder.glob("*.j2"))
    assert len(templates) >= 9
    for template in templates:
        assert "|safe" not in template.read_text().replace(" ", "")
        assert "autoescape" not in template.read_text()


def test_a_long_text_is_cut_in_a_cell() -> None:
    """A name of ten thousand letters takes the columns of a cell and ends with an ellipsis."""
    assert finalize("a" * 10_000) == finalize("a" * 199 + "…")
    assert code("x" * 10_000).markdown == f"`{'x' * 199}…`"


def test_digests_in_sentences_can_be_copied() -> None:
    """A digest or a run's name in a sentence is code, without invisible characters."""
    digest = made.hash_of("x")
    assert prose(f"digest: {digest}, run 20261122-060000-7f3a9c").markdown == (
        f"digest:&#32;`{digest}`, run&#32;`20261122-060000-7f3a9c`"
    )


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "http://acme.example",
        "https://acme.example/)[x](y",
        "//acme.example",
        "../x",
        "/etc/passwd",
        "",
    ],
)
def test_only_plain_addresses_are_links(address: str) -> None:
    """What is neither an https address nor a file beside the report is no link."""
    assert link("a|b", address).markdown == "a&#124;b"


def test_links() -> None:
    """An https address and a file beside the report are links with a safe label."""
    assert link("a|b", "https://acme.example/x?y=1").markdown == "[a&#124;b](https://acme.example/x?y=1)"
    assert link("a", "runs/2026/report.md").markdown == "[a](runs/2026/report.md)"


def test_a_long_name_leaves_room_for_the_table() -> None:
    """A name without a blank in it cannot be wrapped: it is cut before it pushes the other columns off the page."""
    shown = safe.who(Who("u-1", "x" * 5000, "ann@acme.example")).markdown
    assert shown == f"{'x' * 99}… `ann@acme.example`"
