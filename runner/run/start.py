"""A first set of policies, made from what an organization has: pure, texts by their paths. Nothing in it is enabled."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from runner.model.people import App, Snapshot, User
from runner.model.unknown import Unknown
from runner.model.world import World
from runner.policy.flow import render_flow
from runner.policy.letters import FORBIDDEN, mixed_scripts, unseen

_ROBOT = re.compile(
    r"(?i)(?<![a-z])(bots?|robots?|service[ ._-]?accounts?|svc|automation|integration|no-?reply|backup|api)(?![a-z])"
)
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""Keys of apps that policies can name."""
_GLASS = re.compile(r"(?i)break.?glass|emergency")
_RULING = re.compile(r"(?i)admin")
_ROOT_SCHEMA, _ROOM_SCHEMA = "../schemas", "../../schemas"
MOST = 40
"""Entries of a list of names; more are for people to write, as a group."""


def build_start(snapshot: Snapshot, *, now: datetime, owner: str) -> Mapping[str, str]:
    """The files of a policies folder: settings, two filters, three paused tasks with a test each, no exemptions.

    ``owner`` is the e-mail address that answers for the tasks until somebody else does.
    """
    app = most_used(snapshot, now)
    groups = protected_groups(snapshot)
    files = {"settings.yaml": settings_text(snapshot, groups), "exemptions.yaml": _EXEMPTIONS}
    files |= _everywhere(groups, owner, now)
    files |= _review(owner, now)
    if app is not None:
        files |= _reclaim(app, groups, owner, now)
    return files


def plain(text: object) -> bool:
    """Whether an outside name may be written into policies: nothing in it is hidden, and its letters go together."""
    return isinstance(text, str) and bool(text) and not (FORBIDDEN.search(text) or unseen(text) or mixed_scripts(text))


def protected_groups(snapshot: Snapshot) -> tuple[str, ...]:
    """Groups that by their names hold accounts of services, or those for an emergency."""
    names = (group.name for group in snapshot.groups if plain(group.name))
    return tuple(sorted({name for name in names if _ROBOT.search(name) or _GLASS.search(name)}))[:MOST]


def protected_users(snapshot: Snapshot) -> tuple[str, ...]:
    """Addresses of active accounts that by their names are services, or for an emergency."""
    return tuple(sorted(str(user.email) for user in snapshot.users if _is_robot(user)))[:MOST]


def _is_robot(user: User) -> bool:
    if user.status != "active" or not plain(user.email):
        return False
    words = f"{str(user.email).partition('@')[0]} {user.name if isinstance(user.name, str) else ''}"
    return bool(_ROBOT.search(words) or _GLASS.search(words))


def most_used(snapshot: Snapshot, now: datetime) -> App | None:
    """The app with the most users; None where nobody uses any."""
    world = World(snapshot, now)
    using = Counter(
        app for app in snapshot.apps if _KEY.fullmatch(app.key) for user in snapshot.users if world.uses(user, app.id)
    )
    return min(using, key=lambda app: (-using[app], app.id)) if using else None


def settings_text(snapshot: Snapshot, groups: tuple[str, ...]) -> str:
    """``settings.yaml``, with everything that is a matter of taste written as a comment."""
    users, ruling = protected_users(snapshot), _ruling_groups(snapshot)
    people = len(snapshot.users)
    keys = sorted({app.key for app in snapshot.apps if _KEY.fullmatch(app.key)})
    return f"""\
# yaml-language-server: $schema={_ROOT_SCHEMA}/settings.schema.json
# What holds for every run. Who is protected stays protected whatever a task says; org admins always are.
organization: {{id: {render_flow(snapshot.organization)}}}

# Taken from names: read it, and add whom only you know.
protect:
  users:{_block(users)}
  groups:{_block(groups)}
  min_org_admins: 2
  min_members:{_floors(ruling)}

# One run touches no more people than this, whatever its tasks match. Percentages are of all people ({people:,} now).
limits:
  users_per_run: 25
  percent_per_run: 10
  percent_per_day: 20
  population_drop_percent: 10

# What a seat costs a month, for the reports: fill in your prices and take the # away.
# prices:
#   currency: EUR
{"".join(f"#   {render_flow(key)}: 0.00{chr(10)}" for key in keys)}
reports: {{privacy: plain, branch: audit}}
"""


def _ruling_groups(snapshot: Snapshot) -> tuple[str, ...]:
    held = Counter(
        id_ for user in snapshot.users for id_ in (user.groups if not isinstance(user.groups, Unknown) else ())
    )
    found = {g.name for g in snapshot.groups if plain(g.name) and _RULING.search(g.name) and held[g.id]}
    return tuple(sorted(found))[:MOST]


def _block(names: Iterable[str]) -> str:
    lines = [f"\n    - {render_flow(name)}" for name in names]
    return "".join(lines) or " []"


def _floors(names: Iterable[str]) -> str:
    lines = [f"\n    {render_flow(name)}: 1" for name in names]
    return "".join(lines) or " {}"


_EXEMPTIONS = f"""\
# yaml-language-server: $schema={_ROOT_SCHEMA}/exemptions.schema.json
# Who is left alone, why, who says so, and until when. For example:
#
# - user: ann@acme.example
#   tasks: all
#   reason: parental leave
#   owner: people@acme.example
#   expires: 2027-03-31
[]
"""


