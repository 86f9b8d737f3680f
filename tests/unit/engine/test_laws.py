"""Laws of plans: what was applied needs no doing again, and every change can be taken back."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from runner.directory.file import FileReader, FileWriter
from runner.directory.interface import Need
from runner.directory.parse import snapshot_to_json
from runner.engine.digest import changes_digest
from runner.engine.planfile import plan_from_json, plan_json
from runner.model.outcome import ALREADY, APPLIED
from runner.model.people import Snapshot, User
from runner.model.plan import INVERSE, Change
from runner.model.policy import Task
from tests.unit.engine.made import JIRA, NOW, WIKI, group, plan, policies, snapshot, task, user

IDS = [f"u-{number}" for number in range(6)]
GROUPS = ["both", "guests", "idp", "jira", "plain", "wiki"]
ROLES = ["user", "admin", "guest", "customer"]
OBSTACLES = {"shared_group", "synced_group", "not_applicable"}


def _person(account_id: str, facts: dict[str, Any]) -> dict[str, Any]:
    return user(account_id, **facts)


def organizations() -> st.SearchStrategy[Snapshot]:
    """Six people in some of six groups, now and then with a fact that nobody knows."""
    grant = st.fixed_dictionaries({"app": st.sampled_from([JIRA, WIKI]), "role": st.sampled_from(ROLES)})
    rarely = st.integers(0, 9).map(lambda n: n == 9)
    people = [
        st.fixed_dictionaries(
            {
                "status": st.sampled_from(["active", "active", "suspended", "deactivated", "not_invited"]),
                "managed": st.booleans(),
                "synced": rarely,
                "roles": rarely.map(lambda admin: ["org-admin"] if admin else []),
                "groups": rarely.flatmap(
                    lambda gap: st.just(...) if gap else st.lists(st.sampled_from(GROUPS), unique=True)
                ),
                "direct_access": st.lists(grant, max_size=1),
            }
        ).map(partial(_person, account_id))
        for account_id in IDS
    ]
    groups = [
        group("both", JIRA, WIKI),
        group("guests", {"app": WIKI, "role": "guest"}),
        group("idp", JIRA, managed_by_idp=True),
        group("jira", JIRA, default_for=[JIRA]),
        group("plain"),
        group("wiki", WIKI, default_for=[WIKI]),
    ]
    return st.tuples(*people).map(lambda users: snapshot(users, groups))


def tasks() -> st.SearchStrategy[list[Task]]:
    """A few tasks that name their people, so that what they change does not change whom they match."""
    some = st.lists(st.sampled_from(GROUPS), min_size=1, max_size=2, unique=True)
    app = st.sampled_from(["jira", "wiki"])
    action = st.one_of(
        st.fixed_dictionaries({"add_to_groups": some}),
        st.fixed_dictionaries({"remove_from_groups": some}),
        st.fixed_dictionaries({"sync_groups": some}),
        st.fixed_dictionaries({"remove_app_access": app}),
        st.fixed_dictionaries({"grant_app_access": app}),
        st.sampled_from(["suspend", "restore", "deactivate", "reactivate"]),
    )
    one: st.SearchStrategy[Any] = st.tuples(
        st.lists(st.sampled_from(IDS), min_size=1, unique=True),
        st.lists(action, min_size=1, max_size=2, unique_by=str),
        st.booleans(),
    )
    return st.lists(one, min_size=1, max_size=3).map(
        lambda found: [
            task(f"t-{n}", {"account_id": ids}, *written, may_empty=True, shared_groups=shared)
            for n, (ids, written, shared) in enumerate(found)
        ]
    )


@contextmanager
def stored(read: Snapshot) -> Iterator[Path]:
    """The organization as a directory file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "acme.json")
        path.write_text(json.dumps(snapshot_to_json(read)))
        yield path


def people(path: Path) -> tuple[User, ...]:
    """The people in the file now."""
    return FileReader(path, NOW).read_snapshot(Need()).users


def inverse(change: Change) -> Change:
    """The change that takes this one back, as plans write it."""
    return replace(change, verb=INVERSE[change.verb], before=change.after, after=change.before)


@given(organizations(), tasks())
def test_a_second_plan_after_applying_is_empty(read: Snapshot, found: list[Task]) -> None:
    """Everything pending is done in one go. Only where one task took away what stood in another's way (a group that
    also grants another app, say), or what another was content with, or settled a conflict, is something left for a
    second run; a task alone leaves nothing."""
    rules = policies(*found)
    with stored(read) as path:
        first = plan(rules, FileReader(path, NOW).read_snapshot(Need()))
        outcomes = list(FileWriter(path, lambda: NOW).apply_changes(first.plan.pending))
        assert {outcome.status for outcome in outcomes} <= {APPLIED}
        again = plan(rules, FileReader(path, NOW).read_snapshot(Need()))
    hindered = {(s.account_id, s.task) for s in first.plan.skips if s.why in OBSTACLES}
    hindered |= {(c.account_id, t.name) for c in first.plan.pending for t in found if c.tasks != (t.name,)}
    asked = {(change.account_id, name) for change in again.plan.pending for name in change.tasks}
    assert asked <= (hindered if len(found) > 1 else set())


@given(organizations(), tasks())
def test_the_inverses_bring_everything_back(read: Snapshot, found: list[Task]) -> None:
    """Last change first, each inverse restores what was before; applying twice changes nothing more."""
    with stored(read) as path:
        before = people(path)
        pending = plan(policies(*found), FileReader(path, NOW).read_snapshot(Need())).plan.pending
        writer = FileWriter(path, lambda: NOW)
        list(writer.apply_changes(pending))
        assert {outcome.status for outcome in writer.apply_changes(pending)} <= {ALREADY}
        list(writer.apply_changes([inverse(change) for change in reversed(pending)]))
        assert people(path) == before


@given(organizations(), tasks())
def test_nobody_protected_is_touched_and_all_or_nothing_holds(read: Snapshot, found: list[Task]) -> None:
    """No change of an org admin, and never a change and a skip of one person for one task (but for ``covered``)."""
    planned = plan(policies(*found), read).plan
    admins = {u.account_id for u in read.users if u.roles == frozenset({"org-admin"})}
    assert not admins & {change.account_id for change in planned.changes}
    skipped = {(s.account_id, s.task) for s in planned.skips if s.why != "covered"}
    assert not skipped & {(c.account_id, name) for c in planned.changes for name in c.tasks}


@given(organizations(), tasks())
def test_a_plan_survives_its_file(read: Snapshot, found: list[Task]) -> None:
    """To JSON and back is the same plan, and the digest is that of what is pending."""
    planned = plan(policies(*found), read).plan
    assert plan_from_json(json.loads(json.dumps(plan_json(planned))), source="plan.json") == planned
    assert planned.digest == changes_digest(planned.pending)


@given(organizations(), tasks(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(read: Snapshot, found: list[Task], random: Any) -> None:
    """The same people and tasks in another order give the same plan."""
    data = snapshot_to_json(read)
    shuffled = {**data, "users": random.sample(data["users"], len(data["users"]))}
    mixed = snapshot(shuffled["users"], data["groups"])
    one = plan(policies(*found), read).plan
    other = plan(policies(*random.sample(found, len(found))), mixed).plan
    assert (one.changes, one.skips, one.digest) == (other.changes, other.skips, other.digest)
