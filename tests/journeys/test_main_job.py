"""The main job: policies in, changes and an audit report out, and a second run changes nothing."""

from __future__ import annotations

import json

from tests.journeys.command import Desk


def test_a_plan_is_shown_and_nothing_is_written(desk: Desk) -> None:
    """`plan` reads, never writes: no journal, no change of the organization."""
    before = desk.files()
    done = desk.run("plan")
    assert done.code == 0, done.err
    assert "39 changes (29 removals, 10 additions) for 25 people." in done.out
    assert desk.files() == before


def test_applying_all_makes_every_change_once(desk: Desk) -> None:
    """After `apply --all` the organization is as the plan said, and the journal holds the run and its report."""
    plan = desk.run("plan", "--json").form
    done = desk.run("apply", "--all", "--json")
    assert done.code == 0, done.err
    assert done.form["digest"] == plan["digest"]
    assert done.form["outcomes"] == {"applied": len(plan["changes"])}
    people = desk.people()
    for change in plan["changes"]:
        person, target = people[change["account_id"]], change["target"]
        if change["verb"] in ("add_to_group", "remove_from_group"):
            assert (target["id"] in person["groups"]) is change["after"]
        elif change["verb"] == "suspend":
            assert person["status"] == "suspended"
    assert (desk.folder / done.form["report"]).read_text(encoding="utf-8").startswith("# acme, 2026-11-22")


def test_a_second_run_changes_nothing(desk: Desk) -> None:
    """Planning again after applying is an empty plan, and applying it changes no file of the organization."""
    assert desk.run("apply", "--all").code == 0
    after = desk.directory.read_bytes()
    assert desk.run("plan", "--json").form["changes"] == []
    again = desk.run("apply", "--all", "--json")
    assert (again.code, again.form["outcomes"]) == (0, {})
    assert desk.directory.read_bytes() == after


def test_run_does_what_is_due_and_then_has_nothing_to_do(desk: Desk) -> None:
    """`run` carries out the due tasks; called again it says so, exits with 0 and leaves no trace."""
    first = desk.run("run", "--json", now="2026-11-23T09:00:00Z")
    assert (first.code, first.form["ok"]) == (0, True), first.err
    assert "license-review" not in first.form["tasks"], "by hand only"
    before = desk.files()
    second = desk.run("run", now="2026-11-23T09:00:00Z")
    assert (second.code, second.out) == (0, "")
    assert "nothing is due" in second.err
    assert desk.files() == before


def test_a_saved_plan_is_what_runs(desk: Desk) -> None:
    """`apply plan.json` carries out what was saved, once."""
    saved = str(desk.folder / "plan.json")
    assert desk.run("plan", "contractors-30d", "--out", saved).code == 0
    approved = json.loads((desk.folder / "plan.json").read_text(encoding="utf-8"))
    done = desk.run("apply", saved, "--json")
    assert (done.code, done.form["digest"]) == (0, approved["digest"]), done.err
    again = desk.run("apply", saved, "--json")
    assert (again.code, again.reason) == (3, "plan_used")


def test_an_edited_plan_is_refused(desk: Desk) -> None:
    """A plan whose content does not fit its digest is not carried out, and nothing is written."""
    saved = desk.folder / "plan.json"
    assert desk.run("plan", "--out", str(saved)).code == 0
    plan = json.loads(saved.read_text(encoding="utf-8"))
    plan["changes"].pop()
    saved.write_text(json.dumps(plan), encoding="utf-8")
    before = desk.files()
    done = desk.run("apply", str(saved), "--json")
    assert (done.code, done.reason) == (2, "plan_digest")
    assert desk.files() == before


def test_a_plan_of_other_policies_or_of_yesterday_is_refused(desk: Desk) -> None:
    """Approved is what runs: the same policies, within a day."""
    saved = str(desk.folder / "plan.json")
    assert desk.run("plan", "--out", saved).code == 0
    old = desk.run("apply", saved, "--json", now="2026-11-23T06:00:01Z")
    assert (old.code, old.reason) == (3, "plan_old")
    ahead = desk.run("apply", saved, now="2026-11-20T06:00:01Z")
    assert "of 2026-11-22T06:00:00Z, over 24 hours ahead of the clock" in ahead.err
    desk.write_policy("settings.yaml", "organization: {id: acme}\n")
    other = desk.run("apply", saved, "--json")
    assert (other.code, other.reason) == (2, "plan_policies")
    assert not desk.journal.exists()


def test_exit_code_10_says_that_there_are_changes(desk: Desk) -> None:
    """With --exit-code a plan with changes is 10, an empty one 0."""
    assert desk.run("plan", "--exit-code").code == 10
    assert desk.run("plan", "license-review", "--exit-code").code == 0


def test_a_refused_plan_is_shown_in_full_and_writes_nothing(desk: Desk) -> None:
    """A rail's no is exit code 3 with the way to allow it; the refused changes are listed, and none is made."""
    task = (desk.policies / "tasks" / "contractors-30d.yaml").read_text(encoding="utf-8")
    lines = [line for line in task.splitlines() if not line.startswith("limits")]
    desk.write_policy("tasks/contractors-30d.yaml", "\n".join([*lines, "limits: {users: 1}"]) + "\n")
    plan = desk.run("plan", "contractors-30d", "--json")
    assert (plan.code, plan.form["refusals"][0]["rail"]) == (3, "task_limit")
    assert plan.form["changes"]
    assert all(change["blocked"] for change in plan.form["changes"])
    before = desk.directory.read_bytes()
    done = desk.run("apply", "contractors-30d", "--json")
    assert (done.code, done.reason, done.form["changes"]) == (3, "task_limit", [])
    assert desk.directory.read_bytes() == before


