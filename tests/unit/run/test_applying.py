"""Batches, the last look, and what ends them: with an organization and a journal in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from runner.engine.digest import changes_digest
from runner.errors import OtherSideError
from runner.journal.lease import Lease, taken_lease
from runner.model.people import User
from runner.model.plan import Change
from runner.run.applying import Applied, apply_changes
from tests.unit.journal.made import OTHER, change
from tests.unit.run.made import Bench, Organization


def all_go(changes: Sequence[Change], fresh: Iterable[User]) -> tuple[tuple[Change, ...], Mapping[str, str]]:
    """A last look at which nobody has changed."""
    return tuple(changes), {}


def applied(bench: Bench, changes: Sequence[Change]) -> Applied:
    """Carry them out."""
    return apply_changes(changes, all_go, bench.run, bench.writing)


def each(number: int, **more: object) -> list[Change]:
    """One change for each of so many people."""
    return [replace(change(person), **more) for person in range(1, number + 1)]  # type: ignore[arg-type]


def test_the_first_batch_is_five_people_and_each_later_one_fifty() -> None:
    """Each batch's people are read again right before it."""
    bench = Bench()
    done = applied(bench, each(58))
    assert [len(batch) for batch in bench.organization.sent] == [5, 50, 3]
    assert bench.organization.read == bench.organization.sent
    assert [one.status for one in done.outcomes] == ["applied"] * 58
    assert (done.refusal, done.cancelled, done.suspects, done.partly) == (None, "", (), False)


def test_exactly_a_batch_is_followed_by_no_empty_one() -> None:
    """Five people are one batch, nobody is none."""
    bench = Bench()
    applied(bench, each(5))
    applied(bench, [])
    assert [len(batch) for batch in bench.organization.sent] == [5]


def test_a_persons_changes_stay_in_one_batch() -> None:
    """Batches count people: five people with two changes each are one batch of ten."""
    bench = Bench()
    both = [made for person in range(1, 7) for made in (change(person), change(person, verb="remove_from_group"))]
    applied(bench, both)
    assert [len(batch) for batch in bench.organization.sent] == [10, 2]


def test_each_batch_is_announced_before_any_of_it_is_sent() -> None:
    """And no later one is: what is not sent yet may still be left out."""
    bench = Bench()
    announced: list[int] = []
    bench.organization.seen = lambda _: announced.append(bench.store.files[_journal(bench)].count(b'"kind":"intent"'))
    applied(bench, each(7))
    assert announced == [5, 5, 5, 5, 5, 7, 7]
    assert bench.kinds() == [f"intent u-{n}" for n in range(1, 8)] + [f"applied u-{n}" for n in range(1, 8)]


def test_who_changed_since_is_neither_announced_nor_sent() -> None:
    """The outcome says why; a batch in which nobody is left is not sent at all."""
    bench = Bench()

    def without_first_five(
        changes: Sequence[Change], fresh: Iterable[User]
    ) -> tuple[tuple[Change, ...], Mapping[str, str]]:
        going = tuple(one for one in changes if one.account_id in ("u-6", "u-7"))
        return going, {one.id: "came back" for one in changes if one not in going}

    done = apply_changes(each(7), without_first_five, bench.run, bench.writing)
    assert bench.organization.sent == [("u-6", "u-7")]
    assert {(o.status, o.detail) for o in done.outcomes[:5]} == {("changed_since", "came back")}
    assert [o.status for o in done.outcomes[5:]] == ["applied"] * 2
    assert bench.kinds()[:2] == ["intent u-6", "intent u-7"]
    assert not done.partly


def test_the_kill_switch_holds_from_the_next_batch_on() -> None:
    """The refusal has the digest of what was not sent."""
    bench = Bench()
    bench.stopped = lambda: "policies/STOP is there" if bench.organization.sent else ""
    changes = each(12)
    done = applied(bench, changes)
    assert len(done.outcomes) == 5
    assert done.refusal is not None
    assert (done.refusal.rail, done.refusal.task, done.refusal.found) == ("stop", None, "policies/STOP is there")
    assert done.refusal.digest == changes_digest(changes[5:])
    assert "remove policies/STOP" in done.refusal.how_to_allow
    assert (done.suspects, done.cancelled) == ((), "")


