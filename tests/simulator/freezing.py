"""Real processes that are frozen (SIGSTOP) in the middle of a run, and wake up when their lease is over and another run
has taken over, or would have liked to."""

from __future__ import annotations

import fcntl
import json
import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from runner.journal.lease import Lease, lease_from
from tests.emulator import Emulator
from tests.simulator.late_clock import AHEAD, ahead
from tests.simulator.process import LONGEST_S, Desk, Json, after, desk, effects_of_file, organization, wait_until
from tests.simulator.recount import recount
from tests.simulator.replies import WRITES
from tests.simulator.trials import Trial

KINDS = ("file", "branch", "api")
FREE, ANNOUNCED = "with no lock", "between intents and write"
WRITING_FILE, WRITING_JOURNAL = "writing the file", "writing the journal"
"""Where it is frozen. The last two are the steps in which it holds a lock, so that others must wait for it."""
MOMENTS = {
    "file": (ANNOUNCED, WRITING_FILE, FREE, WRITING_JOURNAL),
    "branch": (FREE, ANNOUNCED, FREE, ANNOUNCED),
    "api": (FREE,),
}
_STEPS = {"file": 60, "branch": 8, "api": 1}
"""How many records or pushes there are at most before it is frozen: of over 140 and over 10."""
_QUICK_S, _SLOW_S = 0.02, 1.0
"""How long the emulated API takes to answer, and how long from when the process is about to be frozen."""
_WRITES = re.compile(WRITES)
TOO_LATE = "was done before it was frozen"
End = tuple[int, str]
"""An exit code and the word that says why."""
_LOST, _DONE = (4, "lease_lost"), (0, "")
_FIRST: dict[str, End] = {FREE: _LOST, ANNOUNCED: _LOST, WRITING_FILE: _LOST, WRITING_JOURNAL: _DONE}
"""How the frozen run ends. In the middle of a step of the journal it kept everybody out, so the lease is still its."""
_SECOND: dict[str, End] = {
    FREE: _DONE, ANNOUNCED: _DONE, WRITING_FILE: (4, "directory_locked"), WRITING_JOURNAL: (4, "lease_held"),
}  # fmt: skip


class Clock(Protocol):
    """How the lease's time passes, for all who take part."""

    def now(self) -> datetime:
        """The time."""

    def prepare(self, place: Desk) -> None:
        """Let the command at that desk go by this clock."""

    def wait_out(self, place: Desk) -> None:
        """Come back when the lease there is over."""


class Wall:
    """Five real minutes."""

    def now(self) -> datetime:
        """See Clock."""
        return datetime.now(UTC)

    def prepare(self, place: Desk) -> None:
        """See Clock: any process goes by it."""

    def wait_out(self, place: Desk) -> None:
        """See Clock."""
        while (left_s := (_lease(place).expires - self.now()).total_seconds()) > -1:
            time.sleep(left_s + 1.1)


@dataclass
class Pushed:
    """A clock that is put forward: by so many seconds as the file says."""

    file: Path

    def __post_init__(self) -> None:
        self.file.write_text("0", encoding="utf-8")

    def now(self) -> datetime:
        """See Clock."""
        return ahead(self.file)

    def prepare(self, place: Desk) -> None:
        """See Clock."""
        place.module, place.environ = "tests.simulator.late_clock", {**place.environ, AHEAD: str(self.file)}

    def wait_out(self, place: Desk) -> None:
        """See Clock. A minute more, so that recovery need not wait for what the API might show late."""
        left = _lease(place).expires - datetime.now(UTC)
        self.file.write_text(str(left.total_seconds() + 60), encoding="utf-8")


@dataclass
class Scene:
    """A desk with its organization, which is a file where there is no emulator."""

    place: Desk
    people: int
    emulator: Emulator | None = None

    def effects(self) -> list[Json]:
        """What happened, by the server's own log or the file."""
        if self.emulator is None:
            return effects_of_file(self.place.folder, self.people)
        return [effect.json() for effect in self.emulator.effects]

    def sent(self) -> object:
        """What differs after any write: how many the server was asked for, or the file itself."""
        if self.emulator is None:
            return self._file.read_bytes()
        return sum(bool(_WRITES.search(f"{entry.method} {entry.path}")) for entry in self.emulator.log)

    @contextmanager
    def taken_back(self) -> Iterator[None]:
        """For a while everybody in the file is as at first, so that whoever still wants to write has cause to."""
        kept = self._file.read_bytes()
        self._file.write_text(json.dumps(organization(self.people)), encoding="utf-8")
        yield
        self._file.write_bytes(kept)

    @property
    def _file(self) -> Path:
        return self.place.folder / "acme.json"


