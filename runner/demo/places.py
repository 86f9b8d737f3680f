"""What acme has: six apps on two sites, and the groups that lead to them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import cache

JIRA = "jira-software@acme"
WIKI = "confluence@acme"
DESK = "jira-service-management@acme"
IDEAS = "jira-product-discovery@acme"
LABS_JIRA = "jira-software@acme-labs"
LABS_WIKI = "confluence@acme-labs"

_NAMESPACE = uuid.UUID("6f1d9c1e-5a0b-4c7e-9a53-0c5b7f1e2d40")
_SITE_NUMBERS = {"acme": 1, "acme-labs": 2}


@dataclass(frozen=True, slots=True)
class Place:
    """One app on one site. `per_cent` is its number of seats per hundred people, None where nobody told us a limit."""

    app: str
    per_cent: int | None


@dataclass(frozen=True, slots=True)
class Circle:
    """One group: the apps it grants with a role each, the apps it is the default group of, and who owns it."""

    name: str
    grants: tuple[tuple[str, str], ...] = ()
    default_for: tuple[str, ...] = ()
    managed_by_idp: bool = False


PLACES = (
    Place(JIRA, 70),
    Place(WIKI, 90),
    Place(DESK, 12),
    Place(IDEAS, None),
    Place(LABS_JIRA, 6),
    Place(LABS_WIKI, 6),
)

CIRCLES = (
    # The default groups: whoever is given an app lands here.
    Circle("jira-software-users-acme", ((JIRA, "user"),), (JIRA,)),
    Circle("confluence-users-acme", ((WIKI, "user"),), (WIKI,)),
    Circle("jira-service-management-users-acme", ((DESK, "user"),), (DESK,)),
    Circle("jira-product-discovery-users-acme", ((IDEAS, "user"),), (IDEAS,)),
    Circle("jira-software-users-acme-labs", ((LABS_JIRA, "user"),), (LABS_JIRA,)),
    Circle("confluence-users-acme-labs", ((LABS_WIKI, "user"),), (LABS_WIKI,)),
    # Administrators. Site admins manage who may enter, which takes no seat and is no use of the app.
    Circle("jira-administrators", ((JIRA, "admin"),)),
    Circle("confluence-administrators", ((WIKI, "admin"),)),
    Circle("site-admins", ((JIRA, "user-access-admin"), (WIKI, "user-access-admin"))),
    Circle("org-admins"),
    Circle("break-glass"),
    Circle("service-accounts"),
    # Other ways in: a second way into Jira, two groups that grant two apps each, and roles that take no seat.
    Circle("contractors", ((JIRA, "user"),)),
    Circle("jira-power-users", ((JIRA, "user"),)),
    Circle("product-suite-users", ((JIRA, "user"), (WIKI, "user"))),
    Circle("labs-pilots", ((LABS_JIRA, "user"), (LABS_WIKI, "user"))),
    Circle("confluence-guests", ((WIKI, "guest"),)),
    Circle("jira-service-management-customers", ((DESK, "customer"),)),
    Circle("incident-stakeholders", ((DESK, "stakeholder"),)),
    # Groups that only say something about people.
    Circle("engineering"),
    Circle("all-staff"),
    Circle("design"),
    Circle("on-call"),
    Circle("inactive-users"),
    Circle("jira-reclaimed"),
    Circle("approved-externals"),
    Circle("quarantine-external"),
    # Owned by the identity provider: nobody can change these from here.
    Circle("idp-jira-users", managed_by_idp=True),
    Circle("idp-engineering", managed_by_idp=True),
    Circle("idp-sales", ((WIKI, "user"),), managed_by_idp=True),
    Circle("idp-support", ((DESK, "user"), (WIKI, "user")), managed_by_idp=True),
    Circle("idp-labs", ((LABS_JIRA, "user"),), managed_by_idp=True),
)


@cache
def app_id(app: str) -> str:
    """The resource name of an app written `key@site`."""
    key, _, site = app.partition("@")
    return f"ari:cloud:{key}::site/{_SITE_NUMBERS[site]}"


@cache
def group_id(name: str) -> str:
    """The id of a group: a UUID, as Atlassian's own are, that follows from the name alone."""
    return str(uuid.uuid5(_NAMESPACE, name))


def access(app: str, role: str) -> object:
    """One grant or direct role as the file directory writes it: the bare app id where the role is `user`."""
    return app_id(app) if role == "user" else {"app": app_id(app), "role": role}


def build_apps(people: int) -> list[dict[str, object]]:
    """The apps of an organization of so many people, each with its seats where it has a limit."""
    return [_app(place, people) for place in PLACES]


def _app(place: Place, people: int) -> dict[str, object]:
    key, _, site = place.app.partition("@")
    entry: dict[str, object] = {"id": app_id(place.app), "key": key, "site": site}
    if place.per_cent is not None:
        entry["seats"] = -(-people * place.per_cent // 100)
    return entry


def build_groups() -> list[dict[str, object]]:
    """All groups, in the order of the table above."""
    return [
        {
            "id": group_id(circle.name),
            "name": circle.name,
            "grants": [access(app, role) for app, role in circle.grants],
            "default_for": [app_id(app) for app in circle.default_for],
            "managed_by_idp": circle.managed_by_idp,
        }
        for circle in CIRCLES
    ]
