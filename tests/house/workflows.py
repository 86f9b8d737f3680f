"""What our workflows promise beyond what linters know: each promise a function that yields what breaks it.

The linters' advice is general. These are ours: which job may hold the key, what stands beside it, that a cancellation
reaches the runner, that inputs are data, and that nothing runs privileged on what a stranger wrote.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

PINNED = {
    "actions/checkout": "3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "actions/setup-python": "5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0",
    "actions/upload-artifact": "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0",
    "actions/download-artifact": "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1",
}
"""Every action of somebody else that there is, and the commit that was read and found good."""
OURS = "./.policy-runner"
MAY: dict[str, dict[str, str]] = {
    "run.yml/carry-out": {"contents": "write", "pull-requests": "read"},
    "run.yml/plan": {"actions": "read", "contents": "read", "pull-requests": "read"},
    "run.yml/propose": {"contents": "write", "pull-requests": "write"},
    "pull-request.yml/check": {"contents": "read"},
    "pull-request.yml/live": {"contents": "read"},
    "pull-request.yml/comment": {"contents": "read", "pull-requests": "write"},
    "watch.yml/watch": {"actions": "read", "contents": "read", "issues": "write"},
    "requests.yml/keep": {"contents": "write", "issues": "write", "pull-requests": "write"},
    "requests.yml/give-back": {"contents": "read", "issues": "write"},
    "ci.yml/test": {"contents": "read"},
}
"""The least that each job needs. Another permission is a decision: it is made here and in the workflow."""
SECRETS = {
    "ATLASSIAN_API_KEY": {"run.yml/carry-out", "run.yml/plan"},
    "POLICY_RUNNER_PSEUDONYM_KEY": {"run.yml/carry-out", "run.yml/plan"},
    "ATLASSIAN_READ_KEY": {"pull-request.yml/live"},
}
"""The only jobs in which a secret is named."""
ENVIRONMENTS = {
    "run.yml/carry-out": (
        "${{ github.event_name != 'schedule' && vars.POLICY_RUNNER_MANUAL_ENVIRONMENT || 'atlassian' }}"
    ),
    "run.yml/plan": "atlassian",
    "pull-request.yml/live": "atlassian-read",
}
PRIVILEGED = {"pull_request_target", "workflow_run", "issue_comment", "discussion", "repository_dispatch"}
SAME_REPOSITORY = "github.event.pull_request.head.repo.full_name == github.repository"
DEFAULT_MINUTES = 50


@dataclass(frozen=True)
class Job:
    """One job, with the text that it is written as."""

    name: str
    values: dict[str, Any]

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Its steps."""
        return list(self.values.get("steps", []))

    @property
    def text(self) -> str:
        """Everything in it as one text, to look for a word."""
        return str(self.values)


@dataclass(frozen=True)
class Workflow:
    """One workflow's file."""

    file: str
    text: str
    values: dict[str, Any] = field(repr=False)

    @property
    def triggers(self) -> dict[str, Any]:
        """What starts it. YAML 1.1 reads the key ``on`` as true."""
        values: dict[Any, Any] = self.values
        on = values.get("on", values.get(True))
        return on if isinstance(on, dict) else dict.fromkeys([on] if isinstance(on, str) else list(on or ()))

    @property
    def jobs(self) -> list[Job]:
        """Its jobs, called ``FILE/JOB``."""
        return [Job(f"{self.file}/{name}", values) for name, values in self.values["jobs"].items()]


def read_workflows(root: Path) -> list[Workflow]:
    """The workflows of a repository."""
    files = sorted((root / ".github" / "workflows").glob("*.y*ml"))
    return [Workflow(file.name, text := file.read_text("utf-8"), yaml.safe_load(text)) for file in files]


def findings(root: Path) -> list[str]:
    """Everything that breaks a promise, in the workflows and in the action."""
    found = [f"{check.__name__}: {what}" for w in read_workflows(root) for check in CHECKS for what in check(w)]
    text = (root / "action.yml").read_text("utf-8")
    action = Workflow("action.yml", text, {"jobs": {"action": yaml.safe_load(text)["runs"]}})
    those = (pinned, no_expression_in_a_script, no_environment_for_later_steps, exec_in_the_action, our_action_alone)
    return found + [f"{check.__name__}: {what}" for check in those for what in check(action)]


