"""A plan as a value: what would change, what would not and why, and which rails refuse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

INVERSE = {
    "add_to_group": "remove_from_group",
    "remove_from_group": "add_to_group",
    "grant_role": "revoke_role",
    "revoke_role": "grant_role",
    "suspend": "restore",
    "restore": "suspend",
    "deactivate": "reactivate",
    "reactivate": "deactivate",
}
GRANTABLE = frozenset(
    {
        "user", "user-access-admin", "admin", "guest", "contributor", "customer", "basic", "stakeholder", "site-admin",
        "org-admin",
    }
)  # fmt: skip
"""The roles that can be given to a person directly (Atlassian facts, section 2.15): another one is gone for good."""
REMOVALS = frozenset({"remove_from_group", "revoke_role", "suspend", "deactivate"})

CHANGED_SINCE = "changed_since"


def inverse_of(verb: str, role: str | None) -> str | None:
    """The verb that takes a change back, ``role`` being the one that it is about; None where nothing does."""
    return None if verb == "revoke_role" and (role or "user") not in GRANTABLE else INVERSE[verb]


SKIP_ORDER = (
    "protected", "exempt", "unknown", "unmanaged", "synced_account", "shared_group", "synced_group", "no_seat",
    "not_applicable", "already", "not_selected", "covered", "waiting", "held", "changed_since",
)  # fmt: skip
"""A skip's ``why`` is the first of these that holds."""


@dataclass(frozen=True, slots=True)
class Target:
    """The group or app that a change is about; ``role`` for the verbs about roles."""

    id: str
    name: str
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one person. ``id`` follows from the rest, so that the same change has the same id everywhere."""

    id: str
    account_id: str
    name: str | None
    email: str | None
    verb: str
    target: Target | None
    before: bool | str
    after: bool | str
    tasks: tuple[str, ...]
    reasons: tuple[str, ...]
    blocked: bool = False
    message: str | None = None
    """The text given to an account that is deactivated."""

    @property
    def inverse(self) -> str | None:
        """The verb that takes it back; None where nothing does."""
        return inverse_of(self.verb, self.target.role if self.target else None)

    @property
    def removal(self) -> bool:
        """Whether it takes something away; limits count removals apart from additions."""
        return self.verb in REMOVALS


@dataclass(frozen=True, slots=True)
class Skip:
    """A person who matched a task (or whom it would have removed) and is left alone."""

    account_id: str
    task: str
    why: str
    detail: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that a task would send to a person."""

    account_id: str
    task: str
    message: str
    via: str
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Handover:
    """Something that only the identity provider can change: ``change`` is add, remove, or deactivate with no group."""

    account_id: str
    task: str
    group: Target | None
    change: str


@dataclass(frozen=True, slots=True)
class Would:
    """What a task that only reports would have done."""

    verb: str
    target: Target | None


@dataclass(frozen=True, slots=True)
class Reported:
    """A person whom ``report`` lists, or whom a task in ``mode: report`` would change."""

    account_id: str
    task: str
    would: tuple[Would, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rail's no. ``task`` is None where it refuses the whole run; ``digest`` is that of the changes it blocks."""

    rail: str
    task: str | None
    found: str
    limit: str
    digest: str
    how_to_allow: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which policies made a plan: the commit (None outside a repository or with edits) and the hash of the files."""

    commit: str | None
    sha256: str


@dataclass(frozen=True, slots=True)
class SnapshotSummary:
    """Which snapshot a plan rests on."""

    taken_at: datetime
    users: int
    complete: bool
    sha256: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that would happen, in the order in which it would, and everything that would not."""

    digest: str
    organization: str
    created_at: datetime
    policies: Provenance
    snapshot: SnapshotSummary
    tasks: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    skips: tuple[Skip, ...] = ()
    notices: tuple[Notice, ...] = ()
    handover: tuple[Handover, ...] = ()
    reported: tuple[Reported, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    """Overrides that lifted a rail for this plan, as History.used_overrides names them."""
    to_quarantine: Mapping[str, str] = field(default_factory=dict)
    """Tasks that a run with this plan puts in quarantine, with the reason."""
    released: tuple[str, ...] = ()
    """Tasks that an override lets out of quarantine."""

    @property
    def pending(self) -> tuple[Change, ...]:
        """The changes that would really be made."""
        return tuple(change for change in self.changes if not change.blocked)
