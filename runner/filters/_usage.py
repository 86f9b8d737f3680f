"""Questions about when apps were last used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from runner.catalog import as_tuple
from runner.filters._words import listing, when
from runner.model.condition import Question
from runner.model.people import LatestUse, User
from runner.model.world import World


def names_of(value: Any) -> frozenset[str]:
    """The apps of a mapping's ``app``; none where it is left out or says ``any``: then every use of anything counts."""
    names = frozenset(as_tuple(value["app"])) if isinstance(value, dict) and "app" in value else frozenset[str]()
    return frozenset() if "any" in names else names


@dataclass(frozen=True)
class Usage(Question):
    """A question about the latest use of any of some apps on any of their sites; with no names, of anything."""

    names: frozenset[str]

    def apps(self) -> frozenset[str]:
        return self.names

    def latest(self, user: User, world: World) -> LatestUse:
        """The latest use that counts."""
        return world.latest_use(user, world.app_ids(self.names) if self.names else None)

    def missing(self, user: User, world: World) -> tuple[str, ...]:
        return ("added",) if self.latest(user, world).certain else ("last_active",)

    def reason(self, user: User, world: World) -> str:
        use = self.latest(user, world)
        what = listing(self.names) or "any app"
        if use.at is not None:
            known = f"{what} last used {when(use.at, world.now)}"
            return known if use.certain else f"{known} or later"
        return f"{what} never used" if use.certain else f"not known when {what} was last used"
