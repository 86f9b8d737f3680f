"""Applying while the API fails in every way that it can: every outcome is what the server's own log says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.emulator import API_KEY, READ_KEY, Limit, Rule
from tests.journeys.atlassian.town import (
    AWAY,
    IDLE,
    JIRA,
    TASKS,
    Town,
    check_nobody_wrongly_idle,
    check_truth,
    group,
    organization,
    person,
    town,
)

LONGEST_S = 1200.0
WRITES = {
    "a removal": r"DELETE \S+/memberships/",
    "an addition": r"POST \S+/memberships",
    "a suspension": r"/suspend",
}
LOST = {
    "reset before": Rule("reset"),
    "reset after": Rule("reset", effect="after"),
    "closed before": Rule("close"),
    "closed after": Rule("close", effect="after"),
    "redirected": Rule("redirect", status=302),
    "redirected after": Rule("redirect", status=307, effect="after"),
    "500 before": Rule("status", status=500),
    "500 after": Rule("status", status=500, effect="after"),
    "503 in HTML, after": Rule("status", status=503, shape="html", effect="after"),
    "200 in HTML, nothing done": Rule("html_200"),
    "200 and empty, nothing done": Rule("empty_200"),
    "cut short": Rule("truncated"),
    "a body without end": Rule("huge", size=20_000_000, effect="after"),
    "a bomb": Rule("gzip_bomb", size=40_000_000, effect="after"),
    "seen late": Rule("lag", reads=3),
}
LOSSES = {f"{fault}: {what}": replace(LOST[fault], match=WRITES[what], nth=2) for what in WRITES for fault in LOST}


def settled(found: Town) -> None:
    """Faults end; the next run closes what was left open, and one more has nothing to do."""
    found.emulator.set_faults(())
    found.run("apply", "--all")
    check_truth(found)
    done = found.run("apply", "--all")
    assert done.code == 0, done.err
    check_truth(found)
    check_nobody_wrongly_idle(found)
    people = found.people
    assert all("jira" not in people[who]["groups"] for who in IDLE)
    assert all(people[who]["status"] == "suspended" for who in AWAY)


@pytest.mark.parametrize("rule", LOSSES.values(), ids=LOSSES)
def test_a_lost_reply_is_read_back_and_told_as_it_was(rule: Rule, tmp_path: Path) -> None:
    """Exit 0 where it was done after all, 5 where nobody can say yet; never a second request."""
    with town(tmp_path, faults=[rule]) as found:
        done = found.run("apply", "--all")
        assert any(entry.faults for entry in found.emulator.log)
        unknown = done.form["outcomes"].get("unknown", 0)
        assert (done.code, done.form["reason"]) == ((5, "changes_failed") if unknown else (0, "")), done.err
        assert unknown <= 1
        check_truth(found)
        check_nobody_wrongly_idle(found)
        assert found.clock.monotonic() <= LONGEST_S


@pytest.mark.parametrize("rule", [LOSSES[name] for name in LOSSES if "removal" in name], ids=lambda rule: rule.kind)
def test_the_next_run_closes_what_a_lost_reply_left_open(rule: Rule, tmp_path: Path) -> None:
    """Two runs later everybody is as the policies want them, and the journal and the log still agree."""
    with town(tmp_path, faults=[rule]) as found:
        found.run("apply", "--all")
        settled(found)


REFUSED = {
    f"{status}: {what}": Rule("status", match=WRITES[what], status=status, nth=2)
    for what in WRITES
    for status in (400, 402, 404, 409, 422)
}


@pytest.mark.parametrize("rule", REFUSED.values(), ids=REFUSED)
def test_one_persons_refusal_is_theirs_alone(rule: Rule, tmp_path: Path) -> None:
    """A 4xx: one failed change, exit 5, everybody else is done."""
    with town(tmp_path, faults=[rule]) as found:
        done = found.run("apply", "--all")
        assert (done.code, done.form["reason"]) == (5, "changes_failed"), done.err
        assert done.form["outcomes"] == {"applied": 27, "failed": 1}
        check_truth(found)
        settled(found)


DENIED = {
    f"{status} {shape}: {what}": Rule("status", match=WRITES[what], status=status, shape=shape, times=0)
    for what in WRITES
    for status in (401, 403)
    for shape in ("proxy", "gateway")
}


@pytest.mark.parametrize("rule", DENIED.values(), ids=DENIED)
def test_a_key_that_is_refused_ends_the_run(rule: Rule, tmp_path: Path) -> None:
    """401 or 403 on a write: the breaker ends the run, at most the writes in flight are tried, exit 3."""
    with town(tmp_path, faults=[rule]) as found:
        done = found.run("apply", "--all")
        assert (done.code, done.form["reason"]) == (3, "breaker"), done.err
        assert 1 <= sum(entry.status in (401, 403) for entry in found.emulator.log) <= 4
        check_truth(found)


def test_a_key_that_cannot_write_says_so(tmp_path: Path) -> None:
    """With a read-only key apply changes nothing and names what is wrong with the key, also for people."""
    with town(tmp_path) as found:
        found.key = READ_KEY
        done = found.run("apply", "--all")
        assert (done.code, done.form["reason"]) == (3, "breaker")
        assert "API key without scopes" in done.out
        (refusal,) = done.form["refusals"]
        assert refusal["how_to_allow"].startswith("put an API key without scopes")
        report = next((found.folder / "journal").glob("runs/*/*/*/*/report.md")).read_text(encoding="utf-8")
        assert "put an API key without scopes" in report
        assert found.emulator.effects == ()
        check_truth(found)


def test_with_a_key_that_can_write_nothing_is_lost(tmp_path: Path) -> None:
    """A refused key is no task's fault: none is in quarantine, both are still due, and the next run does it all."""
    weekly = "{weekly: {days: [sunday], at: '05:00'}}"
    tasks = {name: text.replace("{manual: true}", weekly) for name, text in TASKS.items()}
    with town(tmp_path, tasks=tasks) as found:
        found.key = READ_KEY
        assert found.run("run").form["reason"] == "breaker"
        found.key = API_KEY
        found.clock.sleep(60)
        again = found.run("run")
        assert (again.code, again.form["outcomes"]) == (0, {"applied": 28}), again.err
        check_truth(found)


