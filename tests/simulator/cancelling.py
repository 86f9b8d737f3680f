"""Real processes that are told to end, at each moment at which that is hard: while they read, wait, write or push."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.emulator import Emulator, Rule
from tests.simulator.process import LONGEST_S, Desk, after, desk, organization, wait_until
from tests.simulator.recount import recount
from tests.simulator.replies import READS, WRITES
from tests.simulator.trials import Trial

PEOPLE = 40
SLOW_S = 30
"""Longer than anybody waits."""
LATE_S = 5
"""A push so slow is accepted when its process has ended and the next run is at work."""
_HOOK = """#!/bin/sh
cd "$(dirname "$0")/.."
[ -e slow ] || exit 0
read at seconds < slow
count=$(($(cat pushes 2>/dev/null || echo 0) + 1))
echo $count > pushes
if [ $count = $at ]; then touch begun; sleep $seconds; fi
"""
"""The n-th push takes its time before it is accepted."""


@dataclass(frozen=True)
class Moment:
    """When the signal comes: what is ``prepared``, and how one sees that the ``time_has_come``. ``latency_s`` is how
    long answers take from then on. ``push`` is the push that takes ``push_s`` seconds, 0 for none."""

    time_has_come: Callable[[Emulator], bool]
    latency_s: float = 0.005
    faults: tuple[Rule, ...] = ()
    push: int = 0
    push_s: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether there is the time to say how each change ended, on a busy machine too."""
        return self.latency_s < 1.0 and not self.push


def _writing(emulator: Emulator) -> bool:
    return len(emulator.effects) >= 3


def _told_to_wait(emulator: Emulator) -> bool:
    return any(entry.status == 429 for entry in emulator.log)


def _limited(match: str, nth: int) -> tuple[Rule, ...]:
    return (Rule("status", status=429, retry="seconds", seconds=SLOW_S, match=match, nth=nth),)


TWICE = "writing, no answers, told twice"
PUSHES = ("lease", "start", "snapshot", "plan", "intents", "outcomes")
"""What the pushes of a run are, in their order."""
MOMENTS: Mapping[str, Moment] = {
    "reading": Moment(lambda emulator: len(emulator.log) >= 2, latency_s=1.5),
    "reading, no answers": Moment(lambda emulator: len(emulator.log) >= 2, latency_s=SLOW_S),
    "reading, told to wait": Moment(_told_to_wait, faults=_limited(READS, 1)),
    "writing": Moment(_writing, latency_s=0.05),
    "writing, slow answers": Moment(_writing, latency_s=1.5),
    "writing, no answers": Moment(_writing, latency_s=SLOW_S),
    TWICE: Moment(_writing, latency_s=SLOW_S),
    "writing, told to wait": Moment(_told_to_wait, faults=_limited(WRITES, 8)),
    **{f"pushing the {what}": Moment(lambda _: True, push=n, push_s=2) for n, what in enumerate(PUSHES, 1)},
    **{f"late push of the {what}": Moment(lambda _: True, push=n, push_s=LATE_S) for n, what in enumerate(PUSHES, 1)},
}


def moments(store: str) -> tuple[str, ...]:
    """The moments that there are for a store."""
    return tuple(name for name, moment in MOMENTS.items() if store == "branch" or not moment.push)


def heeded(number: signal.Signals, name: str, store: str, folder: Path, slack: float = 1.0) -> Trial:
    """A signal is heeded: exit 5 within five seconds (130 at once for a second one), no write that begins later than a
    second after it; and the next run closes and completes everything. ``slack`` times as long is allowed where other
    work has the machine too."""
    moment, trial = MOMENTS[name], Trial()
    with Emulator(organization(PEOPLE), latency_s=0.005, faults=moment.faults) as emulator:
        place = desk(folder, emulator, PEOPLE, store)
        _prepare_pushes(place, moment)
        process = place.start("apply", "--all")
        wait_until(lambda: moment.time_has_come(emulator) and _begun(place, moment), process)
        trial.expect(process.poll() is None, "it had ended before the moment came")
        emulator.latency_s = moment.latency_s
        at_s = time.monotonic()
        process.send_signal(number)
        if name == TWICE:
            time.sleep(0.3)
            process.send_signal(number)
        err = process.communicate(timeout=LONGEST_S)[1].decode()
        took_s = time.monotonic() - at_s
        code, most_s = (130, 1.5) if name == TWICE else (5, 5.0)
        trial.expect(process.returncode == code, f"exit {process.returncode}: {err[-300:]}")
        trial.expect(took_s <= most_s * slack, f"it took {took_s:.1f} s to end")
        late = sum(bool(entry.effects) and entry.mono_s > at_s + slack for entry in emulator.log)
        trial.expect(not late, f"{late} writes began over a second after the signal")
        trial.expect("Traceback" not in err, err[-400:])
        trial.struck[f"{number.name} while {name}, {store}"] += 1
        if moment.is_clean:
            trial.wrong += recount({"files": place.files(), "effects": [effect.json() for effect in emulator.effects]})
        emulator.latency_s = 0.0
        emulator.set_faults(())
        return after(place, trial, lambda: [effect.json() for effect in emulator.effects], PEOPLE)


def _prepare_pushes(place: Desk, moment: Moment) -> None:
    if place.origin is not None and moment.push:
        hook = place.origin / "hooks" / "pre-receive"
        hook.write_text(_HOOK, encoding="utf-8")
        hook.chmod(0o755)
        (place.origin / "slow").write_text(f"{moment.push} {moment.push_s}\n", encoding="utf-8")


def _begun(place: Desk, moment: Moment) -> bool:
    return not moment.push or (place.origin is not None and (place.origin / "begun").exists())