def test_after_a_signal_no_further_batch_is_begun() -> None:
    """What was done is told, the rest was never announced; that is neither a refusal nor anybody's failure."""
    bench = Bench()
    bench.cancelled = lambda: "SIGTERM" if bench.organization.sent else ""
    bench.organization.ends = dict.fromkeys(("u-1", "u-2", "u-3"), ("failed", "500"))
    done = applied(bench, each(12))
    assert bench.organization.sent == [tuple(f"u-{n}" for n in range(1, 6))]
    assert (done.cancelled, done.refusal, done.suspects) == ("SIGTERM", None, ())


def test_a_signal_before_the_first_batch_leaves_nothing_announced() -> None:
    """It wins over the kill switch: the run was ended, not refused."""
    bench = Bench(cancelled=lambda: "SIGINT", stopped=lambda: "STOP")
    assert applied(bench, each(2)) == Applied((), cancelled="SIGINT")
    assert bench.kinds() == []


def test_a_signal_between_two_writes_stops_the_second() -> None:
    """The gate is asked before each write."""
    made: list[str] = []
    bench = Bench(Organization(seen=lambda one: made.append(one.account_id)))
    bench.cancelled = lambda: "SIGINT" if len(made) == 2 else ""
    done = applied(bench, each(4))
    assert made == ["u-1", "u-2"]
    assert [o.detail for o in done.outcomes[2:]] == ["not_sent: SIGINT"] * 2


def test_whoever_slept_beyond_the_lease_sends_nothing() -> None:
    """Another runner took over between two writes: the second is held back."""
    bench = Bench()

    def sleep(_: Change) -> None:
        bench.clock.now += timedelta(minutes=10)

        def theirs(now: Lease | None) -> Lease:
            return taken_lease(now, OTHER, "their-run", bench.clock.now, timedelta(minutes=5), lambda _: False)

        bench.store.lease = theirs(bench.store.lease)

    bench.organization.seen = sleep
    with pytest.raises(OtherSideError, match="another runner has taken over"):
        applied(bench, each(2))
    assert bench.organization.gates == ["", "lease_lost"]


def test_the_breaker_refuses_the_rest_and_names_the_tasks_that_failed() -> None:
    """Not the task whose changes went well, nor the one that had none."""
    bench = Bench(Organization(ends=dict.fromkeys(("u-1", "u-2", "u-3"), ("failed", "500"))))
    changes = [
        *(replace(one, tasks=("bad", "worse")) for one in each(3)),
        *(change(n, tasks=("good",)) for n in range(4, 13)),
    ]
    done = applied(bench, changes)
    assert done.refusal is not None
    assert (done.refusal.rail, done.refusal.task) == ("breaker", None)
    assert (done.refusal.found, done.refusal.limit) == ("3 changes in a row failed", "fewer than 3 in a row")
    assert done.refusal.digest == changes_digest(changes[5:])
    assert done.refusal.how_to_allow == "find out why, then run again"
    assert done.suspects == ("bad", "worse")
    assert done.partly


def test_a_run_in_which_something_is_unknown_went_partly_well() -> None:
    """As one in which something failed."""
    for status in ("failed", "unknown"):
        bench = Bench(Organization(ends={"u-2": (status, "")}))
        assert applied(bench, each(3)).partly, status


def test_progress_is_told_from_nothing_to_all() -> None:
    """Before each batch and at the end."""
    told: list[tuple[str, int, int | None]] = []
    applied(Bench(progress=lambda *said: told.append(said)), each(7))
    assert told == [("applying", 0, 7), ("applying", 5, 7), ("applying", 7, 7)]


def _journal(bench: Bench) -> str:
    return next(path for path in bench.store.files if path.endswith("journal.jsonl"))


def test_a_refused_key_is_no_tasks_fault() -> None:
    """The breaker ends the run, and suspects nobody; a 403 may be about what a task wants."""
    for word, suspects in (("key_refused", ()), ("forbidden", ("idle",))):
        bench = Bench()
        bench.organization.ends["u-1"] = ("failed", f"{word}: no")
        done = applied(bench, each(7, tasks=("idle",)))
        assert done.refusal is not None
        assert (done.refusal.rail, done.suspects) == ("breaker", suspects)