def test_an_id_that_is_none_is_written_to_by_nobody(tmp_path: Path) -> None:
    """Somebody whose account id could lead a request elsewhere: one failed change, and no request about them."""
    people = organization()
    people["users"][12]["account_id"] = "../away"
    with town(tmp_path, people=people) as found:
        done = found.run("apply", "--all")
        assert (done.code, done.form["outcomes"]) == (5, {"applied": 27, "failed": 1}), done.err
        assert "not_sent: no account has such an id: ../away" in done.out
        assert not any(".." in entry.path for entry in found.emulator.log)
        check_truth(found)


@pytest.mark.parametrize("what", WRITES)
def test_an_app_that_fails_throughout_ends_the_run_early(what: str, tmp_path: Path) -> None:
    """Every write of a kind fails: the breaker ends the run, and what is left of the task is in quarantine."""
    with town(tmp_path, faults=[Rule("status", match=WRITES[what], status=400, times=0)]) as found:
        done = found.run("apply", "--all")
        assert (done.code, done.form["reason"]) == (3, "breaker"), done.err
        assert len(found.writes) <= 28
        check_truth(found)
        found.emulator.set_faults(())
        again = found.run("apply", "--all")
        left = again.form["refusals"]  # nothing, where the other half of the task was done: nobody matches any more
        assert ([refusal["rail"] for refusal in left] or ["quarantine"]) == ["quarantine"]
        assert again.code == (3 if left else 0)
        assert bool(left) is (what != "an addition")


