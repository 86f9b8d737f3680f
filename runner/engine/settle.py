"""The rails' verdict over a plan: which tasks are taken out, whether the run is refused, which overrides lift what.

Taking a task out can break another rail (its additions kept a group from being emptied), so the rails are asked again
until nothing new is found. Overrides are looked up by the digest of what their rail blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from runner.engine.case import Case, Finding
from runner.engine.digest import changes_digest
from runner.engine.rails import ABSOLUTE, RUN_RAILS, TASK_RAILS
from runner.model.canonical import digest
from runner.model.plan import Change, Refusal, Skip
from runner.model.policy import Override

Lift = tuple[str, str | None]
Merge = Callable[[AbstractSet[str]], tuple[tuple[Change, ...], tuple[Skip, ...]]]
"""The changes and the ``covered`` skips when these tasks are refused."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What is left after the rails: all changes (blocked ones marked), refusals, the overrides used, and the tasks with
    something to do that these let out of quarantine."""

    changes: tuple[Change, ...]
    covered: tuple[Skip, ...]
    refusals: tuple[Refusal, ...]
    overrides: tuple[Override, ...]
    to_quarantine: Mapping[str, str]
    released: tuple[str, ...] = ()


def settle(case: Case, merge: Merge) -> Settled:
    """Ask all rails, lift what an override of the same digest allows, and ask again until nothing changes."""
    usable = tuple(o for o in case.policies.overrides if _usable(o, case))
    lifted = _out_of_quarantine(case, merge, usable)
    while True:
        settled = _judge(case, merge, lifted.keys())
        found = {(r.rail, r.task): r.digest for r in settled.refusals}
        new = {
            (o.rail, o.task): o
            for o in usable
            if (o.rail, o.task) not in lifted and o.rail not in ABSOLUTE and found.get((o.rail, o.task)) == o.digest
        }
        if not new:
            asking = {task for change in settled.changes for task in change.tasks}
            released = tuple(task for task in sorted(asking) if ("quarantine", task) in lifted)
            return replace(settled, overrides=tuple(dict.fromkeys(lifted.values())), released=released)
        lifted.update(new)


def _out_of_quarantine(case: Case, merge: Merge, usable: Iterable[Override]) -> dict[Lift, Override]:
    """What an override of the day's budget lifts besides: it was written for the changes of tasks that went into
    quarantine over them, so it lets those out; not one that another rail takes out, whose changes are not in it."""
    budget = {override.digest: override for override in usable if override.rail == "day_limit"}
    out = [("quarantine", name) for name in sorted(case.world.history.over_budget)]
    if not budget or not out:
        return {}
    refusals = _judge(case, merge, frozenset(out)).refusals
    found = next((r.digest for r in refusals if r.rail == "day_limit" and r.digest in budget), None)
    taken_out = {r.task for r in refusals}
    return {lift: budget[found] for lift in out if lift[1] not in taken_out} if found is not None else {}


def override_use(override: Override) -> str:
    """How a used override is remembered: its name for readers, and the digest of all else that it says.

    So a copy under another name lifts nothing, and the same changes a second time need a new reason or a new date.
    """
    said = (override.rail, override.task, override.digest, override.reason, override.approved_by)
    return f"{override.name}:{digest([*said, override.expires.isoformat()])}"


def _usable(override: Override, case: Case) -> bool:
    used = {name.partition(":")[2] for name in case.world.history.used_overrides}
    return override_use(override).partition(":")[2] not in used and case.world.now.date() <= override.expires


def _judge(case: Case, merge: Merge, lifted: AbstractSet[Lift]) -> Settled:
    findings: list[Finding] = []
    refused: set[str] = set()
    while True:
        changes, covered = merge(refused)
        now = replace(case, changes=changes, refused=frozenset(refused))
        new = [f for rail in TASK_RAILS for f in rail(now) if (f.rail, f.task) not in lifted]
        findings += new
        if not new:
            break
        refused |= {finding.task for finding in new if finding.task is not None}
    run = [f for rail in RUN_RAILS for f in rail(now) if (f.rail, f.task) not in lifted]
    refusals = tuple(_refusal(f, changes) for f in _joined([*findings, *run]))
    if run:
        changes = tuple(replace(change, blocked=True) for change in changes)
    blamed = {task: f"{finding.rail}: {finding.found}" for finding in run for task in finding.blames}
    return Settled(changes, covered, refusals, (), blamed)


def _joined(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding a rail and task: several figures of one rail (removals and additions) stand in one line."""
    joined: dict[Lift, Finding] = {}
    for finding in findings:
        key = (finding.rail, finding.task)
        other = joined.get(key)
        if other is None:
            joined[key] = finding
        else:
            limit = other.limit if finding.limit == other.limit else f"{other.limit}; {finding.limit}"
            joined[key] = replace(other, found=f"{other.found}; {finding.found}", limit=limit)
    return tuple(joined.values())


def _refusal(finding: Finding, changes: Sequence[Change]) -> Refusal:
    """The refusal with the digest of what it blocks; ``changes`` are those after the task rails."""
    if finding.task is None:
        blocked = [change for change in changes if not change.blocked]
    else:
        blocked = [change for change in changes if change.blocked and finding.task in change.tasks]
    blocks = changes_digest(blocked)
    return Refusal(finding.rail, finding.task, finding.found, finding.limit, blocks, _how_to_allow(finding, blocks))


def _how_to_allow(finding: Finding, blocks: str) -> str:
    if finding.rail in ABSOLUTE:
        return finding.remedy
    task = f"task: {finding.task}, " if finding.task else ""
    how = f"to allow it once, write policies/overrides/NAME.yaml in a pull request, with digest: {blocks}, "
    how += f"rail: {finding.rail}, {task}"
    how += "reason, approved_by and expires"
    return f"{how}; {finding.remedy}" if finding.remedy else how
