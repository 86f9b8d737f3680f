"""One trial is one seeded history of the world and everything that must hold after it; short or long, CI or soak.

Each gives what went wrong, in words, and how many faults of which kind struck.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from runner.journal.verify import check_journal
from tests.simulator.crowd import Crowd
from tests.simulator.fate import Fate
from tests.simulator.recount import recount
from tests.simulator.town import WRITE_FAULTS
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


UNSEEN = {"seen late": 1.0}
"""Every write is done at once, and shows seconds later."""


def touches(changes: int, store: str, rates: Mapping[str, float] | None = None) -> int:
    """How often a run of so many changes touches the world when nothing ends it."""
    world = World(Fate(rates=rates or {}), changes, store)
    world.run()
    return world.fate.touches


def killed(at: int, changes: int, store: str, rates: Mapping[str, float] | None = None) -> Trial:
    """The process dies at one touch of the world; one recovery run straight after closes and completes everything."""
    world = World(Fate(seed=at, kill_at=at, rates=rates or {}), changes, store)
    trial = Trial()
    world.run()
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
    rates["kill"] = min(rates["kill"], 0.01)
    changes = chance.randint(1, 50)
    world = World(Fate(seed, rates), changes, store)
    trial = Trial()
    for _ in range(chance.randint(1, 3)):
        world.fate.kill_at = world.fate.touches + chance.randint(1, 30 + 8 * changes)
        world.run()
        trial.wrong += recount(world.evidence(), open_allowed=True)
        trial.wrong += false_alarms(world)
        world.fate.struck["honest journals checked"] += 1
        if store == "branch" and chance.random() < 0.5:  # a folder that is gone has nothing to check
            world.lose_machine()
            world.fate.struck["machine lost"] += 1
        world.fate.clock.wait(chance.choice((1, 20, 400)))
    end = world.recover()
    trial.expect(end.code in (0, 3), f"the last run ended with {end}")
    trial.wrong += recount(world.evidence()) + false_alarms(world)
    world.fate.struck["honest journals checked"] += 1
    trial.struck = world.fate.struck
    return trial


def false_alarms(world: World) -> list[str]:
    """What `verify` finds in a journal that nobody touched."""
    kept = world.kept()
    files = {path: data for path, data in kept.items() if path.startswith("runs/")}
    anchor = kept.get("HEAD")
    found = check_journal(files, None if anchor is None else anchor.decode().strip())
    return [f"false alarm: {finding}" for finding in found]


def damaged(seed: int) -> Trial:
    """Somebody changes the journal between two runs: the next one names the record, writes nothing, and lets go."""
    chance = random.Random(seed)
    store = chance.choice(STORES)
    world = World(Fate(seed), chance.randint(1, 8), store)
    for _ in range(chance.randint(1, 3)):
        world.fate.kill_at = world.fate.touches + chance.randint(8, 120)
        world.run()
        world.fate.clock.wait(400)
    world.fate.calm()
    trial, effects = Trial(), len(world.town.effects)
    kept = world.kept()
    journals = sorted(path for path in kept if path.endswith("journal.jsonl") and b"\n" in kept[path])
    if not journals:
        return trial
    path = chance.choice(journals)
    how, line, data = _damage(kept[path], chance, is_last=path == journals[-1])
    if path == journals[-1] and kept[path].startswith(data) and not _is_anchored(kept, kept[path][len(data) :]):
        return trial  # those records were never acknowledged: whoever wrote them died before the anchor was set
    trial.struck[how] += 1
    kept[path] = data
    end = world.run()
    trial.expect((end.code, end.reason) == (4, "journal_damaged"), f"{how} in line {line}: the run ended with {end}")
    trial.expect(len(world.town.effects) == effects, f"{how}: something was written all the same")
    anchor = kept["HEAD"].decode().strip() if "HEAD" in kept else None
    found = check_journal({p: d for p, d in kept.items() if p.startswith("runs/")}, anchor)
    first = (found[0].run, found[0].line) if found else None
    trial.expect(first == (path.split("/")[4], line), f"{how} in line {line} of {path}: {first} is named")
    return trial


def _is_anchored(kept: Mapping[str, bytes], lines: bytes) -> bool:
    """Whether the record that the anchor names is among these lines."""
    return "HEAD" in kept and b'"hash":"' + kept["HEAD"].strip() in lines


def _damage(data: bytes, chance: random.Random, *, is_last: bool) -> tuple[str, int, bytes]:
    """One way to change a journal: what it is, the number of the first line that is not as it was, and the result."""
    *lines, torn = data.split(b"\n")
    at = chance.randrange(len(lines))
    ways = ["a byte changed", "a record lost", "a record twice"] + ["two records swapped"] * (len(lines) > 1)
    how = chance.choice([*ways, "the tail cut"])
    if how == "a byte changed":
        position = chance.randrange(len(lines[at]))
        lines[at] = lines[at][:position] + bytes([lines[at][position] ^ 1]) + lines[at][position + 1 :]
    elif how == "a record lost":
        del lines[at]
    elif how == "a record twice":
        lines.insert(at, lines[at])
        at += 1
    elif how == "two records swapped":
        at = min(at, len(lines) - 2)
        lines[at], lines[at + 1] = lines[at + 1], lines[at]
    else:
        del lines[at:]
        torn = b"" if is_last else torn
    return how, at + 1, b"\n".join([*lines, torn])


def crowded(seed: int) -> Trial:
    """Two to eight runners at once, frozen for longer than a lease: one at a time sends, and no record is lost."""
    chance = random.Random(seed)
    changes = chance.randint(1, 12)
    world = World(Fate(seed, {"kill": chance.choice((0.0, 0.0, 0.01))}), changes, chance.choice(STORES))
    pauses_s = (0.0,) * chance.choice((1, 2, 4, 8, 16)) + (1.0, 60.0, 160.0, 400.0)
    Crowd(world, chance.randint(2, 8)).run(pauses_s=pauses_s, keep=chance.choice((0.0, 0.5, 0.8, 0.9)))
    trial = Trial()
    allowed = {(0, ""), (0, "idle"), (4, "lease_held"), (4, "lease_lost"), (None, "killed")}
    allowed.add((3, "snapshot_stale"))  # frozen for over an hour before its plan was made
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
