"""The schema of policy tests: made-up people in a short form, and what is expected of them."""

from __future__ import annotations

from runner.catalog import NAME, Schema, actions, one_or_more
from runner.policy.keys import APP, COMPARED, COUNT, INSTANT, PROSE, closed, described, key_choice, one_or_none
from runner.policy.schema_tasks import action_parameters
from runner.policy.values import branches, kinds

FACTS = (
    "email", "name", "status", "managed", "synced", "mfa", "added", "roles", "last_active", "groups", "direct_access",
    "job_title", "department", "organization", "location", "time_zone",
)  # fmt: skip
PROFILE = ("job_title", "department", "organization", "location", "time_zone")
STATUSES = ("active", "suspended", "deactivated", "not_invited", "for_deletion")

_USED: Schema = {"oneOf": [{"enum": ["never", "unknown", None]}, INSTANT]}


def test_schema() -> Schema:
    """``tests/NAME.yaml``."""
    users: Schema = {"type": "array", "items": _user(), "minItems": 1}
    return closed(
        {
            "description": described(PROSE, "What the test shows."),
            "task": described(NAME, "The task that is tested."),
            "filter": described(NAME, "The saved filter that is tested."),
            "now": described(INSTANT, "The test's clock, such as 2026-11-22T06:00:00Z."),
            "users": described(users, "Made-up people."),
            "apps": described(_apps(), "Seats of made-up apps, where they matter."),
            "groups": described(_groups(), "Made-up groups that are more than a name."),
            "directory": described(
                {"type": "string", "pattern": r"^[^\\]+\.json$"},
                "A recorded directory instead of users: a file beside the policies folder, such as examples/acme.json.",
            ),
            "expect": described(_expect(), "What must come out."),
        },
        required=("now", "expect"),
        allOf=[key_choice("task", "filter"), key_choice("users", "directory")],
        **{"$defs": {}},
    )


def _user() -> Schema:
    true_false: Schema = {"type": ["boolean", "null"]}
    texts = {name: described({"type": ["string", "null"]}, "The profile says so.") for name in PROFILE}
    held = {
        "type": "object",
        "propertyNames": APP,
        "additionalProperties": described(_access(), "The last use (a day), never, unknown (or null), or a mapping."),
    }
    return closed(
        {
            "email": described(COMPARED, "The address; also the account id and the name, where those are left out."),
            "account_id": described(COMPARED, "The account id."),
            "name": described({"type": ["string", "null"]}, "The display name."),
            "status": described({"enum": [*STATUSES, None]}, "active if left out."),
            "managed": described(true_false, "true if left out."),
            "synced": described(true_false, "false if left out."),
            "mfa": described(true_false, "true if left out."),
            "added": described(_or_null(INSTANT), "When they joined; 2000-01-01 if left out."),
            "roles": described(_or_null(one_or_more(COMPARED)), "Roles in the organization; none if left out."),
            "groups": described(
                _or_null(one_or_none(COMPARED)), "Names of groups they are in, besides those of their apps."
            ),
            "apps": described(held, "Apps they can use: the last use, never, unknown, or a mapping."),
            "last_active": described(
                {
                    "type": ["object", "null"],
                    "propertyNames": APP,
                    "additionalProperties": described(_USED, "The last use."),
                },
                "When they last used apps which they cannot use now.",
            ),
            "unknown": described(one_or_more({"enum": list(FACTS)}), "Facts that could not be read."),
            **texts,
        },
        title="user",
        description="A person; what is left out takes a plain default, and null is unknown but for the profile.",
        anyOf=[{"required": ["email"]}, {"required": ["account_id"]}],
    )


def _or_null(schema: Schema) -> Schema:
    return {"oneOf": [*schema.get("oneOf", [schema]), {"type": "null"}]}


def _access() -> Schema:
    detailed = closed(
        {
            "role": described(COMPARED, "The role; user if left out."),
            "last_active": described(_USED, "The last use; never if left out."),
            "direct": described({"const": True}, "true: the role is given directly, not by a group."),
        },
        minProperties=1,
    )
    return {"oneOf": [*_USED["oneOf"], detailed]}


def _apps() -> Schema:
    seats = closed({"seats": described(COUNT, "How many seats the tier has.")}, required=("seats",))
    return {"type": "object", "propertyNames": APP, "additionalProperties": described(seats, "An app.")}


def _groups() -> Schema:
    roles: Schema = {"type": "object", "propertyNames": APP, "additionalProperties": described(COMPARED, "The role.")}
    names = {"type": "array", "items": APP, "minItems": 1}
    group = closed(
        {
            "grants": described({"oneOf": [APP, names, roles]}, "Apps that members use, or roles by app."),
            "default_for": described(one_or_more(APP), "Apps whose new users are put into it."),
            "managed_by_idp": described({"type": "boolean"}, "Whether an identity provider owns it; false."),
        }
    )
    return {"type": "object", "additionalProperties": described(group, "A group, by its name.")}


def _expected(parameter: Schema) -> Schema:
    """The parameter of an action that is expected; of one written as a bare word, the word true."""
    if not any("null" in kinds(branch) for branch in branches(parameter, {})):
        return parameter
    more = [branch for branch in branches(parameter, {}) if "null" not in kinds(branch)]
    return described({"oneOf": [{"enum": [True, None]}, *more]}, parameter["description"])


def _expect() -> Schema:
    parameters = {name: _expected(schema) for name, schema in action_parameters().items() if name in actions()}
    change = closed(
        {"user": described(COMPARED, "The e-mail address or account id."), **parameters},
        required=("user",),
        minProperties=2,
        maxProperties=2,
        title="expected change",
        description="A person and one action carried out for them, such as {user: a@acme.example, suspend: true}.",
    )
    return closed(
        {
            "match": described(one_or_none(COMPARED), "Everybody who matches, and nobody else does."),
            "changes": described(
                {"type": "array", "items": change}, "What must be done; whom it does not name, nothing is done to."
            ),
        },
        minProperties=1,
    )
