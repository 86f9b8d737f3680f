"""What plan, apply, run and undo hand on to other steps of a workflow."""

from __future__ import annotations

from collections.abc import Mapping

from runner.model.plan import Plan
from runner.run.life import counts


def plan_outputs(plan: Plan) -> Mapping[str, object]:
    """The digest, why a rail refused (the first one's word), and how many there are of each thing."""
    found = counts(plan)
    return {
        "digest": plan.digest,
        "reason": plan.refusals[0].rail if plan.refusals else "",
        "changes": found.changes,
        "blocked": found.blocked,
        "skips": found.skips,
        "notices": found.notices,
        "handover": found.handover,
        "reported": found.reported,
        "refusals": found.refusals,
    }
