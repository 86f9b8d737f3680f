"""The command as a process of its own: signals, pipes, streams that are not UTF-8, and the tour."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.command import NOW, ROOT, Desk

COMMAND = (sys.executable, "-m", "runner")


def environment(**more: str) -> dict[str, str]:
    """Nothing but what a process needs to find itself."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "NO_COLOR": "1", **more}


def here(desk: Desk) -> list[str]:
    """The options that name a desk's files."""
    files = ["--policies", str(desk.policies), "--directory", str(desk.directory), "--journal", str(desk.journal)]
    return [*files, "--now", NOW]


class Interrupting(dict[str, str]):
    """An environment whose kill switch, looked at before each batch, brings a signal the ``at``-th time."""

    def __init__(self, number: signal.Signals, at: int) -> None:
        super().__init__(NO_COLOR="1")
        self._number = number
        self._left = at

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """See Mapping."""
        if key == "POLICY_RUNNER_STOP":
            self._left -= 1
            if self._left == 0:
                signal.raise_signal(self._number)
        return super().get(key, default)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
@pytest.mark.parametrize(("at", "people"), [(1, 0), (2, 0), (3, 5)], ids=["planning", "first batch", "second batch"])
def test_a_signal_ends_a_run_cleanly_and_the_next_one_does_the_rest(
    desk: Desk, number: signal.Signals, at: int, people: int
) -> None:
    """The run ends before the next batch with exit 5 and a whole journal; nothing is lost and nothing done twice."""
    wanted = len(desk.run("plan", "--json").form["changes"])
    cut = Desk(desk.folder, Interrupting(number, at)).run("apply", "--all", "--json")
    assert (cut.code, cut.reason) == (5, "cancelled"), cut.err
    assert len({change["account_id"] for change in cut.form["changes"]}) == people
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler, "afterwards Ctrl-C is what it was"
    assert desk.run("verify").code == 0
    assert desk.run("runs", "--json").form[0]["ended"] == "cancelled"
    assert "(cancelled" not in desk.run("runs").out, "once is enough"
    said = desk.run("report", "last").out.splitlines()[2]
    unsent = wanted - len(cut.form["changes"])
    assert f" {unsent} {'' if people else 'changes '}were not sent because the run was cancelled." in said
    rest = desk.run("apply", "--all", "--json")
    assert rest.code == 0, rest.err
    assert len(cut.form["changes"]) + rest.form["outcomes"]["applied"] == wanted
    assert desk.run("plan", "--json").form["changes"] == []


def test_a_second_signal_ends_the_process_at_once() -> None:
    """Whoever presses Ctrl-C twice does not want to wait: exit 130."""
    twice = "s.raise_signal(s.SIGINT); s.raise_signal(s.SIGINT)"
    script = f"import signal as s; from runner.cli.signals import Cancel\nwith Cancel().listening(): {twice}"
    done = subprocess.run([sys.executable, "-c", script], env=environment(), check=False)
    assert done.returncode == 130


def test_a_reader_that_goes_away_is_no_error(desk: Desk) -> None:
    """`policy-runner users | head -1` says nothing about a broken pipe, and a run's exit code stays its own."""
    line = f"{' '.join(COMMAND)} users --format json {' '.join(here(desk))} | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "[\n")
    assert "rror" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_names_in_any_script_print_on_any_terminal(desk: Desk, encoding: str) -> None:
    """What a stream cannot hold is escaped, not a crash."""
    done = subprocess.run(
        [*COMMAND, "users", *here(desk)],
        env=environment(PYTHONIOENCODING=encoding),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 311


def test_the_tour_shows_the_main_job_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """`demo` validates, plans, applies, finds nothing left to do and explains one person, in a folder it removes."""
    places = environment(TMPDIR=str(tmp_path), HOME=str(tmp_path))
    done = subprocess.run([*COMMAND, "demo"], env=places, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for shown in (
        "$ policy-runner validate",
        "39 changes (29 removals, 10 additions) for 25 people.",
        "In acme, 39 changes were made for 25 people.",
        "In acme, there was nothing to change.",
        "left alone, exempt: Parental leave",
        "whole: 2 runs",
    ):
        assert shown in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_tour_keeps_what_it_made_when_asked_to(tmp_path: Path) -> None:
    """`demo --keep` leaves a folder to play with, and refuses one that exists."""
    argv = [*COMMAND, "demo", "--keep", "acme"]
    done = subprocess.run(argv, env=environment(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "acme").iterdir()} == {"policies", "acme.json", "journal"}
    again = subprocess.run(argv, env=environment(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert again.returncode == 2
    assert "name a folder that does not exist yet" in again.stderr
