"""The safety rails, one idea a file: each a pure check over the whole plan that answers with findings.

``TASK_RAILS`` take single tasks out, ``RUN_RAILS`` refuse everything. None ever cuts a list short.
"""

from __future__ import annotations

from runner.engine.rails import admins, approval, conflict, facts, groups, limits, quarantine, snapshot, stop

TASK_RAILS = (
    limits.check_task_limit,
    facts.check_missing_facts,
    conflict.check_conflict,
    groups.check_group_emptied,
    groups.check_members_floor,
    quarantine.check_quarantine,
    approval.check_approval,
)
RUN_RAILS = (
    stop.check_stop,
    snapshot.check_incomplete,
    snapshot.check_empty,
    snapshot.check_population_drop,
    snapshot.check_stale,
    admins.check_protected_unresolved,
    admins.check_admins_floor,
    limits.check_run_limit,
    limits.check_day_limit,
)
"""Run rails count what the task rails left."""

ABSOLUTE = frozenset({"stop", "conflict", "snapshot_incomplete", "snapshot_empty", "snapshot_stale", "admins_floor"})
"""Rails that no override lifts: what they find has to be put right."""
