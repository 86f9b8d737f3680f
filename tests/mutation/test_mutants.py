"""What `script/mutate` does to code, and that its list of explained survivors is about the code as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation.explained import EXPLAINED
from tests.mutation.mutants import mutants
from tests.mutation.parts import PARTS, asked_of

ROOT = Path(__file__).resolve().parents[2]
SOURCE = '''
def kept(people: list[int], most: int = 3) -> list[int]:
    """Those who count."""
    if not people or len(people) > most:
        raise ValueError(f"more than {most}")
    return [one for one in people if one != 7]
'''


def test_each_small_mistake_is_made_once_and_only_where_code_is() -> None:
    """Docstrings and texts are let be; every wrong version differs from the others and can be compiled."""
    made = [(mutant.line, mutant.what) for mutant in mutants(SOURCE)]
    assert sorted(made) == [
        (2, "3 becomes 4"),
        (4, "Gt becomes GtE"),
        (4, "not is left out"),
        (4, "or becomes and"),
        (4, "the condition is turned round"),
        (5, "nothing is raised"),
        (6, "7 becomes 8"),
        (6, "NotEq becomes Eq"),
        (6, "everybody is let through"),
        (6, "nothing is returned"),
    ]
    assert len({mutant.source for mutant in mutants(SOURCE)}) == len(made)
    for mutant in mutants(SOURCE):
        compile(mutant.source, "mutant", "exec")


def test_every_part_has_modules_and_tests_that_are_there() -> None:
    """A path that is misspelt would make a part that nothing is asked about."""
    for part in PARTS.values():
        for path in (*part.modules, *" ".join(part.tests).split()):
            assert (ROOT / path).exists(), path
        assert all(asked_of(module) == part.tests for module in part.modules)


@pytest.mark.parametrize("module", sorted({module for module, _, _ in EXPLAINED}))
def test_what_is_explained_can_be_done_to_the_code(module: str) -> None:
    """An explanation of a line that is there no more explains nothing."""
    source = (ROOT / module).read_text(encoding="utf-8")
    lines = source.splitlines()
    possible = {(module, lines[mutant.line - 1].strip(), mutant.what) for mutant in mutants(source)}
    assert {known for known in EXPLAINED if known[0] == module} - possible == set()