def no_permission_at_the_top(workflow: Workflow) -> Iterator[str]:
    """A token without rights, unless a job asks for one."""
    if workflow.values.get("permissions") != {}:
        yield f"{workflow.file}: permissions are {workflow.values.get('permissions')}, not {{}}"


def the_least_for_each_job(workflow: Workflow) -> Iterator[str]:
    """Each job has just what MAY says."""
    for job in workflow.jobs:
        if job.values.get("permissions") != MAY.get(job.name):
            yield f"{job.name}: {job.values.get('permissions')}"


def pinned(workflow: Workflow) -> Iterator[str]:
    """Somebody else's action is one that was read, at that commit, with the version beside it."""
    for uses in re.findall(r"uses: *(.+)", workflow.text):
        name, _, version = uses.strip().partition("@")
        if uses.strip() != OURS and PINNED.get(name) != version:
            yield f"{workflow.file}: {uses}"


def no_expression_in_a_script(workflow: Workflow) -> Iterator[str]:
    """Inputs, names and titles reach a script in its environment, never as its text."""
    for job in workflow.jobs:
        for step in job.steps:
            if "${{" in str(step.get("run", "")):
                yield f"{job.name}: {step.get('name')}"


def no_environment_for_later_steps(workflow: Workflow) -> Iterator[str]:
    """No step writes what the steps after it run with."""
    if re.search(r"GITHUB_ENV|GITHUB_PATH", workflow.text):
        yield workflow.file


def exec_in_the_workflow(workflow: Workflow) -> Iterator[str]:
    """A step is the process itself: GitHub sends its signals to that one alone."""
    for job in workflow.jobs:
        for step in job.steps:
            script = str(step.get("run", "exec")).strip()
            if not script.startswith("exec") or "\n" in script:
                yield f"{job.name}: {step.get('name')}"


def exec_in_the_action(workflow: Workflow) -> Iterator[str]:
    """The action's step becomes the runner with its last line."""
    for job in workflow.jobs:
        last = str(job.steps[-1]["run"]).strip().splitlines()[-1]
        if not last.startswith('exec "$COMMAND"'):
            yield last


def our_action_alone(workflow: Workflow) -> Iterator[str]:
    """The key is in the environment of the one step that needs it, and no other value of an input is text."""
    for job in workflow.jobs:
        for step in job.steps[:-1]:
            if "api-key" in str(step) or "ATLASSIAN" in str(step):
                yield f"{step.get('name')}"


def nothing_cut_short(workflow: Workflow) -> Iterator[str]:
    """One at a time, and what runs goes on to its end."""
    if (workflow.values.get("concurrency") or {}).get("cancel-in-progress") is not False:
        yield f"{workflow.file}: {workflow.values.get('concurrency')}"
    for job in workflow.jobs:
        if "concurrency" in job.values:
            yield f"{job.name}: {job.values['concurrency']}"


def nothing_privileged(workflow: Workflow) -> Iterator[str]:
    """No trigger that gives a stranger's pull request or comment the rights of this repository."""
    yield from (f"{workflow.file}: {trigger}" for trigger in PRIVILEGED & workflow.triggers.keys())


def odd_minutes(workflow: Workflow) -> Iterator[str]:
    """Schedules strike at odd minutes, away from quarters of an hour, and not more often than every ten minutes."""
    for entry in workflow.triggers.get("schedule") or ():
        minutes = entry["cron"].split()[0].split(",")
        if not all(m.isdecimal() and int(m) % 2 and int(m) % 15 for m in minutes) or len(minutes) > 6:
            yield f"{workflow.file}: {entry['cron']}"


