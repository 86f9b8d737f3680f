"""`python -m tests.mutation [PART...] [--list]`: which small wrong versions of the code no test notices.

Works on a copy of the tree. Prints each survivor as FILE:LINE and what was done; exit 1 where there are any.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jinja2  # noqa: F401 - imported here so that no child has to
import jsonschema  # noqa: F401
import pytest
import requests  # noqa: F401
import yaml  # noqa: F401

from tests.mutation.mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 120
_ENGINE, _JOURNAL = "tests/unit/engine", "tests/unit/journal"


@dataclass(frozen=True)
class Part:
    """Modules, and the tests that must notice what is wrong with them."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


PARTS = {
    "rails": Part(("runner/engine/rails/*.py", "runner/engine/settle.py"),
                  (f"{_ENGINE}/test_rails.py", f"{_ENGINE}/test_rails_edges.py", _ENGINE)),
    "plan": Part(
        ("runner/engine/digest.py", "runner/engine/merge.py", "runner/engine/held.py", "runner/engine/recheck.py",
         "runner/engine/plan.py", "runner/engine/undo.py", "runner/engine/guard.py"),
        (_ENGINE,),
    ),
    "journal": Part(
        ("runner/journal/chain.py", "runner/journal/records.py", "runner/journal/verify.py", "runner/journal/lease.py",
         "runner/journal/writing.py", "runner/journal/fold.py"),
        (f"{_JOURNAL}/test_records.py", f"{_JOURNAL}/test_lease.py", f"{_JOURNAL}/test_journal.py",
         f"{_JOURNAL}/test_edges.py", f"{_JOURNAL}/test_verify.py", f"{_JOURNAL}/test_rivals.py",
         f"{_JOURNAL}/test_privacy.py"),
    ),
    "run": Part(
        ("runner/run/applying.py", "runner/run/breaker.py", "runner/run/recovery.py", "runner/run/approved.py"),
        ("tests/unit/run", "tests/journeys/safety/test_simulated.py", "tests/journeys/test_main_job.py"),
    ),
}  # fmt: skip


def wrong_versions(part: Part) -> Iterator[tuple[str, Mutant]]:
    """The path of each module and each of its mutants."""
    for pattern in part.modules:
        for path in sorted(ROOT.glob(pattern)):
            name = path.relative_to(ROOT).as_posix()
            yield from ((name, mutant) for mutant in mutants(path.read_text(encoding="utf-8")))


def is_noticed(tree: Path, tests: tuple[str, ...]) -> bool:
    """Whether a test fails on the tree. A child of this process imports it, which has pytest at hand already."""
    child = os.fork()
    if child == 0:
        _test(tree, tests)
    until_s = time.monotonic() + LONGEST_S
    while time.monotonic() < until_s:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status != 0
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)  # it runs for ever: that is noticed, too
    os.waitpid(child, 0)
    return True


def _test(tree: Path, tests: tuple[str, ...]) -> None:
    """Never comes back: the exit code is pytest's."""
    os.chdir(tree)
    sys.path[:] = [str(tree), *(place for place in sys.path if Path(place or ".").resolve() != ROOT)]
    for name in [name for name in sys.modules if name.split(".")[0] in ("runner", "tests")]:
        del sys.modules[name]
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    sys.dont_write_bytecode = True
    os.environ["CI"] = "1"  # hypothesis without chance
    found = [test for test in tests if (tree / test).exists()]
    os._exit(int(pytest.main([*found, "-x", "-q", "-p", "no:cacheprovider"])))


def main(argv: list[str]) -> int:
    """Try every mutant of the parts named, or of all."""
    parser = argparse.ArgumentParser(prog="script/mutate", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    given = parser.parse_args(argv)
    survivors = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".git", ".venv", "*.pyc", "__pycache__"))
        for name in given.parts or PARTS:
            survivors += _try(name, PARTS[name], tree)
    return 1 if survivors else 0


def _try(name: str, part: Part, tree: Path) -> int:
    if is_noticed(tree, part.tests):
        sys.exit(f"the tests of {name} fail as it is")
    made = survived = 0
    for module, mutant in wrong_versions(part):
        right = (tree / module).read_text(encoding="utf-8")
        (tree / module).write_text(mutant.source, encoding="utf-8")
        noticed = is_noticed(tree, part.tests)
        (tree / module).write_text(right, encoding="utf-8")
        made, survived = made + 1, survived + (not noticed)
        if not noticed:
            sys.stdout.write(f"  survived {module}:{mutant.line}: {mutant.what}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{name}: {made} mutants, {made - survived} noticed, {survived} survived\n")
    sys.stdout.flush()
    return survived


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
