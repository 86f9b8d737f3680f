"""Trials of what policies and upstream may do: limits over time, sources that shrink, and the way back."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from runner.model.people import Snapshot, User
from runner.model.policy import Limits, Override, RunLimits, Select, Task
from runner.run.errand import UndoErrand
from tests.simulator.fate import START, Fate
from tests.simulator.recount import is_settled, recount
from tests.simulator.trials import STORES, Trial
from tests.simulator.world import WISHES, World, people, person
from tests.unit.engine.made import WIDE, override, policies, task

REMOVING = ("suspend", "remove_from_group", "deactivate", "revoke_role")
REMOVALS = frozenset(REMOVING)
DAY = timedelta(hours=24)
MATCHES: tuple[Mapping[str, Any], ...] = (
    {"status": ["active", "suspended", "deactivated"]}, {"status": "active"}, {"group": "*"}, {"group": ["old", "new"]},
    {"email": "*"}, {"not": {"group": "new"}}, {"any": [{"status": "suspended"}, {"group": "old"}]},
)  # fmt: skip
ROUGH = {"reset after": 0.03, "5xx before": 0.03, "look fails": 0.1, "refused": 0.02, "kill": 0.002}


def careless(seed: int, runs: int) -> Trial:
    """Policies as nobody should write them, run again and again, while people are put back by hand, and tasks let out
    of quarantine: no run and no 24 hours see more than the limits, nobody protected is touched, and nothing is emptied
    or falls under its floor."""
    chance = random.Random(seed)
    folk = [person(f"p-{i:03}", status=chance.choice(("active", "active", "suspended"))) for i in range(60)]
    folk += [person(f"a-{i}", roles=frozenset({"org-admin"}), groups=frozenset()) for i in range(3)]
    folk += [person(f"g-{i}", groups=frozenset({"guard"})) for i in range(2)]
    limits = RunLimits(
        users_per_run=chance.randint(1, 20), percent_per_run=chance.randint(1, 40),
        percent_per_day=chance.randint(1, 40), population_drop_percent=10,
    )  # fmt: skip
    tasks, floor = list(_careless_tasks(chance)), chance.choice((0, 0, 20, 50))
    protect: dict[str, Any] = {"users": ("p-007@acme.example",), "groups": ("guard",), "min_members": {"old": floor}}
    rules = policies(*tasks, limits=limits, **protect)
    least = Least(floor, any(task.may_empty for task in tasks))
    world = World(Fate(seed, ROUGH), store=chance.choice(STORES), rules=rules, folk={u.account_id: u for u in folk})
    trial = Trial()
    for number in range(runs):
        before, people_before = len(world.town.effects), dict(world.town.people)
        world.run()
        trial.wrong += _over_run(world.town.effects[before:], limits, len(folk))
        trial.wrong += least.broken(people_before, world.town.people)
        world.fate.clock.wait(chance.choice((10, 600, 3600, 6 * 3600, 30 * 3600)))
        if chance.random() < 0.2 and is_settled(world.kept()):  # else nobody could tell what was done before
            world.town.people |= {user.account_id: user for user in chance.sample(folk, 15)}
        world.rules = replace(rules, overrides=_looked_at(world, number)) if chance.random() < 0.5 else rules
    trial.wrong += _over_day(world.town.effects, limits.percent_per_day, len(folk))
    world.recover()
    trial.wrong += recount(world.evidence())
    trial.struck = world.fate.struck
    trial.struck["effects"] = len(world.town.effects)
    trial.struck.update(f"ended with {end.reason or 'done'}" for end in world.ends)
    return trial


def _careless_tasks(chance: random.Random) -> Iterable[Task]:
    """Tasks for everybody, that undo each other, some limited to a few people so that the run's limit lets them by."""
    for number in range(chance.randint(1, 4)):
        verb = chance.choice(tuple(WISHES))
        select = Select(first=chance.randint(1, 8)) if chance.random() < 0.9 else None
        limits = Limits(chance.choice((None, None, 8, 50)), chance.choice((None, None, 15, 50)))
        match = dict(chance.choice(MATCHES))
        may_empty = chance.random() < 0.3
        yield task(f"t-{number}", match, WISHES[verb], select=select, limits=limits, may_empty=may_empty)