@pytest.mark.parametrize("style", ["reset", "reset_minute", "seconds", "date", "none"])
@pytest.mark.parametrize("announced", [True, False], ids=["announced", "unannounced"])
def test_writes_wait_for_a_limit(announced: bool, style: str, tmp_path: Path) -> None:
    """Writes that a 429 held back are sent again, for nothing was done; all is done in the end."""
    with town(tmp_path, limits=[Limit(8, 60, r"/memberships|/suspend", style, announced)]) as found:
        done = found.run("apply", "--all")
        assert (done.code, done.form["outcomes"]) == (0, {"applied": 28}), done.err
        check_truth(found)
        assert found.clock.monotonic() <= LONGEST_S


@pytest.mark.parametrize(
    ("facts", "left"),
    [
        ({"last_active": {"ari:cloud:jira-software::site/1": "2026-11-22T05:00:00Z"}}, {"idle-04"}),
        ({"status": "suspended"}, {"idle-04"}),
        ({"groups": ["staff"]}, {"idle-04"}),
        ({"groups": ["jira", "robots"]}, {"idle-04"}),
        ({"roles": ["org-admin"]}, {"idle-04"}),
    ],
    ids=["came back", "suspended by somebody", "left the group", "became a robot", "became an admin"],
)
def test_whoever_changed_since_the_plan_is_left_alone(facts: dict[str, object], left: set[str], tmp_path: Path) -> None:
    """Between snapshot and write somebody changes: they are skipped and listed, the others go on."""
    edit = Rule("edit", match="users/search", body="accountIds", accounts=("idle-04",), patch=facts)
    with town(tmp_path, faults=[edit]) as found:
        done = found.run("apply", "--all")
        assert done.code == 0, done.err
        assert done.form["outcomes"]["changed_since"] >= 1
        assert left.isdisjoint(effect.account_id for effect in found.emulator.effects)
        check_truth(found)


def test_whoever_left_since_the_plan_is_left_out(tmp_path: Path) -> None:
    """Gone between snapshot and write: no request about them."""
    gone = Rule("vanish", match="users/search", body="accountIds", accounts=("idle-04",))
    with town(tmp_path, faults=[gone]) as found:
        done = found.run("apply", "--all")
        assert (done.code, done.form["outcomes"]["changed_since"]) == (0, 2)
        assert not any("idle-04" in entry.path for entry in found.writes)
        check_truth(found)


def test_a_clock_that_jumps_during_a_run_ends_all_talk_of_inactivity(tmp_path: Path) -> None:
    """Two hours apart at the last look: nobody is called idle any more, and nothing is written."""
    jump = Rule("skew", match="users/search", body="accountIds", seconds=7200, times=0)
    with town(tmp_path, faults=[jump]) as found:
        done = found.run("apply", "--all")
        assert (done.code, done.form["outcomes"]) == (0, {"changed_since": 28}), done.err
        assert found.writes == []
        check_truth(found)


def looked(kind: str, nth: int = 1, **more: Any) -> Rule:
    """A fault that strikes every look at single people, from the so many-th on."""
    return Rule(kind, match="users/search", body="accountIds", nth=nth, times=0, **more)


READ_AGAIN = {
    "503 at the last look": (looked("status", status=503), 4, "unavailable", 0),
    "401 at the last look": (looked("status", status=401), 4, "key_refused", 0),
    "503 after the first batch": (looked("status", 2, status=503), 3, "breaker", 6),
    "401 after the first batch": (looked("status", 2, status=401), 3, "breaker", 6),
    "HTML after the first batch": (looked("html_200", 2), 3, "breaker", 6),
    "a body without end after the first batch": (looked("huge", 2, size=20_000_000), 3, "breaker", 6),
    "nothing before the second batch": (looked("close", 3), 4, "unreachable", 6),
    "403 before the second batch": (looked("status", 3, status=403), 4, "forbidden", 6),
    "a redirect before the second batch": (looked("redirect", 3, status=302), 4, "redirected", 6),
    "two hours to wait before the second batch": (
        looked("status", 3, status=429, retry="seconds", seconds=7200), 4, "rate_limited", 6,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "code", "reason", "sent"), READ_AGAIN.values(), ids=READ_AGAIN)
