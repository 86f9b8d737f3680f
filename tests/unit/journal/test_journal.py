"""The journal as its users see it: what is written is read back, and what it means for the next run."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from runner.errors import InputError, OtherSideError
from runner.journal.chain import build_chain
from runner.journal.folder import FolderStore
from runner.journal.ids import run_folder
from runner.journal.journal import Journal
from runner.model.plan import Refusal
from runner.model.record import Due, Ending, PlanCounts, Planned, RecordedNotice
from tests.unit.journal.made import (
    ME,
    NOON,
    OTHER,
    Clock,
    Story,
    change,
    journal,
    outcomes,
    refusal,
    snapshot,
    start,
    write_run,
)


def test_a_run_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    """Every noun that goes in comes out again."""
    past = journal(FolderStore(tmp_path))
    planned = Planned(
        "sha256:9",
        ("idle", "late"),
        PlanCounts(changes=2, skips=3),
        (Due("idle", NOON),),
        ("lift:sha256:9",),
        ("late",),
        "d@t",
    )
    ending = Ending("partly", 5, ("idle",), "changes_failed", {"late": "breach"})
    notice = RecordedNotice("u-3", "idle", "still-needed", "email", "sent", NOON)
    run, _ = past.open_run(start(), "aaaa")
    run.record_snapshot(snapshot(), 4)
    run.record_plan(planned, b"{}", [refusal(), refusal(None, "run_limit")])
    role = replace(change(2, verb="revoke_role"), before=True, after=False)
    run.record_intents([change(1), role])
    run.record_outcomes([*outcomes([change(1)]), *outcomes([role], "failed")])
    run.record_notices([notice])
    run.finish(ending, {"handover/g-1.csv": b"email\n"})
    run.close(b"# Report\n", b"# Index\n")

    (record,) = past.read_past().runs
    assert (record.run, record.start, record.snapshot, record.pages) == (run.run, start(), snapshot(), 4)
    assert (record.planned, record.refusals) == (planned, (refusal(), refusal(None, "run_limit")))
    assert [intent.account_id for intent in record.intents] == ["u-1", "u-2"]
    assert [(outcome.change.id, outcome.status) for outcome in record.outcomes] == [
        ("suspend-u-1", "applied"),
        ("revoke_role-u-2", "failed"),
    ]
    assert [replace(one, at=NOON) for one in record.notified] == [notice]
    assert (record.ending, record.ended, record.head) == (ending, "partly", run.head)
    assert record.outcome_counts == {"applied": 1, "failed": 1}
    assert record.finished_at is not None
    assert record.finished_at > record.started_at
    assert past.read_plan(run.run) == b"{}"
    assert past.read_report(run.run) == b"# Report\n"
    folder = tmp_path / run_folder(run.run)
    assert (folder / "handover/g-1.csv").read_bytes() == b"email\n"
    assert (tmp_path / "README.md").read_bytes() == b"# Index\n"


def test_runs_form_one_chain(tmp_path: Path) -> None:
    """A run's first record names the last hash of the run before; the very first names none."""
    past = journal(FolderStore(tmp_path))
    heads = [write_run(past, token=token)[0].head for token in ("aaaa", "bbbb", "cccc")]
    chain = build_chain(FolderStore(tmp_path).read_journals(), heads[-1])
    assert [log.records[0].prev for log in chain.logs] == [None, *heads[:2]]
    assert chain.findings == ()
    assert past.read_past().head == heads[-1]


def test_a_clock_that_goes_back_does_not_reorder_runs(tmp_path: Path) -> None:
    """Runs sort in the order in which they were made, whatever the clock says; the records tell the clock's time."""
    store, clock = FolderStore(tmp_path), Clock()
    first, _ = write_run(journal(store, clock), token="zzzz")
    clock.now = NOON - timedelta(days=3)
    second, _ = write_run(journal(store, clock), token="aaaa")
    assert second.run > first.run
    runs = journal(store).read_past().runs
    assert [record.run for record in runs] == [first.run, second.run]
    assert runs[1].started_at < runs[0].started_at


def test_only_applied_changes_are_history(tmp_path: Path) -> None:
    """A failed change did not happen; one whose end nobody knows is unresolved, not past."""
    past = journal(FolderStore(tmp_path))
    run, _ = past.open_run(start(NOON - timedelta(days=2)), "aaaa")
    changes = [change(number) for number in range(1, 5)]
    run.record_intents(changes)
    statuses = ("applied", "failed", "unknown", "already")
    run.record_outcomes([outcomes([one], status)[0] for one, status in zip(changes, statuses, strict=True)])
    run.finish(Ending("partly", 5, ("idle",)))
    run.close()
    history = past.read_past().history
    assert [(one.account_id, one.at, one.after) for one in history.changes] == [
        ("u-1", NOON - timedelta(days=2), "suspended")
    ]
    assert [one.account_id for one in history.unresolved] == ["u-3"]


