"""Names of apps in conditions."""

from __future__ import annotations

from collections.abc import Iterable

from runner.catalog import TEXT, Schema, one_or_more
from runner.filters._words import listing
from runner.model.people import User
from runner.model.unknown import Unknown
from runner.model.world import World

APP: Schema = {**TEXT, "description": "An app: jira-software on any site, jira-software@acme on that site."}
APPS: Schema = one_or_more(APP)
ANY = frozenset({"any"})


def app_words(app_ids: Iterable[str], world: World) -> str:
    """The apps as policies name them."""
    return listing({world.apps[app_id].name if app_id in world.apps else app_id for app_id in app_ids})


def ways(user: User, app_id: str, world: World) -> str:
    """``jira-software@acme (through jira-users)``: an app that the person uses, and what gives it to them."""
    found = set[str]()
    if not isinstance(user.groups, Unknown):
        found |= {f"through {world.groups[group].name}" for group in user.groups & world.groups_granting(app_id)}
    if not isinstance(user.direct_access, Unknown):
        found |= {f"directly as {grant.role}" for grant in user.direct_access if grant.app == app_id and grant.uses}
    return f"{app_words([app_id], world)} ({listing(found) or 'directly'})"