def no_credential_left_behind(workflow: Workflow) -> Iterator[str]:
    """No checkout writes the token to the disk; who pushes is given it by itself."""
    for job in workflow.jobs:
        for step in job.steps:
            checkout = str(step.get("uses", "")).startswith("actions/checkout@")
            if checkout and step.get("with", {}).get("persist-credentials") is not False:
                yield f"{job.name}: {step.get('name')}"


def secrets_where_they_belong(workflow: Workflow) -> Iterator[str]:
    """A secret is named only in its jobs, passed to one step, and lies in an environment."""
    for job in workflow.jobs:
        for name in re.findall(r"secrets\.(\w+)", job.text):
            if job.name not in SECRETS.get(name, set()):
                yield f"{job.name}: {name}"
        if job.values.get("environment") != ENVIRONMENTS.get(job.name):
            yield f"{job.name}: environment {job.values.get('environment')}"
        if "secrets." in str(job.values.get("env", "")):
            yield f"{job.name}: a secret for every step"
    head = workflow.text.partition("\njobs:")[0]
    if "secrets." in head or re.search(r"secrets: *inherit|toJSON\(secrets", workflow.text):
        yield f"{workflow.file}: secrets for everybody"


def nothing_beside_the_key(workflow: Workflow) -> Iterator[str]:
    """In a job with a secret: GitHub's own checkout, our action, our scripts; no cache and no container."""
    for job in workflow.jobs:
        if "secrets." not in job.text:
            continue
        for step in job.steps:
            uses = str(step.get("uses", OURS)).partition("@")[0]
            allowed = {OURS, "actions/checkout", *(["actions/upload-artifact"] if job.name.endswith("/live") else [])}
            if uses not in allowed:
                yield f"{job.name}: {uses}"
        if {"container", "services"} & job.values.keys():
            yield f"{job.name}: a container"


def time_limits(workflow: Workflow) -> Iterator[str]:
    """Every job ends, and the runner's own time is over first."""
    for job in workflow.jobs:
        limit = job.values.get("timeout-minutes")
        if not isinstance(limit, int) or limit > 60:
            yield f"{job.name}: {limit}"
            continue
        for step in job.steps:
            given = step.get("with", {})
            if step.get("uses") == OURS and given.get("mode") != "install":
                minutes = int(given.get("minutes", DEFAULT_MINUTES))
                if minutes > limit - 5:
                    yield f"{job.name}: the runner has {minutes} of {limit} minutes"


def forks_kept_out(workflow: Workflow) -> Iterator[str]:
    """In a workflow of pull requests, a job that may write or has an environment is for this repository's own."""
    if "pull_request" not in workflow.triggers:
        return
    for job in workflow.jobs:
        writes = "write" in (job.values.get("permissions") or {}).values()
        if (writes or "environment" in job.values) and SAME_REPOSITORY not in str(job.values.get("if", "")):
            yield job.name


def red_is_red(workflow: Workflow) -> Iterator[str]:
    """A failure is shown, but where a plan is asked for because it is refused, and for the recorded snapshot."""
    for job in workflow.jobs:
        if "continue-on-error" in job.values:
            yield job.name
        for step in job.steps:
            goes_on = step.get("continue-on-error", False)
            allowed = "${{ inputs.mode == 'override' }}" if job.name == "run.yml/plan" else False
            if goes_on not in (False, allowed) and step.get("with", {}).get("mode") != "record":
                yield f"{job.name}: {step.get('name')}"


def known_machines(workflow: Workflow) -> Iterator[str]:
    """GitHub's machines of a named release: `latest` changes by itself."""
    yield from (job.name for job in workflow.jobs if job.values.get("runs-on") != "ubuntu-24.04")


CHECKS: tuple[Callable[[Workflow], Iterator[str]], ...] = (
    no_permission_at_the_top,
    the_least_for_each_job,
    pinned,
    no_expression_in_a_script,
    no_environment_for_later_steps,
    exec_in_the_workflow,
    nothing_cut_short,
    nothing_privileged,
    odd_minutes,
    no_credential_left_behind,
    secrets_where_they_belong,
    nothing_beside_the_key,
    time_limits,
    forks_kept_out,
    red_is_red,
    known_machines,
)
