"""What ``doctor`` says of a repository on GitHub: only what GitHub said, and what to do about it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.command import Desk, Done
from tests.journeys.github.hub import Hub

WORKFLOW = "on: {schedule: [{cron: '17 * * * *'}]}\nenv: {K: ATLASSIAN_API_KEY}\n"
NO = (403, {"message": "Resource not accessible by personal access token"})


def ago(hours: float) -> str:
    """A time as GitHub writes it."""
    return (datetime.now(UTC) - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def pull_request_rule(**more: Any) -> dict[str, Any]:
    """The rule that asks for pull requests."""
    parameters = {"required_approving_review_count": 1, "require_code_owner_review": True, **more}
    return {"type": "pull_request", "parameters": parameters}


CHECK = {"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "policies / Check"}]}}
FIRM: list[dict[str, Any]] = [{"type": "non_fast_forward"}, {"type": "deletion"}]
MAIN_ALONE = {"protected_branches": False, "custom_branch_policies": True}
REVIEWERS = {"type": "required_reviewers", "prevent_self_review": True, "reviewers": [{"type": "Team"}]}


def environment(*rules: Any, policy: Any = MAIN_ALONE, **more: Any) -> tuple[int, Any]:
    """An environment as GitHub describes it."""
    return 200, {"deployment_branch_policy": policy, "protection_rules": list(rules), **more}


def branches(*names: str) -> tuple[int, Any]:
    """The branches that may use an environment."""
    return 200, {"branch_policies": [{"name": name} for name in names]}


def variables(**values: str) -> tuple[int, Any]:
    """The repository's variables."""
    return 200, {"variables": [{"name": name, "value": value} for name, value in values.items()]}


