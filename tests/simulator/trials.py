"""One trial is one seeded history of the world and everything that must hold after it; short or long, CI or soak.

Each gives what went wrong, in words, and how many faults of which kind struck.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.simulator.crowd import Crowd
from tests.simulator.fate import Fate
from tests.simulator.recount import recount
from tests.simulator.town import LOSSES, WRITE_FAULTS
from tests.simulator.world import World

STORES = ("folder", "branch")
STORE_FAULTS = {"folder": ("disk full",), "branch": ("push refused", "push lost", "push answer lost", "fetch fails")}
ROUGH = (*WRITE_FAULTS, "look fails", "read fails", "kill", *STORE_FAULTS["folder"], *STORE_FAULTS["branch"])
FINE_ENDS = {(0, ""), (0, "idle")}


@dataclass
class Trial:
    """What came of a trial."""

    wrong: list[str] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)

    def expect(self, holds: object, words: str) -> None:
        """Note what does not hold."""
        if not holds:
            self.wrong.append(words)


def touches(changes: int, store: str) -> int:
    """How often a run of so many changes touches the world when nothing happens to it."""
    world = World(Fate(), changes, store)
    world.run()
    return world.fate.touches


def killed(at: int, changes: int, store: str) -> Trial:
    """The process dies at one touch of the world; one recovery run closes and completes everything."""
    world = World(Fate(seed=at, kill_at=at), changes, store)
    trial = Trial()
    trial.expect(world.run().code is None, "it was not killed")
    return _recovered(world, trial, changes)


def _recovered(world: World, trial: Trial, changes: int) -> Trial:
    """After one recovery run all is accounted for and done; the run after it has nothing to do."""
    trial.wrong += recount(world.evidence(), open_allowed=True)
    end = world.recover()
    trial.expect((end.code, end.reason) in FINE_ENDS, f"the recovery run ended with {end}")
    trial.wrong += recount(world.evidence())
    trial.expect(len(world.town.effects) == changes, f"{len(world.town.effects)} of {changes} changes were made")
    world.run()
    trial.expect(len(world.town.effects) == changes, "the run after the recovery changed something")
    trial.struck = world.fate.struck
    return trial


def rough(seed: int) -> Trial:
    """A few runs in a rough world, machines lost among them, then one in peace: nothing unaudited, phantom or twice."""
    chance = random.Random(seed)
    store = chance.choice(STORES)
    rates = {fault: chance.choice((0.0, 0.0, 0.01, 0.05, 0.3)) for fault in ROUGH}
    rates["kill"] = min(rates["kill"], 0.05)
    world = World(Fate(seed, rates), chance.randint(1, 50), store)
    trial = Trial()
    for _ in range(chance.randint(1, 3)):
        world.run()
        trial.wrong += recount(world.evidence(), open_allowed=True)
        if store == "branch" and chance.random() < 0.5:  # a folder that is gone has nothing to check
            world.lose_machine()
            world.fate.struck["machine lost"] += 1
        world.fate.clock.wait(chance.choice((1, 20, 400)))
    end = world.recover()
    trial.expect(end.code in (0, 3), f"the last run ended with {end}")
    trial.wrong += recount(world.evidence())
    trial.struck = world.fate.struck
    return trial


def crowded(seed: int) -> Trial:
    """Two to eight runners at once, frozen for longer than a lease: one at a time sends, and no record is lost."""
    chance = random.Random(seed)
    changes = chance.randint(1, 12)
    world = World(Fate(seed, {"kill": chance.choice((0.0, 0.0, 0.01))}), changes, chance.choice(STORES))
    pauses_s = (0.0,) * chance.choice((1, 2, 4, 8, 16)) + (1.0, 60.0, 160.0, 400.0)
    Crowd(world, chance.randint(2, 8)).run(pauses_s=pauses_s, keep=chance.choice((0.0, 0.5, 0.8, 0.9)))
    trial = Trial()
    allowed = {(0, ""), (0, "idle"), (4, "lease_held"), (4, "lease_lost"), (None, "killed")}
    ends = {(end.code, end.reason) for end in world.ends}
    trial.expect(ends <= allowed, f"runners ended with {ends - allowed}")
    world.fate.struck.update(f"ended with {reason or 'done'}" for _, reason in map(_words, world.ends))
    return _recovered(world, trial, changes)


def _words(end: object) -> tuple[object, str]:
    return getattr(end, "code", None), getattr(end, "reason", "")


def store_fails(at: int, fault: str, changes: int, store: str) -> Trial:
    """From one touch on the store takes nothing: no write without an acknowledged intent, exit 4; then all is made."""
    world = World(Fate(seed=at, fail_at=at, fail_with=fault), changes, store)
    trial = Trial()
    end = world.run()
    trial.expect(end.code == 4 and end.reason == "audit_store", f"the run ended with {end}")
    return _recovered(world, trial, changes)


def store_touches(changes: int, store: str) -> list[int]:
    """The touches at which the store is asked for something that it can refuse."""
    world = World(Fate(), changes, store)
    world.run()
    asked = ("put ", "add lines", "push", "fetch")
    return [n for n, what in enumerate(world.fate.trace, 1) if what.startswith(asked) and what != "pushed"]


def signalled(at: int, changes: int, store: str) -> Trial:
    """A signal at one touch: no write leaves after it, what was announced is closed, exit 5; the next run goes on."""
    world = World(Fate(seed=at, signal_at=at), changes, store)
    trial = Trial()
    end = world.run()
    sent = [what for what in world.fate.trace[at:] if what == "write"]
    trial.expect(not sent, f"{len(sent)} writes left after the signal")
    trial.expect(len(world.town.effects) == changes or end.code == 5, f"the run ended with {end}")
    trial.wrong += recount(world.evidence())
    return _recovered(world, trial, changes)


def total(trials: Iterable[Trial]) -> Counter[str]:
    """All faults that struck."""
    found: Counter[str] = Counter()
    for trial in trials:
        found += trial.struck
    return found


__all__ = ["LOSSES", "STORES", "STORE_FAULTS", "Trial", "crowded", "killed", "rough", "signalled", "store_fails"]
