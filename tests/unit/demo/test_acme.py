"""The made-up organization: whole, lifelike, and the same everywhere."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from runner.demo.acme import PEOPLE, SEED, TAKEN_AT, build_organization, render_organization, write_default
from runner.demo.cast import CAST
from runner.demo.kinds import CROWD, ROUND, build_round

ROOT = Path(__file__).resolve().parents[3]

Acme = dict[str, Any]


@pytest.fixture(scope="module")
def acme() -> Acme:
    """The default organization."""
    return build_organization(seed=SEED, people=PEOPLE, now=TAKEN_AT)


def names_of_groups(acme: Acme, user: Acme) -> set[str]:
    """What a person's groups are called."""
    by_id = {group["id"]: group["name"] for group in acme["groups"]}
    return {by_id[group] for group in user.get("groups", [])}


def test_the_committed_example_is_what_the_generator_makes(tmp_path: Path) -> None:
    """`examples/acme.json` is fresh: `python -m runner.demo.acme examples/acme.json` would not change it."""
    write_default(tmp_path / "acme.json")
    assert (ROOT / "examples" / "acme.json").read_bytes() == (tmp_path / "acme.json").read_bytes()


def test_the_rendered_text_is_the_organization_with_one_person_a_line(acme: Acme) -> None:
    """Rendering loses nothing, and each person has a line of their own."""
    text = render_organization(acme)
    assert json.loads(text) == acme
    assert sum('"account_id"' in line for line in text.splitlines()) == PEOPLE


def test_another_seed_is_another_crowd_with_the_same_cast() -> None:
    """The seed changes the crowd; those whom the documentation speaks of stay."""
    one, other = (build_organization(seed=seed, people=60, now=TAKEN_AT)["users"] for seed in (1, 2))
    assert isinstance(one, list)
    assert isinstance(other, list)
    assert [user["name"] for user in one[: len(CAST)]] == [user["name"] for user in other[: len(CAST)]]
    assert [user["name"] for user in one[len(CAST) :]] != [user["name"] for user in other[len(CAST) :]]


def test_the_default_is_the_cast_and_exactly_one_round_of_the_crowd() -> None:
    """Every sort of person is in the default organization as often as its share says."""
    assert len(CAST) + ROUND == PEOPLE
    assert Counter(kind.label for kind in build_round()) == {kind.label: kind.share for kind in CROWD}


