"""What a change of policies would change, as a value."""

from __future__ import annotations

from dataclasses import dataclass

from runner.model.plan import Change, Plan


@dataclass(frozen=True, slots=True)
class TaskDiff:
    """One task in both versions. The people are account ids, in order; ``status`` is added, removed, paused, resumed,
    changed or same.

    ``newly`` match only the new version, ``released`` only the old one; ``stronger`` and ``gentler`` match both and are
    treated otherwise. ``matched`` is how many match the new version.
    """

    task: str
    status: str
    matched: int
    newly: tuple[str, ...] = ()
    released: tuple[str, ...] = ()
    stronger: tuple[str, ...] = ()
    gentler: tuple[str, ...] = ()

    @property
    def quiet(self) -> bool:
        """Whether nobody is touched otherwise than before."""
        return not (self.newly or self.released or self.stronger or self.gentler)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two versions of the policies on one snapshot: each task's people, both plans of all enabled tasks, and shapes
    that deserve a second look."""

    tasks: tuple[TaskDiff, ...]
    before: Plan
    after: Plan
    warnings: tuple[str, ...] = ()

    @property
    def appearing(self) -> tuple[Change, ...]:
        """The changes that only the new version would make; blocked ones too, since a rail may be lifted."""
        known = {change.id for change in self.before.changes}
        return tuple(change for change in self.after.changes if change.id not in known)

    @property
    def vanishing(self) -> tuple[Change, ...]:
        """The changes that only the old version would make."""
        known = {change.id for change in self.after.changes}
        return tuple(change for change in self.before.changes if change.id not in known)