SOUND: dict[str, tuple[int, Any]] = {
    "GET ": (200, {"private": True, "default_branch": "main"}),
    "GET /actions/workflows/run.yml": (200, {"state": "active"}),
    "GET /actions/workflows/run.yml/runs": (
        200,
        {"workflow_runs": [{"created_at": ago(1), "actor": {"login": "ann"}}]},
    ),
    "GET /actions/permissions/workflow": (
        200,
        {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": True},
    ),
    "GET /environments/atlassian": environment(),
    "GET /environments/atlassian/deployment-branch-policies": branches("main"),
    "GET /rules/branches/main": (200, [pull_request_rule(), CHECK, *FIRM]),
    "GET /rules/branches/audit": (200, FIRM),
    "GET /branches/main": (200, {"protected": True}),
    "GET /branches/audit": (200, {"protected": True}),
    "GET /actions/secrets": (200, {"secrets": []}),
    "GET /actions/variables": variables(),
    "GET /codeowners/errors": (200, {"errors": []}),
}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A repository on GitHub in which everything is as it should be."""
    with Hub(tmp_path) as hub:
        hub.answers |= SOUND
        yield hub


@pytest.fixture
def asked(desk: Desk, hub: Hub) -> Desk:
    """A desk whose doctor may ask GitHub."""
    workflow = desk.folder / ".github" / "workflows" / "run.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(WORKFLOW, encoding="utf-8")
    desk.environ.update(GITHUB_TOKEN="secret-token", GITHUB_API_URL=hub.url, GITHUB_REPOSITORY="acme/policies")
    return desk


def lines(desk: Desk) -> dict[str, tuple[str, str, str]]:
    """What doctor found, by topic: the last line of each, as state, finding and remedy."""
    done: Done = desk.run("doctor", "--json")
    return {line["topic"]: (line["state"], line["found"], line["remedy"]) for line in done.form["lines"]}


GITHUB = (
    "repository", "workflow run.yml", "workflow rights", "environment atlassian", "secrets", "rules of main",
    "rules of audit", "CODEOWNERS", "author and approver",
)  # fmt: skip


def test_a_sound_repository_is_called_so_with_the_evidence(asked: Desk) -> None:
    """Each line that says ok says what GitHub enforces; the token is in none of them."""
    done = asked.run("doctor")
    found = lines(asked)
    assert {topic: found[topic][0] for topic in GITHUB} == dict.fromkeys(GITHUB, "ok"), done.out
    assert found["environment atlassian"][1] == "main alone may use it"
    assert "1 approval by another" in found["author and approver"][1]
    assert found["schedule's account"][:2] == ("note", "run.yml is called in the name of ann")
    assert "secret-token" not in done.out + done.err


def test_nothing_is_ok_that_github_did_not_say(asked: Desk, hub: Hub) -> None:
    """Whatever may not be read is not known, with the place where a person can look."""
    hub.answers = {"GET ": SOUND["GET "], **{path: NO for path in SOUND if path != "GET "}}
    found = lines(asked)
    for topic in GITHUB[1:]:
        state, said, remedy = found[topic]
        assert (state, said.startswith("not known: GET /"), bool(remedy)) == ("note", True, True), topic


def test_a_repository_that_cannot_be_seen_says_nothing_about_itself(asked: Desk, hub: Hub) -> None:
    """GitHub answers 404 for what a token may not see: that is no evidence that something is missing."""
    hub.answers = {"GET ": (404, {"message": "Not Found"})}
    found = lines(asked)
    assert found["github"][:2] == ("note", "not known: GET /: 404 Not Found")
    assert not set(GITHUB) & found.keys()


@pytest.mark.parametrize("missing", ["GITHUB_TOKEN", "GITHUB_REPOSITORY"])
def test_without_a_token_each_thing_is_not_known_and_where_to_look(asked: Desk, hub: Hub, missing: str) -> None:
    """Nobody is asked, nothing is called ok, and each line names the page."""
    asked.environ.pop(missing)
    found = lines(asked)
    for topic in ("schedule", "environment atlassian", "rules", "approvals", "workflow rights"):
        state, said, remedy = found[topic]
        assert (state, said.startswith("not known: ")) == ("note", True)
        assert "gh auth token" in remedy
    assert hub.asked == []


UPGRADE = (403, {"message": "Upgrade to GitHub Pro or make this repository public to enable this feature."})
WRONG: tuple[tuple[str, dict[str, Any], str, str, str], ...] = (
    ("public", {"GET ": (200, {"private": False, "default_branch": "main"})}, "repository", "warning", "public"),
    (
        "switched off",
        {"GET /actions/workflows/run.yml": (200, {"state": "disabled_inactivity"})},
        "workflow run.yml",
        "warning",
        "disabled_inactivity",
    ),
    (
        "old",
        {"GET /actions/workflows/run.yml/runs": (200, {"workflow_runs": [{"created_at": ago(50)}]})},
        "workflow run.yml",
        "warning",
        "50 hours ago",
    ),
    (
        "never",
        {"GET /actions/workflows/run.yml/runs": (200, {"workflow_runs": []})},
        "workflow run.yml",
        "warning",
        "no run has ended well",
    ),
    ("unknown", {"GET /actions/workflows/run.yml": (404, {})}, "workflow run.yml", "warning", "does not know it"),
    (
        "may write",
        {
            "GET /actions/permissions/workflow": (
                200,
                {"default_workflow_permissions": "write", "can_approve_pull_request_reviews": True},
            )
        },
        "workflow rights",
        "warning",
        "may write",
    ),
    (
        "no pull requests",
        {
            "GET /actions/permissions/workflow": (
                200,
                {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": False},
            )
        },
        "workflow rights",
        "note",
        "open no pull requests",
    ),
    ("no environment", {"GET /environments/atlassian": (404, {})}, "environment atlassian", "warning", "there is none"),
    (
        "every branch",
        {"GET /environments/atlassian": environment(policy=None)},
        "environment atlassian",
        "warning",
        "every branch may use it",
    ),
    (
        "other branches",
        {"GET /environments/atlassian/deployment-branch-policies": branches("main", "release/*")},
        "environment atlassian",
        "warning",
        "main, release/*",
    ),
    (
        "a schedule that waits",
        {"GET /environments/atlassian": environment(REVIEWERS)},
        "environment atlassian",
        "warning",
        "waits for a reviewer",
    ),
    (
        "reviewers of themselves",
        {
            "GET /actions/variables": variables(POLICY_RUNNER_MANUAL_ENVIRONMENT="careful"),
            "GET /environments/careful": environment({**REVIEWERS, "prevent_self_review": False}),
            "GET /environments/careful/deployment-branch-policies": branches("main"),
        },
        "environment careful",
        "warning",
        "whoever started it may be that one",
    ),
    (
        "reviewers",
        {
            "GET /actions/variables": variables(POLICY_RUNNER_MANUAL_ENVIRONMENT="careful"),
            "GET /environments/careful": environment(REVIEWERS, can_admins_bypass=False),
            "GET /environments/careful/deployment-branch-policies": branches("main"),
        },
        "environment careful",
        "ok",
        "nobody for themselves",
    ),
    (
        "a secret for all",
        {"GET /actions/secrets": (200, {"secrets": [{"name": "ATLASSIAN_API_KEY"}]})},
        "secrets",
        "warning",
        "any branch can read it",
    ),
    ("no rules", {"GET /rules/branches/main": (200, []), "GET /branches/main": (200, {"protected": False})},
     "rules of main", "warning", "enforced: nothing"),
    ("older rules", {"GET /rules/branches/main": (200, [])}, "rules of main", "note", "not known"),
    ("a plan without rules", {"GET /rules/branches/main": UPGRADE}, "rules of main", "note", "Upgrade to GitHub Pro"),
    (
        "no approval",
        {"GET /rules/branches/main": (200, [pull_request_rule(required_approving_review_count=0), CHECK, *FIRM])},
        "author and approver",
        "warning",
        "by whoever wrote them",
    ),
    (
        "rules that shut out the workflow",
        {"GET /rules/branches/audit": (200, [pull_request_rule(), *FIRM])},
        "rules of audit",
        "warning",
        "cannot push",
    ),
    ("a journal to rewrite", {"GET /rules/branches/audit": (200, [])}, "rules of audit", "warning", "rewrite"),
    ("no owners", {"GET /codeowners/errors": (404, {})}, "CODEOWNERS", "warning", "there is none"),
    ("wrong owners", {"GET /codeowners/errors": (200, {"errors": [{}, {}]})}, "CODEOWNERS", "warning", "2 of its"),
    (
        "alone",
        {"GET /actions/variables": variables(POLICY_RUNNER_SOLO="true")},
        "author and approver",
        "warning",
        "may approve it",
    ),
    ("nonsense", {"GET /codeowners/errors": (200, [1])}, "CODEOWNERS", "note", "not known"),
)  # fmt: skip


@pytest.mark.parametrize(("answers", "topic", "state", "word"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_what_is_not_enforced_is_said(
    asked: Desk, hub: Hub, answers: dict[str, Any], topic: str, state: str, word: str
) -> None:
    """Each fault has its own line, its state, and what to do about it; doctor still ends well."""
    hub.answers |= answers
    found = lines(asked)
    assert (found[topic][0], word in found[topic][1]) == (state, True), found[topic]
    assert state == "ok" or found[topic][2]


def git(desk: Desk, *arguments: str, who: str = "ann@acme.example") -> None:
    """Run git in the desk's folder."""
    identity = ["-c", "user.name=Ann", "-c", f"user.email={who}", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *identity, *arguments], cwd=desk.folder, check=True, capture_output=True)


