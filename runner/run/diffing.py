"""A change of policies, held against the organization: what ``diff`` and the comment on a pull request say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runner.directory.interface import Need
from runner.engine.confine import exempting
from runner.engine.diff import diff_policies
from runner.engine.names import apps_needed
from runner.model.difference import Difference
from runner.model.history import History
from runner.model.policy import Policies
from runner.model.report import NextRun, Person, SeatChange
from runner.model.world import World
from runner.run.session import Session
from runner.run.surroundings import next_runs, people_by_id, seat_changes


@dataclass(frozen=True)
class Compared:
    """A difference with the seats and money of what it would change, the next runs, and the people's names."""

    difference: Difference
    seats: tuple[SeatChange, ...]
    next_runs: tuple[NextRun, ...]
    people: Mapping[str, Person]


def compare(session: Session, base: Policies, history: History) -> Compared:
    """Both versions on one snapshot; the session's policies are the new version. Raises whatever the reader raises."""
    policies = session.policies
    tasks = [task for version in (base, policies) for task in version.tasks.values() if task.enabled]
    filters = (*exempting(base, tasks), *exempting(policies, tasks))
    snapshot = session.reader.read_snapshot(Need(apps=apps_needed(tasks, filters)))
    mask = session.mask.knowing(snapshot.users)
    world = World(snapshot, session.now, policies.lists, mask.revealed_history(history))
    difference = diff_policies(base, policies, world)
    touched = {
        account for task in difference.tasks for account in (*task.newly, *task.released, *task.stronger, *task.gentler)
    }
    new = [change for change in difference.appearing if not change.blocked]
    return Compared(difference, seat_changes(new, world, policies), next_runs(session), people_by_id(touched, world))