def test_the_last_run_of_a_task_is_the_last_that_gave_it_its_turn(tmp_path: Path) -> None:
    """A run that failed before a task had its turn does not count for that task."""
    past = journal(FolderStore(tmp_path))
    first, _ = write_run(past, Story(now=NOON), "aaaa")
    write_run(past, Story(ending=Ending("failed", 4, (), "unreachable"), now=NOON + timedelta(hours=1)), "bbbb")
    last = past.read_past().history.last_runs["idle"]
    assert (last.run, last.at, last.ended) == (first.run, NOON, "done")


@pytest.mark.parametrize(
    ("refusals", "expected"), [((), 200), ((refusal(),), 200), ((refusal(None, "population_drop"),), 310)]
)
def test_a_snapshot_that_a_rail_of_the_run_refused_is_no_measure(
    tmp_path: Path, refusals: tuple[Refusal, ...], expected: int
) -> None:
    """A shrunken population that was refused once is refused again; a task's refusal says nothing against it."""
    past = journal(FolderStore(tmp_path))
    write_run(past, Story(users=310), "aaaa")
    write_run(past, Story(users=200, changes=(), refusals=refusals), "bbbb")
    assert past.read_past().history.last_population == expected


def test_overrides_and_saved_plans_are_used_up_by_the_first_intent(tmp_path: Path) -> None:
    """What a run died with before it announced a change can be used again; after that it cannot."""
    store = FolderStore(tmp_path)
    planned = Planned("sha256:9", ("idle",), overrides=("lift:sha256:9",), saved_plan="sha256:9@t")
    clock = Clock()
    write_run(journal(store, clock), Story(planned=planned, dies="planned"), "aaaa")
    assert journal(store).read_past().history.used_overrides == frozenset()
    clock.now += timedelta(hours=1)
    write_run(journal(store, clock), Story(planned=planned, dies="intent"), "bbbb")
    history = journal(store).read_past().history
    assert [*history.used_overrides, *history.used_plans] == ["lift:sha256:9", "sha256:9@t"]


def test_quarantine_lasts_until_an_override_releases_the_task(tmp_path: Path) -> None:
    """A breach puts a task in quarantine over any number of runs."""
    past = journal(FolderStore(tmp_path))
    write_run(past, Story(ending=Ending("partly", 5, (), "breach", {"idle": "too many"})), "aaaa")
    write_run(past, token="bbbb")
    assert past.read_past().history.quarantined == {"idle": "too many"}
    write_run(past, Story(planned=Planned("sha256:9", ("idle",), released=("idle",))), "cccc")
    assert past.read_past().history.quarantined == {}


def test_a_quarantine_is_known_by_what_led_to_it(tmp_path: Path) -> None:
    """The day's budget, where the run that put the task in was refused for it; the last such run tells."""
    past = journal(FolderStore(tmp_path))
    over = Story(refusals=(refusal(None, "day_limit"),), changes=(), ending=Ending("refused", 3, (), "", {"idle": "1"}))
    failed = Story(refusals=(refusal(None, "breaker"),), ending=Ending("refused", 3, (), "", {"idle": "2", "b": "2"}))
    write_run(past, over, "aaaa")
    assert past.read_past().history.over_budget == {"idle"}
    write_run(past, failed, "bbbb")
    history = past.read_past().history
    assert (history.over_budget, history.quarantined) == (frozenset(), {"idle": "2", "b": "2"})


def test_the_next_run_closes_what_a_killed_one_left_open(tmp_path: Path) -> None:
    """An intent without an outcome is open until a later run says how it ended; it counts where it was announced."""
    store, clock = FolderStore(tmp_path), Clock()
    dead, _ = write_run(journal(store, clock), Story(dies="intent"), "aaaa")
    clock.now += timedelta(hours=1)
    run, past = journal(store, clock).open_run(start(NOON + timedelta(hours=1)), "bbbb")
    assert past.runs[0].ended == "killed"
    assert [(intent.run, intent.change.account_id) for intent in past.open_intents] == [
        (dead.run, "u-1"),
        (dead.run, "u-2"),
    ]
    first, second = past.open_intents
    run.record_recovered([(first, "applied", "read back"), (second, "unknown", "not reachable")])
    run.finish(Ending("done", 0))
    run.close()
    after = journal(store).read_past()
    assert after.open_intents == ()
    assert [(one.account_id, one.run, one.at) for one in after.history.changes] == [("u-1", dead.run, NOON)]
    assert [one.account_id for one in after.history.unresolved] == ["u-2"]
    assert [one.intent_run for one in after.runs[1].recovered] == [dead.run, dead.run]
    assert after.runs[1].outcomes == ()


