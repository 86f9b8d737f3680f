"""What plans and runs cost, by the server's own log, and what a plan says of it itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.contract.test_atlassian_reads import large
from tests.emulator import API_KEY, Emulator, Entry, Limit, Rule
from tests.journeys.atlassian.town import SETTINGS, Town, town

WIDE = SETTINGS.replace("users: [boss@acme.example], groups: [robots], ", "").replace(": 40", ": 5000")
JIRA = "jira-software@acme1"
Json = dict[str, Any]


def task(match: str, action: str) -> str:
    """A manual task without limits worth speaking of."""
    return (
        "description: what it costs\nowner: it@acme.example\n"
        f"match: {match}\nactions: [{action}]\nschedule: {{manual: true}}\nlimits: {{users: 5000}}\n"
    )


def opened(folder: Path, known: Json, tasks: dict[str, str], **more: Any) -> Any:
    """A large organization with policies of its own."""
    return town(
        folder,
        people=known,
        tasks=tasks,
        settings=WIDE.replace("percent_per_run: 5000", "percent_per_run: 100"),
        **more,
    )


def idle(people: int, *, of: int) -> Json:
    """A large organization in which everybody but the first so many has used Jira lately."""
    known = large(of)
    for number, user in enumerate(known["users"]):
        user["last_active"] = {app["id"]: "2026-11-20T00:00:00Z" for app in known["apps"]}
        if 100 <= number < 100 + people:
            user["last_active"] = {known["apps"][0]["id"]: "2026-01-01T00:00:00Z"}
            user["groups"] = ["g-0"]
    return known


TWENTY = {
    f"t-{n}": task(
        f"{{all: [{{status: active}}, {{app: {app}}}, {{inactive: {{app: {app}, for: {60 + n}d}}}}]}}", "report"
    )
    for n, app in enumerate([f"{key}@acme{site}" for key in ("jira-software", "confluence", "jira-service-management")
                             for site in (1, 2)] * 4)
    if n < 20
}  # fmt: skip


def spent(found: Town) -> list[Entry]:
    """The calls, none of which ran into a limit."""
    assert 429 not in {entry.status for entry in found.emulator.log}
    return list(found.emulator.log)


def test_twenty_tasks_share_one_snapshot(tmp_path: Path) -> None:
    """10,000 people, 200 groups of which 20 grant one of 6 apps, 20 tasks: at most 140 calls."""
    with opened(tmp_path, large(10_000), TWENTY) as found:
        done = found.run("plan")
        assert done.code == 0, done.err
        assert done.form["snapshot"]["users"] == 10_000
        assert len(done.form["tasks"]) == 20
        assert len(spent(found)) <= 140


def test_taking_an_app_from_300_people_costs_a_call_for_each(tmp_path: Path) -> None:
    """Direct roles are asked of those 300 alone: at most 310 calls more."""
    tasks = {
        **TWENTY,
        "take": task(
            f"{{all: [{{app: {JIRA}}}, {{inactive: {{app: {JIRA}, for: 90d}}}}]}}", f"remove_app_access: {JIRA}"
        ),
    }
    with opened(tmp_path, idle(300, of=10_000), tasks) as found:
        done = found.run("plan")
        assert done.code == 0, done.err
        assert len({change["account_id"] for change in done.form["changes"]}) == 300
        assert len(spent(found)) <= 140 + 310


@pytest.mark.parametrize("action", ["report", "suspend", "remove_from_groups: group 1"])
def test_a_task_confined_to_a_group_reads_that_group(action: str, tmp_path: Path) -> None:
    """One task about a group of 600 of 10,000 people: at most 20 calls, and the percentages are of all."""
    match = f"{{all: [{{group: group 0}}, {{status: active}}, {{inactive: {{app: {JIRA}, for: 90d}}}}]}}"
    with opened(tmp_path, large(10_000), {"one": task(match, action)}) as found:
        done = found.run("plan")
        assert done.code == 0, done.err
        assert len(spent(found)) <= 20
        assert done.form["snapshot"]["users"] == 10_000
        assert ("by reading only whom the tasks can be about" in done.err) is True


EXEMPT = {
    "a person": ("user: u3@acme.example", ""),
    "a group": ("group: group 5", ""),
    "members of groups": ("filter: kept", "{group: [group 7, group 30]}"),
    "who uses the task's app": ("filter: kept", f"{{active: {{app: {JIRA}, within: 7d}}}}"),
    "who has another app": ("filter: kept", "{app: confluence}"),
    "who has any app": ("filter: kept", "{not: {app: any}}"),
}


@pytest.mark.parametrize(("who", "match"), EXEMPT.values(), ids=EXEMPT)
def test_exemptions_cost_a_confined_task_little(who: str, match: str, tmp_path: Path) -> None:
    """Whoever they are about: at most 20 calls all the same, and nobody's exemption is unknown."""
    task_match = f"{{all: [{{group: group 0}}, {{status: active}}, {{inactive: {{app: {JIRA}, for: 90d}}}}]}}"
    with opened(tmp_path, large(10_000), {"one": task(task_match, "suspend")}) as found:
        exemption = f"- {{{who}, reason: leave, owner: hr@acme.example, expires: 2026-12-31}}\n"
        (found.folder / "policies" / "exemptions.yaml").write_text(exemption, encoding="utf-8")
        if match:
            (found.folder / "policies" / "filters").mkdir()
            text = f"description: who is kept\nmatch: {match}\n"
            (found.folder / "policies" / "filters" / "kept.yaml").write_text(text, encoding="utf-8")
        done = found.run("plan")
        assert done.code == 0, done.err
        assert len(spent(found)) <= 20
        assert len(done.form["changes"]) == 600
        assert "unknown" not in {skip["why"] for skip in done.form["skips"]}


