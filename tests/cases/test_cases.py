"""Every file beside this one, through the command: ``plan`` says what the case expects, and ``apply`` does it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from runner.cli.arguments import parse
from runner.cli.console import Console
from runner.cli.workplace import Workplace
from runner.directory.interface import Gate, Writer, open_gate
from runner.engine.planfile import read_plan_json
from runner.model.outcome import FAILED, Outcome
from runner.model.plan import Change
from runner.model.unknown import Unknown
from runner.run.choosing import Wanted
from runner.run.errand import TasksErrand
from runner.run.life import execute
from tests.journeys.command import Desk, Done

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*.yaml"))
Json = Mapping[str, Any]

USER = {
    "status": "active", "managed": True, "synced": False, "mfa": True, "added": "2024-01-01T00:00:00Z", "roles": [],
    "last_active": {}, "groups": [], "direct_access": [], "job_title": None, "department": None, "organization": None,
    "location": None, "time_zone": None,
}  # fmt: skip
GROUP = {"grants": [], "default_for": [], "managed_by_idp": False}


class TextLoader(yaml.SafeLoader):
    """YAML in which times and dates stay text, as in every file of policies."""


TextLoader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:int")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
TextLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?[0-9]+$"), list("-0123456789"))


def read_case(path: Path) -> Json:
    """A case as it is written."""
    case: Json = yaml.load(path.read_text(encoding="utf-8"), TextLoader)
    return case


def filled(entry: Json, plain: Json) -> dict[str, Any]:
    """A user or group with the facts that were left out, without those that are ``absent``."""
    whole = {**plain, **{key: value for key, value in entry.items() if key != "absent"}}
    return {key: value for key, value in whole.items() if key not in entry.get("absent", [])}


def organization(directory: Json, now: str) -> Json:
    """The organization's file."""
    users = [*directory.get("users", [])]
    if crowd := directory.get("crowd"):
        users += [{**crowd["like"], "account_id": f"crowd-{n:04}"} for n in range(1, crowd["people"] + 1)]
    head = {key: value for key, value in directory.items() if key not in ("users", "crowd", "groups")}
    return {
        "format": 1,
        "taken_at": now,
        "organization": "acme",
        "complete": True,
        **head,
        "groups": [filled(group, {"name": group["id"], **GROUP}) for group in directory.get("groups", [])],
        "users": [
            filled(u, {"email": f"{u['account_id']}@acme.example", "name": u["account_id"], **USER}) for u in users
        ],
    }


def desk_of(case: Json, folder: Path) -> Desk:
    """The case's files."""
    desk = Desk(folder)
    desk.policies.mkdir()
    for path, content in case["policies"].items():
        desk.write_policy(path, content if isinstance(content, str) else json.dumps(content, ensure_ascii=False))
    desk.write(organization(case["directory"], case["now"]))
    return desk


@dataclass(frozen=True)
class Step:
    """One planning of a case, and what is done with the plan."""

    now: str
    edit: Sequence[Json]
    expect: Json | None
    apply: Json


def steps(case: Json) -> Iterator[Step]:
    """The case's plannings in their order."""
    for step in (case, *case.get("then", [])):
        edit = step.get("edit", []) if step is not case else []
        yield Step(step["now"], edit, step.get("expect"), step.get("apply", {}))


def change_in(desk: Desk, edits: Iterable[Json]) -> None:
    """Somebody else changes people in the organization."""
    whole = desk.read()
    people = {user["account_id"]: user for user in whole["users"]}
    for edit in edits:
        people[edit["user"]].update(edit["set"])
    desk.write(whole)


def target(change: Json) -> str | None:
    """The id of a change's target."""
    return None if change["target"] is None else str(change["target"]["id"])


def assert_same(what: str, found: Iterable[object], wanted: Iterable[object]) -> None:
    """Both have the same entries, in any order, each as often."""
    assert sorted(map(repr, found)) == sorted(map(repr, wanted)), what


def check_changes(what: str, found: Sequence[Json], wanted: Sequence[Json]) -> None:
    """The changes are those of the case, with their tasks where the case gives them."""
    keys = [(c["user"], c["verb"], c.get("target")) for c in wanted]
    assert_same(what, [(c["account_id"], c["verb"], target(c)) for c in found], keys)
    tasks = {(c["account_id"], c["verb"], target(c)): c["tasks"] for c in found}
    for change, key in zip(wanted, keys, strict=True):
        assert sorted(change.get("tasks", tasks[key])) == tasks[key], what


def check_plan(plan: Json, expect: Json) -> None:
    """The plan is what the case expects."""
    pending = [change for change in plan["changes"] if not change["blocked"]]
    blocked = [change for change in plan["changes"] if change["blocked"]]
    counts = expect.get("counts", {})
    for key, found in (("changes", pending), ("blocked", blocked)):
        if key in expect or key not in counts:
            check_changes(key, found, expect.get(key, []))
    for key, number in counts.items():
        listed = {**plan, "changes": pending, "blocked": blocked}[key]
        assert len(listed) == number, key
    refusals = [(refusal["rail"], refusal["task"]) for refusal in plan["refusals"]]
    assert_same("refusals", refusals, [(r["rail"], r["task"]) for r in expect.get("refusals", [])])
    check_people(plan, expect)
    for text in expect.get("warnings_containing", []):
        assert any(text in warning for warning in plan["warnings"]), plan["warnings"]