def test_a_part_of_a_round_is_a_fair_mix() -> None:
    """Half a round holds half of each sort, give or take one."""
    half = Counter(kind.label for kind in build_round()[: ROUND // 2])
    assert all(abs(half[kind.label] - kind.share / 2) <= 1 for kind in CROWD)


def test_references_lead_somewhere_and_ids_are_unique(acme: Acme) -> None:
    """No group or app is spoken of that does not exist, and no two things share an id or an address."""
    apps = {app["id"] for app in acme["apps"]}
    groups = {group["id"] for group in acme["groups"]}
    assert (len(apps), len(groups)) == (len(acme["apps"]), len(acme["groups"]))
    granted = [g for group in acme["groups"] for g in group["grants"]]
    granted += [g for user in acme["users"] for g in user["direct_access"]]
    assert {g if isinstance(g, str) else g["app"] for g in granted} <= apps
    assert {app for group in acme["groups"] for app in group["default_for"]} <= apps
    assert {group for user in acme["users"] for group in user.get("groups", [])} <= groups
    assert {app for user in acme["users"] for app in user.get("last_active", {})} <= apps
    assert len({user["account_id"] for user in acme["users"]}) == PEOPLE
    emails = [user["email"] for user in acme["users"] if user["email"]]
    assert len(set(emails)) == len(emails)


def test_it_has_six_apps_on_two_sites_and_some_thirty_groups(acme: Acme) -> None:
    """The size that the tour promises; each app has one default group, and a key stands on both sites."""
    keys = Counter(app["key"] for app in acme["apps"])
    assert (len(acme["apps"]), {app["site"] for app in acme["apps"]}) == (6, {"acme", "acme-labs"})
    assert keys["jira-software"] == keys["confluence"] == 2
    assert 28 <= len(acme["groups"]) <= 36
    defaults = Counter(app for group in acme["groups"] for app in group["default_for"])
    assert defaults == {app["id"]: 1 for app in acme["apps"]}


def test_only_synced_people_are_in_groups_of_the_identity_provider(acme: Acme) -> None:
    """What an identity provider owns, it fills with people that it provisions."""
    owned = {group["id"] for group in acme["groups"] if group["managed_by_idp"]}
    inside = [user for user in acme["users"] if owned & set(user.get("groups", []))]
    assert len(inside) > 50
    assert all(user["synced"] for user in inside)


def test_no_app_has_more_people_than_seats(acme: Acme) -> None:
    """Active people with role user or admin fit into the seats."""
    roles = {group["id"]: group["grants"] for group in acme["groups"]}
    taken: Counter[str] = Counter()
    for user in acme["users"]:
        grants = [g for group in user.get("groups", []) for g in roles[group]] + user["direct_access"]
        pairs = [(g, "user") if isinstance(g, str) else (g["app"], g["role"]) for g in grants]
        if user["status"] == "active":
            taken.update({app for app, role in pairs if role in {"user", "admin"}})
    for app in acme["apps"]:
        assert 0 < taken[app["id"]] <= app.get("seats", PEOPLE), app


def test_history_fits_the_clock(acme: Acme) -> None:
    """Nobody used an app before they joined or after the snapshot, but the one person who stands for a bad clock."""
    early, future = [], []
    for user in acme["users"]:
        used = [datetime.fromisoformat(at) for at in user.get("last_active", {}).values()]
        early += [user["name"] for at in used if at < datetime.fromisoformat(user["added"])]
        future += [user["name"] for at in used if at > TAKEN_AT]
    assert early == []
    assert future == ["Fumi Kato"]


def test_unknown_facts_are_few(acme: Acme) -> None:
    """Under 5 % of people lack a fact, so that the default rails let the tour go on."""
    facts = set(acme["users"][0])
    lacking = [user["name"] for user in acme["users"] if facts - set(user) or user["email"] is None]
    assert 3 <= len(lacking) < PEOPLE * 0.05


def test_hostile_names_hold_no_control_characters(acme: Acme) -> None:
    """The names try markup, links, formulas and commands; characters that the format forbids are not among them."""
    text = "".join(user["name"] for user in acme["users"])
    assert [trick for trick in ("<b>", "@all", "=HYPERLINK", "${{", "::error", "🌻") if trick not in text] == []
    assert not {character for character in text if unicodedata.category(character) in {"Cc", "Cf"}}


def test_names_are_written_in_many_scripts(acme: Acme) -> None:
    """Latin is not all there is."""
    words = " ".join(unicodedata.name(c, "?") for user in acme["users"] for c in user["name"])
    for script in ("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "CJK", "DEVANAGARI"):
        assert f"{script} " in words, script


def test_addresses_are_on_made_up_domains(acme: Acme) -> None:
    """Every address ends in .example, or in the one British domain that the tasks speak of."""
    domains = {user["email"].partition("@")[2] for user in acme["users"] if user["email"]}
    assert {"acme.example", "acme.co.uk", "contractor.acme.example", "legacy.example"} <= domains
    assert {domain for domain in domains if not domain.endswith(".example")} == {"acme.co.uk"}


def test_the_people_of_the_acceptance_list_are_there(acme: Acme) -> None:
    """Each situation that the sample tasks speak of has somebody in it."""
    by_email = {user["email"]: user for user in acme["users"]}
    assert by_email["wilma.brandt@acme.example"]["roles"] == ["org-admin"]
    assert by_email["bea.quist@acme.example"]["direct_access"]
    assert {"jira-software-users-acme", "jira-power-users"} <= names_of_groups(acme, by_email["dag.fjell@acme.example"])
    never = {name: by_email[f"{name}@acme.example"] for name in ("isa.brook", "otto.wren")}
    assert all(user["last_active"] == {} for user in never.values())
    assert datetime.fromisoformat(never["isa.brook"]["added"]) == TAKEN_AT - timedelta(days=1)
    assert datetime.fromisoformat(never["otto.wren"]["added"]) <= TAKEN_AT - timedelta(days=365)
    statuses = Counter(user["status"] for user in acme["users"])
    assert set(statuses) == {"active", "suspended", "deactivated", "not_invited", "for_deletion"}


def test_history_moves_with_the_clock() -> None:
    """Another `now` is the same organization on another day, whatever zone it is told in."""
    later = TAKEN_AT + timedelta(days=30)
    users = build_organization(seed=SEED, people=30, now=later)["users"]
    before = build_organization(seed=SEED, people=30, now=TAKEN_AT)["users"]
    assert isinstance(users, list)
    assert isinstance(before, list)
    shift = {
        datetime.fromisoformat(new["added"]) - datetime.fromisoformat(old["added"])
        for new, old in zip(users, before, strict=True)
    }
    assert shift == {timedelta(days=30)}
    assert build_organization(seed=1, people=1, now=datetime(2026, 1, 1, tzinfo=UTC))["taken_at"] == (
        "2026-01-01T00:00:00Z"
    )


def test_a_large_organization_has_the_same_mix() -> None:
    """Ten rounds hold ten times each sort, so that percentages mean the same at any size."""
    people = len(CAST) + 10 * ROUND
    users = build_organization(seed=SEED, people=people, now=TAKEN_AT)["users"]
    assert isinstance(users, list)
    invited = sum(user["status"] == "not_invited" for user in users)
    assert (len(users), invited) == (people, 20)
    assert len({user["account_id"] for user in users}) == people