def test_roles_read_for_some_are_not_read_again_for_all(tmp_path: Path) -> None:
    """Where a rail asks for everybody (an app that its 600 users would lose), they are read, and nobody twice alone."""
    tasks = {"take": task(f"{{all: [{{group: group 0}}, {{app: {JIRA}}}]}}", f"remove_app_access: {JIRA}")}
    with opened(tmp_path, large(10_000), tasks) as found:
        done = found.run("plan")
        assert [refusal["rail"] for refusal in done.form["refusals"]] == ["group_emptied"]
        alone = Counter(entry.path for entry in spent(found) if "/users/u-" in entry.path)
    assert (len(alone), set(alone.values())) == (600, {1})


def test_a_thousand_changes_cost_their_writes_and_few_reads(tmp_path: Path) -> None:
    """1,000 changes in 10,000 people: 1,000 writes and at most 220 reads besides the snapshot, and no 429 where the
    limit is announced."""
    tasks = {
        "suspend": task(
            f"{{all: [{{status: active}}, {{inactive: {{app: {JIRA}, for: 90d}}}}, {{group: group 0}}]}}", "suspend"
        )
    }
    with opened(tmp_path, idle(1_000, of=10_000), tasks, limits=[Limit(300, 60)]) as found:
        assert found.run("plan").code == 0
        snapshot = len(found.emulator.log)
        done = found.run("apply", "--all")
        assert (done.code, done.form["outcomes"]) == (0, {"applied": 1_000}), done.err
        calls = spent(found)
        assert len(found.writes) == 1_000
        assert len(calls) - 2 * snapshot - 1_000 <= 220


def test_what_it_will_cost_is_told_before(tmp_path: Path) -> None:
    """`--explain-cost` reads nobody, and is never short by much of what the plan then takes."""
    with opened(tmp_path, large(3_000), TWENTY) as found:
        told = found.run("plan", "--explain-cost").form
        asked = len(found.emulator.log)
        assert told["asked"] == asked
        assert not any(entry.path.endswith("/users/search") for entry in found.emulator.log)
        assert found.run("plan").code == 0
        made = len(found.emulator.log) - asked
        assert abs(told["calls"] - made) <= 3
        assert sum(line["calls"] for line in told["lines"]) == told["calls"]


