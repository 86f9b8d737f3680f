"""``snapshot --pseudonymous``: a recorded organization without names, on which filters still work."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

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
