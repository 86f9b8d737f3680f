"""Whom single calls ask, in which order, and what their answers may change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from runner.engine.plan import build_plan
from runner.model.people import Snapshot, User
from runner.model.unknown import UNKNOWN
from runner.model.world import World
from runner.run.asking import early, read_again, read_asked, whom_to_ask
from tests.unit.engine.made import JIRA, NOW, WIKI, group, policies, snapshot, task, user

OLD, NEW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
IDLE = {"inactive": {"app": "jira", "for": "90d"}}


@dataclass
class Answers:
    """A reader that answers about single people, and remembers of whom."""

    facts: Mapping[str, Any]
    asked: list[str] = field(default_factory=list)

    def read_snapshot(self, need: object) -> Snapshot:
        """Nobody reads in bulk here."""
        raise AssertionError(need)

    def read_users(self, account_ids: Iterable[str]) -> tuple[User, ...]:
        """Nor ten at a time."""
        raise AssertionError(account_ids)

    def read_last_active(self, account_ids: Iterable[str]) -> Mapping[str, Any]:
        """What the test says."""
        self.asked += account_ids
        return {who: self.facts.get(who, UNKNOWN) for who in account_ids}

    read_direct_access = read_synced = read_last_active


def live(*people: dict[str, Any]) -> Snapshot:
    """People of a live directory, one group that grants an app, and two org admins."""
    admins = [user(f"x-{n}", roles=["org-admin"]) for n in range(2)]
    found = snapshot([*people, *admins], [group("jira", JIRA), group("plain")])
    return replace(found, live=True, askable=frozenset({"last_active"}))


def test_facts_are_asked_in_the_order_of_their_price_and_each_once() -> None:
    """Direct roles first; who drops out is not asked when they last used an app; nobody is asked a second time."""
    people = [
        user("a", groups=["jira"], last_active=..., direct_access=...),
        user("b", groups=["jira"], last_active=...),
    ]
    rules = policies(task("t", {"all": [{"not": {"role": {"is": "admin", "app": "jira"}}}, IDLE]}, "suspend"))
    tasks, known = list(rules.tasks.values()), live(*people)
    plan = build_plan(rules, tasks, World(known, NOW)).plan
    assert whom_to_ask(plan, tasks, set()) == ("direct_access", ("a",))
    assert whom_to_ask(plan, tasks, {("direct_access", "a")}) == ("last_active", ("a", "b"))
    assert whom_to_ask(plan, tasks, {(f, w) for f in ("direct_access", "last_active") for w in "ab"}) is None


def test_whoever_another_condition_excludes_is_not_asked() -> None:
    """Nor whoever is protected."""
    people = [user("a", groups=["jira"], last_active=...), user("b", status="suspended", last_active=...),
              user("c", last_active=...)]  # fmt: skip
    rules = policies(task("t", {"all": [{"status": "active"}, IDLE]}, "suspend"), users=("c",))
    tasks = list(rules.tasks.values())
    assert whom_to_ask(build_plan(rules, tasks, World(live(*people), NOW)).plan, tasks, set()) == (
        "last_active",
        ("a",),
    )


@pytest.mark.parametrize("mode", [{}, {"report_only": True}])
def test_whose_account_would_be_switched_off_is_asked_who_owns_it(mode: dict[str, Any]) -> None:
    """Those alone who are left when all else is known, also where a task only says what it would do."""
    people = [user("a"), user("b", status="suspended"), user("c", synced=True), user("d", synced=...)]
    rules = policies(replace(task("t", {"status": "active"}, "deactivate"), **mode))
    tasks = list(rules.tasks.values())
    assert whom_to_ask(build_plan(rules, tasks, World(live(*people), NOW)).plan, tasks, set()) == ("synced", ("a", "d"))


def test_an_answer_makes_nobody_idle_who_was_seen_to_be_active() -> None:
    """Of each app the later use counts; what is not answered stays as it was."""
    known = live(user("a", last_active={JIRA: NEW.isoformat(), WIKI: "soon"}), user("b", last_active=...))
    reader = Answers({"a": {JIRA: OLD, WIKI: OLD}})
    users = {u.account_id: u for u in read_asked(reader, known, "last_active", ("a", "b")).users}
    assert users["a"].last_active == {JIRA: NEW, WIKI: OLD}
    assert users["b"].last_active is UNKNOWN
    empty = read_asked(Answers({"a": {}}), known, "last_active", ("a",))
    assert empty.users[0].last_active == {JIRA: NEW}


def test_where_nobody_is_answered_the_fact_counts_as_missing() -> None:
    """One answer is enough to trust the others to be answered when they are asked."""
    known = live(user("a", last_active=...), user("b", last_active=...))
    assert read_asked(Answers({}), known, "last_active", ("a", "b")).askable == frozenset()
    assert read_asked(Answers({"b": {}}), known, "last_active", ("a", "b")).askable == {"last_active"}


def test_people_read_again_are_asked_again_where_they_were_asked_before() -> None:
    """Nobody else: neither who was unknown in the plan, nor who is known now."""
    world = World(live(user("a", last_active={}), user("b", last_active=...), user("c", last_active={})), NOW)
    fresh = [replace(world.users[who], last_active=UNKNOWN) for who in "ab"] + [world.users["c"]]
    reader = Answers({"a": {JIRA: NEW}})
    assert read_again(reader, fresh, world)[0].last_active == {JIRA: NEW}
    assert reader.asked == ["a"]


def test_direct_roles_are_guessed_early_for_those_whom_a_task_would_take_an_app_from() -> None:
    """Not of exempt people, nor where no task asks for them."""
    people = [user("a", groups=["jira"], direct_access=...), user("b", direct_access=..., groups=["plain"]),
              user("c", groups=["jira"], direct_access=..., roles=["org-admin"])]  # fmt: skip
    takes = task("t", {"group": "jira"}, {"remove_app_access": "jira"})
    guess = early(policies(takes), [takes], NOW)
    assert guess is not None
    assert guess(live(*people)) == ("a",)
    assert early(policies(takes), [task("s", {"group": "jira"}, "suspend")], NOW) is None
