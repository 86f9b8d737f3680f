"""`python -m tests.mutation [PART|MODULE|MODULE:LINE...]`: which small wrong versions of the code no test notices.

Works on a copy of the tree. Prints what became of each module, and each survivor as MODULE:LINE with what was done to
which line; exit 1 where one of them is not explained in `tests/mutation/explained.py`.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sys
import tempfile
from pathlib import Path

import hypothesis  # noqa: F401 - imported here so that no child has to
import jinja2  # noqa: F401
import jsonschema  # noqa: F401
import pytest
import requests  # noqa: F401
import yaml  # noqa: F401

from tests.mutation.explained import EXPLAINED
from tests.mutation.mutants import Mutant, mutants
from tests.mutation.parts import PARTS, asked_of

ROOT = Path(__file__).resolve().parents[2]


def is_noticed(tree: Path, tests: tuple[str, ...], longest_s: int) -> bool:
    """Whether a test fails on the tree, or takes more of a processor's time than ``longest_s``. A child of this process
    imports it, which has pytest at hand already."""
    child = os.fork()
    if child == 0:
        sys.dont_write_bytecode = True
        resource.setrlimit(resource.RLIMIT_CPU, (longest_s, longest_s))
        _test(tree, tests)
    return os.waitpid(child, 0)[1] != 0


def fine_s(tree: Path, tests: tuple[str, ...]) -> float:
    """How much of a processor's time the tests take on a tree in which nothing is wrong; exits where they fail. Keeps
    the bytecode of what is read, for the next time."""
    child = os.fork()
    if child == 0:
        _test(tree, tests)
    _, status, used = os.wait4(child, 0)
    if status:
        sys.exit(f"these tests fail as it is: {' '.join(tests)}")
    return used.ru_utime + used.ru_stime


def _test(tree: Path, tests: tuple[str, ...]) -> None:
    """Never comes back: the exit code is 1 as soon as a test is red. The nearest are asked first."""
    os.chdir(tree)
    sys.path[:] = [str(tree), *(place for place in sys.path if Path(place or ".").resolve() != ROOT)]
    for name in [name for name in sys.modules if name.split(".")[0] in ("runner", "tests")]:
        del sys.modules[name]
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # most of the time would go into plugins that no unit test uses
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin", "--hypothesis-profile=mutation"]
    os._exit(any(pytest.main([*options, *asked.split()]) for asked in tests))


def _try(place: str, tree: Path) -> int:
    """Every mutant of a module, or of one line; returns how many survived without an explanation."""
    module, _, line = place.partition(":")
    path, tests = tree / module, asked_of(module)
    longest_s = int(2 * fine_s(tree, tests)) + 10
    for remembered in path.parent.glob(f"__pycache__/{path.stem}.*"):
        remembered.unlink()
    right = path.read_text(encoding="utf-8")
    lines, survivors, made = right.splitlines(), [], 0
    for mutant in (found for found in mutants(right) if line in ("", str(found.line))):
        path.write_text(mutant.source, encoding="utf-8")
        made += 1
        if not is_noticed(tree, tests, longest_s):
            survivors.append(mutant)
            _say(f"  survived {module}:{mutant.line}: {mutant.what}: {lines[mutant.line - 1].strip()}")
    path.write_text(right, encoding="utf-8")
    open_ones = [mutant for mutant in survivors if not _is_explained(module, mutant, lines)]
    explained = len(survivors) - len(open_ones)
    _say(f"{place}: {made} mutants, {made - len(survivors)} noticed, {explained} explained, {len(open_ones)} open")
    return len(open_ones)


def _is_explained(module: str, mutant: Mutant, lines: list[str]) -> bool:
    return (module, lines[mutant.line - 1].strip(), mutant.what) in EXPLAINED


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(argv: list[str]) -> int:
    """Try every mutant of the parts or modules named, or of all parts."""
    parser = argparse.ArgumentParser(prog="script/mutate", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"one of {', '.join(PARTS)}; or a module; or MODULE:LINE"
    )
    given = parser.parse_args(argv).parts or list(PARTS)
    places = [place for name in given for place in (PARTS[name].modules if name in PARTS else (name,))]
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".git", ".venv", "*.pyc", "__pycache__"))
        return 1 if sum([_try(place, tree) for place in places]) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
