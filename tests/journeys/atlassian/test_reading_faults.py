"""Planning while the API fails in every way that it can: a right plan, a refused one, or one clear error."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.emulator import READ_KEY, Limit, Options, Rule
from tests.journeys.atlassian.town import AWAY, IDLE, JIRA, LONG_AGO, TASKS, organization, person, town

LONGEST_S = 1000.0
"""Simulated seconds within which every command must have ended: the deadline for waiting, and some for the calls."""
READS = {
    "directories": r"GET \S+/directories(\?|$)",
    "apps": r"/workspaces",
    "groups": r"/groups/search",
    "count of groups": r"/groups/count",
    "what a group grants": r"/groups/[^/]+/role-assignments",
    "people": r"/users/search",
    "count of people": r"/users/count",
    "direct roles": r"/users/[^/]+/role-assignments",
}
PASSING = {
    "429 with a reset": Rule("status", status=429, retry="reset", seconds=30),
    "429 to the minute": Rule("status", status=429, retry="reset_minute", seconds=30),
    "429 with a date": Rule("status", status=429, shape="proxy", retry="date", seconds=30),
    "429 that says nothing, twice": Rule("status", status=429, times=2),
    "429 with nonsense": Rule("status", status=429, retry="nonsense"),
    "500 of a gateway": Rule("status", status=500, shape="gateway"),
    "502 in HTML": Rule("status", status=502, shape="html"),
    "503, thrice": Rule("status", status=503, shape="empty", times=3),
    "200 in HTML": Rule("html_200"),
    "200 and empty": Rule("empty_200"),
    "not JSON": Rule("invalid_json"),
    "a reset": Rule("reset"),
    "closed": Rule("close"),
    "cut short": Rule("truncated"),
    "a body without end": Rule("huge", size=20_000_000),
    "a bomb": Rule("gzip_bomb", size=40_000_000),
}
CASES = {f"{fault}: {where}": replace(PASSING[fault], match=READS[where]) for where in READS for fault in PASSING}


@pytest.mark.parametrize("rule", CASES.values(), ids=CASES)
def test_what_passes_leaves_no_mark_on_the_plan(rule: Rule, tmp_path: Path, whole_plan: Any) -> None:
    """A read that fails and succeeds when tried again: exit 0 and the digest of a quiet day."""
    with town(tmp_path, faults=[rule]) as found:
        done = found.run("plan")
        assert any(entry.faults for entry in found.emulator.log)
        assert (done.code, done.form["digest"]) == (0, whole_plan["digest"]), done.err
        assert found.clock.monotonic() <= LONGEST_S
        assert found.writes == []


LASTING = {
    "key_refused": Rule("status", status=401, shape="proxy", times=0),
    "forbidden": Rule("status", status=403, shape="gateway", times=0),
    "not_found": Rule("status", status=404, times=0),
    "bad_request": Rule("status", status=400, times=0),
    "unavailable": Rule("status", status=503, times=0),
    "rate_limited": Rule("status", status=429, retry="seconds", seconds=7200, times=0),
    "redirected": Rule("redirect", status=302, times=0),
    "bad_answer": Rule("html_200", times=0),
    "unreachable": Rule("close", times=0),
}
FATAL = ("directories", "apps", "groups", "people", "count of people")
BROKEN = {
    f"{reason}: {where}": (reason, replace(LASTING[reason], match=READS[where]))
    for where in FATAL
    for reason in LASTING
}


@pytest.mark.parametrize(("reason", "rule"), BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("command", [("plan",), ("apply", "--all")], ids=["plan", "apply"])
def test_what_does_not_pass_is_one_error(command: tuple[str, ...], reason: str, rule: Rule, tmp_path: Path) -> None:
    """Exit 4 with the one word for it, in time and without many tries; nothing written, not even a journal."""
    with town(tmp_path, faults=[rule]) as found:
        done = found.run(*command)
        assert (done.code, done.reason) == (4, reason), done.err
        assert done.form["hint"]
        assert len(found.emulator.log) <= 40
        assert found.clock.monotonic() <= LONGEST_S
        assert (found.writes, found.records) == ([], [])


INCOMPLETE = {
    "a cursor twice": Rule("repeat_cursor", match="users/search", nth=2),
    "a page missing": Rule("page_missing", match="users/search"),
    "the last page early": Rule("last_page_early", match="users/search"),
    "an empty page": Rule("empty_page", match="users/search"),
    "people without end": Rule("endless", match="users/search", times=0),
    "one person more by count": Rule("count_off", match="users/count", times=0),
    "one person fewer by count": Rule("count_off", match="users/count", by=-1, times=0),
    "groups without ids": Rule("drop_keys", match="groups/search", keys=("id",)),
    "one group more by count": Rule("count_off", match="groups/count"),
    "one person with two contents": Rule(
        "duplicate_user", match="users/search", nth=2, patch={"membershipStatus": "suspended", "status": "suspended"}
    ),
    "nobody's platform roles": Rule("drop_keys", match="users/search", times=0, keys=("platformRoles",)),
    "people without ids": Rule("drop_keys", match="users/search", keys=("accountId",)),
    "somebody who left between count and page": Rule("vanish", match="users/search", nth=2, accounts=("busy-099",)),
}


@pytest.mark.parametrize("rule", INCOMPLETE.values(), ids=INCOMPLETE)
@pytest.mark.parametrize("command", [("plan",), ("apply", "--all")], ids=["plan", "apply"])
def test_no_plan_rests_on_a_snapshot_with_a_hole(command: tuple[str, ...], rule: Rule, tmp_path: Path) -> None:
    """Exit 3, ``snapshot_incomplete``, every change blocked, nothing sent."""
    with town(tmp_path, faults=[rule]) as found:
        done = found.run(*command)
        refusals = [refusal["rail"] for refusal in done.form["refusals"]]
        assert done.code == 3, done.err
        assert "snapshot_incomplete" in refusals
        assert all(change.get("blocked", True) for change in done.form["changes"])
        assert found.writes == []


def test_empty_pages_without_end_are_no_list(tmp_path: Path) -> None:
    """Each names a next one and has nobody: it ends after a few, and nothing is planned."""
    faults = [Rule(kind, match="users/search", times=0) for kind in ("empty_page", "endless")]
    with town(tmp_path, faults=faults) as found:
        done = found.run("plan")
        assert len(found.emulator.log) <= 40
    assert done.code == 3
    assert "has no end" in done.out


@dataclass(frozen=True)
class Gap:
    """A fact that the answers lack, and what must come of it."""

    rule: Rule
    code: int
    rails: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset()
    """Of whose changes in the plan of a quiet day nothing is left."""


def gap(*keys: str, share: int = 1, accounts: tuple[str, ...] = ()) -> Rule:
    """Answers about people without some keys: of all, of each so many-th, or of some accounts."""
    return Rule("drop_keys", match="users/search", times=0, keys=keys, share=share, accounts=accounts)


ONE = ("idle-03",)
LACKING = ("missing_facts", "missing_facts")
"""Both tasks are refused."""
GAPS = {
    "nobody's activity": Gap(gap("productAccess"), 3, LACKING, IDLE | AWAY),
    "the activity of every other": Gap(gap("productAccess", share=2), 3, LACKING, IDLE | AWAY),
    "one person's activity": Gap(gap("productAccess", accounts=ONE), 0, (), frozenset(ONE)),
    "nobody's status": Gap(gap("status"), 3, LACKING, IDLE | AWAY),
    "one person's status": Gap(gap("status", accounts=ONE), 0, (), frozenset(ONE)),
    "nobody's groups": Gap(gap("groups"), 3, ("missing_facts",), IDLE | AWAY),
    "one person's groups": Gap(gap("groups", accounts=ONE), 0, (), frozenset(ONE)),
    "one person's roles": Gap(gap("platformRoles", accounts=ONE), 0, (), frozenset(ONE)),
    "nobody's address": Gap(gap("email"), 3, (*LACKING, "protected_unresolved"), IDLE | AWAY),
    "one contractor's address": Gap(gap("email", accounts=("away-01",)), 0, (), frozenset({"away-01"})),
}
ODD = {
    "no time": [{"id": "ari:cloud:jira-software::site/1", "key": "jira-software"}],
    "a time that is none": [
        {"id": "ari:cloud:jira-software::site/1", "key": "jira-software", "lastActiveTimestamp": "soon"}
    ],
    "a time to come": [
        {"id": "ari:cloud:jira-software::site/1", "key": "jira-software", "lastActiveTimestamp": "2027-01-01T00:00:00Z"}
    ],
    "no list": "never",
    "null": None,
}  # fmt: skip
GAPS |= {
    f"activity with {what}": Gap(
        Rule("set_keys", match="users/search", times=0, patch={"productAccess": value}, accounts=ONE),
        0,
        (),
        frozenset(ONE),
    )
    for what, value in ODD.items()
}


ONE_BY_ONE = "/last-active-dates"
ACTIVITY = {what: case.rule for what, case in GAPS.items() if "activity" in what}


@pytest.mark.parametrize("rule", ACTIVITY.values(), ids=ACTIVITY)
def test_whose_activity_is_missing_is_asked_about_alone(rule: Rule, tmp_path: Path, whole_plan: Any) -> None:
    """A call a person brings the plan of a quiet day, for those alone whom everything else left in, and once each."""
    with town(tmp_path, faults=[rule]) as found:
        done = found.run("plan")
        asked = [entry.path.split("/")[-2] for entry in found.emulator.log if entry.path.endswith(ONE_BY_ONE)]
    assert (done.code, done.form["digest"]) == (0, whole_plan["digest"]), done.err
    assert len(asked) == len(set(asked))
    assert set(asked) == set(ONE) if rule.accounts else not {"robot", "boss"} & set(asked)


NOT_SAYING = {
    "404": Rule("status", match=ONE_BY_ONE, status=404, times=0),
    "400": Rule("status", match=ONE_BY_ONE, status=400, times=0),
    "401": Rule("status", match=ONE_BY_ONE, status=401, shape="proxy", times=0),
    "HTML": Rule("html_200", match=ONE_BY_ONE, times=0),
    "no data": Rule("set_keys", match=ONE_BY_ONE, times=0, patch={"product_access": None}),
    "no list": Rule("set_keys", match=ONE_BY_ONE, times=0, patch={"product_access": "never"}),
    "no times": Rule(
        "set_keys", match=ONE_BY_ONE, times=0, patch={"product_access": [{"id": JIRA, "key": "jira-software"}]}
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", NOT_SAYING.values(), ids=NOT_SAYING)
def test_an_answer_that_says_nothing_is_not_never(rule: Rule, tmp_path: Path, whole_plan: Any) -> None:
    """Whoever cannot be asked about stays unknown and is left alone; the others are as they were."""
    with town(tmp_path, faults=[gap("productAccess", accounts=ONE), rule]) as found:
        done = found.run("plan")
        pending = {change["account_id"] for change in done.form["changes"] if not change["blocked"]}
        skips = [skip for skip in done.form["skips"] if skip["account_id"] in ONE]
    assert done.code == 0, done.err
    assert pending == {change["account_id"] for change in whole_plan["changes"]} - set(ONE)
    assert [(skip["why"], skip["detail"]) for skip in skips] == [("unknown", "last_active")]


@pytest.mark.parametrize("case", GAPS.values(), ids=GAPS)
def test_what_is_not_known_is_never_taken_for_idle(case: Gap, tmp_path: Path, whole_plan: Any) -> None:
    """People of whom a fact is missing are left alone; where too many lack it, nobody of the task is touched. Nor does
    it help to ask about each where that is refused."""
    with town(tmp_path, faults=[case.rule, Rule("status", match=ONE_BY_ONE, status=403, times=0)]) as found:
        done = found.run("plan")
        pending = {change["account_id"] for change in done.form["changes"] if not change["blocked"]}
        rails = tuple(refusal["rail"] for refusal in done.form["refusals"])
    assert (done.code, rails) == (case.code, case.rails), done.err
    assert pending == {change["account_id"] for change in whole_plan["changes"]} - case.missing


STAFF = """\
description: Contractors are staff
owner: it@acme.example
match: {email_domain: contractor.acme.example}
actions: [{add_to_groups: staff}]
schedule: {manual: true}
limits: {users: 30, percent: 30}
"""


@pytest.mark.parametrize(
    ("seconds", "changed"), [(299, True), (900, True), (-900, True), (3700, False), (-7200, False)]
)
def test_clocks_that_are_hours_apart_end_all_talk_of_inactivity(seconds: float, changed: bool, tmp_path: Path) -> None:
    """Up to an hour is a warning, in what is printed and in the report; beyond it nobody is called idle, and what has
    nothing to do with time goes on."""
    tasks = {**TASKS, "staff": STAFF}
    with town(tmp_path, tasks=tasks, faults=[Rule("skew", times=0, seconds=seconds)]) as found:
        done = found.run("apply", "--all")
        plan = found.run("plan").form
        effects = {(effect.verb, effect.target) for effect in found.emulator.effects}
        report = next((found.folder / "journal").glob("runs/*/*/*/*/report.md")).read_text(encoding="utf-8")
    said = f"clock is {abs(seconds):.0f} seconds {'ahead of' if seconds > 0 else 'behind'} this machine"
    assert any(said in warning for warning in plan["warnings"]) is (abs(seconds) > 300)
    assert (said in report) is (abs(seconds) > 300)
    assert effects >= {("add_to_group", "staff")}
    assert bool(effects & {("remove_from_group", "jira"), ("suspend", None)}) is changed
    refused = [] if changed else [("missing_facts", "reclaim"), ("missing_facts", "suspend")]
    assert [(refusal["rail"], refusal["task"]) for refusal in done.form["refusals"]] == refused
    assert done.code == (0 if changed else 3)


def test_a_key_that_may_only_read_is_enough_to_plan(tmp_path: Path, whole_plan: Any) -> None:
    """A key with scopes gives the same plan."""
    with town(tmp_path) as found:
        found.key = READ_KEY
        assert found.run("plan").form["digest"] == whole_plan["digest"]


def test_a_wrong_key_is_asked_about_once(tmp_path: Path) -> None:
    """401 at the first call: exit 4, one call, nothing else."""
    with town(tmp_path) as found:
        found.key = "not-a-key-of-theirs"
        done = found.run("plan")
        assert (done.code, done.reason, len(found.emulator.log)) == (4, "key_refused", 1)


@pytest.mark.parametrize(
    "options",
    [Options(activity_ids="family"), Options(workspace_next="url"), Options(directories={"dir-1": ("acme",)})],
    ids=["activity by family", "links as URLs", "one directory by another name"],
)
def test_the_shapes_of_real_organizations_make_no_difference(options: Options, tmp_path: Path, whole_plan: Any) -> None:
    """The same plan, whatever way the organization's answers are written."""
    with town(tmp_path, options=options) as found:
        assert found.run("plan").form["digest"] == whole_plan["digest"]


