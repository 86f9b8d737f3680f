"""``doctor``: what is wrong is said, each line with what to do, and nothing is ever written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runner.text import display_width
from tests.emulator import READ_KEY, Limit, Options, Rule
from tests.journeys.atlassian.town import RECLAIM, SETTINGS, Town, organization, person, town
from tests.journeys.command import Desk, Done


def lines(done: Done, topic: str) -> list[tuple[str, str]]:
    """State and finding of the lines of a topic."""
    return [(line["state"], line["found"]) for line in done.form["lines"] if line["topic"] == topic]


def worst(done: Done) -> set[str]:
    """The topics that are not all right."""
    return {line["topic"] for line in done.form["lines"] if line["state"] in ("warning", "bad")}


def checked(found: Town) -> Done:
    """What doctor says; it has written nothing."""
    done = found.run("doctor")
    assert found.writes == []
    assert found.emulator.effects == ()
    assert all(line["remedy"] for line in done.form["lines"] if line["state"] != "ok")
    return done


def test_a_sound_organization_is_fine(tmp_path: Path) -> None:
    """Everything is looked at, with few calls, and nothing is wrong."""
    with town(tmp_path) as found:
        done = checked(found)
        assert len(found.emulator.log) <= 30
    assert (done.code, worst(done)) == (0, set())
    assert lines(done, "may write")[0][0] == "ok"
    assert lines(done, "key expires") == [("ok", "policy-runner expires on 2027-06-30, in 219 days")]
    assert lines(done, "may read") == [("ok", "120 people, 6 groups, 2 apps")]
    assert lines(done, "lists of groups")[0][0] == "ok"


def test_a_key_that_expires_in_seven_days_is_a_warning(tmp_path: Path) -> None:
    """Here, and in every plan of the whole organization; within 30 days, no sooner."""
    with town(tmp_path, expires_at="2026-11-29T06:00:00Z") as found:
        done = checked(found)
        warnings = found.run("plan").form["warnings"]
    assert (done.code, worst(done)) == (0, {"key expires"})
    assert lines(done, "key expires") == [("warning", "policy-runner expires on 2026-11-29, in 7 days")]
    assert any("expires on 2026-11-29, in 7 days" in warning for warning in warnings)


def test_a_key_with_scopes_cannot_write_and_that_is_no_fault(tmp_path: Path) -> None:
    """It is found out without writing, and fine for plans."""
    with town(tmp_path) as found:
        found.key = READ_KEY
        done = checked(found)
    assert done.code == 0
    assert lines(done, "may write") == [("note", "no: it has scopes, and no scope allows writing")]


def test_whoever_may_not_see_keys_is_told_to_look(tmp_path: Path) -> None:
    """A 403 on the list of keys is no failure."""
    with town(tmp_path, faults=[Rule("status", match="api-keys", status=403, times=0)]) as found:
        done = checked(found)
        assert found.run("plan").code == 0
    assert done.code == 0
    assert lines(done, "key expires")[0][0] == "note"


FAILING = {
    "a refused key": (Rule("status", status=401, times=0), "organization", 4),
    "an unreachable API": (Rule("close", times=0), "organization", 4),
    "a page missing": (Rule("page_missing", match="users/search"), "may read", 4),
    "clocks hours apart": (Rule("skew", seconds=7200, times=0), "clock", 2),
}


@pytest.mark.parametrize(("rule", "topic", "code"), FAILING.values(), ids=FAILING)
def test_what_does_not_work_is_bad(rule: Rule, topic: str, code: int, tmp_path: Path) -> None:
    """4 where the other side fails, 2 where something is set up wrongly here; policies are looked at in any case."""
    with town(tmp_path, faults=[rule]) as found:
        done = checked(found)
    assert done.code == code
    assert lines(done, topic)[0][0] == "bad"
    assert lines(done, "policies")


def test_no_key_at_all_is_a_matter_of_setting_up(tmp_path: Path) -> None:
    """Exit 2 and what to do about it."""
    with town(tmp_path) as found:
        found.environ["ATLASSIAN_API_KEY"] = ""
        done = found.run("doctor")
    assert (done.code, lines(done, "organization")) == (2, [("bad", "ATLASSIAN_API_KEY is not set")])


def test_before_there_are_policies_the_key_can_be_tried(tmp_path: Path) -> None:
    """The organization is looked at; that policies are missing is said, and how to begin."""
    with town(tmp_path) as found:
        for file in sorted((found.folder / "policies").rglob("*"), reverse=True):
            file.unlink() if file.is_file() else file.rmdir()
        (found.folder / "policies").rmdir()
        done = found.run("doctor")
    assert done.code == 2
    assert lines(done, "may read")[0][0] == "ok"
    (line,) = (line for line in done.form["lines"] if line["topic"] == "policies")
    assert "policy-runner init" in line["remedy"]


def test_missing_facts_are_counted(tmp_path: Path) -> None:
    """Which, and of how many people; over 5 % is a warning."""
    faults = [
        Rule("drop_keys", match="users/search", times=0, keys=("productAccess",), share=2),
        Rule("drop_keys", match="users/search", times=0, keys=("mfaEnabled",), accounts=("busy-001",)),
    ]
    with town(tmp_path, faults=faults) as found:
        done = checked(found)
    assert lines(done, "facts") == [
        ("warning", "last_active is not known of 60 people (50.0 %)"),
        ("note", "mfa is not known of 1 person (0.8 %)"),
    ]


def test_names_that_the_organization_does_not_have_are_bad(tmp_path: Path) -> None:
    """An enabled task that names no app of theirs: exit 2, with its place."""
    tasks = {"reclaim": RECLAIM.replace("reclaimed", "nowhere")}
    with town(tmp_path, tasks=tasks) as found:
        done = checked(found)
    assert done.code == 2
    assert "no group is called nowhere" in lines(done, "names")[0][1]


def test_the_wrong_organization_is_bad(tmp_path: Path) -> None:
    """Policies for another organization: exit 2."""
    with town(tmp_path) as found:
        settings = found.folder / "policies" / "settings.yaml"
        settings.write_text(SETTINGS.replace("id: acme", "id: other"), encoding="utf-8")
        done = checked(found)
    assert done.code == 2
    assert ("bad", "they are for other, the directory is of acme") in lines(done, "policies")


def roomy() -> dict[str, Any]:
    """Two sites in two directories, an admin of another app among those who use Jira, and somebody suspended."""
    known = organization()
    known["apps"][1]["site"] = "labs"
    known["users"].append(person("asleep", status="suspended", groups=["wiki"]))
    return known


QUESTIONS = (
    "all directories at once", "lists of groups", "a page of people", "ids", "roles on apps", "taking a role",
    "refused writes", "rate limits", "replies of 429", "groups of suspended people", "activity of suspended people",
    "list of managed accounts",
)  # fmt: skip
"""One or more for each question at the end of the Atlassian facts (section 8)."""


def test_open_questions_are_answered_where_the_organization_can(tmp_path: Path) -> None:
    """Several directories, suspended people, shapes of ids, announced limits, pages: each has its line."""
    options = Options(directories={"dir-1": ("acme",), "dir-2": ("labs",)})
    with town(tmp_path, people=roomy(), options=options, limits=[Limit(500, 60)]) as found:
        done = checked(found)
    assert done.code == 0
    assert all(len(lines(done, topic)) == 1 for topic in QUESTIONS)
    assert lines(done, "all directories at once")[0][0] in ("ok", "note")
    assert lines(done, "lists of groups")[0][0] == "ok"
    assert lines(done, "a page of people") == [
        ("ok", "100 of 100 people came, with everything asked for, in 0.0 seconds")
    ]
    assert lines(done, "ids") == [("ok", "people's groups: ARI; apps they used: confluence, jira-software")]
    assert lines(done, "groups of suspended people")[0][0] == "ok"
    assert lines(done, "activity of suspended people") == [("ok", "it is still listed")]
    assert lines(done, "rate limits")[0][1].startswith("announced and kept: 500 for")
    assert lines(done, "list of managed accounts")[0][1].startswith("100 of 121 came in its first page")


CUT = {
    "groups of whoever is in the most": (
        Rule("count_off", match=r"groups/count\?", times=0), "lists of groups", "warning", "cut short",
    ),
    "the largest group": (
        Rule("count_off", match=r"users/count\S+groupIds", times=0), "lists of groups", "warning", "cut short",
    ),
    "a shorter page": (Rule("empty_page", match="users/search", nth=3), "a page of people", "note", "0 of 100 people"),
    "no list of managed accounts": (
        Rule("status", match=r"orgs/acme/users$", status=401, times=0), "list of managed accounts", "note", "may not",
    ),
    "an app that nobody lists": (
        Rule("set_keys", match="users/search", nth=3, patch={"productAccess": [{"id": "ari:cloud:x::site/9"}]}),
        "ids", "note", "1 of no app that is listed, such as ari:cloud:x::site/9",
    ),
    "suspended people without anything": (
        Rule("set_keys", match="users/search", body="suspended", patch={"groups": [], "productAccess": []}, times=0),
        "groups of suspended people", "note", "they list no groups",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "topic", "state", "words"), CUT.values(), ids=CUT)
def test_each_answer_follows_what_the_server_says(
    rule: Rule, topic: str, state: str, words: str, tmp_path: Path
) -> None:
    """One answer changes with one reply, and that is no failure."""
    with town(tmp_path, people=roomy(), faults=[rule]) as found:
        done = checked(found)
    assert done.code == 0
    assert lines(done, topic)[0][0] == state
    assert words in lines(done, topic)[0][1]


@pytest.mark.parametrize(
    ("style", "words"),
    [
        ("reset", "they carry x-ratelimit-reset"), ("seconds", "they carry retry-after"),
        ("both", "they carry retry-after and x-ratelimit-reset"), ("none", "they say nothing of when to come again"),
    ],
)  # fmt: skip
def test_what_a_429_carries_is_told(style: str, words: str, tmp_path: Path) -> None:
    """Where a limit is met that no reply announced."""
    with town(tmp_path, limits=[Limit(10, 60, style=style, is_announced=False)]) as found:
        done = checked(found)
    assert lines(done, "replies of 429") == [("note", words)]


def test_what_was_refused_so_far_is_told(tmp_path: Path) -> None:
    """Only writes can tell how Atlassian refuses; the journal remembers its words."""
    refused = Rule("status", match="/suspend", status=400, nth=2)
    with town(tmp_path, faults=[refused]) as found:
        assert "none in the journal" in lines(checked(found), "refused writes")[0][1]
        found.run("apply", "--all")
        done = found.run("doctor")
    assert lines(done, "refused writes") == [
        ("note", "suspend: refused: ADMIN-400-1 Bad Request A fault of the plan (once)")
    ]


def test_roles_on_apps_are_told_from_roles_anywhere(tmp_path: Path) -> None:
    """Somebody who uses one app and is an admin of another settles it."""
    known = organization()
    wiki = known["apps"][1]["id"]
    known["groups"].append({"id": "wiki-admins", "name": "wiki-admins", "grants": [{"app": wiki, "role": "admin"}],
                            "default_for": [], "managed_by_idp": False})  # fmt: skip
    known["users"][-1]["groups"] = ["jira", "wiki-admins"]
    with town(tmp_path, people=known) as found:
        done = checked(found)
    assert lines(done, "roles on apps") == [("ok", "asking by role and app means the role on that app")]


def test_the_age_of_the_last_good_run_is_told(tmp_path: Path) -> None:
    """None yet, then one; with a schedule, too old a one is a warning."""
    tasks = {"reclaim": RECLAIM.replace("{manual: true}", "{daily: {at: '05:00'}}")}
    with town(tmp_path, tasks=tasks) as found:
        assert lines(checked(found), "last good run") == [("note", "there was none yet")]
        assert found.run("apply", "--all").code == 0
        ((state, text),) = lines(found.run("doctor"), "last good run")
        assert (state, "0 days and 0 hours ago" in text) == ("ok", True)
        found.clock.sleep(25 * 3_600)  # its time has passed, but not longer ago than CI may be late
        assert lines(found.run("doctor"), "last good run")[0][0] == "ok"
        found.clock.sleep(2 * 86_400)
        ((state, text),) = lines(found.run("doctor"), "last good run")
        assert (state, "3 days" in text, "overdue" in text) == ("warning", True, False)


def test_a_run_is_not_missed_where_nothing_was_due(tmp_path: Path) -> None:
    """A task whose turn comes once a year leaves no run for months, and nothing is wrong with that."""
    tasks = {"reclaim": RECLAIM.replace("{manual: true}", "{cron: '0 5 1 1 *'}")}
    with town(tmp_path, tasks=tasks) as found:
        assert found.run("apply", "--all").code == 0
        found.clock.sleep(20 * 86_400)
        ((state, text),) = lines(found.run("doctor"), "last good run")
        assert (state, "20 days" in text, "no task is overdue" in text) == ("ok", True, True)


def test_a_file_is_looked_at_as_far_as_that_goes(desk: Desk) -> None:
    """No key and no clock, but facts, policies and names."""
    done = desk.run("doctor", "--json")
    assert done.code == 0
    assert lines(done, "key") == []
    assert lines(done, "may read") == [("ok", "310 people, 32 groups, 6 apps")]


def test_text_for_people_says_what_to_do(desk: Desk) -> None:
    """One line a finding, and below it the remedy."""
    desk.write({**desk.read(), "complete": False})
    done = desk.run("doctor")
    assert done.code == 2
    said = " ".join(done.out.split())
    assert "bad may read: 310 people, 32 groups, 6 apps, but the file does not say that it is complete" in said
    assert "-> run it again; no plan is carried out on it" in done.out


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("words", [["doctor"], ["plan"], ["apply", "--all"]], ids=" ".join)
def test_what_is_said_fits_the_terminal(
    words: list[str], columns: int, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what people may copy (a digest, an address, a path, a command) may be longer."""
    monkeypatch.setenv("COLUMNS", str(columns))
    done = desk.run(*words)
    long = [line for line in done.out.splitlines() if display_width(line) > columns]
    assert all(len(line.split()) <= 2 or "report:" in line or "undo" in line for line in long), long
