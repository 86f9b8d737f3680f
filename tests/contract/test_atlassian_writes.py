"""Writing to Atlassian Cloud: every outcome is what the server's own log says, and nothing is sent twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from runner.directory.atlassian.http import Client
from runner.directory.atlassian.operations import SUSPEND
from runner.directory.interface import EVERYTHING, ends_the_run, refuses_the_key
from runner.errors import CancelledError, OtherSideError
from runner.model.outcome import Outcome
from runner.model.plan import Change
from tests.contract.directories import JIRA, WIKI, Clock, atlassian, change, connection, small
from tests.contract.test_atlassian_reads import large
from tests.emulator import READ_KEY, Emulator, Entry, Limit, Options, Rule

WRITES = r"/memberships|/suspend|/restore|/roles/|/lifecycle/"


def writes(emulator: Emulator) -> list[Entry]:
    """The writes that the server received."""
    reading = ("/users/search", "/groups/search", "/workspaces")
    return [entry for entry in emulator.log if entry.method != "GET" and not entry.path.endswith(reading)]


def happened(emulator: Emulator) -> set[tuple[str, str, str | None]]:
    """What really changed."""
    return {(effect.account_id, effect.verb, effect.target) for effect in emulator.effects}


def key_of(one: Change) -> tuple[str, str, str | None]:
    """A change in the words of the server's log."""
    return (one.account_id, one.verb, one.target.id if one.target else None)


def check(emulator: Emulator, outcomes: list[Outcome]) -> None:
    """Applied is what happened, and of what happened nothing is said to have failed."""
    real = happened(emulator)
    for outcome in outcomes:
        if outcome.status == "applied":
            assert key_of(outcome.change) in real
        elif outcome.status != "unknown":
            assert key_of(outcome.change) not in real
    assert emulator.crashes == []


BATCH = [
    change("ann", "remove_from_group", "jira"), change("ann", "suspend"), change("bob", "add_to_group", "wiki"),
    change("bob", "revoke_role", WIKI), change("bob", "grant_role", JIRA, "admin"), change("bob", "deactivate"),
]  # fmt: skip

LOSSES = {
    "reset before": Rule("reset"),
    "reset after": Rule("reset", effect="after"),
    "closed before": Rule("close"),
    "closed after": Rule("close", effect="after"),
    "redirected": Rule("redirect", status=302),
    "redirected after": Rule("redirect", status=307, effect="after"),
    "500 before": Rule("status", status=500),
    "500 after": Rule("status", status=500, effect="after"),
    "408 before": Rule("status", status=408),
    "408 after": Rule("status", status=408, effect="after"),
    "503 after": Rule("status", status=503, shape="html", effect="after"),
    "200 in HTML before": Rule("html_200"),
    "200 and empty before": Rule("empty_200"),
    "cut short": Rule("truncated"),
    "a body without end": Rule("huge", size=40_000_000, effect="after"),
    "seen late": Rule("lag", reads=3),
    "seen late, and the reply lost": Rule("reset", effect="after"),
}


