"""What holds for every directory: the same facts, the same verbs, the same outcomes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner.demo.acme import build_organization
from runner.directory.interface import EVERYTHING
from runner.directory.parse import snapshot_from_json, snapshot_to_json
from runner.model.history import History
from runner.model.people import Snapshot, User
from runner.model.plan import Change
from runner.model.unknown import UNKNOWN, Unknown
from runner.model.world import World
from runner.policy.load import load
from runner.run.planning import chosen_tasks, make_plan
from runner.run.session import Session
from tests.contract.directories import (
    JIRA,
    NOW,
    WIKI,
    Clock,
    Directory,
    atlassian,
    change,
    facts_by_person,
    inverse,
    opened,
    small,
)
from tests.emulator import Emulator, Options

KINDS = ("file", "atlassian")


@pytest.fixture(params=KINDS)
def directory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Directory]:
    """The small organization in either directory."""
    with opened(request.param, small(), tmp_path) as found:
        yield found


def outcomes(directory: Directory, *changes: Change) -> list[str]:
    """The statuses of a batch."""
    return [outcome.status for outcome in directory.writer.apply_changes(changes)]


MADE = (
    change("ann", "add_to_group", "wiki"), change("ann", "remove_from_group", "jira"),
    change("ann", "grant_role", JIRA, "admin"), change("ann", "revoke_role", WIKI), change("ann", "suspend"),
    change("ann", "deactivate"),
)  # fmt: skip


@pytest.mark.parametrize("wanted", MADE, ids=lambda c: c.verb)
def test_a_change_is_made_once_and_its_inverse_takes_it_back(directory: Directory, wanted: Change) -> None:
    """Applied, then already so; read back as wanted; the inverse restores the true state."""
    before = facts_by_person(directory.truth())
    assert directory.writer.read_back(wanted) == wanted.before
    assert outcomes(directory, wanted) == ["applied"]
    assert directory.writer.read_back(wanted) == wanted.after
    assert facts_by_person(directory.truth()) != before
    assert outcomes(directory, wanted) == ["already"]
    assert outcomes(directory, inverse(wanted)) == ["applied"]
    assert facts_by_person(directory.truth()) == before


@pytest.mark.parametrize(
    "wanted",
    [
        change("nobody", "suspend"), change("ann", "add_to_group", "nowhere"), change("ann", "add_to_group", "idp"),
        change("ann", "grant_role", "ari:cloud:nothing::site/9"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_fails_and_changes_nothing(directory: Directory, wanted: Change) -> None:
    """One person's failure is an outcome that says why."""
    before = facts_by_person(directory.truth())
    (outcome,) = directory.writer.apply_changes([wanted])
    assert (outcome.status, outcome.change) == ("failed", wanted)
    assert outcome.detail
    assert facts_by_person(directory.truth()) == before


@pytest.mark.parametrize("facts", [{"managed": False}, {"synced": True}])
@pytest.mark.parametrize("kind", KINDS)
def test_an_account_that_is_not_ours_is_not_deactivated(kind: str, facts: dict[str, Any], tmp_path: Path) -> None:
    """Unmanaged accounts and those of an identity provider: asked before, and the batch goes on."""
    with opened(kind, small(**facts), tmp_path) as directory:
        assert outcomes(directory, change("ann", "deactivate"), change("bob", "deactivate")) == ["failed", "applied"]


def test_a_status_that_changed_since_is_left_alone(directory: Directory) -> None:
    """Suspending expects what the plan saw."""
    assert outcomes(directory, change("ann", "deactivate"), change("ann", "suspend")) == ["applied", "changed_since"]


def test_one_persons_changes_keep_their_order(directory: Directory) -> None:
    """Out and in again within a batch ends in."""
    batch = [change("ann", "remove_from_group", "jira"), change("ann", "add_to_group", "jira")]
    before = facts_by_person(directory.truth())
    assert outcomes(directory, *batch) == ["applied", "applied"]
    assert facts_by_person(directory.truth()) == before


def test_people_are_read_again_as_they_are(directory: Directory) -> None:
    """Fresh facts of those who are there; who is not is left out."""
    outcomes(directory, change("ann", "remove_from_group", "jira"), change("bob", "suspend"))
    ann, bob = directory.reader.read_users(["bob", "nobody", "ann"])
    assert (ann.account_id, ann.groups) == ("ann", frozenset({"staff"}))
    assert (bob.account_id, bob.status) == ("bob", "suspended")
    direct = directory.reader.read_direct_access(["ann"])["ann"]
    assert not isinstance(direct, Unknown)
    assert {grant.app for grant in direct} == {WIKI}


TARGETS = {"add_to_group": ("jira", "staff"), "remove_from_group": ("jira", "staff"), "grant_role": (JIRA,),
           "revoke_role": (JIRA, WIKI)}  # fmt: skip
