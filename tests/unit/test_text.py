"""Outside text is text wherever it is shown."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from html import unescape

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runner import text

OPTIONS = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
PIECES = st.sampled_from(
    [
        "|", "\\", "\\|", "`", "``", "*", "**a**", "_a_", "~~", "[a](b)", "![", "](", "<b>", "</td>", "<!--", "-->",
        "&", "&amp;", "&#64;", "@ann", "ann@acme.example", "#12", "GH-12", "http://acme.example", "www.acme.example",
        ":x:", ":cloud:", "$a$", "$$", "[^1]", "[^1]:", "- ", "+ ", "1. ", "1) ", "> ", "# ", "---", "===", "    ", " ",
        "\n", "\r", "\r\n", "\t", "\u202e", "\u200b", "\u3000", "\x1b[31m", "\x00", "::error::", "##[group]", "=1+1",
        "a", "é", "日本", "xmpp:a@b.example", "mailto:a@b.example", "ftp://a.example", "deadbeefcafe", "\ud800",
        "```", "\ufeff",
    ]
)  # fmt: skip
HOSTILE = st.one_of(
    st.text(max_size=30),
    st.text(st.characters(), max_size=30),
    st.lists(PIECES, max_size=8).map("".join),
)


def render(markdown: str) -> str:
    """HTML as GitHub's own renderer makes it, raw HTML let through, so that nothing escapes notice."""
    html: str = cmarkgfm.github_flavored_markdown_to_html(markdown, OPTIONS)
    return html


def cell(html: str) -> str:
    """The second row's first cell; everything around it must be the table that was written."""
    frame = (
        "<table>\n<thead>\n<tr>\n<th>h</th>\n<th>k</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>",
        "</td>\n<td>end</td>\n",
    )
    assert html.startswith(frame[0]), html
    inner, found, rest = html.removeprefix(frame[0]).partition(frame[1])
    assert found, html
    assert rest == "</tr>\n</tbody>\n</table>\n", html
    return inner


def seen(inner: str) -> str:
    """The text that people see: entities decoded, zero-width spaces left out; there must be no tag."""
    assert "<" not in inner, inner
    assert ">" not in inner, inner
    return unescape(inner).replace("\u200b", "")


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
@example("ann@acme.example")
@example(":cloud:")
def test_a_table_cell_shows_exactly_the_text(value: str) -> None:
    """Any text in a table's cell is rendered as that text, and nothing of it becomes markup."""
    html = render(f"| h | k |\n| --- | --- |\n| {text.markdown(value)} | end |\n")
    assert seen(cell(html)) == text.terminal(value)


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
def test_a_line_of_its_own_shows_exactly_the_text(value: str) -> None:
    """Any text that starts a line is one paragraph with that text, between two others."""
    html = render(f"before\n\n{text.markdown(value)}\n\nafter\n")
    if not value:
        assert html == "<p>before</p>\n<p>after</p>\n"
        return
    inner = html.removeprefix("<p>before</p>\n<p>").removesuffix("</p>\n<p>after</p>\n")
    assert seen(inner) == text.terminal(value)


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
def test_code_in_a_cell_shows_exactly_the_text(value: str) -> None:
    """Any text written as code keeps to its cell and shows itself, as code where code can hold it."""
    inner = cell(render(f"| h | k |\n| --- | --- |\n| {text.markdown_code(value)} | end |\n"))
    assert seen(re.sub(r"^<code>(.*)</code>$", r"\1", inner)) == text.terminal(value)


@settings(max_examples=200, deadline=None)
@given(HOSTILE)
def test_github_finds_nothing_to_act_on_in_what_is_rendered(value: str) -> None:
    """After rendering no mention, reference, link, emoji or formula is left for what GitHub does with text later."""
    left = unescape(render(f"x {text.markdown(value)}\n"))
    found = re.search(r"@\w|#\d|gh-\d|://|:[\w+-]+:|www\.|(^|\s)\$|[0-9a-f]{7}", left, re.IGNORECASE | re.ASCII)
    assert found is None, left


@pytest.mark.parametrize("addressed", ["ann@acme.example", "Ann-Marie+tag@acme.example", "5b10ac8d82e05b22cc7d4ef5"])
def test_addresses_and_ids_can_be_copied(addressed: str) -> None:
    """What people copy from a report stands there as it is, with no character that they do not see."""
    assert render(text.markdown_code(addressed)) == f"<p><code>{addressed}</code></p>\n"