@pytest.mark.parametrize("nth", range(1, 7))
@pytest.mark.parametrize("fault", LOSSES.values(), ids=LOSSES)
def test_a_lost_reply_is_read_back_and_never_sent_again(fault: Rule, nth: int) -> None:
    """Whichever write of a batch is struck: one request each, and outcomes that the server's log bears out."""
    clock = Clock()
    rule = replace(fault, match=WRITES, nth=nth)
    with Emulator(small(), clock=clock.now, faults=[rule]) as emulator:
        _, writer = atlassian(emulator, clock, workers=1)
        outcomes = list(writer.apply_changes(BATCH))
        assert [outcome.change for outcome in outcomes] == BATCH
        assert max(Counter((entry.method, entry.path, str(entry.body)) for entry in writes(emulator)).values()) == 1
        check(emulator, outcomes)
        struck = outcomes[nth - 1]
        done = key_of(struck.change) in happened(emulator)
        assert struck.status == ("applied" if done else "unknown")
        assert {outcome.status for at, outcome in enumerate(outcomes) if at != nth - 1} == {"applied"}


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (Rule("status", status=400), "refused"), (Rule("status", status=409), "conflict"),
        (Rule("status", status=404), "not_found"), (Rule("status", status=402), "refused"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("nth", range(1, 7))
def test_a_refusal_is_one_persons_failure(fault: Rule, word: str, nth: int) -> None:
    """A 4xx is said with its words; the rest of the batch goes on."""
    clock = Clock()
    rule = replace(fault, match=WRITES, nth=nth)
    with Emulator(small(), clock=clock.now, faults=[rule]) as emulator:
        outcomes = list(atlassian(emulator, clock, workers=1)[1].apply_changes(BATCH))
        check(emulator, outcomes)
    assert outcomes[nth - 1].status == "failed"
    assert outcomes[nth - 1].detail.split(":")[0] == word
    assert [outcome.status for outcome in outcomes].count("applied") == 5
    assert not any(map(ends_the_run, outcomes))


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("shape", ["errors", "proxy", "gateway", "empty"])
def test_a_refused_right_stops_the_batch(status: int, shape: str) -> None:
    """After a 401 or 403 nothing more is sent, and every change has its outcome."""
    clock = Clock()
    fault = Rule("status", match=WRITES, status=status, shape=shape)
    with Emulator(small(), clock=clock.now, faults=[fault]) as emulator:
        _, writer = atlassian(emulator, clock)
        outcomes = list(writer.apply_changes(BATCH[:2]))
        assert len(writes(emulator)) == 1
        check(emulator, outcomes)
        assert writer.apply_change(change("bob", "suspend")).detail.startswith("not_sent")
        assert len(writes(emulator)) == 1
    assert [outcome.status for outcome in outcomes] == ["failed", "failed"]
    assert list(map(ends_the_run, outcomes)) == [True, False]
    assert outcomes[1].detail.startswith("not_sent")


def test_a_key_that_may_not_write_is_told_so() -> None:
    """The outcome says what is wrong with the key, without the key."""
    clock = Clock()
    with Emulator(small(), clock=clock.now) as emulator:
        _, writer = atlassian(emulator, clock, READ_KEY)
        outcome = writer.apply_change(change("ann", "suspend"))
        assert happened(emulator) == set()
    assert ends_the_run(outcome)
    assert "needs an API key without scopes" in outcome.detail
    assert READ_KEY not in outcome.detail


def test_a_403_that_names_a_scope_is_about_the_key() -> None:
    """Lifecycle operations name a scope that nobody can choose (Atlassian facts, section 0)."""
    clock = Clock()
    body = {"code": 403, "message": "Unauthorized; scope does not match: manage:org"}
    with Emulator(small(), clock=clock.now) as emulator:
        _, writer = atlassian(emulator, clock)
        emulator.set_faults([Rule("status", match="/lifecycle/disable", status=403, shape="proxy", patch=body)])
        outcome = writer.apply_change(change("bob", "deactivate"))
    assert outcome.detail.startswith("key_refused: 403 Unauthorized; scope does not match")
    assert refuses_the_key(outcome)


@pytest.mark.parametrize(("said", "about_the_key"), [("scope does not match: manage:org", True), ("no", False)])
def test_a_403_to_the_question_before_ends_the_run_too(said: str, about_the_key: bool) -> None:
    """Whether an account may be switched off is asked first: whoever is refused there already sends nothing more."""
    clock = Clock()
    with Emulator(small(), clock=clock.now) as emulator:
        _, writer = atlassian(emulator, clock, workers=1)
        fault = Rule("status", match="/manage", status=403, shape="proxy", patch={"code": 403, "message": said})
        emulator.set_faults([fault])
        outcomes = list(writer.apply_changes([change("bob", "deactivate"), change("ann", "suspend")]))
        assert (writes(emulator), happened(emulator)) == ([], set())
    assert [outcome.status for outcome in outcomes] == ["failed", "failed"]
    assert ends_the_run(outcomes[0])
    assert refuses_the_key(outcomes[0]) is about_the_key


def test_a_write_that_a_limit_refused_is_sent_again() -> None:
    """A 429 says that nothing was done, so patience is safe; the limit once known is kept."""
    clock = Clock()
    with Emulator(large(200), clock=clock.now, limits=[Limit(20, 60, is_announced=False)]) as emulator:
        _, writer = atlassian(emulator, clock)
        batch = [change(f"u-{n}", "suspend") for n in range(100, 160)]
        outcomes = list(writer.apply_changes(batch))
        check(emulator, outcomes)
        assert {outcome.status for outcome in outcomes} == {"applied"}


def test_many_changes_cost_their_writes_and_few_reads() -> None:
    """1,000 changes: 1,000 writes and at most 220 reads besides the snapshot, and no 429 under an announced limit."""
    clock = Clock()
    with Emulator(large(1_500), clock=clock.now, limits=[Limit(300, 60)]) as emulator:
        reader, writer = atlassian(emulator, clock)
        reader.read_snapshot(EVERYTHING)
        before = len(emulator.log)
        people = [f"u-{n}" for n in range(100, 1_100)]
        for at in range(0, 1_000, 50):
            reader.read_users(people[at : at + 50])
            outcomes = list(writer.apply_changes([change(who, "suspend") for who in people[at : at + 50]]))
            assert {outcome.status for outcome in outcomes} == {"applied"}
        sent = writes(emulator)
        assert len(sent) == 1_000
        assert len(emulator.log) - before - len(sent) <= 220
        assert {entry.status for entry in emulator.log} <= {200, 204}
        assert len(happened(emulator)) == 1_000


def test_someone_suspended_is_suspended_in_all_their_directories() -> None:
    """There is no suspension of the organization: one write a directory, and only then are they suspended."""
    organization = small()
    organization["apps"][1].update(site="labs")
    organization["users"][0].update(groups=["jira", "wiki"])
    clock = Clock()
    options = Options(directories={"dir-1": ("acme",), "dir-2": ("labs",)})
    with Emulator(organization, clock=clock.now, options=options) as emulator:
        reader, writer = atlassian(emulator, clock)
        assert reader.read_users(["ann"])[0].directories == ("dir-1", "dir-2")
        assert writer.apply_change(change("ann", "suspend")).status == "applied"
        assert {effect.directory for effect in emulator.effects} == {"dir-1", "dir-2"}
        assert writer.apply_change(change("ann", "remove_from_group", "wiki")).status == "applied"
        assert emulator.effects[-1].directory == "dir-2"


@pytest.mark.parametrize("refusal", [409, 400, 403])
@pytest.mark.parametrize(("verb", "status"), [("restore", "applied"), ("suspend", "failed")])
def test_what_one_directory_accepts_and_the_next_refuses_is_read_back(verb: str, status: str, refusal: int) -> None:
    """Whoever is restored in one of their directories is active, and a record that says failed would hide it from an
    undo; whoever is suspended in one only is active still. Either way the outcome says how far it came."""
    organization = small()
    organization["apps"][1].update(site="labs")
    organization["users"][0].update(groups=["jira", "wiki"], status="suspended" if verb == "restore" else "active")
    clock = Clock()
    options = Options(directories={"dir-1": ("acme",), "dir-2": ("labs",)})
    fault = Rule("status", match=f"/dir-2/.*/{verb}", status=refusal)
    with Emulator(organization, clock=clock.now, options=options, faults=[fault]) as emulator:
        reader, writer = atlassian(emulator, clock)
        outcome = writer.apply_change(change("ann", verb))
        assert [effect.directory for effect in emulator.effects] == ["dir-1"]
        assert reader.read_users(["ann"])[0].status == "active"
    assert outcome.status == status
    assert outcome.detail.endswith("(done in 1 of 2 directories)")
    assert ends_the_run(outcome) is (refusal == 403)


def test_a_full_app_is_a_conflict_and_a_member_is_already_so() -> None:
    """A 409 on adding means either; only the read that follows tells (Atlassian facts, section 2.12)."""
    organization = small()
    organization["apps"][0]["seats"] = 3
    organization["users"].append({**organization["users"][0], "account_id": "dan", "groups": []})
    clock = Clock()
    with Emulator(organization, clock=clock.now) as emulator:
        reader, writer = atlassian(emulator, clock)
        outcome = writer.apply_change(change("dan", "add_to_group", "jira"))
        assert (outcome.status, outcome.detail.split(":")[0]) == ("failed", "conflict")
        reader.read_users(["dan"])
        emulator.edit("dan", groups=["staff"])
        assert writer.apply_change(change("dan", "add_to_group", "staff")).status == "already"
        reader.read_users(["dan"])
        emulator.edit("dan", groups=[])
        assert writer.apply_change(change("dan", "remove_from_group", "staff")).status == "already"


@pytest.mark.parametrize("fault", [Rule("status", status=400), Rule("reset")], ids=["refused", "lost"])
def test_a_role_is_not_revoked_while_a_group_may_not_have_been_left(fault: Rule) -> None:
    """Where revoking takes the groups that grant the app along (Atlassian facts, section 3), a membership would end
    whose change is recorded as failed."""
    organization = small()
    organization["users"][1].update(groups=["wiki"], direct_access=[WIKI])
    leave, revoke = change("bob", "remove_from_group", "wiki"), change("bob", "revoke_role", WIKI)
    clock, rule, options = Clock(), replace(fault, match="/memberships"), Options(revoke_leaves_groups=False)
    with Emulator(organization, clock=clock.now, faults=[rule], options=options) as emulator:
        outcomes = list(atlassian(emulator, clock)[1].apply_changes([leave, revoke, change("ann", "suspend")]))
        check(emulator, outcomes)
        assert happened(emulator) == {("ann", "suspend", None)}
    assert outcomes[1].detail.startswith("not_sent: a group of this person may not have been left")


class Ended(Clock):
    """A clock on which nobody waits any more: whoever would is told to end."""

    def sleep(self, seconds: float) -> None:
        """Not any more."""
        raise CancelledError("cancelled", f"told to end, {seconds:.0f} seconds too early")


def test_what_waits_when_the_run_is_told_to_end_is_called_not_sent() -> None:
    """Whether a write waits after a 429, for its turn, or for leave to switch an account off: none of them failed."""
    clock = Ended()
    with Emulator(small(), clock=clock.now, faults=[Rule("status", match=WRITES, status=429)]) as emulator:
        outcomes = list(atlassian(emulator, clock, workers=1)[1].apply_changes(BATCH))
        assert (len(writes(emulator)), happened(emulator)) == (1, set())
    assert [(outcome.status, outcome.detail.split(":")[0]) for outcome in outcomes] == [("failed", "not_sent")] * 6


def test_a_person_who_left_meanwhile_fails_alone() -> None:
    """Gone between reading and writing: not found, and the others go on."""
    clock = Clock()
    fault = Rule("vanish", match="/suspend", accounts=("ann",))
    with Emulator(small(), clock=clock.now, faults=[fault]) as emulator:
        _, writer = atlassian(emulator, clock)
        outcomes = list(writer.apply_changes([change("ann", "suspend"), change("bob", "suspend")]))
    assert [outcome.status for outcome in outcomes] == ["failed", "applied"]


def test_what_cannot_be_read_back_is_unknown() -> None:
    """A 2xx alone proves nothing."""
    clock = Clock()
    faults = [Rule("status", match="users/search", status=503, nth=2, times=0)]
    with Emulator(small(), clock=clock.now, faults=faults) as emulator:
        outcome = atlassian(emulator, clock)[1].apply_change(change("ann", "suspend"))
    assert outcome.status == "unknown"


def test_nothing_is_sent_when_people_cannot_be_read() -> None:
    """Reading comes first; when it fails no write goes out."""
    clock = Clock()
    with Emulator(small(), clock=clock.now, faults=[Rule("status", match="users/search", times=0)]) as emulator:
        _, writer = atlassian(emulator, clock)
        with pytest.raises(OtherSideError):
            list(writer.apply_changes(BATCH))
        assert writes(emulator) == []


def test_a_client_made_for_reading_sends_no_write() -> None:
    """The reader's client has no way to change anything."""
    clock = Clock()
    with Emulator(small(), clock=clock.now) as emulator:
        client = Client(connection(emulator), clocks=clock.clocks)
        with pytest.raises(ValueError, match="reading only"):
            client.send(SUSPEND, {"directory": "dir-1", "account": "ann"})
        assert emulator.log == ()
