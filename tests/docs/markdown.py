"""Fenced blocks, headings and links of the documentation, as far as its tests need them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

FENCE = re.compile(r"(?ms)^(?P<fence>`{3,}|~{3,})(?P<language>[\w-]*)[^\n`]*\n(?P<text>.*?)^(?P=fence)[ \t]*$")
MARK = re.compile(r"<!-- run(?: exit=(?P<exit_code>\d+))? -->\n+\Z")
LINK = re.compile(r"(?<!`)\[[^\]\n]*\]\(<?(?P<target>[^)>\s]+)>?\)")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page. ``exit_code`` is what its last command must exit with, None where it is not run."""

    page: Path
    line: int
    language: str
    text: str
    exit_code: int | None

    def __str__(self) -> str:
        return f"{name(self.page)}:{self.line}"


@dataclass(frozen=True)
class Command:
    """One command of a console block, and what the page shows below it (empty where it shows nothing)."""

    line: str
    shown: str


def name(page: Path) -> str:
    """The page's path inside the repository."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """Every fenced block at the margin of a page."""
    text = page.read_text("utf-8")
    for found in FENCE.finditer(text):
        mark = MARK.search(text[: found.start()])
        exit_code = int(mark["exit_code"] or 0) if mark else None
        yield Block(page, text.count("\n", 0, found.start()) + 1, found["language"], found["text"], exit_code)


def commands(block: Block) -> list[Command]:
    """The commands of a console block: lines after ``$ ``, continued by a backslash; the rest is what they print."""
    first, *parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    assert not first.strip(), f"{block}: starts without a command"
    found = []
    for part in parts:
        line, _, shown = part.replace("\\\n", " ").partition("\n")
        found.append(Command(line, shown.strip("\n")))
    return found


def shown_pattern(shown: str) -> re.Pattern[str]:
    """What a page shows as a pattern for what a command prints: ``…`` is anything, a line's last blanks are nothing."""
    lines = (r"[^\n]*".join(map(re.escape, line.rstrip().split("…"))) for line in shown.split("\n"))
    pattern = "\n".join(lines)
    # A line that is nothing but `…` stands for any number of lines, none among them.
    pattern = re.sub(r"(?:^|\n)\[\^\\n\]\*(?=\n|$)", r"(?:(?:^|\\n)[^\\n]*)*?", pattern)
    return re.compile(pattern + r"\n*")


def policy_path(block: Block) -> str | None:
    """Where a YAML block says that it belongs: its first line is ``# policies/…``."""
    match = re.match(r"# (policies/[\w./-]+)\s*\n", block.text) if block.language == "yaml" else None
    return match[1] if match else None


def file_path(block: Block) -> str | None:
    """Where a block says that it belongs: a policy, or a module that a page tells people to write."""
    module = re.match(r"# (runner/[\w/]+\.py)\s*\n", block.text) if block.language == "python" else None
    return module[1] if module else policy_path(block)


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives a page's headings (its rule for headings that say the same is left out)."""
    prose = FENCE.sub("", page.read_text("utf-8"))
    headings = re.findall(r"^#{1,6} (.+?)\s*#*$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> list[str]:
    """The targets of a page's links to other places of this repository."""
    targets = [match["target"] for match in LINK.finditer(FENCE.sub("", page.read_text("utf-8")))]
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def tracked_and_new_files() -> list[str]:
    """Every file of the work tree that git does not ignore, so that a page is tested with the code beside it."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    return [file for file in listed.split("\0") if file and (ROOT / file).is_file()]
