"""A harvest made into a snapshot, with everything that does not add up said."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import datetime

from runner.directory.atlassian.harvest import Harvest
from runner.directory.parse import snapshot_digest
from runner.model.people import Snapshot

WARN_SKEW_S, REFUSE_SKEW_S = 300, 3600


def build_snapshot(
    harvest: Harvest, *, organization: str, taken_at: datetime, skew_s: float, pages: int, narrowed: bool
) -> Snapshot:
    """The snapshot; its hash is that of the file in which it would be recorded. ``skew_s`` is how far the server's
    clock is ahead, ``pages`` how many calls were made."""
    harvest.name_groups_left_over()
    harvest.check_roles()
    _check_clock(harvest, skew_s)
    problems = tuple(dict.fromkeys(harvest.problems))
    snapshot = Snapshot(
        taken_at=taken_at,
        organization=organization,
        complete=not problems,
        apps=harvest.resources.apps,
        groups=tuple(harvest.groups[id_] for id_ in sorted(harvest.groups)),
        users=tuple(harvest.users[id_] for id_ in sorted(harvest.users)),
        population=harvest.population,
        sha256="",
        live=True,
        narrowed=narrowed,
        pages=pages,
        problems=problems,
        warnings=(*dict.fromkeys(harvest.warnings), *harvest.facts.warnings()),
        direct_use=harvest.direct_use,
        granting_known=harvest.granting_known,
        askable=frozenset({"last_active"}) if abs(skew_s) <= REFUSE_SKEW_S else frozenset(),
    )
    return dataclasses.replace(snapshot, sha256=snapshot_digest(snapshot))


def build_glimpse(harvest: Harvest, people: Iterable[str], organization: str) -> Snapshot:
    """Some people as they are known so far, with all groups and apps, while the others are still to come."""
    return Snapshot(
        taken_at=harvest.facts.latest,
        organization=organization,
        complete=True,
        apps=harvest.resources.apps,
        groups=tuple(harvest.groups.values()),
        users=tuple(harvest.users[id_] for id_ in sorted(people)),
        population=harvest.population,
        sha256="",
        live=True,
        granting_known=harvest.granting_known,
    )


def _check_clock(harvest: Harvest, skew_s: float) -> None:
    """Over five minutes apart is a warning; over an hour no time can be trusted, so every time is unknown."""
    if abs(skew_s) > WARN_SKEW_S:
        direction = "ahead of" if skew_s > 0 else "behind"
        harvest.warnings.append(f"the server's clock is {abs(skew_s):.0f} seconds {direction} this machine's")
    if abs(skew_s) > REFUSE_SKEW_S:
        harvest.warnings.append("the clocks are over an hour apart: no time is trusted, all are taken as unknown")
        harvest.forget_times()
