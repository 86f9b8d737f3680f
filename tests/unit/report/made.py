"""Plans and records made by hand for the tests of reports; all people are of acme.example."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from runner.model.plan import (
    INVERSE,
    Change,
    Handover,
    Notice,
    Plan,
    Provenance,
    Refusal,
    Reported,
    Skip,
    SnapshotSummary,
    Target,
    Would,
)
from runner.model.record import (
    Due,
    Ending,
    PlanCounts,
    Planned,
    RecordedChange,
    RecordedNotice,
    RecordedOutcome,
    RunRecord,
    Start,
)
from runner.model.report import (
    ExemptionUse,
    NextRun,
    Person,
    RunReport,
    SeatChange,
    Surroundings,
    TaskNote,
    TrendPoint,
)

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
RUN = "20261122-060000-7f3a9c"
COMMIT = "3f1c2a9d5e6b7a8c9d0e1f2a3b4c5d6e7f8a9b0c"
JIRA = Target("g-jira", "jira-software-users-acme")
STAFF = Target("g-staff", "all-staff")
HOSTILE = "<img src=x onerror=alert(1)> | @everyone **bold** [x](https://acme.example) :tada: #1 \u202egnp.exe"


def hash_of(text: str) -> str:
    """A digest that looks like one and says where it comes from."""
    return "sha256:" + text.encode().hex().ljust(64, "0")[:64]


def change(number: int, verb: str = "remove_from_group", target: Target | None = JIRA, **more: object) -> Change:
    """A change of person ``number``; ``more`` replaces any field."""
    status = {"suspend": ("active", "suspended"), "restore": ("suspended", "active")}.get(verb)
    before, after = status or (verb in ("remove_from_group", "revoke_role"), verb in ("add_to_group", "grant_role"))
    values: dict[str, object] = {
        "id": f"c-{number}-{verb}",
        "account_id": f"u-{number:04}",
        "name": f"Person {number}",
        "email": f"person.{number}@acme.example",
        "verb": verb,
        "target": target,
        "before": before,
        "after": after,
        "tasks": ("jira-90d-reclaim",),
        "reasons": ("uses jira-software@acme", f"jira-software@acme last used {100 + number} days ago"),
        **more,
    }
    assert verb in INVERSE
    return Change(**values)  # type: ignore[arg-type]


def plan(*changes: Change, **more: object) -> Plan:
    """A plan for acme with these changes; ``more`` replaces any field."""
    tasks = sorted({task for c in changes for task in c.tasks}) or ["jira-90d-reclaim"]
    values: dict[str, object] = {
        "digest": hash_of("plan"),
        "organization": "acme",
        "created_at": NOW,
        "policies": Provenance(COMMIT, hash_of("policies")),
        "snapshot": SnapshotSummary(NOW - timedelta(minutes=1), 310, True, hash_of("snapshot")),
        "tasks": tuple(tasks),
        "changes": changes,
        **more,
    }
    return Plan(**values)  # type: ignore[arg-type]


def recorded(made: Change) -> RecordedChange:
    """A change as the journal names it."""
    target, role = (made.target.id, made.target.role) if made.target else (None, None)
    return RecordedChange(
        made.id, made.account_id, made.verb, target, role, made.before, made.after, made.tasks
    )  # fmt: skip


def outcome(made: Change, status: str = "applied", detail: str = "", intent_run: str | None = None) -> RecordedOutcome:
    """What became of a change, a second after the run began."""
    return RecordedOutcome(recorded(made), status, NOW + timedelta(seconds=1), detail, intent_run)


def record(made: Plan | None, *outcomes: RecordedOutcome, ending: Ending | None, **more: object) -> RunRecord:
    """The record of a run that carried out a plan."""
    planned = None
    if made is not None:
        blocked = len(made.changes) - len(made.pending)
        counts = PlanCounts(len(made.pending), blocked, len(made.skips), len(made.notices), len(made.handover))
        planned = Planned(
            made.digest, made.tasks, counts, tuple(Due(t, NOW - timedelta(minutes=17)) for t in made.tasks)
        )
    values: dict[str, object] = {
        "run": RUN,
        "started_at": NOW,
        "start": Start("run", "github:acme-bot", NOW, Provenance(COMMIT, hash_of("policies")), "1.0.0", "acme"),
        "head": hash_of("head"),
        "snapshot": made.snapshot if made else None,
        "pages": 4,
        "planned": planned,
        "refusals": made.refusals if made else (),
        "intents": tuple(o.change for o in outcomes),
        "outcomes": outcomes,
        "ending": ending,
        "finished_at": NOW + timedelta(seconds=42) if ending else None,
        **more,
    }
    return RunRecord(**values)  # type: ignore[arg-type]


def around(**more: object) -> Surroundings:
    """What else a report says: two tasks, a trend, the next runs; ``more`` replaces any field."""
    values: dict[str, object] = {
        "tasks": (
            TaskNote("jira-90d-reclaim", "Take back Jira seats nobody has used for 90 days", "it-admins@acme.example"),
            TaskNote("onboarding-baseline", "Every engineer is in the groups they need", "engineering@acme.example"),
        ),
        "trend": tuple(
            TrendPoint(f"run-{week}", date(2026, 11, 22) - timedelta(weeks=5 - week), changes, 290 - 4 * week)
            for week, changes in enumerate((3, 9, 0, 12, 5, 2))
        ),
        "next_runs": (
            NextRun("jira-90d-reclaim", NOW + timedelta(days=8)),
            NextRun("license-review", None, "by hand"),
            NextRun("onboarding-baseline", NOW + timedelta(hours=23)),
        ),
        **more,
    }
    return Surroundings(**values)  # type: ignore[arg-type]


def full_run() -> RunReport:
    """A run in which a bit of everything happened."""
    done, failed, unsure, late = (change(n) for n in (1, 2, 3, 4))
    both = change(5, "add_to_group", STAFF, tasks=("jira-90d-reclaim", "onboarding-baseline"))
    suspended = change(6, "suspend", None, tasks=("stale-invites",), blocked=True, name=HOSTILE)
    made = plan(
        done, failed, unsure, late, both, suspended,
        skips=(
            Skip("u-0101", "jira-90d-reclaim", "protected", "org-admin"),
            Skip("u-0102", "jira-90d-reclaim", "exempt", "lena@acme.example: parental leave"),
            Skip("u-0103", "jira-90d-reclaim", "synced_group", "jira-software-users-idp"),
            Skip("u-0104", "jira-90d-reclaim", "unknown", "last_active"),
            Skip("u-0105", "jira-90d-reclaim", "unknown", "last_active"),
            Skip("u-0106", "onboarding-baseline", "already", ""),
        ),
        notices=(Notice("u-0107", "warn-then-suspend", "seat-still-needed", "email"),),
        handover=(
            Handover("u-0103", "jira-90d-reclaim", Target("g-idp", "jira-software-users-idp"), "remove"),
            Handover("u-0108", "stale-invites", None, "deactivate"),
        ),
        reported=(
            Reported("u-0109", "license-review", ()),
            Reported("u-0110", "admin-hygiene", (Would("remove_from_group", JIRA),)),
        ),
        refusals=(
            Refusal(
                "task_limit", "stale-invites", "41 of 310 people, 13.2 %", "25 people", hash_of("blocked"),
                "to allow it once, write policies/overrides/NAME.yaml in a pull request, "
                f"with digest: {hash_of('blocked')}, rail: task_limit, "
                "task: stale-invites, reason, approved_by and expires",
            ),
        ),
        warnings=("idle-in-jira: nobody has heard of a group called jira-admins-old",),
    )  # fmt: skip
    kept = record(
        made,
        outcome(done),
        outcome(failed, "failed", "403 not allowed by the identity provider"),
        outcome(unsure, "unknown", "the reply never came"),
        outcome(late, "changed_since", "active since the plan"),
        outcome(both, "already"),
        ending=Ending("partly", 5, ("jira-90d-reclaim", "onboarding-baseline"), "changes_failed"),
        recovered=(outcome(change(90), "applied", "read back", "20261121-060000-11aa22"),),
        notified=(
            RecordedNotice("u-0107", "warn-then-suspend", "seat-still-needed", "email", "failed", NOW, "mailbox full"),
        ),
    )
    return RunReport(
        kept,
        made,
        around(
            exemptions_used=(
                ExemptionUse("lena@acme.example", "parental leave", "hr@acme.example", date(2027, 3, 31), None, 1),
            ),
            exemptions_expiring=(
                ExemptionUse("group: auditors", "audit", "it@acme.example", date(2026, 12, 1), ("jira-90d-reclaim",)),
            ),
            seats=(
                SeatChange("jira-software@acme", 1, 0, 7.53, "EUR"),
                SeatChange("confluence@acme", 0, 1, 5.16, "EUR"),
                SeatChange("jira-product-discovery@acme", 1, 0),
            ),
            people={
                "u-0101": Person("Ada Root", "ada@acme.example"),
                "u-0103": Person("=1+1", "idp.person@acme.example"),
                "u-0107": Person("Zoë Łukasz", "zoe@acme.example"),
                "u-0108": Person("山田 太郎", None),
            },
            link="https://github.com/acme/policies/blob/audit/runs/2026/11/22/20261122-060000-7f3a9c/report.md",
            job="https://github.com/acme/policies/actions/runs/77",
        ),
    )