def test_a_second_runner_is_told_who_is_at_work(tmp_path: Path) -> None:
    """One clear error with the holder, the process and since when."""
    store = FolderStore(tmp_path)
    run, _ = journal(store).open_run(start(), "aaaa")
    with pytest.raises(OtherSideError) as caught:
        journal(store, owner=OTHER).open_run(start(), "bbbb")
    assert (caught.value.reason, caught.value.exit_code) == ("lease_held", 4)
    for part in (run.run, "process 100 on here", "since 2026-11-22T12:00:00"):
        assert part in caught.value.message


def test_a_runner_that_wakes_up_late_writes_nothing(tmp_path: Path) -> None:
    """After another one took over, each append and each look at the lease is refused, and the chain stays whole."""
    store, clock = FolderStore(tmp_path), Clock()
    frozen, _ = journal(store, clock).open_run(start(), "aaaa")
    clock.now += timedelta(minutes=6)
    awake, _ = write_run(journal(store, clock, OTHER), token="bbbb")
    for step in (frozen.hold, lambda: frozen.record_intents([change()]), frozen.close):
        with pytest.raises(OtherSideError) as caught:
            step()
        assert caught.value.reason == "lease_lost"
    assert journal(store).read_past().head == awake.head


def test_a_lease_that_ran_out_unnoticed_is_still_held(tmp_path: Path) -> None:
    """A long silence costs nothing while nobody else has taken over."""
    store, clock = FolderStore(tmp_path), Clock()
    run, _ = journal(store, clock).open_run(start(), "aaaa")
    clock.now += timedelta(minutes=6)
    run.hold()
    with pytest.raises(OtherSideError, match="another runner is at work"):
        journal(store, clock, OTHER).open_run(start(), "bbbb")


def test_the_lease_of_a_dead_process_is_taken_over_at_once(tmp_path: Path) -> None:
    """Whoever is known to be gone holds nothing up."""
    store, clock = FolderStore(tmp_path), Clock()
    journal(store, clock).open_run(start(), "aaaa")
    past = Journal(store, clock=clock, owner=OTHER, gone=lambda owner: owner == ME)
    run, _ = past.open_run(start(), "bbbb")
    run.record_intents([change()])
    assert [len(found.intents) for found in past.read_past().runs] == [0, 1]


def test_a_journal_that_somebody_edited_stops_the_run_and_keeps_nobody_out(tmp_path: Path) -> None:
    """One clear error naming the first bad record; the lease is given back."""
    store = FolderStore(tmp_path)
    run, _ = write_run(journal(store))
    path = tmp_path / run_folder(run.run) / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b"u-2", b"u-3", 1))
    for owner in (ME, OTHER):
        with pytest.raises(OtherSideError) as caught:
            journal(store, owner=owner).open_run(start(), "bbbb")
        assert caught.value.reason == "journal_damaged"
        assert f"run {run.run}, record 5, line 5" in caught.value.message


def test_runs_are_found_by_name_token_or_last(tmp_path: Path) -> None:
    """People type the short end of a run's name; what could be two is refused."""
    past = journal(FolderStore(tmp_path))
    first, _ = write_run(past, token="aaaa")
    second, _ = write_run(past, token="bbbb")
    third, _ = write_run(past, token="bbbb")
    seen = past.read_past()
    assert seen.find("aaaa").run == seen.find(first.run).run == first.run
    assert seen.find("last").run == third.run
    assert seen.find(second.run).run == second.run
    for unclear, problem in (("bbbb", "several runs are named 'bbbb'"), ("cccc", "no run is"), ("", "no run is")):
        with pytest.raises(InputError, match=problem) as no:
            seen.find(unclear)
        assert no.value.reason == "unknown_run"


def test_another_file_of_a_run_is_read_by_its_name(tmp_path: Path) -> None:
    """None where the run has no such file."""
    past = journal(FolderStore(tmp_path))
    run, _ = write_run(past, Story(files={"handover/g-1.csv": b"email\n"}))
    assert past.read_kept(run.run, "handover/g-1.csv") == b"email\n"
    assert past.read_kept(run.run, "handover/g-2.csv") is None


def test_a_file_beside_the_runs_is_kept_under_the_lease_and_gives_it_back(tmp_path: Path) -> None:
    """Whoever comes next finds nobody at work; while somebody is, nothing is kept."""
    store = FolderStore(tmp_path)
    journal(store).keep_file("recorded/acme.json", b"{}", "Recorded", "aaaa")
    assert store.read_file("recorded/acme.json") == b"{}"
    open_run, _ = journal(store, owner=OTHER).open_run(start(), "bbbb")
    with pytest.raises(OtherSideError) as caught:
        journal(store).keep_file("recorded/acme.json", b"[]", "Recorded", "cccc")
    assert caught.value.reason == "lease_held"
    assert store.read_file("recorded/acme.json") == b"{}"
    open_run.close()
    write_run(journal(store), token="dddd")