def test_what_cannot_be_read_is_not_written_on(rule: Rule, code: int, reason: str, sent: int, tmp_path: Path) -> None:
    """When people cannot be read any more nothing further is sent, and what was sent is unknown, not done; the next
    run closes it."""
    with town(tmp_path, faults=[rule]) as found:
        done = found.run("apply", "--all")
        assert (done.code, done.reason, len(found.writes)) == (code, reason, sent), done.err
        if reason == "breaker":
            assert done.form["outcomes"] == {"unknown": sent}
        check_truth(found)
        check_nobody_wrongly_idle(found)
        assert found.clock.monotonic() <= LONGEST_S
        found.emulator.set_faults(())
        again = found.run("apply", "--all")
        assert again.code == (3 if reason == "breaker" else 0)
        check_truth(found)


LEAVE = """\
description: Accounts that nobody uses
owner: it@acme.example
match: {account_id: [synced, leaver, new]}
actions: [{deactivate: {message: gone}}]
schedule: {manual: true}
limits: {users: 30, percent: 30}
"""


def test_an_identity_providers_people_are_handed_over_and_never_asked_for(tmp_path: Path) -> None:
    """Whom a synced group holds, and whose account is synced, is on a list for whoever runs the provider: one file a
    group, one for accounts, named in the report, without any failed call."""
    people = organization()
    people["users"] += [
        person("leaver", synced=True, groups=[]),
        person("twice", groups=["jira-idp", "jira-ldap"], last_active={}),
    ]
    people["groups"].append(group("jira-ldap", {"app": JIRA, "role": "user"}, managed_by_idp=True))
    with town(tmp_path, people=people, tasks={**TASKS, "leave": LEAVE}) as found:
        done = found.run("apply", "--all")
        assert (done.code, done.form["outcomes"]["applied"]) == (0, 30), done.err
        assert all(entry.status and entry.status < 400 for entry in found.emulator.log)
        assert not any("leaver" in entry.path for entry in found.writes)
        (run,) = (found.folder / "journal").glob("runs/*/*/*/*")
        listed = {path.name: path.read_text(encoding="utf-8") for path in (run / "handover").iterdir()}
        report = (run / "report.md").read_text(encoding="utf-8")
    assert sorted(listed) == ["accounts.csv", "jira-idp.csv", "jira-ldap.csv"]
    assert {name: "twice@acme.example" in text for name, text in listed.items()} == {
        "accounts.csv": False, "jira-idp.csv": True, "jira-ldap.csv": True,
    }  # fmt: skip
    assert "leaver@acme.example" in listed["accounts.csv"]
    assert all(f"handover/{name}" in report for name in listed)


DRIPPING = {
    "a removal": Rule("drip", match=WRITES["a removal"], nth=2, seconds=0.05),
    "a suspension": Rule("drip", match=WRITES["a suspension"], nth=2, seconds=0.05),
    "the last look": Rule("drip", match="users/search", body="accountIds", seconds=0.05),
}


@pytest.mark.parametrize("rule", DRIPPING.values(), ids=DRIPPING)
def test_a_reply_that_drips_is_a_lost_one(rule: Rule, tmp_path: Path) -> None:
    """A byte now and then keeps no call alive: its time over, what became of it is looked up."""
    with town(tmp_path, faults=[rule]) as found:
        found.environ["ATLASSIAN_API_SECONDS"] = "0.5"
        done = found.run("apply", "--all")
        assert (done.code, done.form["outcomes"]) == (0, {"applied": 28}), done.err
        check_truth(found)


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    """Applied once, nothing is left to do: 0 changes, 0 writes."""
    with town(tmp_path) as found:
        assert found.run("apply", "--all").form["outcomes"] == {"applied": 28}
        before = len(found.writes)
        again = found.run("apply", "--all")
        assert (again.code, again.form["outcomes"]) == (0, {})
        assert len(found.writes) == before
