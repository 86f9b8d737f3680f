"""The schemas of tasks and saved filters: what the catalog holds, and when it happens."""

from __future__ import annotations

import inspect

from runner import catalog
from runner.catalog import CONDITION, DAY, DURATION, NAME, Schema, one_or_more
from runner.policy import formats
from runner.policy.keys import APP, COUNT, PERCENT, PROSE, TIME, YES, closed, described, key_choice
from runner.policy.values import branches, kinds

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
KINDS = ("manual", "once", "every", "daily", "weekly", "monthly", "cron")
ACTION: Schema = {"$ref": "#/$defs/action"}
_NOTIFY = """\
Tell the person, once for each time they come to match.

```yaml
- notify: {message: seat-still-needed, via: email}
```"""


def definitions() -> dict[str, Schema]:
    """``$defs``: a condition and an action, with one property for each element of the catalog."""
    return {"condition": _condition(), "action": _action()}


def action_parameters() -> dict[str, Schema]:
    """The described parameter of each action, ``notify`` among them."""
    found = {name: described(cls.schema, inspect.getdoc(cls) or name) for name, cls in catalog.actions().items()}
    return dict(sorted({**found, "notify": _notify()}.items()))


def _condition() -> Schema:
    elements = catalog.conditions()
    return closed(
        {name: described(cls.schema, inspect.getdoc(cls) or name) for name, cls in elements.items()},
        title="condition",
        description="A condition: a mapping with exactly one key.",
        minProperties=1,
        maxProperties=1,
    )


def _action() -> Schema:
    parameters = action_parameters()
    bare = [name for name, schema in parameters.items() if any("null" in kinds(one) for one in branches(schema, {}))]
    mapping = closed(parameters, title="action", minProperties=1, maxProperties=1)
    return {
        "title": "action",
        "description": "An action: a word such as suspend, or a mapping with exactly one key.",
        "oneOf": [{"enum": bare}, mapping],
    }


def _notify() -> Schema:
    channel = described({"enum": ["email", "webhook"]}, "How the message reaches them.")
    told = closed({"message": described(NAME, "A text of messages/."), "via": channel}, required=("message", "via"))
    return described(told, _NOTIFY)


def filter_schema() -> Schema:
    """``filters/NAME.yaml``."""
    return closed(
        {
            "description": described(PROSE, "What the filter is for, in a sentence."),
            "match": described(CONDITION, "The condition that people match."),
        },
        required=("match",),
        **{"$defs": {"condition": _condition()}},
    )


def task_schema() -> Schema:
    """``tasks/NAME.yaml``."""
    actions: Schema = {"type": "array", "items": ACTION, "minItems": 1}
    ladder: Schema = {"type": "array", "items": _step(), "minItems": 1}
    return closed(
        {
            "description": described(PROSE, "What the task is for, in a sentence."),
            "owner": described(PROSE, "Who answers for it."),
            "filter": described(NAME, "The saved filter that says who."),
            "match": described(CONDITION, "A condition written here instead of a saved filter."),
            "actions": described(actions, "What to do, in this order; each a desired state."),
            "escalation": described(ladder, "Warn, wait, act: the steps of a ladder."),
            "cool_down": described(DURATION, "How long after a dropped ladder a person is not warned again."),
            "schedule": described(_schedule(), "When the task is due."),
            "enabled": described({"type": "boolean"}, "false pauses the task: never due, still validated."),
            "mode": described({"const": "report"}, "report: say what would be done, and never write."),
            "limits": described(_limits(), "The most people one run of this task may touch."),
            "select": described(_select(), "Take only some of those whom the task would change."),
            "shared_groups": described(
                {"enum": ["skip", "allow"]}, "Whether groups that also grant apps not named may be left or joined."
            ),
            "may_empty": described({"type": "boolean"}, "true: the task may leave a group or an app with nobody."),
            "approval": described(
                {"const": "required"}, "required: another person than the author approves each plan."
            ),
            "tests": described({"const": "required"}, "required: validation fails while no test names this task."),
        },
        required=("description", "owner", "schedule"),
        **{"$defs": definitions()},
        allOf=[key_choice("filter", "match"), key_choice("actions", "escalation")],
    )


def _step() -> Schema:
    return closed(
        {
            "after": described(DURATION, "How long after the step before; not written for the first."),
            "notify": _notify(),
            "actions": described({"type": "array", "items": ACTION, "minItems": 1}, "What to do, in this order."),
        },
        minProperties=1,
        title="step",
        description="A step: after how long, whom to tell, what to do.",
    )


def _limits() -> Schema:
    users = described(COUNT, "The most people.")
    return closed(
        {"users": users, "percent": described(PERCENT, "The same in percent of all people.")}, minProperties=1
    )


def _select() -> Schema:
    orders = ["longest_inactive", "oldest_account", "newest_account"]
    free = closed(
        {
            "app": described(APP, "The app whose seats are to be free."),
            "seats": described({**COUNT, "minimum": 0}, "How many seats."),
            "percent": described(PERCENT, "How many percent of the tier, rounded up."),
        },
        required=("app",),
        description="How much of an app's tier is to be free.",
        **key_choice("seats", "percent"),
    )
    return closed(
        {
            "first": described(COUNT, "The first so many."),
            "keep_free": described(free, "As many as free that much of the tier."),
            "order": described({"enum": orders}, "Who comes first; longest_inactive if not written."),
            "app": described(APP, "The app whose last use counts for longest_inactive; any app if not written."),
        },
        **key_choice("first", "keep_free"),
    )


def _schedule() -> Schema:
    at = described(TIME, "The time of day, such as 06:00.")
    day: Schema = {"oneOf": [{"type": "integer", "minimum": 1, "maximum": 31}, {"enum": ["last"]}]}
    local: Schema = {"type": "string", "pattern": formats.INSTANT, "format": "local-time"}
    cron: Schema = {"type": "string", "pattern": formats.CRON, "maxLength": 100, "format": "cron"}
    zone: Schema = {"type": "string", "minLength": 1, "format": "time-zone"}
    weekly = closed({"days": described(_days(), "The days of the week."), "at": at}, required=("days", "at"))
    monthly = closed(
        {"day": described(day, "The day of the month, or last; a shorter month's last day."), "at": at},
        required=("day", "at"),
    )
    return closed(
        {
            "manual": described(YES, "Never due; run by hand."),
            "once": described(local, "One time, such as 2026-12-01 06:00."),
            "every": described(
                DURATION, "So often, such as 6h or 2d; counted from midnight of `from`, else of 1970-01-01."
            ),
            "daily": described(closed({"at": at}, required=("at",)), 'Every day: {at: "06:00"}.'),
            "weekly": described(weekly, 'On days of the week: {days: [monday], at: "06:00"}.'),
            "monthly": described(monthly, 'On a day of the month: {day: 1, at: "06:00"}.'),
            "cron": described(cron, "Five fields: minute, hour, day of the month, month, day of the week."),
            "timezone": described(zone, "An IANA name such as Europe/Berlin; UTC if not written."),
            "from": described(DAY, "The first day with planned times."),
            "until": described(DAY, "The last day with planned times."),
            "not_during": described(_pauses(), "Days without planned times."),
        },
        **key_choice(*KINDS),
    )


def _days() -> Schema:
    return one_or_more({"enum": list(WEEKDAYS)})


def _pauses() -> Schema:
    pause = closed(
        {"from": described(DAY, "The first day of the pause."), "to": described(DAY, "The last day of the pause.")},
        required=("from", "to"),
        description="A pause; both days are part of it.",
    )
    return {"type": "array", "items": pause, "minItems": 1}