def test_confinement_is_told_before_too(tmp_path: Path) -> None:
    """`--explain-cost` of a confined task is an upper bound, and far from reading everybody."""
    tasks = {"one": task(f"{{all: [{{group: group 0}}, {{inactive: {{app: {JIRA}, for: 90d}}}}]}}", "suspend")}
    with opened(tmp_path, large(10_000), tasks) as found:
        told = found.run("plan", "--explain-cost").form
        asked = len(found.emulator.log)
        assert found.run("plan").code == 0
        assert len(found.emulator.log) - asked <= told["calls"] <= 25


def test_who_uses_an_app_by_a_direct_role_alone_costs_one_sweep_of_it(tmp_path: Path) -> None:
    """Only where the count says that there are some, and only of apps that a due task speaks about."""
    known = large(3_000, direct=30)
    with opened(tmp_path, known, {"one": task(f"{{app: {JIRA}}}", "report")}) as found:
        done = found.run("plan")
        searches = [entry.body for entry in spent(found) if entry.path.endswith("/users/search")]
        counts = [entry.query for entry in found.emulator.log if entry.path.endswith("/users/count")]
    swept = [body["resourceIds"] for body in searches if "resourceIds" in body]
    using = [who for who in done.form["reported"] if int(who["account_id"][2:]) < 30]
    assert len(using) == 30
    assert swept == [[known["apps"][0]["id"]]] * len(swept)
    assert len(swept) == -(-len(done.form["reported"]) // 100)
    assert len([query for query in counts if "resourceIds" in query]) == 1


def test_the_plan_says_what_it_took(tmp_path: Path) -> None:
    """The calls made are those in the server's log."""
    with opened(tmp_path, large(1_000), TWENTY) as found:
        done = found.run("plan")
        assert f"{len(found.emulator.log)} calls to the API; saved: 990 by reading people in pages" in done.err


MEASURE = """
import sys
from pathlib import Path
from runner.cli.app import main
code = main(sys.argv[1:])
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(code, int(status["VmHWM"].split()[0]) // 1024, file=sys.stderr)
"""
"""Not getrusage: its peak counts the process from which this one was started."""


def wall() -> datetime:
    """The clock of a process of its own."""
    return datetime.now(UTC)


def measured(emulator: Emulator, folder: Path, *argv: str) -> tuple[int, int, str]:
    """Exit code, peak memory in MB and stdout of a command in a process of its own."""
    environ = {
        "PATH": os.environ["PATH"], "NO_COLOR": "1", "ATLASSIAN_API_URL": emulator.url, "ATLASSIAN_API_KEY": API_KEY,
        "ATLASSIAN_ORG_ID": emulator.org_id,
    }  # fmt: skip
    where = ["--policies", str(folder / "policies"), "--journal", str(folder / "journal")]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *argv, *where], env=environ, capture_output=True, text=True, check=False
    )
    code, peak = done.stderr.strip().rsplit("\n", 1)[-1].split()
    return int(code), int(peak), done.stdout


def test_a_hundred_thousand_people_fit(tmp_path: Path) -> None:
    """Under 400 MB in all, and one pass over the pages."""
    tasks = dict(list(TWENTY.items())[:3])
    with opened(tmp_path, large(100_000), tasks, clock=wall) as found:
        code, peak_mb, out = measured(found.emulator, tmp_path, "plan", "--json")
        pages = Counter(entry.path.rpartition("/")[2] for entry in found.emulator.log if "users/search" in entry.path)
    assert code == 0
    assert json.loads(out)["snapshot"]["users"] == 100_000
    assert peak_mb < 400
    assert pages["search"] <= 1_000 + 6 * 2


def test_a_body_without_end_fits_too(tmp_path: Path) -> None:
    """200 kB that unpack to 200 MB where a page was asked for: exit 4, under 256 MB."""
    faults = [Rule("gzip_bomb", match="users/search", times=0)]
    with opened(tmp_path, large(200), TWENTY, faults=faults, clock=wall) as found:
        code, peak_mb, _ = measured(found.emulator, tmp_path, "plan", "--json")
    assert (code, peak_mb < 256) == (4, True)