def test_who_keeps_the_schedule_alive_is_protected(asked: Desk) -> None:
    """Whoever changed its time last cannot lose their account to a task: the schedule might end with it. The one who
    only changed something else in the file is like anybody."""
    plan = asked.run("plan", "contractors-30d", "--json").form
    first, second, third = (change["email"] for change in plan["changes"])
    git(asked, "init", "--quiet")
    git(asked, "add", ".github")
    git(asked, "commit", "--quiet", "--message", "schedule", who=first)
    workflow = asked.folder / ".github" / "workflows" / "run.yml"
    workflow.write_text(WORKFLOW.replace("17 *", "19 *"), encoding="utf-8")
    git(asked, "commit", "--quiet", "--all", "--message", "another minute", who=second.upper())
    workflow.write_text(workflow.read_text(encoding="utf-8") + "# a word\n", encoding="utf-8")
    git(asked, "commit", "--quiet", "--all", "--message", "a word", who=third)
    plan = asked.run("plan", "contractors-30d", "--json").form
    assert {change["email"] for change in plan["changes"]} == {first, third}
    assert [s["detail"] for s in plan["skips"] if "schedule" in s["detail"]] == ["keeps the schedule alive"]
    assert lines(asked)["schedule's author"][:2] == ("ok", f"{second} is protected from every task")
    workflow.write_text(WORKFLOW, encoding="utf-8")
    git(asked, "commit", "--quiet", "--all", "--message", "back", who="1+ann@users.noreply.github.com")
    state, _, remedy = lines(asked)["schedule's author"]
    assert (state, "protect.users" in remedy) == ("note", True)


def test_the_repository_is_that_of_the_remote(asked: Desk, hub: Hub) -> None:
    """Outside a workflow, the clone's own remote says which one it is; a remote elsewhere says nothing."""
    asked.environ.pop("GITHUB_REPOSITORY")
    git(asked, "init", "--quiet")
    for address in ("https://github.com/acme/policies", "git@github.com:acme/policies.git"):
        git(asked, "remote", "add", "origin", address)
        assert lines(asked)["repository"][0] == "ok", address
        git(asked, "remote", "remove", "origin")
    for address in (str(asked.folder), "https://github.acme.example/acme/policies"):
        git(asked, "remote", "add", "origin", address)
        assert "repository" not in lines(asked), address
        git(asked, "remote", "remove", "origin")


def test_a_folder_or_a_dead_link_among_the_workflows_is_passed_over(asked: Desk) -> None:
    """What is no file is no workflow; nothing stumbles over it."""
    git(asked, "init", "--quiet")
    git(asked, "add", ".github")
    git(asked, "commit", "--quiet", "--message", "schedule")
    workflows = asked.folder / ".github" / "workflows"
    (workflows / "folder.yml").mkdir()
    (workflows / "link.yml").symlink_to(workflows / "nothing")
    assert lines(asked)["repository"][0] == "ok"
    assert asked.run("plan").code == 0


def test_the_form_is_json(asked: Desk) -> None:
    """Every line has its four fields."""
    form = json.loads(asked.run("doctor", "--json").out)
    assert {frozenset(line) for line in form["lines"]} == {frozenset({"topic", "state", "found", "remedy"})}
