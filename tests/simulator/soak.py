"""Every trial at length: `python -m tests.simulator.soak [--amount full|FRACTION] [--only NAME] [--seed N]`.

Prints for each kind of trial how many were made, from which seed on, the faults that struck, and every trial in which
something did not hold, with the words that repeat it.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.simulator.cancelling import heeded, moments
from tests.simulator.careless import REMOVING, careless, spoilt, undone
from tests.simulator.damage import DAMAGES, every_damage
from tests.simulator.freezing import frozen
from tests.simulator.process import PUSHES, killed_on_api, killed_on_branch, killed_on_file, refused_from
from tests.simulator.replies import CASES, reply
from tests.simulator.trials import (
    STORE_FAULTS,
    STORES,
    UNSEEN,
    Trial,
    crowded,
    damaged,
    killed,
    rough,
    signalled,
    store_fails,
    store_touches,
    touches,
)

Named = tuple[str, Callable[[], Trial]]
_SHOWN = 10
_OFTEN_S = 60.0


@dataclass(frozen=True)
class Amounts:
    """From which seed on, and how much of each full amount."""

    seed: int
    share: float

    def of(self, full: int) -> range:
        """The seeds of a kind of trial that is made so often in full."""
        return range(self.seed, self.seed + max(1, round(full * self.share)))

    def sizes(self) -> range:
        """Sizes of plans from 1 to 50 changes."""
        return range(1, 51, max(1, round(1 / self.share)))


def named(trial: Callable[..., Trial], *arguments: object) -> Named:
    """A trial to be made, with the words that repeat it."""
    words = ", ".join(getattr(argument, "__name__", repr(argument)) for argument in arguments)
    return f"{trial.__name__}({words})", partial(trial, *arguments)


def every_kill(amounts: Amounts) -> Iterator[Named]:
    """The process dies at every step of plans of 1 to 50 changes."""
    for store in STORES:
        for changes in amounts.sizes():
            yield from (named(killed, at, changes, store) for at in range(1, touches(changes, store) + 1))


def every_kill_unseen(amounts: Amounts) -> Iterator[Named]:
    """The same where nothing that was written shows at once."""
    for store in STORES:
        for changes in amounts.sizes():
            steps = range(1, touches(changes, store, UNSEEN) + 1)
            yield from (named(killed, at, changes, store, UNSEEN) for at in steps)


def every_signal(amounts: Amounts) -> Iterator[Named]:
    """A signal at every step of plans of 1 to 50 changes."""
    for store in STORES:
        for changes in amounts.sizes():
            yield from (named(signalled, at, changes, store) for at in range(1, touches(changes, store) + 1))


def every_store_failure(amounts: Amounts) -> Iterator[Named]:
    """From every write of the store on it fails, in each of its ways."""
    for store in STORES:
        faults = [fault for fault in STORE_FAULTS[store] if fault not in ("push answer lost", "fetch fails")]
        for changes in amounts.sizes():
            for at in store_touches(changes, store):
                yield from (named(store_fails, at, fault, changes, store) for fault in faults)


def rough_worlds(amounts: Amounts) -> Iterator[Named]:
    """Schedules of kill, lost machine, torn and dropped writes, and of replies that go wrong."""
    return (named(rough, seed) for seed in amounts.of(10_000))


def crowds(amounts: Amounts) -> Iterator[Named]:
    """Two to eight runners at once."""
    return (named(crowded, seed) for seed in amounts.of(1_000))


def damages(amounts: Amounts) -> Iterator[Named]:
    """The journal is changed between two runs."""
    return (named(damaged, seed) for seed in amounts.of(2_000))


def all_damages(amounts: Amounts) -> Iterator[Named]:
    """Each byte, record, order, tail and exchange of three runs, for three sizes of them."""
    for store in STORES:
        for changes in (1, 3, 8) if amounts.share >= 1 else (1,):
            yield from (named(every_damage, how, changes, store) for how in DAMAGES)


def careless_policies(amounts: Amounts) -> Iterator[Named]:
    """Careless and hostile policies, a hundred runs each."""
    return (named(careless, seed, 100) for seed in amounts.of(200))


def spoilt_sources(amounts: Amounts) -> Iterator[Named]:
    """Forty spoilt upstreams and each removing action."""
    del amounts
    return (named(spoilt, number, verb) for number in range(40) for verb in REMOVING)


def undos(amounts: Amounts) -> Iterator[Named]:
    """The way back from runs, partial ones and with drift."""
    return (named(undone, seed) for seed in amounts.of(500))


def replies(amounts: Amounts) -> Iterator[Named]:
    """Each verb and what can be wrong with the reply to it and the reading after."""
    return (named(reply, number) for number in range(0, CASES, max(1, round(1 / amounts.share))))


def real_kills(amounts: Amounts) -> Iterator[Named]:
    """Real processes and ``kill -9``: eight on a file for one whose journal is on a branch, and for one on the API,
    whose recovery has to wait."""
    for seed in amounts.of(300):
        yield named(in_folder, {0: killed_on_api, 1: killed_on_branch}.get(seed % 10, killed_on_file), seed)


def real_refusals(amounts: Amounts) -> Iterator[Named]:
    """A real remote that refuses every push from one on: each that a run of two batches makes."""
    del amounts
    yield from (named(in_folder, refused_from, push) for push in range(1, PUSHES + 1))


def real_signals(amounts: Amounts) -> Iterator[Named]:
    """Real processes and signals, at each moment at which that is hard."""
    for _ in amounts.of(2):
        for store in STORES:
            for number in (signal.SIGINT, signal.SIGTERM):
                yield from (named(in_folder, heeded, number, moment, store) for moment in moments(store))


def real_freezes(amounts: Amounts) -> Iterator[Named]:
    """Real processes that are frozen until another has taken over: all at once, because a lease takes its five minutes
    to run out."""
    trials = [named(in_folder, frozen, seed) for seed in amounts.of(12)]
    with ThreadPoolExecutor(len(trials)) as pool:
        begun = [(words, pool.submit(make)) for words, make in trials]
        yield from ((words, trial.result) for words, trial in begun)


def in_folder(trial: Callable[..., Trial], *arguments: object) -> Trial:
    """A trial that wants a folder for its files."""
    with tempfile.TemporaryDirectory() as folder:
        return trial(*arguments, Path(folder))


KINDS: tuple[Callable[[Amounts], Iterator[Named]], ...] = (
    every_kill, every_kill_unseen, every_signal, every_store_failure, rough_worlds, crowds, damages, all_damages,
    careless_policies, spoilt_sources, undos, replies, real_kills, real_refusals,
    real_signals, real_freezes,
)  # fmt: skip


def run(kind: Callable[[Amounts], Iterator[Named]], amounts: Amounts, say: Callable[[str], object]) -> int:
    """Make all trials of a kind and tell what came of them; how many went wrong."""
    began_s, made, bad, struck = time.monotonic(), 0, 0, Counter[str]()
    told_s = began_s
    for words, make in kind(amounts):
        trial = make()
        made, struck = made + 1, struck + trial.struck
        if trial.wrong:
            bad += 1
            for wrong in trial.wrong[:3] if bad <= _SHOWN else ():
                say(f"  WRONG {words}: {wrong}")
        if time.monotonic() - told_s > _OFTEN_S:
            told_s = time.monotonic()
            say(f"  ... {made} so far, {bad} wrong; the last was {words}")
    took_s = time.monotonic() - began_s
    say(f"{kind.__name__}: {made} trials from seed {amounts.seed}, {bad} wrong, {took_s:.0f} s")
    for fault, times in struck.most_common():
        say(f"    {times:>8} {fault}")
    return bad


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(argv: list[str]) -> int:
    """The exit code: 1 where anything went wrong."""
    parser = argparse.ArgumentParser(prog="script/soak", description=__doc__)
    parser.add_argument("--amount", default="full", help="full, or a share of it such as 0.1")
    parser.add_argument("--seed", type=int, default=0, help="where seeds begin (0)")
    parser.add_argument("--only", choices=[kind.__name__ for kind in KINDS], action="append", help="these kinds only")
    given = parser.parse_args(argv)
    amounts = Amounts(given.seed, 1.0 if given.amount == "full" else float(given.amount))
    wanted = [kind for kind in KINDS if given.only is None or kind.__name__ in given.only]
    bad = sum(run(kind, amounts, _say) for kind in wanted)
    _say("soak: everything held" if not bad else f"soak: {bad} trials went wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
