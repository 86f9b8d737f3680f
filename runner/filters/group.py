"""``group``: membership."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from runner.catalog import as_tuple, condition
from runner.filters._pattern import GLOBS
from runner.filters._words import listing
from runner.model.condition import Build, Question
from runner.model.confined import Confined, Confinement, plain_words
from runner.model.glob import Globs
from runner.model.people import User
from runner.model.unknown import Truth, Unknown
from runner.model.world import World


@condition("group", schema=GLOBS, facts=("groups",))
@dataclass(frozen=True)
class InGroup(Question):
    """A member of any of these groups.

    ```yaml
    group: [service-accounts, "jira-admin*"]
    ```
    """

    globs: Globs

    @classmethod
    def from_yaml(cls, value: Any, build: Build) -> Self:
        return cls(Globs(frozenset(as_tuple(value))))

    def truth(self, user: User, world: World) -> Truth:
        groups = user.groups
        if isinstance(groups, Unknown):
            return None
        if not world.groups_matching(self.globs).isdisjoint(groups):
            return True
        return False if groups <= world.groups.keys() else None

    def reason(self, user: User, world: World) -> str:
        truth = self.truth(user, world)
        if truth is None or isinstance(user.groups, Unknown):
            return f"not known whether in {self.globs}"
        if not truth:
            return f"not in {self.globs}"
        found = world.groups_matching(self.globs) & user.groups
        return "in " + listing({world.groups[group_id].name for group_id in found})

    def groups(self) -> frozenset[str]:
        return self.globs.texts

    def confined(self) -> Confinement:
        names = self.globs.texts
        return (Confined(groups=names),) if self.globs.is_plain and plain_words(tuple(names)) else None

    def warnings(self, world: World) -> tuple[str, ...]:
        # Where only some people were read, so were groups: those of the names that are written out are among them.
        asked = (Globs(frozenset({pattern})) for pattern in sorted(self.globs.patterns))
        heard = [globs for globs in asked if globs.is_plain or not world.snapshot.narrowed]
        unheard = [globs for globs in heard if not world.groups_matching(globs)]
        return tuple(f"group {pattern}: nobody has heard of such a group" for pattern in unheard)
