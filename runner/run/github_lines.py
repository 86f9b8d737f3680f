"""What ``doctor`` says of GitHub: what is really enforced there, and what is not known. Pure.

Nothing is called ok without an answer of GitHub's that says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from runner.model.people import Snapshot
from runner.model.policy import Policies
from runner.run.diagnosis import GOOD, NOTE, OLD, WARN, Line
from runner.run.github_setup import (
    KEY_ENVIRONMENT,
    MANUAL,
    SOLO,
    Environment,
    NotKnown,
    Rights,
    Rules,
    Setup,
    Watched,
)

KEY = "ATLASSIAN_API_KEY"
ENVIRONMENTS, RULES = "Settings, Environments", "Settings, Rules"
_BLOCKING = {"pull_request", "required_status_checks", "update", "creation", "required_signatures", "merge_queue"}
"""Rules under which the workflow cannot push the audit branch."""


def setup_lines(setup: Setup | NotKnown, policies: Policies, now: datetime) -> Iterator[Line]:
    """Everything that GitHub said, and could not say."""
    if isinstance(setup, NotKnown):
        yield not_known("github", setup.why, "see that GITHUB_TOKEN may read this repository")
        return
    yield _privacy(setup, policies)
    for file, workflow in setup.workflows.items():
        yield from _workflow_lines(file, workflow, now)
    yield _rights_line(setup.rights)
    for name, environment in setup.environments.items():
        yield from _environment_lines(name, environment, setup.repository.default_branch)
    yield _secret_line(setup.secrets)
    yield _main_line(setup.repository.default_branch, setup.main)
    yield _audit_line(policies.settings.branch, setup.audit)
    yield _owners_line(setup.owners_faults)
    yield _approval_line(setup.variables, setup.main)


def not_known(topic: str, why: str, remedy: str) -> Line:
    """What nobody can say from here: never good, and never bad."""
    return Line(topic, NOTE, f"not known: {why}", remedy)


def blind_lines(why: str) -> Iterator[Line]:
    """Everything that stays unknown when GitHub cannot be asked at all, and where a person finds it."""
    token = "run it with GITHUB_TOKEN=$(gh auth token), or look at "  # noqa: S105 (advice, not a token)
    for topic, where in (
        ("schedule", "Actions, run"),
        (f"environment {KEY_ENVIRONMENT}", ENVIRONMENTS),
        ("rules", RULES),
        ("approvals", f"{RULES} (who may merge what), and the variable {SOLO}"),
        ("workflow rights", "Settings, Actions, General"),
    ):
        yield not_known(topic, why, token + where)


def _privacy(setup: Setup, policies: Policies) -> Line:
    if setup.repository.private:
        return Line("repository", GOOD, "private")
    if policies.settings.privacy == "plain":
        return Line("repository", WARN, "public, and reports name people", "make it private, or hide names in reports")
    return Line("repository", NOTE, "public; reports hide people under pseudonyms", "policies may still name some")


def _workflow_lines(file: str, workflow: Watched | None | NotKnown, now: datetime) -> Iterator[Line]:
    topic = f"workflow {file}"
    if isinstance(workflow, NotKnown):
        yield not_known(topic, workflow.why, "look at Actions: is it enabled, and when did it run?")
        return
    if workflow is None:
        yield Line(topic, WARN, "GitHub does not know it", "push it to the default branch")
        return
    if workflow.state != "active":
        yield Line(topic, WARN, f"switched off ({workflow.state})", f"Actions, {file}, Enable workflow")
    elif workflow.last_good is None:
        yield Line(topic, WARN, "switched on, and no run has ended well yet", "Actions: run it once by hand")
    elif now - workflow.last_good > OLD:
        hours = (now - workflow.last_good).total_seconds() / 3600
        yield Line(topic, WARN, f"its last good run began {hours:.0f} hours ago", "Actions: see what stops it")
    else:
        yield Line(topic, GOOD, f"switched on; its last good run began {workflow.last_good:%Y-%m-%d %H:%M} UTC")
    if workflow.keeper:
        remedy = "with Enterprise Managed Users it ends with that account; see that no task can suspend it"
        yield Line("schedule's account", NOTE, f"{file} is called in the name of {workflow.keeper}", remedy)


def _rights_line(rights: Rights | NotKnown) -> Line:
    topic, where = "workflow rights", "Settings, Actions, General"
    if isinstance(rights, NotKnown):
        return not_known(topic, rights.why, f"look at {where}")
    if rights.default != "read":
        return Line(topic, WARN, f"workflows that ask for nothing may {rights.default}", f"{where}: read")
    if not rights.pull_requests:
        found = "read, and workflows open no pull requests: who asks for a seat gets a link instead"
        return Line(topic, NOTE, found, f"{where}: allow GitHub Actions to create pull requests")
    return Line(topic, GOOD, "read, and workflows may open pull requests")


def _environment_lines(name: str, environment: Environment | None | NotKnown, main: str) -> Iterator[Line]:
    topic = f"environment {name}"
    if isinstance(environment, NotKnown):
        yield not_known(topic, environment.why, f"look at {ENVIRONMENTS}")
        return
    if environment is None:
        found = "there is none: whoever may push a branch may use the key"
        yield Line(topic, WARN, found, f"{ENVIRONMENTS} (in private repositories from GitHub Pro or Team on)")
        return
    yield _branches_line(topic, environment, main)
    if name == KEY_ENVIRONMENT:
        if environment.reviewers:
            remedy = f"put reviewers on another environment and name it in the variable {MANUAL}"
            yield Line(topic, WARN, "the schedule waits for a reviewer each time", remedy)
        return
    yield _reviewers_line(topic, environment)


def _branches_line(topic: str, environment: Environment, main: str) -> Line:
    remedy = f"{ENVIRONMENTS}: selected branches, {main} alone"
    if environment.branches is None:
        return Line(topic, WARN, "every branch may use it, so whoever may push one has the key", remedy)
    if environment.protected_only:
        return Line(topic, GOOD, "protected branches alone may use it")
    if environment.branches == (main,):
        return Line(topic, GOOD, f"{main} alone may use it")
    return Line(topic, WARN, f"these may use it: {', '.join(environment.branches) or 'none'}", remedy)


def _reviewers_line(topic: str, environment: Environment) -> Line:
    if not environment.reviewers:
        return Line(topic, WARN, "nobody has to agree before it is used", f"{ENVIRONMENTS}: required reviewers")
    missing = [] if environment.prevent_self_review else ["prevent self-review"]
    if environment.bypass is not False:
        missing.append("no bypassing for administrators")
    found = f"{environment.reviewers} may agree, one has to"
    if missing:
        return Line(topic, WARN, f"{found}, and whoever started it may be that one", f"tick {', '.join(missing)}")
    return Line(topic, GOOD, f"{found}, and nobody for themselves")


def _secret_line(secrets: frozenset[str] | NotKnown) -> Line:
    topic = "secrets"
    if isinstance(secrets, NotKnown):
        return not_known(topic, secrets.why, f"see in Settings, Secrets that {KEY} is not one of the repository's")
    if KEY in secrets:
        remedy = f"move it into the environment {KEY_ENVIRONMENT}"
        return Line(topic, WARN, f"{KEY} is the repository's: a workflow of any branch can read it", remedy)
    return Line(topic, GOOD, f"{KEY} is not one of the repository's own")


def _main_line(branch: str, rules: Rules | NotKnown) -> Line:
    topic = f"rules of {branch}"
    if isinstance(rules, NotKnown):
        return not_known(topic, rules.why, f"look at {RULES} (private repositories have them from Pro or Team on)")
    wanted = {
        "changes by pull request": "pull_request" in rules.types,
        "an approval": rules.approvals > 0,
        "code owners": rules.code_owners,
        "the check": any(check.rpartition(" / ")[2] == "Check" for check in rules.checks),
        "no force pushes": "non_fast_forward" in rules.types,
        "no deletion": "deletion" in rules.types,
    }
    missing = [what for what, held in wanted.items() if not held]
    if not missing:
        return Line(topic, GOOD, f"{', '.join(wanted)}; who may pass them by is not known")
    held = ", ".join(what for what, is_held in wanted.items() if is_held) or "nothing"
    if rules.classic and not rules.types:
        remedy = f"Settings, Branches shows it; or import .github/rulesets/{branch}.json under {RULES}"
        return Line(topic, NOTE, "protected in the older way; what that asks for is not known", remedy)
    return Line(
        topic, WARN, f"enforced: {held}; not: {', '.join(missing)}", f"{RULES}: import .github/rulesets/main.json"
    )


def _audit_line(branch: str, rules: Rules | NotKnown) -> Line:
    topic = f"rules of {branch}"
    if isinstance(rules, NotKnown):
        return not_known(topic, rules.why, f"look at {RULES}: no force pushes, no deletion, and nothing more")
    blocking = sorted(rules.types & _BLOCKING)
    if blocking:
        return Line(topic, WARN, f"{', '.join(blocking)}: the workflow cannot push there", f"{RULES}: take these away")
    missing = sorted({"non_fast_forward", "deletion"} - rules.types)
    if missing:
        found = "whoever may push can rewrite the journal unnoticed, or delete it"
        return Line(topic, WARN, found, f"{RULES}: import .github/rulesets/audit.json")
    return Line(topic, GOOD, "no force pushes, no deletion")


def _owners_line(faults: int | None | NotKnown) -> Line:
    topic = "CODEOWNERS"
    if isinstance(faults, NotKnown):
        return not_known(topic, faults.why, "see that the file is there, and names people who may write")
    if faults is None:
        return Line(topic, WARN, "there is none, so nobody in particular has to look", "say in it who owns policies/")
    if faults:
        return Line(topic, WARN, f"{faults} of its lines are wrong", "open it on GitHub, which marks them")
    return Line(topic, GOOD, "GitHub finds nothing wrong with it")


def _approval_line(variables: Mapping[str, str] | NotKnown, main: Rules | NotKnown) -> Line:
    """Whether author and approver differ, as far as GitHub sees to it and as far as each run does."""
    topic = "author and approver"
    if isinstance(variables, NotKnown):
        return not_known(topic, variables.why, f"see that the variable {SOLO} is not set")
    if variables.get(SOLO) == "true":
        remedy = f"take the variable {SOLO} away once there are two of you"
        return Line(topic, WARN, f"{SOLO} is set: whoever asks for an override may approve it", remedy)
    found = "each run leaves out overrides that nobody but their author approved"
    if isinstance(main, NotKnown):
        return Line(topic, NOTE, f"{found}; whether policies need an approval is not known", f"look at {RULES}")
    if not main.approvals:
        remedy = f"{RULES}: require an approval"
        return Line(topic, WARN, f"{found}, but policies may be merged by whoever wrote them", remedy)
    return Line(topic, GOOD, f"they differ: GitHub asks for {main.approvals} approval by another, and {found}")


def keeper_lines(policies: Policies, snapshot: Snapshot | None) -> Iterator[Line]:
    """Who changed the schedule last, as git has it, and whether a task could take that person's account away."""
    everybody = snapshot.users if snapshot is not None else ()
    known = {user.email.casefold() for user in everybody if isinstance(user.email, str)}
    for keeper in sorted(policies.keepers):
        if keeper in known:
            yield Line("schedule's author", GOOD, f"{keeper} is protected from every task")
        else:
            found = f"{keeper}: which account at Atlassian that is, is not known"
            yield Line("schedule's author", NOTE, found, "put that person into protect.users in policies/settings.yaml")