@pytest.mark.parametrize("style", ["reset", "reset_minute", "seconds", "date", "both", "none"])
def test_a_tight_limit_is_lived_with(style: str, tmp_path: Path, whole_plan: Any) -> None:
    """Ten calls a minute: it takes minutes, and comes to the same plan."""
    with town(tmp_path, limits=[Limit(10, 60, style=style)]) as found:
        done = found.run("plan")
        assert (done.code, done.form["digest"]) == (0, whole_plan["digest"])
        assert 60 <= found.clock.monotonic() <= LONGEST_S
        assert all(entry.status != 429 for entry in found.emulator.log), "once announced, a limit is kept"


ODD_IDS = ["..", "a b", "a?x=1", "a%2fb", "\u00e4", "x" * 300]


@pytest.mark.parametrize("odd", ODD_IDS)
@pytest.mark.parametrize(
    ("where", "key", "code", "reason"),
    [
        (r"GET \S+/directories(\?|$)", "directoryId", 4, "odd_id"),
        ("groups/search", "id", 3, "snapshot_incomplete"),
        ("users/search", "accountId", 0, ""),
    ],
    ids=["directory", "groups", "one person"],
)
def test_an_id_that_is_none_goes_into_no_path(
    odd: str, where: str, key: str, code: int, reason: str, tmp_path: Path, whole_plan: Any
) -> None:
    """Whatever the answers call things: no request goes elsewhere for it, and only what it names is left alone."""
    rule = Rule("set_keys", match=where, patch={key: odd}, accounts=ONE if key == "accountId" else (), times=0)
    with town(tmp_path, faults=[rule]) as found:
        done = found.run("plan")
        assert not any(odd in entry.path for entry in found.emulator.log)
    assert done.code == code, done.err
    if code == 4:
        assert done.reason == reason
        return
    refusals = [refusal["rail"] for refusal in done.form["refusals"]]
    assert (reason in refusals) if reason else refusals == []
    about = {change["account_id"] for change in done.form["changes"] if not change["blocked"]}
    assert about == ({change["account_id"] for change in whole_plan["changes"]} - set(ONE) if code == 0 else set())


