"""Whoever must not be touched is known by name, and two org admins stay."""

from __future__ import annotations

from collections.abc import Iterator

from runner.engine.case import Case, Finding
from runner.engine.guard import person
from runner.model.people import ORG_ADMIN
from runner.model.unknown import Unknown


def check_protected_unresolved(case: Case) -> Iterator[Finding]:
    """``protected_unresolved``: an entry of ``protect`` stands for nobody, so nobody knows whom it was meant for."""
    protect = case.policies.settings.protect
    users = [entry for entry in protect.users if not case.evaluation.verdicts(person(entry)).yes]
    known = case.world.groups_by_name
    groups = [name for name in (*protect.groups, *protect.min_members) if name.casefold() not in known]
    if users or groups:
        found = ", ".join([*users, *(f"group {name}" for name in dict.fromkeys(groups))])
        yield Finding("protected_unresolved", None, f"not found: {found}", "every entry of protect is found")


def check_admins_floor(case: Case) -> Iterator[Finding]:
    """``admins_floor``: the plan would leave fewer active org admins than ``protect.min_org_admins``."""
    users = case.world.snapshot.users
    admins = {u.account_id for u in users if not isinstance(u.roles, Unknown) and ORG_ADMIN in u.roles}
    active = {u.account_id for u in users if u.account_id in admins and u.status == "active"}
    lost = {c.account_id for c in case.pending if c.verb in ("suspend", "deactivate")} & active
    floor = case.policies.settings.protect.min_org_admins
    if lost and len(active - lost) < floor:
        found = f"{len(active - lost)} active org admins would be left"
        yield Finding("admins_floor", None, found, f"{floor}", "make somebody else org admin, or exempt one of these")