def _looked_at(world: World, number: int) -> tuple[Override, ...]:
    """Overrides that let out whoever the newest plan found in quarantine."""
    return tuple(
        replace(override("quarantine", refusal["task"], refusal["digest"]), reason=str(number), expires=date.max)
        for refusal in _newest_plan(world)["refusals"]
        if refusal["rail"] == "quarantine"
    )


@dataclass(frozen=True)
class Least:
    """What must be left after a run: ``floor`` people in the group ``old``, and somebody in it and in the app unless a
    task ``may_empty``."""

    floor: int
    may_empty: bool

    def broken(self, before: Mapping[str, User], after: Mapping[str, User]) -> Iterable[str]:
        """What a run took too much of."""
        members, left = _sizes(before)[0], _sizes(after)[0]
        if left < min(members, self.floor):
            yield f"{left} people are left in a group that must have {self.floor}"
        for had, has in zip(_sizes(before), _sizes(after), strict=True):
            if had and not has and not self.may_empty:
                yield "a group or the app was emptied"


def _sizes(people: Mapping[str, User]) -> tuple[int, int]:
    """People in the group ``old``, and in the app by a direct role."""
    groups = [user.groups for user in people.values() if isinstance(user.groups, frozenset)]
    return sum("old" in mine for mine in groups), sum(bool(user.direct_access) for user in people.values())


Effects = Sequence[Mapping[str, Any]]
Spoil = Callable[[Snapshot], Snapshot]


def _at_most(percent: float, population: int) -> int:
    return max(1, int(population * percent / 100))


def _touched(effects: Effects, *, removed: bool) -> set[str]:
    return {effect["account_id"] for effect in effects if (effect["verb"] in REMOVALS) == removed}


def _over_run(effects: Effects, limits: RunLimits, population: int) -> Iterable[str]:
    most = min(limits.users_per_run, _at_most(limits.percent_per_run, population))
    for removed in (True, False):
        people_touched = len(_touched(effects, removed=removed))
        if people_touched > most:
            yield f"one run touched {people_touched} people, {most} are allowed"
    touched = {effect["account_id"] for effect in effects}
    if any(who.startswith(("a-", "g-")) or who == "p-007" for who in touched):
        yield f"somebody who is protected was touched: {sorted(touched)}"


def _over_day(effects: Effects, percent: float, population: int) -> Iterable[str]:
    most = _at_most(percent, population)
    for last in effects:
        window = [e for e in effects if last["at"] - DAY + timedelta(minutes=10) < e["at"] <= last["at"]]
        for removed in (True, False):
            people_touched = len(_touched(window, removed=removed))
            if people_touched > most:
                yield f"the day up to {last['at']} touched {people_touched} people, {most} are allowed"
                return


def spoilt(number: int, verb: str) -> Trial:
    """The upstream is empty, shrunken, partial or another organization: nothing is written, and the reason says so."""
    folk = people(40)
    limits = replace(WIDE, population_drop_percent=10)
    rules = policies(task("t", {"email": "*"}, WISHES[verb], may_empty=True), limits=limits)
    idle = policies(task("t", {"email": "nobody@*"}, WISHES[verb]), limits=limits)
    world = World(Fate(number), rules=idle, folk=folk, store=STORES[number % 2])
    trial = Trial()
    trial.expect(world.run().code == 0, "the good run before")
    kind, spoil = list(_spoils(len(folk)))[number]
    world.rules, world.spoil = rules, spoil
    end = world.run()
    trial.struck[f"upstream {kind}"] += 1
    trial.expect(not world.town.effects, f"{kind}: {len(world.town.effects)} people were changed")
    trial.expect(end.code in (2, 3), f"{kind}: the run ended with {end}")
    if kind in ("shrunken", "empty"):
        found = _said(world)
        trial.expect(str(len(folk)) in found, f"{kind}: {found!r} does not name the old count")
        trial.expect(str(_left(number, folk)) in found, f"{kind}: {found!r} does not name the new count")
    return trial