@pytest.mark.parametrize("where", [r"/groups/jira/role-assignments", r"/users/idle-03/role-assignments"])
def test_what_is_gone_since_it_was_listed_is_not_known(where: str, tmp_path: Path) -> None:
    """A 404 for one group or one person: nobody loses anything for it, and it is no error of the key or the id."""
    with town(tmp_path, faults=[Rule("status", match=where, status=404, times=0)]) as found:
        done = found.run("plan")
    pending = frozenset(change["account_id"] for change in done.form["changes"] if not change["blocked"])
    if "groups" in where:
        assert (done.code, pending) == (3, AWAY)
        assert any("what the group jira grants could not be read" in warning for warning in done.form["warnings"])
    else:
        assert (done.code, pending) == (0, (IDLE | AWAY) - set(ONE))


def test_a_link_to_another_host_is_not_followed(tmp_path: Path) -> None:
    """A next page elsewhere: exit 4, and nobody else was asked."""
    with town(tmp_path, faults=[Rule("next_host", match="users/search", times=0)]) as found:
        done = found.run("plan")
    assert (done.code, done.reason) == (4, "bad_link")


@pytest.mark.parametrize("users", [[], [person("only", last_active={"x": LONG_AGO})]], ids=["nobody", "one person"])
def test_an_organization_that_is_nearly_empty_loses_nobody(users: list[Any], tmp_path: Path) -> None:
    """The wrong organization, or an outage that looks like one: refused."""
    with town(tmp_path, people=organization(users=users)) as found:
        done = found.run("apply", "--all")
        assert done.code == 3
        assert found.writes == []