def test_the_kill_switch_stops_every_write(desk: Desk) -> None:
    """A file STOP in the policies, or POLICY_RUNNER_STOP, refuses the whole run."""
    (desk.policies / "STOP").touch()
    before = desk.directory.read_bytes()
    done = desk.run("apply", "--all", "--json")
    assert (done.code, done.reason) == (3, "stop")
    (desk.policies / "STOP").unlink()
    desk.environ["POLICY_RUNNER_STOP"] = "1"
    assert desk.run("run", "--json").reason == "stop"
    assert desk.directory.read_bytes() == before


def test_a_stop_may_leave_the_way_back_open(desk: Desk) -> None:
    """A stop stops undoing too and says how to allow it; with the text `undo only`, undo runs and nothing else does."""
    before, stop = desk.people(), desk.policies / "STOP"
    run = desk.run("apply", "contractors-30d", "--json").form["run"]
    after = desk.people()
    for text in ("", "INC-7\n", "not undo only\n"):
        stop.write_text(text, encoding="utf-8")
        refused = desk.run("undo", run, "--apply")
        assert (refused.code, "undo only" in refused.out) == (3, True), refused.out
    stop.write_text("Undo only\n", encoding="utf-8")
    desk.environ["POLICY_RUNNER_STOP"] = "INC-7"
    assert desk.run("undo", run, "--apply").code == 3, "one of two stops let it through"
    assert desk.people() == after
    desk.environ["POLICY_RUNNER_STOP"] = "undo only"
    assert desk.run("apply", "--all", "--json").reason == "stop"
    done = desk.run("undo", run, "--apply")
    assert done.code == 0, done.err
    assert desk.people() == before


def test_undo_brings_back_what_a_run_changed(desk: Desk) -> None:
    """`undo` shows the way back and, with --apply, goes it: everybody is what they were."""
    before = desk.people()
    run = desk.run("apply", "contractors-30d", "--json").form["run"]
    changed = desk.people()
    assert changed != before
    shown = desk.run("undo", run)
    assert shown.code == 0, shown.err
    assert desk.people() == changed
    done = desk.run("undo", "last", "--apply", "--json")
    assert done.code == 0, done.err
    assert desk.people() == before


def test_the_journal_is_shown_reported_and_verified(desk: Desk) -> None:
    """`runs` lists what happened, `report` gives the stored bytes, `verify` finds nothing to complain about."""
    done = desk.run("apply", "--all", "--json").form
    runs = desk.run("runs", "--json").form
    assert [(r["run"], r["ended"], r["outcomes"]) for r in runs] == [(done["run"], "done", done["outcomes"])]
    assert done["run"] in desk.run("runs").out
    stored = (desk.folder / done["report"]).read_text(encoding="utf-8")
    assert desk.run("report", "last").out == stored
    report = desk.run("report", done["run"], "--json").form
    assert (report["run"], report["digest"]) == (done["run"], done["digest"])
    verified = desk.run("verify", "--json")
    assert (verified.code, verified.form["ok"], verified.form["head"]) == (0, True, done["head"])


def test_a_workflow_gets_outputs_and_a_summary(desk: Desk) -> None:
    """In GitHub Actions the counts, digest, reason, report and exit code go to later steps, the report to the page."""
    outputs, summary = desk.folder / "output", desk.folder / "summary"
    files = {"GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(summary)}
    desk.environ.update(GITHUB_ACTIONS="true", **files)
    done = desk.run("apply", "--all", "--json").form
    found = dict(line.split("=", 1) for line in outputs.read_text(encoding="utf-8").splitlines())
    assert (found["digest"], found["applied"], found["exit_code"], found["reason"]) == (done["digest"], "39", "0", "")
    assert found["report"] == done["report"]
    assert summary.read_text(encoding="utf-8").startswith("# acme, 2026-11-22")


def test_a_workflow_hears_why_a_run_failed(desk: Desk) -> None:
    """An error reaches later steps as its reason and exit code."""
    outputs = desk.folder / "output"
    desk.environ["GITHUB_OUTPUT"] = str(outputs)
    desk.write_policy("tasks/broken.yaml", "nonsense: true\n")
    assert desk.run("run").code == 2
    assert outputs.read_text(encoding="utf-8") == "reason=policies\nexit_code=2\n"


def test_a_snapshot_of_a_file_is_the_same_organization(desk: Desk) -> None:
    """What `snapshot` records plans the same changes."""
    copy = desk.folder / "copy.json"
    assert desk.run("snapshot", "--out", str(copy)).code == 0
    first = desk.run("plan", "--json").form
    desk.directory.write_bytes(copy.read_bytes())
    assert desk.run("plan", "--json").form["digest"] == first["digest"]


def test_the_past_can_be_read_without_policies(desk: Desk) -> None:
    """A broken policy keeps nobody from looking at what happened."""
    assert desk.run("apply", "--all").code == 0
    desk.write_policy("tasks/broken.yaml", "nonsense: true\n")
    for argv in (["runs"], ["report", "last"], ["verify"]):
        assert desk.run(*argv).code == 0
