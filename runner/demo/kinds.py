"""The sorts of people who work at acme, and how many of each there are.

A sort says what such people hold and for how long they have not used it; the dice decide the rest. The shares add up
to the crowd of the default organization, so that it has exactly one round of them, and a larger one has the same mix.
"""

from __future__ import annotations

from dataclasses import dataclass

from runner.demo.places import DESK, IDEAS, JIRA, LABS_JIRA, LABS_WIKI, WIKI

JIRA_USERS = "jira-software-users-acme"
WIKI_USERS = "confluence-users-acme"
DESK_USERS = "jira-service-management-users-acme"
IDEAS_USERS = "jira-product-discovery-users-acme"
LABS_JIRA_USERS = "jira-software-users-acme-labs"
LABS_WIKI_USERS = "confluence-users-acme-labs"

FRESH = (0, 21)
QUIET = (61, 88)
STALE = (95, 170)
GONE = (190, 420)
JOINED = (430, 2600)


@dataclass(frozen=True, slots=True)
class Use:
    """When an app was last used: between so many and so many days ago. An app without one was never used."""

    app: str
    days: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One sort of person. Days count back from now; `missing` names facts that the directory does not give."""

    label: str
    share: int = 1
    domain: str = "acme.example"
    status: str = "active"
    managed: bool = True
    synced: bool = False
    department: str | None = None
    job_title: str | None = None
    added_days: tuple[int, int] = JOINED
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    direct: tuple[tuple[str, str], ...] = ()
    uses: tuple[Use, ...] = ()
    missing: tuple[str, ...] = ()


_STAFF = (JIRA_USERS, WIKI_USERS, "all-staff")
_BUSY = (Use(JIRA, FRESH), Use(WIKI, FRESH))

AT_WORK = (
    Kind(label="engineer", share=45, department="Engineering", groups=(*_STAFF, "engineering"), uses=_BUSY),
    Kind(
        label="synced engineer",
        share=40,
        synced=True,
        department="Engineering",
        groups=(*_STAFF, "engineering", "idp-jira-users", "idp-engineering"),
        uses=_BUSY,
    ),
    Kind(
        label="engineer on call",
        share=6,
        department="Engineering",
        groups=(*_STAFF, "engineering", "on-call", "incident-stakeholders", "jira-power-users"),
        uses=_BUSY,
    ),
    Kind(
        label="salesperson",
        share=30,
        synced=True,
        department="Sales",
        groups=("all-staff", "idp-sales"),
        uses=(Use(WIKI, FRESH),),
    ),
    Kind(
        label="support agent",
        share=24,
        synced=True,
        department="Support",
        groups=("all-staff", "idp-support"),
        uses=(Use(DESK, FRESH), Use(WIKI, FRESH)),
    ),
    Kind(label="finance", share=12, department="Finance", groups=("all-staff", WIKI_USERS), uses=(Use(WIKI, FRESH),)),
    Kind(label="people team", share=8, department="People", groups=("all-staff", WIKI_USERS), uses=(Use(WIKI, FRESH),)),
    Kind(
        label="designer",
        share=12,
        department="Design",
        groups=("all-staff", "design", "product-suite-users"),
        uses=_BUSY,
    ),
    Kind(
        label="product manager",
        share=8,
        department="Product",
        groups=(*_STAFF, IDEAS_USERS),
        uses=(*_BUSY, Use(IDEAS, FRESH)),
    ),
    Kind(
        label="colleague in Britain",
        share=12,
        domain="acme.co.uk",
        department="Sales",
        groups=_STAFF,
        uses=_BUSY,
    ),
    Kind(
        label="labs",
        share=10,
        domain="labs.acme.example",
        department="Research",
        groups=("all-staff", LABS_JIRA_USERS, LABS_WIKI_USERS),
        uses=(Use(LABS_JIRA, FRESH), Use(LABS_WIKI, FRESH)),
    ),
    Kind(
        label="contractor",
        share=12,
        domain="contractor.acme.example",
        department="Engineering",
        job_title="Contractor",
        groups=("contractors", WIKI_USERS, "engineering", "all-staff"),
        uses=_BUSY,
    ),
)

OUTSIDE = (
    Kind(
        label="approved partner",
        share=5,
        domain="partner.example",
        managed=False,
        groups=("approved-externals", JIRA_USERS, "confluence-guests"),
        uses=(Use(JIRA, FRESH),),
    ),
    Kind(
        label="customer of the service desk",
        share=9,
        domain="client.example",
        managed=False,
        groups=("jira-service-management-customers",),
    ),
    Kind(
        label="forgotten outsider",
        share=1,
        domain="studio.example",
        managed=False,
        groups=("confluence-guests", JIRA_USERS),
        uses=(Use(WIKI, (20, 60)), Use(JIRA, (20, 60))),
    ),
    Kind(
        label="from the company acme bought",
        share=6,
        domain="legacy.example",
        department="Operations",
        groups=(JIRA_USERS,),
        uses=(Use(JIRA, FRESH),),
    ),
)

FADING = (
    Kind(
        label="quiet for two months",
        share=10,
        department="Sales",
        groups=_STAFF,
        uses=(Use(JIRA, QUIET), Use(WIKI, QUIET)),
    ),
    Kind(
        label="reads pages, left Jira",
        share=4,
        department="Finance",
        groups=_STAFF,
        uses=(Use(JIRA, STALE), Use(WIKI, FRESH)),
    ),
    Kind(
        label="gone for half a year",
        share=2,
        department="Support",
        groups=_STAFF,
        uses=(Use(JIRA, GONE), Use(WIKI, GONE)),
    ),
    Kind(
        label="left Jira, holds it through a group of two apps",
        share=2,
        department="Design",
        groups=("all-staff", "design", "product-suite-users"),
        uses=(Use(JIRA, STALE), Use(WIKI, FRESH)),
    ),
    Kind(
        label="invitation never answered",
        share=2,
        status="not_invited",
        managed=False,
        added_days=(40, 85),
        groups=(JIRA_USERS,),
    ),
    Kind(
        label="came once to the organization, never to an app",
        share=2,
        department="Legal",
        added_days=(35, 80),
        groups=(WIKI_USERS, "all-staff"),
    ),
    Kind(
        label="contractor between two jobs",
        share=2,
        domain="contractor.acme.example",
        department="Engineering",
        job_title="Contractor",
        groups=("contractors", "engineering", "all-staff"),
        uses=(Use(JIRA, (33, 80)),),
    ),
    Kind(
        label="newcomer without the basics",
        share=3,
        department="Engineering",
        added_days=(2, 12),
        groups=(JIRA_USERS,),
        uses=(Use(JIRA, (0, 2)),),
    ),
    Kind(label="suspended", share=5, status="suspended", groups=_STAFF, uses=(Use(JIRA, GONE), Use(WIKI, GONE))),
    Kind(label="deactivated", share=4, status="deactivated", uses=(Use(JIRA, GONE),)),
    Kind(
        label="machine",
        share=3,
        department="IT",
        job_title="Service account",
        groups=("service-accounts", JIRA_USERS),
    ),
    Kind(
        label="activity not readable",
        share=2,
        department="Sales",
        groups=_STAFF,
        missing=("last_active",),
    ),
    Kind(label="two-step login not readable", share=2, department="IT", groups=_STAFF, uses=_BUSY, missing=("mfa",)),
)

CROWD = (*AT_WORK, *OUTSIDE, *FADING)
ROUND = sum(kind.share for kind in CROWD)


def build_round() -> tuple[Kind, ...]:
    """One round of the crowd, every sort spread evenly over it, so that a part of a round is a fair mix as well."""
    spots = [((turn + 0.5) / kind.share, kind.label, kind) for kind in CROWD for turn in range(kind.share)]
    return tuple(kind for _, _, kind in sorted(spots, key=lambda spot: spot[:2]))
