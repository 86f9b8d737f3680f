"""The schemas of settings, exemptions and overrides."""

from __future__ import annotations

from runner.catalog import DAY, NAME, Schema, one_or_more
from runner.model.policy import UNDO
from runner.policy.keys import APP, COMPARED, COUNT, DOMAIN, PERCENT, PROSE, closed, described, key_choice, one_or_none

TASK_RAILS = ("task_limit", "missing_facts", "group_emptied", "members_floor", "quarantine", "approval_required")
RUN_RAILS = ("run_limit", "day_limit", "population_drop", "protected_unresolved")
"""Rails that an override may lift; what any other finds (an incomplete snapshot, a conflict) has to be put right."""

DIGEST: Schema = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
_RUN = "[0-9]{8}-[0-9]{6}-[0-9a-z]{4,32}"
_TASK_OR_UNDO: Schema = {"type": "string", "pattern": f"^([a-z0-9]+(-[a-z0-9]+)*|{UNDO}{_RUN})$"}
"""What stands where a refusal names a task."""


def settings_schema() -> Schema:
    """``settings.yaml``."""
    return closed(
        {
            "organization": described(_organization(), "Which organization this is."),
            "protect": described(_protect(), "Who is never touched; org admins never are, whatever is written here."),
            "limits": described(_limits(), "The most that one run, or one day, may do."),
            "prices": described(_prices(), "What a seat costs a month, by the key of the app, for the reports."),
            "reports": described(_reports(), "How reports and the journal are kept."),
            "notify": described(_notify(), "How people are told."),
        }
    )


def _organization() -> Schema:
    return closed(
        {
            "id": described(COMPARED, "The organization's id; ATLASSIAN_ORG_ID may give it instead."),
            "directory": described(COMPARED, "The id of the directory; needed only where there are several."),
        }
    )


def _protect() -> Schema:
    floors = {"type": "object", "additionalProperties": described(COUNT, "The fewest members of the group.")}
    return closed(
        {
            "users": described(one_or_none(COMPARED), "People who are never touched: e-mail addresses or account ids."),
            "groups": described(one_or_none(COMPARED), "Names of groups whose members are never touched."),
            "min_org_admins": described(COUNT, "The fewest org admins that may be left; 2 if not written."),
            "min_members": described(floors, "The fewest members that may be left in a group, by its name."),
        }
    )


def _limits() -> Schema:
    return closed(
        {
            "users_per_run": described(COUNT, "The most people one run may touch; 25 if not written."),
            "percent_per_run": described(PERCENT, "The same in percent of all people; 10 if not written."),
            "percent_per_day": described(
                PERCENT, "The most people in any 24 hours, over all runs, in percent; 20 if not written."
            ),
            "population_drop_percent": described(
                PERCENT, "How far the number of people may fall between two runs before one is refused; 10."
            ),
        }
    )


def _prices() -> Schema:
    return {
        "type": "object",
        "properties": {
            "currency": described({"type": "string", "pattern": "^[A-Z]{3}$"}, "Three letters, such as EUR."),
        },
        "additionalProperties": described({"type": "number", "minimum": 0, "maximum": 1_000_000}, "A seat a month."),
        "propertyNames": APP,
        "required": ["currency"],
    }


def _reports() -> Schema:
    branch: Schema = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*([./][A-Za-z0-9_-]+)*$", "maxLength": 100}
    return closed(
        {
            "privacy": described(
                {"enum": ["plain", "pseudonymous"]}, "Whether names stand in reports, or pseudonyms; plain."
            ),
            "branch": described(branch, "The branch that holds journal and reports; audit if not written."),
        }
    )


def _notify() -> Schema:
    sender = closed(
        {"from": described({"type": "string", "pattern": r"^[^\s@<>]+@[^\s@<>]+$"}, "The sender's address.")},
        required=("from",),
    )
    hosts: Schema = {
        "type": "string",
        "pattern": r"^[a-z0-9-]+(\.[a-z0-9-]+)+$",
        "description": "A host, such as hooks.slack.com.",
    }
    allowed = described(one_or_none(hosts), "Hosts that messages may be sent to.")
    webhook = closed({"allow": allowed}, required=("allow",))
    return closed({"email": described(sender, "Telling by e-mail."), "webhook": described(webhook, "By webhook.")})


def exemptions_schema() -> Schema:
    """``exemptions.yaml``."""
    entry = closed(
        {
            "user": described(COMPARED, "The e-mail address or the account id of one person."),
            "group": described(COMPARED, "Everybody in the group of this name."),
            "email_domain": described(DOMAIN, "Everybody with an address in this domain; `*.` is any depth below it."),
            "filter": described(NAME, "Everybody whom this saved filter matches."),
            "tasks": described(
                one_or_more(NAME), "The tasks that leave them alone, or the word all, which is the default."
            ),
            "reason": described(PROSE, "Why they are left alone."),
            "owner": described(PROSE, "Who says so, and answers for it."),
            "from": described(DAY, "The first day on which it holds, UTC; from ever if not written."),
            "expires": described(DAY, "The last day on which it holds, UTC, such as 2027-03-31."),
        },
        required=("reason", "owner", "expires"),
        title="exemption",
        **key_choice("user", "group", "email_domain", "filter"),
    )
    return {"type": "array", "items": described(entry, "Somebody who is left alone.")}


def override_schema() -> Schema:
    """``overrides/NAME.yaml``."""
    return closed(
        {
            "digest": described(DIGEST, "The digest that the refusal names: sha256: and 64 hexadecimal digits."),
            "rail": described({"enum": [*TASK_RAILS, *RUN_RAILS]}, "The rail that is lifted."),
            "task": described(
                _TASK_OR_UNDO, "The task whose rail it is, or undo:RUN; not written for a rail of the whole run."
            ),
            "reason": described(PROSE, "Why this is meant."),
            "approved_by": described(PROSE, "Who allows it."),
            "expires": described(DAY, "The last day on which it may be used, UTC."),
        },
        required=("digest", "rail", "reason", "approved_by", "expires"),
    )