def _left(number: int, folk: Mapping[str, User]) -> int:
    spoil = list(_spoils(len(folk)))[number][1]
    whole = Snapshot(START, "acme", True, (), (), tuple(folk.values()), len(folk), "")
    return spoil(whole).population


def _said(world: World) -> str:
    """What the refusals in the newest run's journal say."""
    newest = max(path for path in world.kept() if path.endswith("journal.jsonl"))
    return " ".join(line for line in world.kept()[newest].decode().splitlines() if '"kind":"refused"' in line)


def _spoils(number: int) -> Iterable[tuple[str, Spoil]]:
    """Forty ways in which a source can be less than it was."""
    for share in range(16):
        keep = int(number * 0.89 * share / 15)
        yield ("shrunken" if keep else "empty"), _only(keep)
    for missing in range(8):
        yield "partial", _only(number - missing, complete=False)
    for problem in ("a page is missing", "a cursor came twice", "the server counts 99", "two contents"):
        yield "partial", _only(number, problems=(problem,))
        yield "partial", _only(number - 1, problems=(problem,))
    for name in ("other", "acme-test", "ACME", ""):
        yield "another organization", _only(number, organization=name)
        yield "another organization", _only(number - 2, organization=name)


def _only(people_left: int, **facts: Any) -> Spoil:
    """What makes a snapshot one of so many people, with other facts."""
    return lambda whole: replace(whole, users=whole.users[:people_left], population=people_left, **facts)


def undone(seed: int) -> Trial:
    """A run, whole or cut off, people changed by others since, and the undo of it for everybody or for one person: all
    else is as it was."""
    chance = random.Random(seed)
    changes = chance.randint(1, 20)
    kill = chance.randint(8, 20 + 4 * changes) if chance.random() < 0.5 else 0
    world = World(Fate(seed, kill_at=kill), changes, chance.choice(STORES))
    world.run()
    world.fate.calm()
    first = next((path.split("/")[4] for path in sorted(world.kept()) if path.endswith("journal.jsonl")), None)
    made = {effect["account_id"] for effect in world.town.effects}
    drifted = _drift(world, chance, sorted(made))
    trial = Trial()
    one = chance.choice(sorted(made)) if made and chance.random() < 0.2 else None
    before_undo = dict(world.town.people)
    trial.struck.update({"killed before": bool(kill), "drifted people": len(drifted), "undone people": len(made)})
    trial.struck["undone for one person"] += one is not None
    if first is None:
        return trial
    world.fate.clock.wait(60)
    end = world.run(UndoErrand(first, one))
    trial.expect(bool(made) or end.reason == "nothing_to_undo", f"nothing was made, and the undo ended with {end}")
    for account_id, user in world.town.people.items():
        back = before_undo if one not in (None, account_id) else world.truth_before
        want = drifted.get(account_id) or back[account_id]
        trial.expect(user == want, f"{account_id} is {user}, not {want}")
    trial.wrong += recount(world.evidence())
    missing = {who for who in drifted if one in (None, who)} - _skips(world)
    trial.expect(not missing, f"not listed: {missing}")
    return trial


def _drift(world: World, chance: random.Random, made: Sequence[str]) -> dict[str, User]:
    """Somebody else changes some of those people, in what the run had changed of them."""
    found = {}
    for effect in world.town.effects:
        who = effect["account_id"]
        if who in made and effect["target"] is None and chance.random() < 0.3:
            other = {"suspended": "deactivated", "active": "deactivated", "deactivated": "suspended"}[effect["after"]]
            if other != effect["before"]:
                world.town.people[who] = found[who] = replace(world.town.people[who], status=other)
    return found


def _skips(world: World) -> set[str]:
    """Whom the newest plan lists as left alone because they changed."""
    return {skip["account_id"] for skip in _newest_plan(world)["skips"] if skip["why"] == "changed_since"}


def _newest_plan(world: World) -> Mapping[str, Any]:
    newest = max((path for path in world.kept() if path.endswith("plan.json")), default="")
    plan: Mapping[str, Any] = json.loads(world.kept().get(newest, b'{"skips": [], "refusals": []}'))
    return plan