class Frozen:
    """One run that is going to be frozen, and those that come after it."""

    def __init__(self, scene: Scene, clock: Clock, chance: random.Random) -> None:
        clock.prepare(scene.place)
        self.trial = Trial()
        self._scene, self._clock, self._chance = scene, clock, chance
        self._run = scene.place.start("apply", "--all", "--json")

    def freeze(self, moment: str, steps: int, effects: int = 0) -> bool:
        """Freeze it at the next such moment after so many steps and effects, and say whether there was one before it
        had made all its changes."""
        scene = self._scene
        with _locked(scene.place.folder) if moment == ANNOUNCED else nullcontext():
            wait_until(lambda: scene.place.steps() >= steps and len(scene.effects()) >= effects, self._run)
            if scene.emulator is not None:  # then its calls are on their way, see ``frozen``
                scene.emulator.latency_s = _SLOW_S
                time.sleep(_SLOW_S * self._chance.uniform(0.1, 0.8))
            while not self._stopped_at(moment) and self._run.poll() is None:
                self._run.send_signal(signal.SIGCONT)
                time.sleep(self._chance.uniform(0.0, 0.002))
        return self._run.poll() is None and len(scene.effects()) < scene.people

    def _stopped_at(self, moment: str) -> bool:
        self._run.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._run.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        return self._run.poll() is None and _is_at(self._scene.place, moment)

    def play(self, moment: str) -> Trial:
        """The lease runs out, a second run takes over or refuses, the first wakes up; then a third closes the rest."""
        scene, trial, before = self._scene, self.trial, len(self._scene.effects())
        if scene.emulator is not None:
            scene.emulator.latency_s = 0.0
        self._clock.wait_out(scene.place)
        trial.struck[f"frozen {moment}"] += 1
        second = _end(scene.place.start("apply", "--all", "--json"), trial)
        trial.expect(second == _SECOND[moment], f"the second run ended with {second}")
        made = len(scene.effects())
        trial.expect(made == (scene.people if second == _DONE else before), f"{made} changes after the second run")
        if second == _DONE:
            trial.wrong += recount({"files": scene.place.files(), "effects": scene.effects()})
        self._wake_up(moment)
        return after(scene.place, trial, scene.effects, scene.people)

    def _wake_up(self, moment: str) -> None:
        scene, trial, files = self._scene, self.trial, self._scene.place.files()
        robbed = _SECOND[moment] == _DONE
        with scene.taken_back() if robbed and scene.emulator is None else nullcontext():
            before = scene.sent()
            self._run.send_signal(signal.SIGCONT)
            first = _end(self._run, trial)
            trial.expect(first == _FIRST[moment], f"the first run ended with {first}")
            was_quiet = scene.sent() == before
            trial.expect(was_quiet == robbed, f"when it woke up it wrote {'nothing' if was_quiet else 'something'}")
        if first == _LOST:
            trial.expect(files == scene.place.files(), "the first run wrote to the journal of the second")

    def give_up(self) -> Trial:
        """It came too far to be frozen."""
        self.close()
        self.trial.struck[TOO_LATE] += 1
        return after(self._scene.place, self.trial, self._scene.effects, self._scene.people)

    def close(self) -> None:
        """Nobody stays frozen behind."""
        if self._run.poll() is None:
            self._run.kill()
            self._run.communicate()


def frozen(seed: int, folder: Path, clock: Clock | None = None) -> Trial:
    """A real process is frozen at a random moment of its run, for longer than its lease: it sends nothing more, but
    what it was in the middle of; and nobody builds on what it may still do.

    The API takes no number of a lease, so nobody can stop a request between the last look at the lease and the network.
    There the process is frozen while its calls are on their way, which is nearly all of its time.
    """
    chance, clock = random.Random(seed), clock or Wall()
    kind, people = KINDS[seed % len(KINDS)], chance.randint(70, 120)
    moment = MOMENTS[kind][seed // len(KINDS) % len(MOMENTS[kind])]
    emulator = Emulator(organization(people), latency_s=_QUICK_S, clock=clock.now) if kind == "api" else None
    with emulator or nullcontext():
        place = desk(folder, emulator, people, "branch" if kind == "branch" else "folder")
        with closing(Frozen(Scene(place, people, emulator), clock, chance)) as run:
            steps = chance.randint(1, _STEPS[kind] if moment == FREE else 4)
            caught = run.freeze(moment, steps, chance.randint(0, 60) if emulator else 0)
            trial = run.play(moment) if caught else run.give_up()
    if moment == WRITING_FILE:
        journals = [data for path, data in place.files().items() if path.endswith("journal.jsonl")]
        trial.expect(not any(b'"status":"failed"' in data for data in journals), "what it did was recorded as not done")
    return trial


def _is_at(place: Desk, moment: str) -> bool:
    """Whether a frozen process is where it should be, by the locks that it holds."""
    in_journal, in_file = _is_locked(place.folder / "journal" / "lock"), _is_locked(place.folder)
    if moment == WRITING_JOURNAL:
        return in_journal
    if moment == ANNOUNCED:
        return not in_journal and any(b'"kind":"intent"' in data for data in place.files().values())
    if moment == WRITING_FILE:  # the new file is there, and not in the old one's place yet
        return in_file and any(place.folder.glob(".acme.json.*"))
    return not in_journal and not in_file


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _is_locked(path: Path) -> bool:
    if not path.exists():
        return False
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _lease(place: Desk) -> Lease:
    return lease_from(place.files()["lease.json"])


def _end(process: subprocess.Popen[bytes], trial: Trial) -> End:
    out, err = process.communicate(timeout=LONGEST_S * 3)
    trial.expect(b"Traceback" not in err, err.decode()[-400:])
    return process.returncode, str(json.loads(out).get("reason", ""))
