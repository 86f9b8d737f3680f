"""Pseudonyms: nothing kept names anybody, and whoever holds the key finds them again."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.errors import InputError
from runner.journal.privacy import Hidden, Pseudonyms, keys_from, pseudonym
from runner.journal.verify import check_journal
from runner.model.outcome import Outcome
from runner.model.people import User
from runner.model.plan import Handover, Notice, Plan, Provenance, Refusal, Reported, Skip
from runner.model.record import REFUSED, Ending, Planned, RecordedNotice
from runner.model.unknown import UNKNOWN
from tests.unit.journal.made import (
    NOON,
    Clock,
    MemoryStore,
    Story,
    change,
    journal,
    refusal,
    snapshot,
    start,
    write_run,
)

KEY, OLD = b"0123456789abcdef", b"fedcba9876543210"


def user(number: int) -> User:
    """Somebody of whom only the names are known."""
    nothing: dict[str, Any] = dict.fromkeys((field.name for field in fields(User)), UNKNOWN)
    known = {"account_id": f"u-{number}", "email": f"u{number}@acme.example", "name": f"Ann {number}"}
    return User(**{**nothing, **known, "directories": ()})


USERS = tuple(user(number) for number in range(1, 6))


def test_keys_are_read_from_the_environment() -> None:
    """Several are separated by commas; none, or one that could be guessed, is an error."""
    assert keys_from("0123456789abcdef, fedcba9876543210") == (KEY, OLD)
    for bad in ("", " , ", "short", "0123456789abcdef,short"):
        with pytest.raises(InputError) as caught:
            keys_from(bad)
        assert (caught.value.reason, caught.value.exit_code) == ("pseudonym_key", 2)


def test_a_pseudonym_is_the_same_every_time_and_another_under_another_key() -> None:
    """It is what the next run recognizes people by; the value was worked out with openssl."""
    assert pseudonym(KEY, "u-1") == "p-28b8e8932ce15b5f816286e3492629d0"
    assert len({pseudonym(key, account) for key in (KEY, OLD) for account in ("u-1", "u-2")}) == 4


def test_people_are_found_with_the_key_and_with_the_one_before() -> None:
    """After a change of keys the pseudonyms of both are resolved; without the old key its people stay hidden."""
    both, new = Pseudonyms((KEY, OLD)).knowing(USERS), Pseudonyms((KEY,)).knowing(USERS)
    assert both.person(pseudonym(KEY, "u-1")) == both.person(pseudonym(OLD, "u-1")) == "u-1"
    assert new.person(pseudonym(OLD, "u-1")) == pseudonym(OLD, "u-1")
    assert both.account("u-1") == pseudonym(KEY, "u-1")
    assert "0123" not in repr(both)


def test_nothing_that_is_kept_names_anybody() -> None:
    """No account id, address or name is in any file of a run, whatever text it came in; the record can be revealed."""
    store, mask = MemoryStore(), Pseudonyms((KEY,))
    run, _ = journal(store).open_run(start(), "aaaa")
    run.mask = mask.knowing(USERS)
    said = "Ann 1 (u-1, u1@acme.example) and ann 2, not root@acme.example"
    plan = run.mask.plan(
        Plan(
            "sha256:9",
            "acme",
            NOON,
            Provenance(None, "sha256:1"),
            snapshot(),
            ("idle",),
            (replace(change(1), reasons=(said,), message=said),),
            (Skip("u-2", "idle", "exempt", said),),
            (Notice("u-3", "idle", "told", "email"),),
            (Handover("u-4", "idle", None, "deactivate"),),
            (Reported("u-5", "idle", ()),),
            (Refusal("conflict", None, said, said, "sha256:9", said),),
            (said,),
        )
    )
    run.record_plan(Planned("sha256:9", ("idle",)), repr(plan).encode(), [replace(refusal(), found=said)])
    run.record_intents([change(1)])
    run.record_outcomes([Outcome(change(1), "failed", NOON, said)])
    run.record_notices([RecordedNotice("u-2", "idle", "told", "email", "failed", NOON, said)])
    run.finish(Ending(REFUSED, 3, quarantined={"idle": said}))
    kept = b"\n".join(store.files.values()).decode()
    for word in ("u-1", "u-2", "u-3", "u-4", "u-5", "Ann 1", "ann 2", "@acme.example"):
        assert word not in kept.replace('"actor":"ann@acme.example"', "")
    assert kept.count(pseudonym(KEY, "u-1")) > 8
    record = run.mask.revealed_run(journal(store).read_past().find("last"))
    assert [intent.account_id for intent in record.intents] == ["u-1"]
    assert record.outcomes[0].change.id == record.intents[0].id == plan.changes[0].id


def test_the_actor_of_a_pseudonymous_journal_is_no_address() -> None:
    """Whoever starts a run by hand is somebody too."""
    store = MemoryStore()
    masked = journal(store)
    masked._mask = Pseudonyms((KEY,))
    masked.open_run(start(), "aaaa")
    assert journal(store).read_past().runs[0].start.actor == "(address)"


def test_the_past_of_a_pseudonymous_journal_is_revealed() -> None:
    """History and open intents speak of account ids again, for everybody who is still there."""
    store, mask = MemoryStore(), Pseudonyms((KEY,)).knowing(USERS)
    run, _ = journal(store).open_run(start(), "aaaa")
    run.mask = mask
    run.record_intents([change(1), change(2), change(9)])
    run.record_outcomes([Outcome(change(1), "applied", NOON), Outcome(change(9), "applied", NOON)])
    past = journal(store).read_past()
    assert [one.account_id for one in mask.revealed_history(past.history).changes] == ["u-1", pseudonym(KEY, "u-9")]
    assert [mask.revealed_intent(intent).change.account_id for intent in past.open_intents] == ["u-2"]
    run.record_recovered([(mask.revealed_intent(past.open_intents[0]), "applied", "u-2 is suspended")])
    assert journal(store).read_past().open_intents == ()
    assert b"u-2" not in b"".join(store.files.values())


def test_masking_twice_does_no_harm() -> None:
    """A pseudonym that nobody resolved goes through as it is."""
    mask = Pseudonyms((KEY,))
    assert mask.account(mask.account("u-1")) == mask.account("u-1")
    assert mask.change_id(mask.change_id("id")) == mask.change_id("id")
    assert mask.account(pseudonym(OLD, "u-1")) == pseudonym(OLD, "u-1")


def test_what_a_plain_journal_left_open_is_closed_by_a_pseudonymous_run() -> None:
    """The setting may change between two runs; the change is known by the id it was announced with."""
    store, clock = MemoryStore(), Clock()
    write_run(journal(store, clock), Story(dies="intent"), "aaaa")
    clock.now += timedelta(hours=1)
    run, past = journal(store, clock).open_run(start(), "bbbb")
    run.mask = Pseudonyms((KEY,)).knowing(USERS)
    run.record_recovered([(intent, "applied", "") for intent in past.open_intents])
    assert journal(store).read_past().open_intents == ()
    assert check_journal(store.read_files(), store.anchor) == ()


NAMES = ("Ann", "Ann Lee", "O'Neil", "李雷", "🦄", "(Ext) Bob", "Zoë", "ann@acme.example", "u-1", ".")


def test_the_longest_name_that_fits_is_taken_and_taken_once() -> None:
    """Names may be parts of others."""
    hidden = Hidden({"Lee": "p-2", "Ann": "p-3", "Ann Lee": "p-1"})
    assert hidden.text("Ann Lee, LEE (ann), Annabel Lee") == "p-1, p-2 (p-3), Annabel p-2"


def test_an_app_is_no_address() -> None:
    """A report says which app somebody had; whoever has an address is hidden, also one whom nobody knows."""
    shown = Hidden({}).text("uses jira-software@acme (root@acme.example), last by x.y@mail.acme.example.")
    assert shown == "uses jira-software@acme ((address)), last by (address)"


@given(st.lists(st.sampled_from([*NAMES, "Annabel", "and", "x"]), max_size=6), st.sampled_from([" ", ", ", "(", "-"]))
@settings(max_examples=200)
def test_no_name_is_left_in_a_text(words: list[str], between: str) -> None:
    """Names of any script and shape, in any order; other words stay whole."""
    shown = Hidden(dict.fromkeys(NAMES, "p-0")).text(between.join(words))
    for word in words:
        assert word in ("Annabel", "and", "x", ".") or word not in shown.replace("Annabel", "")
    assert shown.count("Annabel") == words.count("Annabel")
