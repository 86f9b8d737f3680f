"""Commands that only read: whatever they are told, no request of theirs could change anything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runner.cli.commands import __path__ as commands
from tests.emulator import READ_KEY
from tests.emulator.description import description_folder
from tests.journeys.atlassian.town import town
from tests.journeys.command import ROOT

WRITING = {"apply", "run", "undo"}
READING = (
    ("validate",), ("plan",), ("plan", "--explain-cost"), ("plan", "reclaim", "--out", "PLACE/plan.json"),
    ("explain", "idle-01", "reclaim"), ("users",), ("users", "--match", "status: active"), ("tasks",), ("test",),
    ("runs",), ("report", "last"), ("undo", "last"), ("verify",), ("verify", "--online"), ("doctor",),
    ("snapshot", "--out", "PLACE/out.json", "--direct-roles"), ("init", "--policies", "PLACE/new/policies"),
)  # fmt: skip


@pytest.mark.parametrize("key", ["emulator-key", READ_KEY], ids=["a key that can write", "a key that cannot"])
def test_nothing_but_apply_run_and_undo_ever_writes(key: str, tmp_path: Path) -> None:
    """Each is given every right, and asks only; a key that can read is enough for each."""
    with town(tmp_path) as found:
        assert found.run("apply", "suspend").code == 0
        before, effects = len(found.writes), found.emulator.effects
        found.key = key
        for words in READING:
            done = found.run(*(word.replace("PLACE", str(tmp_path)) for word in words))
            assert done.code == 0, (words, done.err)
        assert (len(found.writes), found.emulator.effects) == (before, effects)


def test_only_what_carries_out_is_given_a_writer() -> None:
    """The writing half of the directory is opened in one place, and three commands lead there."""
    texts = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in (ROOT / "runner").rglob("*.py")}
    opening = {path for path, text in texts.items() if re.search(r"\bopen_writer\(|may_write=True", text)}
    assert opening == {"runner/directory/choice.py", "runner/cli/workplace.py"}
    assert {path for path, text in texts.items() if ".writing()" in text} == {"runner/cli/carrying_out.py"}
    folder = Path(next(iter(commands)))
    carrying = {path.stem for path in folder.glob("*.py") if re.search(r"\bcarry_out\(", path.read_text("utf-8"))}
    assert carrying == WRITING


@pytest.mark.needs_openapi
@pytest.mark.skipif(description_folder() is None, reason="no OpenAPI descriptions: set ATLASSIAN_OPENAPI_DIR")
def test_every_request_is_one_that_atlassian_describes(tmp_path: Path) -> None:
    """Of those that write too, and of those that only `doctor` asks."""
    with town(tmp_path, check=True) as found:
        for words in (
            ("doctor",),
            ("apply", "--all"),
            ("snapshot", "--out", str(tmp_path / "out.json"), "--direct-roles"),
        ):
            assert found.run(*words).code == 0
        assert len(found.emulator.log) > 150
        assert found.emulator.violations == []
