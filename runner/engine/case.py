"""What the rails judge: the whole plan as it stands, with everything that their figures come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from runner.engine.draft import Draft, drafts_by_task
from runner.engine.evaluate import Evaluation
from runner.model.plan import Change
from runner.model.policy import Policies, Task
from runner.model.world import World


@dataclass(frozen=True)
class Case:
    """A plan before the rails.

    ``changes`` are all changes, those of the tasks in ``refused`` only marked blocked. ``stopped`` says why everything
    is stopped, if it is. ``applying_at`` is the wall clock when the plan is about to be carried out, None while
    planning.
    """

    policies: Policies
    world: World
    evaluation: Evaluation
    tasks: tuple[Task, ...]
    drafts: tuple[Draft, ...]
    changes: tuple[Change, ...]
    refused: Set[str] = frozenset()
    stopped: str = ""
    applying_at: datetime | None = None

    @property
    def population(self) -> int:
        """All people in the directory; percentages are of these."""
        return self.world.snapshot.population

    @property
    def writing(self) -> tuple[Task, ...]:
        """The tasks that may write and are not refused yet."""
        return tuple(t for t in self.tasks if not t.report_only and t.name not in self.refused)

    @property
    def pending(self) -> tuple[Change, ...]:
        """The changes that no task rail took out so far."""
        return tuple(change for change in self.changes if not change.blocked)

    def changes_of(self, task: Task) -> Sequence[Change]:
        """The changes that one task asks for."""
        return self._changes.get(task.name, ())

    def drafts_of(self, task: Task) -> Sequence[Draft]:
        """The drafts of one task."""
        return self._drafts.get(task.name, ())

    @cached_property
    def _changes(self) -> Mapping[str, Sequence[Change]]:
        found: dict[str, list[Change]] = {}
        for change in self.changes:
            for task in change.tasks:
                found.setdefault(task, []).append(change)
        return found

    @cached_property
    def _drafts(self) -> Mapping[str, Sequence[Draft]]:
        return drafts_by_task(self.drafts)


@dataclass(frozen=True, slots=True)
class Finding:
    """A rail's no, before the digest of what it blocks is known; ``task`` is None for a run's rail.

    ``remedy`` says how to go on where an override cannot lift the rail. ``blames`` are the tasks that a run which is
    refused for it puts in quarantine.
    """

    rail: str
    task: str | None
    found: str
    limit: str
    remedy: str = ""
    blames: tuple[str, ...] = ()


def share(count: int, population: int) -> str:
    """``41 of 310 people, 13.2 %``: a count as people read it."""
    percent = 100 * count / population if population else 0.0
    return f"{count} of {population} people, {percent:.1f} %"


def at_most(percent: float, population: int) -> int:
    """So many people are this percentage: rounded down, but at least one."""
    return max(1, int(population * percent / 100 + 1e-9))
