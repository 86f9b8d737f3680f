"""The people that everybody who looks at acme should meet: one for each thing that goes wrong in a real directory.

They are there whatever the seed and the number of people. Some names are hostile on purpose: text that comes from an
organization is text, whatever it looks like.
"""

from __future__ import annotations

from dataclasses import dataclass

from runner.demo.kinds import (
    DESK_USERS,
    FRESH,
    GONE,
    JIRA_USERS,
    LABS_JIRA_USERS,
    STALE,
    WIKI_USERS,
    Kind,
    Use,
)
from runner.demo.places import DESK, JIRA, LABS_JIRA, WIKI

_STAFF = (JIRA_USERS, WIKI_USERS, "all-staff")
_BUSY = (Use(JIRA, FRESH), Use(WIKI, FRESH))
_LEFT_JIRA = (Use(JIRA, STALE), Use(WIKI, FRESH))


@dataclass(frozen=True, slots=True)
class Character:
    """Somebody with a name: `address` is the part of the e-mail address before the @, None where it is hidden."""

    name: str
    address: str | None
    kind: Kind


ADMINS = (
    Character(
        "Break Glass",
        "break-glass",
        Kind(label="way in when all else fails", roles=("org-admin",), groups=("break-glass", "org-admins")),
    ),
    Character(
        "Ines Valdés",
        "ines.valdes",
        Kind(
            label="org admin at work",
            department="IT",
            roles=("org-admin", "site-admin"),
            groups=(*_STAFF, "org-admins", "site-admins", "jira-administrators", "confluence-administrators"),
            uses=(*_BUSY, Use(DESK, STALE)),
        ),
    ),
    Character(
        "Tomáš Hradec",
        "tomas.hradec",
        Kind(
            label="org admin at work",
            department="IT",
            roles=("org-admin",),
            groups=(*_STAFF, DESK_USERS, "org-admins", "site-admins", "confluence-administrators"),
            uses=(*_BUSY, Use(DESK, FRESH)),
        ),
    ),
    Character(
        "Wilma Brandt",
        "wilma.brandt",
        Kind(
            label="org admin who left everything",
            department="IT",
            roles=("org-admin",),
            groups=(*_STAFF, DESK_USERS),
            uses=(Use(JIRA, GONE), Use(WIKI, GONE)),
        ),
    ),
    Character(
        "Owen Tarn",
        "owen.tarn",
        Kind(
            label="site admin",
            department="IT",
            roles=("site-admin",),
            groups=(*_STAFF, "site-admins", "jira-administrators"),
            uses=_BUSY,
        ),
    ),
    Character(
        "Chiara Monti",
        "chiara.monti",
        Kind(
            label="site admin",
            department="IT",
            roles=("site-admin",),
            groups=(*_STAFF, "site-admins", "jira-administrators"),
            uses=_BUSY,
        ),
    ),
    Character(
        "Rui Salgado",
        "rui.salgado",
        Kind(
            label="Jira administrator who does other work now",
            department="Product",
            groups=(*_STAFF, "jira-administrators"),
            uses=(Use(JIRA, (36, 55)), Use(WIKI, FRESH)),
        ),
    ),
    Character(
        "Hedda Lind",
        "hedda.lind",
        Kind(
            label="Jira administrator who does other work now",
            department="Finance",
            groups=(*_STAFF, "jira-administrators"),
            uses=(Use(JIRA, (60, 85)), Use(WIKI, FRESH)),
        ),
    ),
)

MACHINES = (
    Character(
        "Build Bot",
        "build-bot",
        Kind(label="calls the API only, so looks idle", department="IT", groups=("service-accounts", JIRA_USERS)),
    ),
    Character(
        "Backup Bot",
        "backup-bot",
        Kind(
            label="used by hand once, long ago",
            department="IT",
            groups=("service-accounts", JIRA_USERS, WIKI_USERS),
            uses=(Use(JIRA, GONE),),
        ),
    ),
)

