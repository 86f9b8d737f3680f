"""Who is left alone: protected and exempt people, and people of whom that is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from runner.engine.evaluate import Evaluation
from runner.engine.guard import Guard, literal
from runner.engine.guard import people as these_people
from runner.model.people import Snapshot
from runner.model.policy import Exemption, Policies, SavedFilter, Task
from runner.model.problem import NOWHERE
from runner.model.verdicts import members
from runner.model.world import World
from tests.naive.build import build_condition
from tests.unit.engine.made import NOW, group, policies, snapshot, task, user

TODAY = NOW.date()
DAY = timedelta(days=1)
SUSPEND = task("t", {"status": "active"}, "suspend")
LIST = task("l", {"status": "active"}, "report")


def exemption(reason: str = "agreed", expires: date = TODAY + DAY, **more: Any) -> Exemption:
    """Somebody is left alone until tomorrow."""
    return Exemption(reason, "it@acme.example", expires, NOWHERE, **more)


def why(people: Snapshot, found: Policies, asking: Task = SUSPEND) -> dict[str, tuple[str, str] | None]:
    """Why the task leaves each person alone."""
    guard = Guard(found, Evaluation(World(people, NOW)))
    return {person.account_id: guard.reason(person, asking) for person in people.users}


def exempting(*exemptions: Exemption, **protect: Any) -> Policies:
    """Policies with these exemptions."""
    no_mfa = SavedFilter("no-mfa", "", build_condition({"mfa": False}, {}), NOWHERE)
    return replace(policies(SUSPEND, LIST, **protect), exemptions=exemptions, filters={"no-mfa": no_mfa})


def test_an_exemption_holds_on_its_first_and_on_its_last_day() -> None:
    """And on no day before or after."""
    one = snapshot([user("p")])
    for start, expires, holds in (
        (TODAY, TODAY, True), (None, TODAY, True), (TODAY, TODAY + DAY, True),
        (TODAY + DAY, TODAY + DAY, False), (None, TODAY - DAY, False),
    ):  # fmt: skip
        found = exempting(exemption(user="p", start=start, expires=expires))
        assert (why(one, found)["p"] == ("exempt", "agreed")) is holds, (start, expires)


def test_an_exemption_is_from_the_tasks_that_it_names() -> None:
    """Or from all, where it names none; from a task that only lists people, too."""
    one = snapshot([user("p")])
    some = exempting(exemption(user="p", tasks=frozenset({"t"})))
    assert (why(one, some)["p"], why(one, some, LIST)["p"]) == (("exempt", "agreed"), None)
    assert why(one, exempting(exemption(user="p")), LIST)["p"] == ("exempt", "agreed")


@pytest.mark.parametrize(
    "whom", [{"user": "P@acme.example"}, {"user": "p"}, {"group": "Staff"}, {"email_domain": "acme.example"}]
)
def test_an_exemption_is_of_a_person_a_group_or_a_domain(whom: dict[str, Any]) -> None:
    """By e-mail address or account id; the other person is free."""
    people = snapshot([user("p", groups=["staff"]), user("q", email="q@legacy.example")], [group("staff")])
    assert why(people, exempting(exemption(**whom))) == {"p": ("exempt", "agreed"), "q": None}


def test_whoever_may_be_exempt_is_left_alone() -> None:
    """It is said which fact is missing; what is known wins over what may be."""
    people = snapshot([user("p", mfa=...), user("q", mfa=False), user("r")])
    may = exemption(filter="no-mfa")
    assert why(people, exempting(may)) == {"p": ("unknown", "mfa"), "q": ("exempt", "agreed"), "r": None}
    known = exemption("known", user="p")
    assert why(people, exempting(may, known))["p"] == why(people, exempting(known, may))["p"] == ("exempt", "known")


def test_protection_comes_before_exemption_and_a_known_exemption_before_a_possible_protection() -> None:
    """The word that people read is the one that is sure."""
    people = snapshot([user("p", groups=["staff"]), user("q", roles=...)], [group("staff")])
    both = exempting(exemption(user="p"), exemption(user="q"), groups=("staff",))
    assert why(people, both) == {"p": ("protected", "group staff"), "q": ("exempt", "agreed")}
    assert why(people, exempting())["q"] == ("unknown", "roles")


def test_nobody_who_runs_the_organization_is_touched_but_they_may_be_listed() -> None:
    """Org admins, the key's owner, those without whom the schedule stops, and whom the settings name."""
    read = snapshot([user("admin", roles=["org-admin"]), user("key"), user("last"), user("named"), user("free")])
    found = replace(exempting(users=("named@acme.example",)), keepers=frozenset({"last@acme.example"}))
    people = replace(read, key_owner="key")
    assert why(people, found) == {
        "admin": ("protected", "org-admin"),
        "key": ("protected", "owner of the API key"),
        "last": ("protected", "keeps the schedule alive"),
        "named": ("protected", "named@acme.example"),
        "free": None,
    }
    assert set(why(people, found, LIST).values()) == {None}


def test_only_exemptions_that_kept_somebody_are_told() -> None:
    """Of somebody who matches one of the tasks that it is from; a possible one kept nobody for sure."""
    people = snapshot([user("p"), user("q", status="suspended"), user("r", mfa=...)])
    kept = exemption("kept", user="p")
    others = [
        exemption("does not match", user="q"),
        exemption("another task", user="p", tasks=frozenset({"other"})),
        exemption("may be", filter="no-mfa"),
        exemption("over", user="p", expires=TODAY - DAY),
    ]
    guard = Guard(exempting(kept, *others), Evaluation(World(people, NOW)))
    assert guard.used((SUSPEND, LIST)) == (kept,)
    named = exemption("named", user="p", tasks=frozenset({"l"}))
    assert Guard(exempting(named), Evaluation(World(people, NOW))).used((SUSPEND, LIST)) == (named,)


def test_a_name_with_signs_of_a_pattern_is_a_name() -> None:
    """A group may be called anything."""
    names = ["a*", "a?", "ab", "[a]"]
    people = snapshot([user(f"p-{n}", groups=[name]) for n, name in enumerate(names)], [group(name) for name in names])
    for number, name in enumerate(names):
        found = why(people, exempting(groups=(name,)))
        assert [who for who, said in found.items() if said] == [f"p-{number}"], name
    assert literal("a*?b") == "a[*][?]b"


def test_people_by_their_ids_are_these_and_nobody_else() -> None:
    """In any order, as an undo names those whom its run changed."""
    verdicts = Evaluation(World(snapshot([user("p"), user("q"), user("r")]), NOW)).verdicts(these_people(["r", "p"]))
    assert (list(members(verdicts.yes)), verdicts.unknown) == ([0, 2], 0)
