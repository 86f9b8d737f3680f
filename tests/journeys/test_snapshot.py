"""``snapshot --pseudonymous``: a recorded organization without names, on which filters still work."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.emulator import READ_KEY, Rule
from tests.journeys.atlassian.town import IDLE, RECLAIM, town
from tests.journeys.command import Desk, Done

KEY = "a key of sixteen or more"


def recorded(desk: Desk, *more: str) -> Any:
    """The organization as it was written."""
    done = desk.run("snapshot", "--out", str(desk.folder / "out.json"), *more)
    assert done.code == 0, done.err
    return json.loads((desk.folder / "out.json").read_text(encoding="utf-8"))


def changes(done: Done) -> Counter[tuple[str, str, tuple[str, ...]]]:
    """How many changes of each kind a plan has, whoever they are about."""
    form = done.form["changes"]
    return Counter((c["verb"], (c["target"] or {}).get("id", ""), tuple(c["tasks"])) for c in form)


def test_nobody_is_in_it_but_who_stands_in_the_policies(desk: Desk) -> None:
    """No name, address or account id of anybody else is in the file."""
    desk.environ["POLICY_RUNNER_PSEUDONYM_KEY"] = KEY
    before = desk.people()
    text = json.dumps(recorded(desk, "--pseudonymous"), ensure_ascii=False)
    said = "".join(path.read_text(encoding="utf-8") for path in desk.policies.rglob("*.yaml"))
    hidden = [person for person in before.values() if (person.get("email") or "") not in said]
    assert len(hidden) > 250
    for person in hidden:
        assert f'"{person["account_id"]}"' not in text
        assert not person.get("email") or person["email"] not in text


def test_the_same_policies_make_the_same_plan_of_it(desk: Desk) -> None:
    """As many changes of each kind: domains, groups, activity and protection are as they were."""
    desk.environ["POLICY_RUNNER_PSEUDONYM_KEY"] = KEY
    plain = desk.run("plan", "--json")
    desk.write(recorded(desk, "--pseudonymous"))
    assert changes(desk.run("plan", "--json")) == changes(plain)


def test_one_key_gives_one_pseudonym_and_no_key_another_each_time(desk: Desk) -> None:
    """With the key recordings can be compared; without one they cannot, and nobody can find anybody."""
    desk.environ["POLICY_RUNNER_PSEUDONYM_KEY"] = KEY
    assert recorded(desk, "--pseudonymous") == recorded(desk, "--pseudonymous")
    del desk.environ["POLICY_RUNNER_PSEUDONYM_KEY"]
    assert recorded(desk, "--pseudonymous") != recorded(desk, "--pseudonymous")


@pytest.mark.parametrize("key", ["short", "tooshort,a key of sixteen or more"])
def test_a_key_that_can_be_guessed_is_refused(desk: Desk, key: str) -> None:
    """Exit 2, and no file."""
    desk.environ["POLICY_RUNNER_PSEUDONYM_KEY"] = key
    done = desk.run("snapshot", "--pseudonymous", "--out", str(desk.folder / "out.json"), "--json")
    assert (done.code, done.reason) == (2, "pseudonym_key")
    assert not (desk.folder / "out.json").exists()


@pytest.mark.parametrize("options", [[], ["--pseudonymous"]], ids=["with names", "without names"])
def test_a_plan_of_the_record_is_the_plan_of_the_organization(options: list[str], tmp_path: Path) -> None:
    """Also what takes a call a person is in it, of those whom the policies match, and nothing is asked of others; a key
    that may only read is enough to record, and none is needed to plan."""
    record = str(tmp_path / "record.json")
    with town(tmp_path / "town") as found:
        found.key = READ_KEY
        live = found.run("plan")
        before = len(found.emulator.log)
        done = found.run("snapshot", "--out", record, *options)
        asked = [
            entry
            for entry in found.emulator.log[before:]
            if "/role-assignments" in entry.path and "/users/" in entry.path
        ]
        found.environ["ATLASSIAN_API_KEY"] = ""
        kept = found.run("plan", "--directory", record)
    assert (done.code, kept.code) == (0, 0), done.err + kept.err
    assert len(asked) == len(IDLE) + 1  # the one of the identity provider's group as well
    assert changes(kept) == changes(live)
    assert (kept.form["digest"] == live.form["digest"]) is (not options)


def test_before_there_are_policies_an_organization_can_be_recorded(tmp_path: Path) -> None:
    """With a key and an id alone, as the first steps have it."""
    with town(tmp_path / "town") as found:
        done = found.run("snapshot", "--out", str(tmp_path / "out.json"), "--policies", str(tmp_path / "none"))
    assert (done.code, done.form["users"]) == (0, 120), done.err


def test_policies_that_do_not_fit_keep_nobody_from_recording(tmp_path: Path) -> None:
    """A name that the organization does not have is a warning: the record is made without asking anybody alone."""
    with town(tmp_path / "town", tasks={"reclaim": RECLAIM.replace("reclaimed", "nowhere")}) as found:
        done = found.run("snapshot", "--out", str(tmp_path / "out.json"))
    assert done.code == 0
    assert "no group is called nowhere" in done.err


def test_a_policy_test_can_name_a_record(desk: Desk) -> None:
    """People of a recorded day, without their names, as the people of a test."""
    desk.environ["POLICY_RUNNER_PSEUDONYM_KEY"] = KEY
    recorded(desk, "--pseudonymous")
    desk.write_policy(
        "tests/nobody-of-legacy.yaml",
        "filter: nobody-of-legacy\nnow: 2026-11-22T06:00:00Z\ndirectory: out.json\nexpect: {match: []}\n",
    )
    desk.write_policy(
        "filters/nobody-of-legacy.yaml", "description: nobody\nmatch: {email_domain: nobody.acme.example}\n"
    )
    done = desk.run("test", "nobody-of-legacy")
    assert done.code == 0, done.out + done.err


def test_a_record_with_a_hole_says_so_and_nothing_is_planned_on_it(tmp_path: Path) -> None:
    """Exit 4 when it is made; whoever plans on it is refused as on the organization itself."""
    record = str(tmp_path / "out.json")
    with town(tmp_path / "town", faults=[Rule("page_missing", match="users/search")]) as found:
        done = found.run("snapshot", "--out", record)
        plan = found.run("plan", "--directory", record)
    assert (done.code, done.form["complete"]) == (4, False)
    assert plan.code == 3
    assert "snapshot_incomplete" in [refusal["rail"] for refusal in plan.form["refusals"]]
    assert all(change["blocked"] for change in plan.form["changes"])
