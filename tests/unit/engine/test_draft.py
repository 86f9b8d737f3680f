"""What one task wants of one person, where its actions depend on each other."""

from __future__ import annotations

from runner.model.plan import Plan
from tests.unit.engine.made import JIRA, WIKI, group, plan, policies, snapshot, task, user

GROUPS = [
    group("both", JIRA, WIKI),
    group("jira", JIRA, default_for=[JIRA]),
    group("wiki", WIKI, default_for=[WIKI]),
]
ONE = {"account_id": ["u-1"]}


def _moves(made: Plan) -> list[tuple[str, str | None]]:
    return [(change.verb, change.target.id if change.target else None) for change in made.pending]


def test_what_one_action_takes_away_another_gives_anew() -> None:
    """Somebody who has an app that they are granted only by a group that they leave gets it in the same run."""
    read = snapshot([user("u-1", groups=["both"]), user("u-2", groups=["both", "jira", "wiki"])], GROUPS)
    move = task("move", ONE, {"grant_app_access": "wiki"}, {"remove_app_access": "jira"}, shared_groups=True)
    assert _moves(plan(policies(move), read).plan) == [("remove_from_group", "both"), ("add_to_group", "wiki")]


def test_a_task_that_gives_back_what_it_takes_contradicts_itself() -> None:
    """Leaving the group that is the only way to an app that shall be had is a conflict, not a change back and forth."""
    read = snapshot([user("u-1", groups=["jira"]), user("u-2", groups=["both", "jira", "wiki"])], GROUPS)
    made = plan(policies(task("odd", ONE, {"grant_app_access": "jira"}, {"remove_from_groups": "jira"})), read).plan
    assert [refusal.rail for refusal in made.refusals] == ["conflict"]
    assert _moves(made) == []