WISHES = [change(who, verb, t) for verb, ts in TARGETS.items() for t in ts for who in ("ann", "bob")]
STATUSES = [change("ann", verb) for verb in ("suspend", "restore")]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=st.lists(st.sampled_from(WISHES + STATUSES), max_size=8))
def test_any_batch_ends_alike_in_both_directories(tmp_path: Path, batch: list[Change]) -> None:
    """The same outcomes in the same order, the same true state, and undone backwards the state before."""
    ends = []
    for kind in KINDS:
        with opened(kind, small(), tmp_path) as directory:
            before = facts_by_person(directory.truth())
            done = list(directory.writer.apply_changes(batch))
            ends.append(([outcome.status for outcome in done], facts_by_person(directory.truth())))
            undo = [inverse(outcome.change) for outcome in reversed(done) if outcome.status == "applied"]
            assert set(outcomes(directory, *undo)) <= {"applied"}
            assert facts_by_person(directory.truth()) == before
    assert ends[0] == ends[1]


def comparable(user: User) -> User:
    """A person without what only one of the directories can say in bulk."""
    return replace(user, direct_access=UNKNOWN, directories=())


def snapshots(folder: Path, organization: dict[str, Any], options: Options | None = None) -> tuple[Snapshot, Snapshot]:
    """The same organization from a file and from the API."""
    with opened("file", organization, folder) as directory:
        recorded = directory.reader.read_snapshot(EVERYTHING)
    clock = Clock()
    with Emulator(organization, clock=clock.now, options=options) as emulator:
        return recorded, atlassian(emulator, clock)[0].read_snapshot(EVERYTHING)


TWO = Options(directories={"dir-1": ("acme",), "dir-2": ("acme-labs",)})


@pytest.mark.parametrize(
    "options",
    [None, TWO, Options(activity_ids="family"), Options(workspace_next="url")],
    ids=["one directory", "two directories", "activity by family", "links as URLs"],
)
def test_a_file_and_the_api_give_the_same_facts(tmp_path: Path, options: Options | None) -> None:
    """Apps, groups and people are the same, whatever shape the organization's answers have."""
    recorded, read = snapshots(tmp_path, build_organization(seed=3, people=250, now=NOW), options)
    assert read.problems == ()
    assert read.complete
    assert read.apps == recorded.apps
    assert [replace(group, directory=None) for group in read.groups] == list(recorded.groups)
    assert list(map(comparable, read.users)) == list(map(comparable, recorded.users))


def test_both_directories_know_who_uses_what(tmp_path: Path) -> None:
    """Bulk reads and one count an app say the same as the file that knows every direct role."""
    recorded, read = snapshots(tmp_path, build_organization(seed=3, people=250, now=NOW))
    file_world, api_world = World(recorded, NOW), World(read, NOW)
    for app in recorded.apps:
        told = {user.account_id: file_world.uses(user, app.id) for user in recorded.users}
        found = {user.account_id: api_world.uses(user, app.id) for user in read.users}
        assert {who: truth for who, truth in found.items() if told[who] is not None} == {
            who: truth for who, truth in told.items() if truth is not None
        }


def test_a_recorded_organization_is_the_same_organization(tmp_path: Path) -> None:
    """What was read over the API, written to a file and read again, is equal but for being live."""
    clock = Clock()
    with Emulator(build_organization(seed=3, people=120, now=NOW), clock=clock.now, options=TWO) as emulator:
        read = atlassian(emulator, clock)[0].read_snapshot(EVERYTHING)
    again = snapshot_from_json(json.loads(json.dumps(snapshot_to_json(read))), source="recorded", now=NOW)
    assert again == replace(read, live=False, pages=1, warnings=(), askable=frozenset())


@pytest.mark.parametrize("options", [None, replace(TWO, activity_ids="family")], ids=["plain", "awkward"])
def test_the_same_organization_gives_the_same_plan(tmp_path: Path, options: Options | None) -> None:
    """The sample policies plan the same for a file and for the API: digest, skips, hand-over, refusals."""
    organization = build_organization(seed=3, people=250, now=NOW)
    policies = load(Path(__file__).resolve().parents[2] / "policies", today=NOW.date())
    plans = []
    clock = Clock()
    recording = opened("file", organization, tmp_path)
    with recording as recorded, Emulator(organization, clock=clock.now, options=options) as emulator:
        for reader in (recorded.reader, atlassian(emulator, clock)[0]):
            session = Session(policies, reader, NOW, lambda: NOW)
            plans.append(make_plan(session, chosen_tasks(policies, ()), History()).plan)
    from_file, from_api = (replace(plan, snapshot=plans[0].snapshot, warnings=()) for plan in plans)
    assert from_file.changes
    assert from_api == from_file


@pytest.mark.needs_openapi
def test_every_exchange_fits_what_atlassian_publishes() -> None:
    """Reads, writes and refusals alike are requests and replies of the published description."""
    clock = Clock()
    with Emulator(small(), clock=clock.now, check=True) as emulator:
        reader, writer = atlassian(emulator, clock)
        reader.read_snapshot(EVERYTHING)
        for wanted in MADE:
            for one in (wanted, wanted, inverse(wanted), inverse(wanted)):
                list(writer.apply_changes([one]))
        assert emulator.violations == []
        assert emulator.crashes == []
