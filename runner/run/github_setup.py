"""How a repository is set up on GitHub, as far as its API tells: each answer is a value, or why it is not known.

Shapes are those of GitHub's documentation ("REST API", version 2022-11-28). Which rights an endpoint needs stands
beside it there too: most of these need only that the token may read the repository, some an administrator's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from runner.model.canonical import parse_instant
from runner.run.github_api import Api, ApiError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NotKnown:
    """What GitHub did not say, and why; ``status`` is that of HTTP, 0 without an answer."""

    why: str
    status: int = 0


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository itself."""

    private: bool
    default_branch: str


@dataclass(frozen=True, slots=True)
class Watched:
    """A workflow: whether it is switched on, when its last good run began, and in whose name its schedule runs."""

    state: str
    last_good: datetime | None
    keeper: str


@dataclass(frozen=True, slots=True)
class Rights:
    """What workflows may do where they ask for nothing, and whether they may open pull requests."""

    default: str
    pull_requests: bool


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment of jobs. ``branches`` may use it; None is every branch. ``reviewers`` is how many are named;
    ``bypass`` whether administrators may pass them by, None where GitHub does not say."""

    branches: tuple[str, ...] | None
    protected_only: bool
    reviewers: int
    prevent_self_review: bool
    bypass: bool | None


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for pushes to a branch, by the rules' types in GitHub's words. ``classic`` is the older protection,
    of which only administrators see more."""

    types: frozenset[str]
    approvals: int
    code_owners: bool
    checks: tuple[str, ...]
    classic: bool


@dataclass(frozen=True, slots=True)
class Setup:
    """All of it. None means that GitHub says there is none: no such workflow or environment, no file CODEOWNERS."""

    repository: Repository
    workflows: Mapping[str, Watched | None | NotKnown]
    rights: Rights | NotKnown
    environments: Mapping[str, Environment | None | NotKnown]
    main: Rules | NotKnown
    audit: Rules | NotKnown
    secrets: frozenset[str] | NotKnown
    variables: Mapping[str, str] | NotKnown
    owners_faults: int | None | NotKnown


KEY_ENVIRONMENT, MANUAL, SOLO = "atlassian", "POLICY_RUNNER_MANUAL_ENVIRONMENT", "POLICY_RUNNER_SOLO"


def fetch_setup(api: Api, workflows: Iterable[str], audit_branch: str) -> Setup | NotKnown:
    """Ask for everything; what one question does not answer stops none of the others. Where not even the repository can
    be seen, nothing is known: there, an answer that something is missing would mean nothing."""
    repository = _asked(lambda: _repository(api.get("")))
    if isinstance(repository, NotKnown):
        return repository
    variables = _asked(lambda: _variables(api.get("/actions/variables", per_page="30")))
    manual = "" if isinstance(variables, NotKnown) else variables.get(MANUAL, "")
    return Setup(
        repository=repository,
        workflows={file: _found(partial(_watched, api, file)) for file in workflows},
        rights=_asked(lambda: _rights(api.get("/actions/permissions/workflow"))),
        environments={name: _found(partial(_environment, api, name)) for name in (KEY_ENVIRONMENT, manual) if name},
        main=_asked(lambda: _rules(api, repository.default_branch)),
        audit=_asked(lambda: _rules(api, audit_branch)),
        secrets=_asked(lambda: frozenset(s["name"] for s in api.get("/actions/secrets", per_page="100")["secrets"])),
        variables=variables,
        owners_faults=_found(lambda: len(api.get("/codeowners/errors")["errors"])),
    )


def _asked(ask: Callable[[], T]) -> T | NotKnown:
    try:
        return ask()
    except ApiError as error:
        return NotKnown(str(error), error.status)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return NotKnown(f"an answer that was not understood ({error})")


def _found(ask: Callable[[], T]) -> T | None | NotKnown:
    """As ``_asked``; None for what GitHub says there is not."""
    answer = _asked(ask)
    return None if isinstance(answer, NotKnown) and answer.status == 404 else answer


def _variables(answer: Any) -> Mapping[str, str]:
    return {str(variable["name"]): str(variable["value"]) for variable in answer["variables"]}


def _repository(answer: Any) -> Repository:
    return Repository(bool(answer["private"]), str(answer["default_branch"]))


def _watched(api: Api, file: str) -> Watched:
    place = f"/actions/workflows/{file}"
    state = str(api.get(place)["state"])
    good = api.get(f"{place}/runs", status="success", per_page="1")["workflow_runs"]
    called = api.get(f"{place}/runs", event="schedule", per_page="1")["workflow_runs"]
    last = max((parse_instant(run["created_at"]) for run in good), default=None)
    return Watched(state, last, str((called[0].get("actor") or {}).get("login", "")) if called else "")


def _rights(answer: Any) -> Rights:
    return Rights(str(answer["default_workflow_permissions"]), bool(answer["can_approve_pull_request_reviews"]))


def _environment(api: Api, name: str) -> Environment:
    place = f"/environments/{name}"
    answer = api.get(place)
    policy = answer["deployment_branch_policy"]
    custom = bool(policy and policy["custom_branch_policies"])
    listed = api.get(f"{place}/deployment-branch-policies")["branch_policies"] if custom else []
    reviews = [rule for rule in answer["protection_rules"] if rule["type"] == "required_reviewers"]
    return Environment(
        branches=None if policy is None else tuple(str(entry["name"]) for entry in listed),
        protected_only=bool(policy and policy["protected_branches"]),
        reviewers=sum(len(rule["reviewers"]) for rule in reviews),
        prevent_self_review=any(rule.get("prevent_self_review") is True for rule in reviews),
        bypass=answer.get("can_admins_bypass"),
    )


def _rules(api: Api, branch: str) -> Rules:
    """The rules of the rulesets; the older protection of a branch only says that it is there."""
    found = list(api.each(f"/rules/branches/{branch}"))
    parameters = {rule["type"]: rule.get("parameters") or {} for rule in found}
    pulls, checks = parameters.get("pull_request", {}), parameters.get("required_status_checks", {})
    return Rules(
        types=frozenset(parameters),
        approvals=int(pulls.get("required_approving_review_count", 0)),
        code_owners=pulls.get("require_code_owner_review") is True,
        checks=tuple(check["context"] for check in checks.get("required_status_checks", ())),
        classic=_is_protected(api, branch),
    )


def _is_protected(api: Api, branch: str) -> bool:
    try:
        return api.get(f"/branches/{branch}").get("protected") is True
    except ApiError as error:
        if error.status == 404:  # the branch is made by the first run
            return False
        raise