EDGES = (
    Character(
        "Lena Okafor",
        "lena.okafor",
        Kind(label="on parental leave", department="Finance", groups=_STAFF, uses=(Use(JIRA, GONE), Use(WIKI, GONE))),
    ),
    Character(
        "Dag Fjell",
        "dag.fjell",
        Kind(
            label="holds Jira through two groups",
            department="Support",
            groups=(*_STAFF, "jira-power-users"),
            uses=_LEFT_JIRA,
        ),
    ),
    Character(
        "Bea Quist",
        "bea.quist",
        Kind(
            label="holds Jira by a role given directly",
            department="Legal",
            groups=("all-staff", WIKI_USERS),
            direct=((JIRA, "user"),),
            uses=_LEFT_JIRA,
        ),
    ),
    Character(
        "Milo Arends",
        "milo.arends",
        Kind(
            label="idle on one site, at work on the other",
            department="Research",
            groups=(*_STAFF, LABS_JIRA_USERS),
            uses=(Use(JIRA, GONE), Use(WIKI, GONE), Use(LABS_JIRA, FRESH)),
        ),
    ),
    Character(
        "Isa Brook",
        "isa.brook",
        Kind(label="never active, added yesterday", department="Sales", added_days=(1, 1), groups=_STAFF),
    ),
    Character(
        "Otto Wren",
        "otto.wren",
        Kind(label="never active, added a year ago", department="Sales", added_days=(365, 380), groups=_STAFF),
    ),
    Character(
        "Sunniva Holt",
        "sunniva.holt",
        Kind(
            label="idle in a group that the identity provider owns",
            domain="labs.acme.example",
            synced=True,
            department="Research",
            groups=("all-staff", WIKI_USERS, "idp-labs"),
            uses=(Use(LABS_JIRA, STALE), Use(WIKI, FRESH)),
        ),
    ),
    Character(
        "Farid Azimi",
        "farid.azimi",
        Kind(label="about to be deleted", status="for_deletion", groups=_STAFF, uses=(Use(JIRA, GONE),)),
    ),
    Character(
        "Gwen Sparrow",
        "gwen.sparrow",
        Kind(
            label="groups not readable",
            department="Sales",
            uses=(Use(JIRA, STALE), Use(WIKI, STALE)),
            missing=("groups",),
        ),
    ),
    Character(
        "Kim Hidden",
        None,
        Kind(label="hides the e-mail address", managed=False, groups=(JIRA_USERS,), uses=(Use(JIRA, FRESH),)),
    ),
    Character(
        "Fumi Kato",
        "fumi.kato",
        Kind(
            label="activity in the future",
            department="Sales",
            groups=(WIKI_USERS, "all-staff"),
            uses=(Use(WIKI, (-3, -2)),),
        ),
    ),
)

HOSTILE = (
    Character(
        "Robert | <b>Tables</b> @all",
        "robert.tables",
        Kind(label="left Jira", department="Support", groups=_STAFF, uses=_LEFT_JIRA),
    ),
    Character(
        "[Reset password](https://login.evil.example) `rm -rf ~`",
        "reset",
        Kind(
            label="forgotten outsider",
            domain="evil.example",
            managed=False,
            groups=("confluence-guests", JIRA_USERS),
            uses=(Use(JIRA, (20, 60)),),
        ),
    ),
    Character(
        '=HYPERLINK("https://evil.example","Pay now")',
        "formula",
        Kind(
            label="idle in a group that the identity provider owns",
            domain="evil.example",
            managed=False,
            synced=True,
            groups=("idp-sales",),
            uses=(Use(WIKI, (20, 60)),),
        ),
    ),
    Character(
        "::error file=x::${{ secrets.KEY }} $(id) #1 ~~gone~~",
        "annotation",
        Kind(
            label="contractor between two jobs",
            domain="contractor.acme.example",
            department="Engineering",
            job_title="Contractor | <script>",
            groups=("contractors", "engineering", "all-staff"),
            uses=(Use(JIRA, (95, 120)),),
        ),
    ),
    Character(
        "Síle O'Dálaigh-D'Arcy",
        "sile.odalaigh",
        Kind(label="an apostrophe or two", department="People", groups=_STAFF, uses=_BUSY),
    ),
    Character(
        "Noor 🌻 Haddad",
        "noor.haddad",
        Kind(
            label="an emoji, and new",
            department="Engineering",
            added_days=(3, 5),
            groups=(JIRA_USERS,),
        ),
    ),
)

CAST = (*ADMINS, *MACHINES, *EDGES, *HOSTILE)