def check_people(plan: Json, expect: Json) -> None:
    """Who is skipped, handed over and reported is what the case expects."""
    if "skips" in expect:
        skips = [(skip["account_id"], skip["task"], skip["why"]) for skip in plan["skips"]]
        assert_same("skips", skips, [(s["user"], s["task"], s["why"]) for s in expect["skips"]])
    handover = [(h["account_id"], h["task"], h["group"] and h["group"]["id"], h["change"]) for h in plan["handover"]]
    wanted = [(h["user"], h["task"], h["group"], h["change"]) for h in expect.get("handover", [])]
    assert_same("handover", handover, wanted)
    if "reported" in expect:
        reported = {(r["account_id"], r["task"]): sorted(w["verb"] for w in r["would"]) for r in plan["reported"]}
        assert_same("reported", reported, [(r["user"], r["task"]) for r in expect["reported"]])
        for entry in expect["reported"]:
            would = reported[entry["user"], entry["task"]]
            assert sorted(entry.get("would", would)) == would, "would"


class RefusingWriter:
    """A writer whose directory refuses the changes of some accounts."""

    def __init__(self, writer: Writer, refused: Iterable[str]) -> None:
        self._writer = writer
        self._refused = frozenset(refused)

    def apply_change(self, change: Change) -> Outcome:
        """See Writer."""
        return next(self.apply_changes([change]))

    def apply_changes(self, changes: Sequence[Change], gate: Gate = open_gate) -> Iterator[Outcome]:
        """See Writer. Whoever is refused is nobody to the directory, so that a batch is still one write."""
        sent = [replace(c, account_id="nobody") if c.account_id in self._refused else c for c in changes]
        for change, outcome in zip(changes, self._writer.apply_changes(sent, gate), strict=True):
            refused = change.account_id in self._refused
            yield replace(outcome, change=change, status=FAILED) if refused else outcome

    def read_back(self, change: Change) -> bool | str | Unknown:
        """See Writer."""
        return self._writer.read_back(change)


def apply_with_refusals(desk: Desk, now: str, refused: Iterable[str]) -> Done:
    """``apply plan.json`` where the directory refuses some accounts: a file never does, so its writer is wrapped."""
    here = ("--policies", str(desk.policies), "--directory", str(desk.directory), "--journal", str(desk.journal))
    asked = parse(["apply", "plan.json", *here, "--now", now])
    place = Workplace(asked.everywhere(desk.environ), Console(environ=desk.environ, quiet=True), desk.environ)
    plan = read_plan_json((desk.folder / "plan.json").read_bytes(), source="plan.json")
    writing = place.writing()
    finished = execute(
        replace(writing, writer=RefusingWriter(writing.writer, refused)), TasksErrand(Wanted(plan.tasks), plan), "apply"
    )
    assert finished is not None
    outcomes = [{"account_id": o.change.account_id, "status": o.status} for o in finished.applied.outcomes]
    return Done(finished.ending.exit_code, json.dumps({"changes": outcomes, "changed_since": []}), "")


def check_applied(done: Done, plan: Json, code: int, apply: Json) -> None:
    """Carrying out came to what the case expects; where it expects nothing special, to all that was planned."""
    assert done.code == apply.get("exit", code), done
    statuses = [change["status"] for change in done.form["changes"]]
    pending = [change for change in plan["changes"] if not change["blocked"]]
    applied = apply.get("applied", None if "changed_since" in apply or "fail" in apply else len(pending))
    assert applied is None or statuses.count("applied") == applied
    assert statuses.count("failed") == apply.get("failed", 0)
    gone = {change["account_id"] for change in done.form["changes"] if change["status"] == "changed_since"}
    gone |= {skip["account_id"] for skip in done.form["changed_since"]}
    assert gone == set(apply.get("changed_since", []))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_is_planned_and_carried_out_as_it_says(path: Path, tmp_path: Path) -> None:
    """What the policies of a case do to its organization is exactly what it says, run after run."""
    case = read_case(path)
    desk = desk_of(case, tmp_path)
    saved = str(tmp_path / "plan.json")
    for step in steps(case):
        change_in(desk, step.edit)
        done = desk.run("plan", *case.get("plan", []), "--json", "--out", saved, now=step.now)
        expect = step.expect
        code = 0 if expect is None else expect.get("exit", 3 if expect.get("refusals") else 0)
        assert done.code == code or expect is None, done.err
        if done.code == 2:
            assert not desk.journal.exists()
            return
        if expect is not None:
            check_plan(done.form, expect)
        change_in(desk, step.apply.get("edit", []))
        if step.apply.get("fail"):
            applied = apply_with_refusals(desk, step.now, step.apply["fail"])
        else:
            # An empty plan is used up when it was applied; the next one of the same instant would be the same plan.
            names = case.get("plan", ["--all"])
            what = [saved] if any(not change["blocked"] for change in done.form["changes"]) else names
            applied = desk.run("apply", *what, "--json", now=step.now)
        check_applied(applied, done.form, done.code, step.apply)
