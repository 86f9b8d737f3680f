"""What one task wants of one person, where its actions depend on each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from runner.engine.draft import build_drafts
from runner.engine.evaluate import Evaluation
from runner.engine.guard import Guard
from runner.model.action import ROLE, Action, Desired, Scope, Wish
from runner.model.people import User
from runner.model.plan import Plan, Target
from runner.model.policy import Exemption
from runner.model.problem import NOWHERE
from runner.model.world import World
from tests.unit.engine.made import JIRA, NOW, WIKI, crowd, group, plan, policies, snapshot, task, user

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


def test_what_another_kind_of_action_names_is_no_leave_to_take_it_away() -> None:
    """A group grants the app that is taken and one that is given: it is shared, unless the task says it may be."""
    read = snapshot([user("u-1", groups=["both"]), user("u-2", groups=["both", "jira", "wiki"])], GROUPS)
    made = plan(policies(task("move", ONE, {"grant_app_access": "wiki"}, {"remove_app_access": "jira"})), read).plan
    assert _moves(made) == []
    assert [(skip.account_id, skip.why) for skip in made.skips] == [("u-1", "shared_group")]


def test_a_task_that_gives_back_what_it_takes_contradicts_itself() -> None:
    """Leaving the group that is the only way to an app that shall be had is a conflict, not a change back and forth."""
    read = snapshot([user("u-1", groups=["jira"]), user("u-2", groups=["both", "jira", "wiki"])], GROUPS)
    made = plan(policies(task("odd", ONE, {"grant_app_access": "jira"}, {"remove_from_groups": "jira"})), read).plan
    assert [refusal.rail for refusal in made.refusals] == ["conflict"]
    assert _moves(made) == []


def test_somebody_of_whom_it_is_not_known_is_left_alone_with_the_missing_facts() -> None:
    """And not listed: a list of whom a filter does not know to match would be a list of anybody."""
    read = snapshot([user("u-1", mfa=...), user("u-2", mfa=False), user("u-3")])
    made = plan(policies(task("t", {"mfa": False}, "report", "suspend")), read).plan
    assert _moves(made) == [("suspend", None)]
    assert [(s.account_id, s.why, s.detail) for s in made.skips] == [("u-1", "unknown", "mfa")]
    assert [reported.account_id for reported in made.reported] == ["u-2"]


def test_a_draft_says_whether_the_person_matches() -> None:
    """Of whom it is not known, that is no yes."""
    found = policies(task("t", {"mfa": False}, "suspend"))
    evaluation = Evaluation(World(snapshot([user("u-1", mfa=...), user("u-2", mfa=False), user("u-3")]), NOW))
    drafts = build_drafts(found.tasks["t"], evaluation, Guard(found, evaluation), 0)
    assert [(draft.user.account_id, draft.matched) for draft in drafts] == [("u-1", False), ("u-2", True)]


def test_whoever_is_protected_is_listed_and_not_changed() -> None:
    """A list is no change; somebody exempt is not even listed."""
    read = snapshot([user("u-1", roles=["org-admin"]), user("u-2"), user("u-3")])
    found = policies(task("t", {"status": "active"}, "report", "suspend"), users=("u-2",))
    until = Exemption("agreed", "it@acme.example", date(2027, 1, 1), NOWHERE, user="u-3")
    made = plan(replace(found, exemptions=(until,)), read).plan
    assert _moves(made) == []
    assert [(s.account_id, s.why, s.detail) for s in made.skips] == [
        ("u-1", "protected", "org-admin"), ("u-2", "protected", "u-2"), ("u-3", "exempt", "agreed"),
    ]  # fmt: skip
    assert [reported.account_id for reported in made.reported] == ["u-1", "u-2"]


def test_all_or_nothing_for_a_person() -> None:
    """One thing in the way, and nothing of the task is done to them; of several, all of a kind are told."""
    groups = [group("g"), group("idp", managed_by_idp=True), group("idp-2", managed_by_idp=True)]
    read = snapshot([user("u-1", groups=["g", "idp", "idp-2"]), user("u-2", groups=["g"]), user("u-3")], groups)
    made = plan(policies(task("t", {"status": "active"}, {"remove_from_groups": ["g", "idp", "idp-2"]})), read).plan
    assert [(c.account_id, c.verb, c.target.id if c.target else None) for c in made.changes] == [
        ("u-2", "remove_from_group", "g")
    ]
    assert [(s.account_id, s.why, s.detail) for s in made.skips] == [
        ("u-1", "synced_group", "idp, idp-2"), ("u-3", "already", ""),
    ]  # fmt: skip
    assert [(h.account_id, h.group.id if h.group else None, h.change) for h in made.handover] == [
        ("u-1", "idp", "remove"), ("u-1", "idp-2", "remove"),
    ]  # fmt: skip


def test_a_task_that_only_lists_says_nothing_of_those_who_are_fine() -> None:
    """There is nothing that they could be already."""
    made = plan(policies(task("t", {"status": "active"}, "report")), snapshot([user("u-1")])).plan
    assert (made.skips, [reported.account_id for reported in made.reported]) == ((), ["u-1"])


def test_a_state_that_is_not_known_is_not_changed() -> None:
    """Whether it is a status or a membership."""
    read = snapshot([user("u-1", status=...), user("u-2", groups=...), *crowd(40)], [group("g")])
    suspend = plan(policies(task("t", {"account_id": "u-1"}, "suspend")), read).plan
    join = plan(policies(task("t", {"account_id": "u-2"}, {"add_to_groups": "g"})), read).plan
    assert [(s.account_id, s.why, s.detail) for s in suspend.skips] == [("u-1", "unknown", "status")]
    assert [(s.account_id, s.why, s.detail) for s in join.skips] == [("u-2", "unknown", "groups")]
    assert _moves(suspend) == _moves(join) == []


def test_who_comes_back_is_restored_or_reactivated() -> None:
    """Each by the verb that undoes what was done to them."""
    read = snapshot([user("u-1", status="suspended"), user("u-2", status="deactivated"), user("u-3"), user("u-4")])
    back = plan(policies(task("t", {"account_id": ["u-1", "u-3"]}, "restore")), read).plan
    again = plan(policies(task("t", {"account_id": ["u-2", "u-3"]}, "reactivate")), read).plan
    assert (_moves(back), _moves(again)) == ([("restore", None)], [("reactivate", None)])


def test_an_account_of_the_identity_provider_is_handed_over() -> None:
    """Only the provider can deactivate it."""
    read = snapshot([user("u-1", synced=True), user("u-2")])
    made = plan(policies(task("t", {"account_id": ["u-1", "u-2"]}, "deactivate")), read).plan
    assert _moves(made) == [("deactivate", None)]
    assert [(s.account_id, s.why) for s in made.skips] == [("u-1", "synced_account")]
    assert [(h.account_id, h.group, h.change) for h in made.handover] == [("u-1", None, "deactivate")]


def test_a_task_that_suspends_and_deactivates_deactivates() -> None:
    """One change of the status is enough; a change names the person as far as that is known."""
    read = snapshot([user("u-1", name="Ann"), user("u-2", name=..., email=...), user("u-3")])
    made = plan(policies(task("t", {"account_id": ["u-1", "u-2"]}, "suspend", "deactivate")), read).plan
    assert [(c.account_id, c.verb, c.name, c.email) for c in made.pending] == [
        ("u-1", "deactivate", "Ann", "u-1@acme.example"), ("u-2", "deactivate", None, None),
    ]  # fmt: skip
    assert made.skips == ()


@dataclass(frozen=True)
class Roles(Action):
    """An action that wants roles on Jira to be held directly, or not: of those of the catalog, none grants any."""

    name = "roles"
    verbs = frozenset({"grant_role", "revoke_role"})

    wanted: tuple[tuple[str | None, bool], ...]

    @classmethod
    def from_yaml(cls, value: Any) -> Self:
        """No policy has it."""
        return cls(value)

    def desired(self, user: User, scope: Scope) -> Desired:  # noqa: ARG002 - the same for everybody
        """Each role, in the order given."""
        return tuple(Wish(ROLE, JIRA, value, role) for role, value in self.wanted), ()


def test_a_role_that_an_action_wants_is_granted_or_revoked() -> None:
    """Whichever differs from what is held directly; where no role is named it is that of a user."""
    people = [user("u-1", direct_access=[{"app": JIRA, "role": "admin"}]), user("u-2", direct_access=[JIRA])]
    wants = replace(task("t", {"status": "active"}), actions=(Roles(((None, True), ("admin", False))),))
    made = plan(policies(wants), snapshot(people)).plan
    assert [(change.account_id, change.verb, change.target) for change in made.pending] == [
        ("u-1", "grant_role", Target(JIRA, "jira@acme", "user")),
        ("u-1", "revoke_role", Target(JIRA, "jira@acme", "admin")),
    ]
    assert [(skip.account_id, skip.why) for skip in made.skips] == [("u-2", "already")]


def test_whose_direct_access_is_not_known_is_granted_no_role() -> None:
    """They may have it already; the skip names the missing fact."""
    people = [user("u-1", direct_access=...), *crowd(40)]
    wants = replace(task("t", {"account_id": "u-1"}), actions=(Roles((("admin", True),)),))
    made = plan(policies(wants), snapshot(people)).plan
    assert [(skip.account_id, skip.why, skip.detail) for skip in made.skips] == [("u-1", "unknown", "direct_access")]
    assert _moves(made) == []


def test_the_detail_of_a_skip_is_about_its_word_alone() -> None:
    """A group of which nobody knows the owner comes before one that an identity provider owns, and is told alone."""
    odd = {key: value for key, value in group("odd").items() if key != "managed_by_idp"}
    read = snapshot([user("u-1", groups=["idp", "odd"]), user("u-2")], [group("idp", managed_by_idp=True), odd])
    made = plan(policies(task("t", ONE, {"remove_from_groups": ["idp", "odd"]}, may_empty=True)), read).plan
    assert [(skip.why, skip.detail) for skip in made.skips] == [("unknown", "managed_by_idp")]
