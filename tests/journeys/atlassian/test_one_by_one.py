"""Facts that only a call for each person gives, from the command: whom they are asked of, and what comes of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.emulator import READ_KEY, Rule
from tests.journeys.atlassian.town import (
    IDLE,
    JIRA,
    LATELY,
    LONG_AGO,
    RECLAIM,
    WIKI,
    Town,
    check_nobody_wrongly_idle,
    check_truth,
    organization,
    person,
    town,
)

ALONE, OWNER, ROLES = "/last-active-dates", "/manage", "/role-assignments"
NO_ACTIVITY = Rule("drop_keys", match="users/search", times=0, keys=("productAccess",))
OFF = """\
description: Switch off accounts that nobody uses
owner: it@acme.example
match: {all: [{status: active}, {inactive: {for: 90d}}, {not: {group: robots}}]}
actions: [deactivate]
schedule: {manual: true}
limits: {users: 30, percent: 30}
"""
SUSPENDED = """\
description: List who is suspended
owner: it@acme.example
match: {status: [suspended, not_invited]}
actions: [report]
schedule: {manual: true}
"""


def asked(found: Town, what: str) -> Counter[str]:
    """How often each person was asked about alone."""
    paths = (entry.path for entry in found.emulator.log if entry.path.endswith(what) and "/groups/" not in entry.path)
    return Counter(path.split("/")[-2] for path in paths)


def away(**facts: Any) -> dict[str, Any]:
    """An organization in which four people have used nothing for long, with more facts about them."""
    idle = [person(f"away-{n:02}", last_active={WIKI: LONG_AGO}, **facts) for n in range(4)]
    busy = [person(f"busy-{n:02}") for n in range(60)]
    return organization(users=[person("boss", roles=["org-admin"]), *idle, *busy])


def test_nobody_is_asked_alone_where_the_bulk_answers_are_whole(tmp_path: Path) -> None:
    """The fallback costs nothing on a good day."""
    with town(tmp_path) as found:
        assert found.run("plan").code == 0
        assert (asked(found, ALONE), asked(found, OWNER)) == (Counter(), Counter())


def test_nobody_is_asked_for_what_no_due_task_needs(tmp_path: Path) -> None:
    """Though nobody's activity is known: the task does not speak of it."""
    with town(tmp_path, faults=[NO_ACTIVITY], tasks={"list": SUSPENDED}) as found:
        assert found.run("plan").code == 0
        assert asked(found, ALONE) == Counter()


def test_a_run_acts_on_what_was_asked_and_asks_again_before_it_writes(tmp_path: Path) -> None:
    """With no activity in any bulk answer a run does what it does on a quiet day; each write rests on a new answer."""
    with town(tmp_path, faults=[NO_ACTIVITY]) as found:
        done = found.run("apply", "--all")
        assert (done.code, set(done.form["outcomes"])) == (0, {"applied"}), done.err
        assert {effect.account_id for effect in found.emulator.effects} >= IDLE
        assert all(asked(found, ALONE)[who] >= 2 for who in IDLE)
        check_nobody_wrongly_idle(found)
        check_truth(found)


def test_whom_other_facts_exclude_is_neither_asked_nor_missed(tmp_path: Path) -> None:
    """Of 60 people who do not use the app nobody's activity is known, and nobody's is needed: no rail, and no call."""
    idle = [person(f"idle-{n:02}", last_active={JIRA: LONG_AGO}) for n in range(3)]
    others = [person(f"other-{n:02}", groups=["wiki"], last_active={}) for n in range(60)]
    people = organization(users=[person("boss", roles=["org-admin"]), *idle, *others])
    with town(tmp_path, people=people, faults=[NO_ACTIVITY], tasks={"reclaim": RECLAIM}) as found:
        done = found.run("plan")
        assert (done.code, done.form["refusals"]) == (0, []), done.err
        assert set(asked(found, ALONE)) == {change["account_id"] for change in done.form["changes"]}
        assert set(asked(found, ALONE)) == {"idle-00", "idle-01", "idle-02"}


def test_somebody_who_comes_back_in_between_keeps_what_they_have(tmp_path: Path) -> None:
    """Idle when planned, active when asked again before the write: left alone, and said so."""
    back = Rule("edit", match="/idle-03/last-active-dates", nth=2, accounts=("idle-03",),
                patch={"last_active": {JIRA: LATELY, WIKI: LATELY}})  # fmt: skip
    with town(tmp_path, faults=[NO_ACTIVITY, back]) as found:
        done = found.run("apply", "--all")
        assert done.form["outcomes"]["changed_since"] >= 1
        assert "idle-03" not in {effect.account_id for effect in found.emulator.effects}
        check_truth(found)


@pytest.mark.parametrize(
    "bulk", [{"managementSource": None}, {"managementSource": "invited"}], ids=["not said", "said wrongly"]
)
def test_what_an_identity_provider_allows_is_asked_before_it_is_planned(bulk: dict[str, Any], tmp_path: Path) -> None:
    """The account itself says who owns it: handed over, not a failed call. Only those left in are asked."""
    people = away(synced=True)
    people["users"][1]["synced"] = False
    rule = Rule("set_keys", match="users/search", times=0, patch=bulk, accounts=("away-00", "away-01", "away-02"))
    with town(tmp_path, people=people, faults=[rule], tasks={"off": OFF}) as found:
        plan = found.run("plan")
        assert asked(found, OWNER) == Counter({f"away-{n:02}": 1 for n in range(3)})
        assert [change["account_id"] for change in plan.form["changes"]] == ["away-00"]
        assert {entry["account_id"] for entry in plan.form["handover"]} == {"away-01", "away-02", "away-03"}
        done = found.run("apply", "--all")
        assert (done.code, done.form["outcomes"]) == (0, {"applied": 1}), done.err
        assert [effect.account_id for effect in found.emulator.effects] == ["away-00"]


def test_a_key_that_may_not_ask_plans_all_the_same(tmp_path: Path) -> None:
    """With a key for reading nobody may be asked about their account: what the bulk answer says stands."""
    with town(tmp_path, people=away(), tasks={"off": OFF}) as found:
        found.key = READ_KEY
        done = found.run("plan")
    assert (done.code, len(done.form["changes"])) == (0, 4)
    assert sum(asked(found, OWNER).values()) == 1


def test_nobody_is_asked_twice_for_their_direct_roles(tmp_path: Path) -> None:
    """Those read while pages still came are not read once more, and nobody is read for nothing."""
    with town(tmp_path) as found:
        plan = found.run("plan").form
        about = asked(found, ROLES)
    taken = {change["account_id"] for change in plan["changes"] if change["verb"] == "remove_from_group"}
    assert set(about.values()) == {1}
    assert taken <= set(about)
    assert set(about) - taken <= {skip["account_id"] for skip in plan["skips"]}
