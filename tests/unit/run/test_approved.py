"""Approved is what runs: what a saved plan, a digest or a journal of another organization must not let through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from runner.errors import InputError, RefusedError
from runner.model.history import History
from runner.model.plan import Change, Plan, Provenance, Skip, SnapshotSummary
from runner.model.record import RunRecord
from runner.run.approved import (
    check_digest,
    check_growth,
    check_journal,
    check_organization,
    check_saved,
    plan_use,
    with_dropped,
)
from tests.unit.journal.made import NOON, change, start
from tests.unit.run.made import Bench

SAVED = NOON - timedelta(hours=1)


def plan(changes: Sequence[Change] = (), **more: object) -> Plan:
    """A plan of these changes, made an hour ago."""
    summary = SnapshotSummary(SAVED, 310, True, "sha256:5")
    made = Plan("sha256:p", "acme", SAVED, Provenance(None, "sha256:policies"), summary, ("idle",), tuple(changes))
    return replace(made, **more)  # type: ignore[arg-type]


def reason_of(saved: Plan, history: History | None = None) -> str:
    """Why a saved plan may not be carried out at noon; empty where it may."""
    session = replace(Bench().writing.session, now=NOON)
    try:
        check_saved(saved, session, history or History())
    except (InputError, RefusedError) as error:
        return error.reason
    return ""


def test_a_saved_plan_is_good_for_24_hours() -> None:
    """Of either sign: one of the future is as doubtful as an old one."""
    day, second = timedelta(hours=24), timedelta(seconds=1)
    assert reason_of(plan(created_at=NOON - day)) == ""
    assert reason_of(plan(created_at=NOON - day - second)) == "plan_old"
    assert reason_of(plan(created_at=NOON + day)) == ""
    assert reason_of(plan(created_at=NOON + day + second)) == "plan_old"


@pytest.mark.parametrize(("off", "words"), [(-25, "over 24 hours old"), (25, "over 24 hours ahead of the clock")])
def test_a_plan_of_another_day_says_of_which(off: int, words: str) -> None:
    """One that is ahead of the clock is not called old."""
    session = replace(Bench().writing.session, now=NOON)
    with pytest.raises(RefusedError, match=words):
        check_saved(plan(created_at=NOON + timedelta(hours=off)), session, History())


def test_a_saved_plan_is_good_once() -> None:
    """The same digest at another time is another plan."""
    used = History(used_plans=frozenset({plan_use(plan())}))
    assert reason_of(plan(), used) == "plan_used"
    assert reason_of(plan(created_at=SAVED + timedelta(minutes=1)), used) == ""
    assert reason_of(plan(digest="sha256:q"), used) == ""


def test_a_saved_plan_is_good_for_the_policies_it_was_made_for() -> None:
    """By the hash of their files, whatever the commit."""
    assert reason_of(plan(policies=Provenance("c0ffee", "sha256:policies"))) == ""
    assert reason_of(plan(policies=Provenance(None, "sha256:others"))) == "plan_policies"


def test_a_plan_of_another_organization_is_not_carried_out() -> None:
    """The message names both."""
    check_organization(plan(), "acme")
    with pytest.raises(InputError, match="organization acme, the directory is of other") as no:
        check_organization(plan(), "other")
    assert no.value.reason == "plan_organization"


def run(organization: str, *, users: int | None = 310) -> RunRecord:
    """A run in the journal of an organization of so many people; None: it read nobody."""
    summary = None if users is None else SnapshotSummary(SAVED, users, True, "sha256:5")
    return RunRecord("r", SAVED, replace(start(), organization=organization), "sha256:1", snapshot=summary)


def test_a_journal_of_another_organization_is_not_continued() -> None:
    """Its last run that read anybody says whose it is; the message has both numbers of people."""
    now = plan(snapshot=SnapshotSummary(NOON, 12, True, "sha256:6"))
    for fine in ([], [run("acme")], [run("other"), run("acme")], [run("other", users=None)], [run("")]):
        check_journal(fine, now)
    mine = [run("acme"), run("other"), run("acme", users=None), run("", users=5)]
    with pytest.raises(InputError, match=r"of organization other \(310 people\), the directory is of acme \(12") as no:
        check_journal(mine, now)
    assert no.value.reason == "wrong_organization"


def test_more_than_was_approved_is_refused_and_less_goes_on() -> None:
    """What is blocked counts on neither side: it was not approved, and it will not be made."""
    one, two, three = change(1), change(2), change(3)
    check_growth(plan([one, two]), plan([one]))
    check_growth(plan([one]), plan([one, replace(two, blocked=True)]))
    with pytest.raises(RefusedError, match="2 changes more than the plan has, for u-2 first"):
        check_growth(plan([one]), plan([one, two, three]))
    with pytest.raises(RefusedError) as no:
        check_growth(plan([replace(one, blocked=True)]), plan([one]))
    assert no.value.reason == "plan_grew"


def test_whoever_was_approved_and_is_not_wanted_any_more_is_told() -> None:
    """Each task of the change has a line, with what stands in its way now, sorted among the others."""
    both = change(1, tasks=("idle", "leavers"))
    now = plan(
        [change(2)], skips=(Skip("u-1", "leavers", "exempt", "until March"), Skip("u-0", "idle", "protected", ""))
    )
    told = with_dropped(plan([both, change(2)]), now)
    assert told.skips == (
        Skip("u-0", "idle", "protected", ""),
        Skip("u-1", "idle", "changed_since", "suspend was approved; no longer matches"),
        Skip("u-1", "leavers", "changed_since", "suspend was approved; now exempt: until March"),
    )
    plain = replace(now, skips=(Skip("u-1", "idle", "protected", ""),))
    assert with_dropped(plan([change(1)]), plain).skips[0].detail == "suspend was approved; now protected"


def test_a_plan_that_lost_nothing_is_as_it_is() -> None:
    """Also one whose change is blocked by now, which its refusal says."""
    now = plan(
        [replace(change(1), blocked=True)], skips=(Skip("u-9", "idle", "held", ""), Skip("u-1", "idle", "held", ""))
    )
    assert with_dropped(plan([change(1)]), now) is now
    assert with_dropped(plan([replace(change(3), blocked=True)]), now) is now


def test_another_plan_than_the_approved_digest_is_refused() -> None:
    """Where none was approved, nothing is compared."""
    check_digest(None, plan())
    check_digest("sha256:p", plan())
    with pytest.raises(RefusedError, match="digest sha256:p, and sha256:q was approved") as no:
        check_digest("sha256:q", plan())
    assert no.value.reason == "plan_changed"