def test_code_that_a_log_would_take_for_a_command_is_text() -> None:
    """A report that a workflow prints holds no ``##[name]``, which GitHub's runner obeys anywhere in a line."""
    written = text.markdown_code("##[error]x@acme.example")
    assert "##[" not in written
    assert seen(render(written).removeprefix("<p>").removesuffix("</p>\n")) == "##[error]x@acme.example"


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
def test_terminal_text_is_one_visible_line(value: str) -> None:
    """No control, format or separator character reaches a terminal, and nothing but such characters is changed."""
    shown = text.terminal(value)
    assert all(unicodedata.category(c) not in ("Cc", "Zl", "Zp", "Cs") for c in shown)
    assert not re.search("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufe0f\U000e0020-\U000e007f]", shown)
    assert len(shown.splitlines()) <= 1
    assert text.terminal(shown) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Ann\u202eevil", "Ann\\u202eevil"),
        ("\x1b[31mred", "\\u001b[31mred"),
        ("two\r\nlines\t", "two\\r\\nlines\\t"),
        ("A\u200bnn", "A\\u200bnn"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("no\u00a0break", "no\\u00a0break"),
        ("\u3164", "\\u3164"),
        ("山田\u3000太郎", "山田\u3000太郎"),
        ("Zoë O’Brien-Łukasz", "Zoë O’Brien-Łukasz"),
        ("C:\\ann", "C:\\ann"),
        ("Z" + "\u0301" * 6, "Z" + "\u0301" * 4 + "\\u0301" * 2),
        ("\u0e01" + "\u0e47" * 5, "\u0e01" + "\u0e47" * 4 + "\\u0e47"),
        ("The\u0302\u0323o", "The\u0302\u0323o"),
    ],
)
def test_what_cannot_be_seen_is_spelled_out(value: str, shown: str) -> None:
    """Hidden characters are written as escapes; names in any script stay as they are."""
    assert text.terminal(value) == shown


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
def test_a_spreadsheet_finds_no_formula(value: str) -> None:
    """A cell never starts like a formula, also after blanks and quotes, and survives a CSV writer and reader."""
    shown = text.csv_cell(value)
    assert not shown.lstrip(' \u3000"').startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    out = io.StringIO()
    csv.writer(out).writerow([shown, "end"])
    assert list(csv.reader([out.getvalue()])) == [[shown, "end"]]


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "'=1", "＝1"])
def test_a_formula_gets_an_apostrophe(value: str) -> None:
    """What a spreadsheet would calculate is marked as text; the value itself stays readable."""
    assert text.csv_cell(value) == "'" + value


def runner_reads_a_command(line: str) -> bool:
    """GitHub's runner: version 2 commands after any blanks, version 1 commands anywhere in the line."""
    return any(re.match(r"\s*::", part) or re.search(r"##\[", part) for part in re.split(r"[\r\n]", line))


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
@example("\u3000::error::x")
@example("ok\r::error::x")
@example("x ##[error]y")
@example("###[error]")
def test_a_log_line_is_never_a_command(value: str) -> None:
    """No text makes GitHub's runner carry out a workflow command."""
    assert not runner_reads_a_command(text.log_line(value))


def test_a_plain_log_line_stays_as_it_is() -> None:
    """Lines that are no command are not touched, colons and hashes in them neither."""
    assert text.log_line("12:30 std::vector #[x] ##ok") == "12:30 std::vector #[x] ##ok"


@settings(max_examples=200, deadline=None)
@given(HOSTILE, HOSTILE)
@example("100%0A::error::x", "a,title=b::c%3A")
def test_an_annotation_is_one_command_with_its_own_properties(message: str, file: str) -> None:
    """Neither the message nor the file's name can add a property, end the command early or start another."""
    line = text.annotation("error", message, file=file, line=3, column=5, title="bad")
    match = re.fullmatch(r"::error file=([^,:]*),line=3,col=5,title=bad::([^\r\n]*)", line)
    assert match
    percent = {"%25": "%", "%3A": ":", "%2C": ","}
    assert re.sub("%25|%3A|%2C", lambda m: percent[m.group()], match[1]) == text.log_line(file)
    assert match[2].replace("%25", "%") == text.log_line(message)


@settings(max_examples=200, deadline=None)
@given(HOSTILE)
@example("[skip ci] fixes #1 @ann")
def test_a_commit_message_calls_nobody(value: str) -> None:
    """A commit's message has no mention, reference or instruction to CI, and shows the text."""
    line = text.commit_message(value)
    assert not re.search(r"@\w|#\d|GH-\d|\[(skip|ci|no|actions)|^#", line, re.IGNORECASE)
    assert line.replace("\u200b", "") == text.terminal(value)


@settings(max_examples=200, deadline=None)
@given(HOSTILE)
def test_a_chart_label_cannot_leave_its_quotes(value: str) -> None:
    """A label has neither quotes, backticks, brackets, semicolons, percent signs nor backslashes."""
    assert not set(text.mermaid(value)) & set("\"'`[]{}()<>;%\\#&\n\r")


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
@example("..")
@example("../../etc/passwd")
@example("CON")
@example("nul.txt")
@example("a" * 300)
def test_a_file_name_stays_in_its_folder(value: str) -> None:
    """A name is one path component that every system takes: not empty, hidden, reserved, or too long."""
    name = text.filename(value)
    assert 1 <= len(name.encode()) <= 101
    assert not set(name) & set('/\\:*?"<>|\n\r\t\x00 ')
    assert not name.startswith((".", "-"))
    assert not name.endswith(".")
    assert name.partition(".")[0] not in {"con", "nul", "aux", "prn", "com1", "lpt9"}


@pytest.mark.parametrize(
    ("value", "name"),
    [("jira-users", "jira-users"), ("Jira Users (EU)", "jira-users-eu"), ("営業部", "営業部"), ("???", "unnamed")],
)
def test_a_file_name_stays_readable(value: str, name: str) -> None:
    """Ordinary names are kept, in small letters."""
    assert text.filename(value) == name


@settings(max_examples=200, deadline=None)
@given(HOSTILE.map(text.terminal), st.integers(0, 20))
def test_shortened_text_fits(value: str, width: int) -> None:
    """Shortened text never takes more columns than asked for, and text that fits is not touched."""
    short = text.shorten(value, width)
    assert text.display_width(short) <= width
    assert text.display_width(value) > width or short == value


@pytest.mark.parametrize(("value", "columns"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("ｱ", 1), ("😀", 2), ("", 0)])
def test_the_width_counts_columns(value: str, columns: int) -> None:
    """Wide characters take two columns, marks on another character none."""
    assert text.display_width(value) == columns
    assert text.display_width(text.pad(value, 6)) == 6


def test_a_cut_is_marked() -> None:
    """Where something is missing there is an ellipsis, and wide characters are not cut in half."""
    assert text.shorten("jira-software-users", 8) == "jira-so…"
    assert text.shorten("日本語名", 6) == "日本…"