def _reclaim(app: App, groups: tuple[str, ...], owner: str, now: datetime) -> dict[str, str]:
    key, name = render_flow(app.key), "reclaim-" + _slug(app.key)
    idle, fresh, joined = (f"{now - timedelta(days=days):%Y-%m-%d}" for days in (120, 3, 400))
    return {
        f"filters/idle-in-{_slug(app.key)}.yaml": f"""\
# yaml-language-server: $schema={_ROOM_SCHEMA}/filter.schema.json
description: Active people who can use {_prose(app.key)} and have not opened it for 90 days
match:
  all:
    - status: active
    - app: {key}
    - inactive: {{app: {key}, for: 90d}}
    - added: {{over: 30d}}
{_nobody_of(groups)}""",
        f"tasks/{name}.yaml": f"""\
# yaml-language-server: $schema={_ROOM_SCHEMA}/task.schema.json
description: Take back seats in {_prose(app.key)} that nobody has used for 90 days
owner: {render_flow(owner)}
enabled: false
filter: idle-in-{_slug(app.key)}
actions:
  - remove_app_access: {key}
schedule:
  weekly: {{days: [monday], at: "06:00"}}
limits: {{users: 25, percent: 5}}
tests: required
""",
        f"tests/{name}.yaml": f"""\
# yaml-language-server: $schema={_ROOM_SCHEMA}/test.schema.json
task: {name}
now: {now:%Y-%m-%dT%H:%M:%SZ}
users:
  - {{email: idle@acme.example, apps: {{{key}: {idle}}}, added: {joined}}}
  - {{email: busy@acme.example, apps: {{{key}: {fresh}}}, added: {joined}}}
  - {{email: new@acme.example, apps: {{{key}: never}}, added: {fresh}}}
expect:
  match: [idle@acme.example]
  changes:
    - {{user: idle@acme.example, remove_app_access: {key}}}
""",
    }


def _everywhere(groups: tuple[str, ...], owner: str, now: datetime) -> dict[str, str]:
    idle, fresh, joined = (f"{now - timedelta(days=days):%Y-%m-%d}" for days in (200, 3, 400))
    return {
        "filters/idle-everywhere.yaml": f"""\
# yaml-language-server: $schema={_ROOM_SCHEMA}/filter.schema.json
description: Active people who have used no app for 180 days
match:
  all:
    - status: active
    - app: any
    - inactive: {{for: 180d}}
    - added: {{over: 30d}}
{_nobody_of(groups)}""",
        "tasks/suspend-idle.yaml": f"""\
# yaml-language-server: $schema={_ROOM_SCHEMA}/task.schema.json
description: Suspend people who have used no app for half a year
owner: {render_flow(owner)}
enabled: false
filter: idle-everywhere
actions:
  - suspend
schedule:
  monthly: {{day: 1, at: "06:00"}}
limits: {{users: 25, percent: 5}}
tests: required
""",
        "tests/suspend-idle.yaml": f"""\
# yaml-language-server: $schema={_ROOM_SCHEMA}/test.schema.json
task: suspend-idle
now: {now:%Y-%m-%dT%H:%M:%SZ}
users:
  - {{email: gone@acme.example, apps: {{confluence: {idle}}}, added: {joined}}}
  - {{email: reader@acme.example, apps: {{confluence: {fresh}, jira-software: {idle}}}, added: {joined}}}
  - {{email: new@acme.example, apps: {{confluence: never}}, added: {fresh}}}
expect:
  match: [gone@acme.example]
  changes:
    - user: gone@acme.example
      suspend:
""",
    }


def _review(owner: str, now: datetime) -> dict[str, str]:
    idle, fresh, joined = (f"{now - timedelta(days=days):%Y-%m-%d}" for days in (70, 3, 400))
    return {
        "tasks/license-review.yaml": f"""\
# yaml-language-server: $schema={_ROOM_SCHEMA}/task.schema.json
description: List everybody who can use an app and has used none for 60 days; changes nothing
owner: {render_flow(owner)}
enabled: false
match:
  all:
    - app: any
    - inactive: {{for: 60d}}
actions:
  - report
schedule:
  manual: true
tests: required
""",
        "tests/license-review.yaml": f"""\
# yaml-language-server: $schema={_ROOM_SCHEMA}/test.schema.json
task: license-review
now: {now:%Y-%m-%dT%H:%M:%SZ}
users:
  - {{email: idle@acme.example, apps: {{confluence: {idle}}}, added: {joined}}}
  - {{email: busy@acme.example, apps: {{confluence: {fresh}}}, added: {joined}}}
expect:
  match: [idle@acme.example]
""",
    }


def _nobody_of(groups: tuple[str, ...]) -> str:
    if not groups:
        return ""
    return (
        "    - not:\n        group:" + "".join(f"\n          - {render_flow(_literal(name))}" for name in groups) + "\n"
    )


def _literal(name: str) -> str:
    """A name as a pattern that fits nothing else."""
    return name.replace("*", "[*]").replace("?", "[?]")


def _slug(key: str) -> str:
    """A part of a file's name; most file systems take no more than 255 bytes."""
    return re.sub(r"[^a-z0-9]+", "-", key.casefold())[:60].strip("-") or "app"


def _prose(key: str) -> str:
    """An app's key inside a description, where it must not end it or begin anything else."""
    return re.sub(r"[^A-Za-z0-9 ._@-]", " ", key).strip() or "the app"
