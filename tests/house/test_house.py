"""The house rules that are cheap to hold by a test, so that no reviewer has to."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "runner").rglob("*.py"))

LONGEST_MODULE = 359
LONGEST_FUNCTION = 56
FUNCTION_95TH_PERCENTILE = 31
NO_COVER_PRAGMAS = 0
NAMELESS = re.compile(r"utils?|helpers?|commons?|base|core|managers?|misc")

# Written so that no pattern finds itself.
REGISTRY = re.compile(
    r"(pypi|pythonhosted|npmjs|crates|rubygems)\.(org|com|io)|deb\.debian|proxy\.golang", re.IGNORECASE
)
MACHINE_PATH = re.compile(r"(?<![\w.}/$])/(work|root|home|opt|tmp|Users)/\w")
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X])\b")


def place(module: Path) -> str:
    """The module's path inside the repository."""
    return module.relative_to(ROOT).as_posix()


def is_in_cli(module: Path) -> bool:
    """Whether the module may print, exit and catch everything."""
    return place(module).startswith(("runner/cli/", "runner/__main__.py"))


def functions(module: Path) -> Iterator[tuple[str, int]]:
    """The name and the length in lines, docstring included, of each function of a module."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{place(module)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def tracked_texts() -> Iterator[tuple[str, str]]:
    """The path and the text of every tracked file that is text."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        file = ROOT / name
        if file.is_file() and b"\0" not in (content := file.read_bytes()):
            yield name, content.decode("utf-8", "replace")


def lines_matching(pattern: re.Pattern[str]) -> list[str]:
    """Where a pattern occurs in tracked files, as ``path:line: text``."""
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in tracked_texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def calls_and_handlers(module: Path) -> Iterator[tuple[int, str]]:
    """Line and name of every plain call, ``module.function`` call and ``except`` of a module."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield node.lineno, f"{ast.unparse(node.func)}()"
        elif isinstance(node, ast.ExceptHandler):
            yield node.lineno, f"except {ast.unparse(node.type) if node.type else ''}".strip()


def occurrences_outside_cli(names: set[str]) -> list[str]:
    """Where one of these calls or handlers stands in a module that is not in ``cli``."""
    return [
        f"{place(module)}:{line}: {name}"
        for module in MODULES
        if not is_in_cli(module)
        for line, name in calls_and_handlers(module)
        if name in names
    ]


def test_modules_can_be_read_in_one_go() -> None:
    """No module is longer than the longest of the projects we learn from."""
    lengths = {place(module): len(module.read_text("utf-8").splitlines()) for module in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_functions_can_be_seen_at_once() -> None:
    """No function is over 56 lines, and 95 of 100 have at most 31."""
    lengths = sorted((lines, name) for module in MODULES for name, lines in functions(module))
    assert [(name, lines) for lines, name in lengths if lines > LONGEST_FUNCTION] == []
    assert lengths[int(len(lengths) * 0.95)][0] <= FUNCTION_95TH_PERCENTILE


def test_only_cli_catches_everything_and_only_once() -> None:
    """`except Exception` hides bugs; it stands once, where a bug becomes exit code 1."""
    broad = {"except Exception", "except BaseException", "except"}
    assert occurrences_outside_cli(broad) == []
    in_cli = [
        name for module in MODULES if is_in_cli(module) for _, name in calls_and_handlers(module) if name in broad
    ]
    assert len(in_cli) <= 1


def test_only_cli_prints_and_exits() -> None:
    """Every other room returns values or raises."""
    ends = {"print()", "sys.exit()", "exit()", "quit()", "os._exit()", "sys.stdout.write()", "sys.stderr.write()"}
    assert occurrences_outside_cli(ends) == []


def test_every_room_is_named_after_a_noun_of_its_own() -> None:
    """There is no drawer for things without a name."""
    names = {place(module): place(module).removesuffix(".py").split("/") for module in MODULES}
    assert [name for name, parts in names.items() if any(NAMELESS.fullmatch(part) for part in parts)] == []


def test_modules_postpone_annotations() -> None:
    """Every module that defines something reads its annotations as text."""
    late = [
        place(module)
        for module in MODULES
        if re.search(r"^(class|def|async def) ", text := module.read_text("utf-8"), re.MULTILINE)
        and "from __future__ import annotations" not in text
    ]
    assert late == []


@pytest.mark.parametrize(
    "pattern", [REGISTRY, MACHINE_PATH, UNFINISHED], ids=["registry", "machine-path", "unfinished"]
)
def test_tracked_files_name_no_registry_no_machine_and_nothing_unfinished(pattern: re.Pattern[str]) -> None:
    """A clone works anywhere, and what is committed is done."""
    assert lines_matching(pattern) == []


def test_code_left_out_of_coverage_is_counted() -> None:
    """Each new `pragma: no cover` must be argued for by changing this number."""
    found = [place(module) for module in MODULES if "pragma: no cover" in module.read_text("utf-8")]
    assert len(found) == NO_COVER_PRAGMAS, found


def canonical(requirement: str) -> str:
    """The package's name out of a requirement such as ``PyYAML>=6``, as a lock file writes it."""
    name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str) -> dict[str, str]:
    """What a lock file pins: package → release. Each pin must carry a hash."""
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text("utf-8"))
    found = {}
    for entry in entries:
        if match := re.match(r"([a-z0-9-]+)==(\S+)", entry):
            assert "--hash=sha256:" in entry, f"{lock}: {match[1]} has no hash"
            found[match[1]] = match[2]
    return found


def test_lock_files_pin_what_pyproject_asks_for() -> None:
    """Whoever changes a dependency runs script/lock; what runs in tests is what runs in production."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    runtime, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    asked = {canonical(name) for name in [*project["project"]["dependencies"], *groups["build"]]}
    assert asked <= runtime.keys()
    assert {canonical(name) for name in groups["dev"]} <= dev.keys()
    assert runtime.items() <= dev.items()


def test_every_runtime_dependency_says_why() -> None:
    """docs/dependencies.md has a row for each package that a user's machine must trust."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    rows = set(re.findall(r"^\| `([^`]+)` \|", (ROOT / "docs" / "dependencies.md").read_text("utf-8"), re.MULTILINE))
    assert {canonical(name) for name in project["project"]["dependencies"]} <= rows


def test_the_published_descriptions_are_tested_against() -> None:
    """Some contract test is marked `needs_openapi`, so that CI notices where it would be skipped."""
    marked = [f for f in (ROOT / "tests").rglob("test_*.py") if "pytest.mark.needs_openapi" in f.read_text("utf-8")]
    assert [f for f in marked if f != Path(__file__).resolve()] != []
