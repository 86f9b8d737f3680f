"""What ``doctor`` finds, line by line: pure, from what was read. Each line says what to do, if anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from runner.directory.atlassian.keys import SOON, ours_among
from runner.directory.atlassian.probe import Reach
from runner.directory.atlassian.snapshot import REFUSE_SKEW_S, WARN_SKEW_S
from runner.errors import FINE, INPUT, OTHER_SIDE, RunnerError
from runner.model.history import History
from runner.model.people import Snapshot, User
from runner.model.policy import Policies
from runner.model.record import DONE, RunRecord
from runner.model.unknown import UNKNOWN
from runner.policy.git import carries_out
from runner.policy.schedule import due
from runner.report.words import count as counted

GOOD, NOTE, WARN, BAD = "ok", "note", "warning", "bad"
OLD = timedelta(hours=26)
"""How long a task may have been due, and how old a workflow's last good run may be: a day, and two hours in which CI
may be late."""
NEW_KEY = "make a new key in Atlassian Administration, put it into ATLASSIAN_API_KEY, and revoke the old one"
_LAZY = frozenset({"direct_access", "directories"})
"""Facts that are not read in bulk, and are asked of few people when they are needed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One finding. ``state`` is ok, note, warning or bad; ``code`` the exit code of what is bad."""

    topic: str
    state: str
    found: str
    remedy: str = ""
    code: int = FINE


def exit_code(lines: Iterable[Line]) -> int:
    """That of the first bad line; what the other side refuses comes before what is set up wrongly here."""
    codes = {line.code for line in lines if line.state == BAD}
    return OTHER_SIDE if OTHER_SIDE in codes else INPUT if INPUT in codes else FINE


def failure(topic: str, error: RunnerError) -> Line:
    """What could not even be looked at."""
    return Line(topic, BAD, error.message, error.hint, error.exit_code)


def reach_lines(reach: Reach, now: datetime) -> Iterator[Line]:
    """What the key is good for, and until when."""
    yield Line("key", GOOD, f"it works, in the organization {reach.name}" if reach.name else "it works")
    if reach.scoped is None:
        found = "nobody can tell before the first write"
        yield Line("may write", NOTE, found, "the key needs to be one without scopes, of an organization admin")
    elif reach.scoped:
        found, remedy = (
            "no: it has scopes, and no scope allows writing",
            "fine for plans; to apply, use one without scopes",
        )
        yield Line("may write", NOTE, found, remedy)
    else:
        found, remedy = "yes: it has no scopes, and may do everything", "keep it where only the apply job can read it"
        yield Line("may write", GOOD, found, remedy)
    yield from _expiry(reach, now)


def _expiry(reach: Reach, now: datetime) -> Iterator[Line]:
    if reach.keys is None:
        found = "this key may not see when keys expire"
        yield Line("key expires", NOTE, found, "look it up in Atlassian Administration and put the day in a calendar")
        return
    ours = ours_among(reach.keys, scoped=reach.scoped)
    if not ours:
        found = f"none of the {len(reach.keys)} keys of the organization is called policy-runner"
        yield Line("key expires", NOTE, found, "call the next one policy-runner, so that its end is seen coming")
    for key in ours:
        if key.expires is None:
            yield Line("key expires", NOTE, f"{key.name}: not said", "look it up in Atlassian Administration")
            continue
        days = (key.expires - now).days
        found = f"{key.name} expires on {key.expires:%Y-%m-%d}, in {days} days"
        soon = key.expires - now <= SOON
        yield Line("key expires", WARN if soon else GOOD, found, NEW_KEY if soon else "")


def clock_line(skew_s: float) -> Line:
    """How far apart the clocks are."""
    apart = abs(skew_s)
    if apart <= WARN_SKEW_S:
        return Line("clock", GOOD, f"agrees with the server's ({apart:.0f} seconds apart)")
    found = f"{apart:.0f} seconds {'behind' if skew_s > 0 else 'ahead of'} the server's"
    if apart <= REFUSE_SKEW_S:
        return Line(
            "clock", WARN, found, "set this machine's clock (NTP); over an hour apart nobody counts as inactive"
        )
    remedy = "set this machine's clock (NTP); until then nobody counts as inactive"
    return Line("clock", BAD, found, remedy, INPUT)


def snapshot_lines(snapshot: Snapshot) -> Iterator[Line]:
    """Whether everything can be read, and which facts are missing of how many people."""
    counts = f"{len(snapshot.users):,} people, {len(snapshot.groups):,} groups, {len(snapshot.apps):,} apps"
    if snapshot.complete:
        yield Line("may read", GOOD, counts)
    else:
        code = OTHER_SIDE if snapshot.live else INPUT
        found = "; ".join(snapshot.problems) or "it is not complete"
        yield Line("may read", BAD, f"{counts}, but {found}", "run it again; no plan is carried out on it", code)
    lacking = missing_facts(snapshot.users)
    if not lacking:
        yield Line("facts", GOOD, "nothing is missing of anybody")
    for fact, count in lacking.items():
        share = 100 * count / len(snapshot.users)
        found = f"{fact} is not known of {counted(count, 'person', 'people')} ({share:.1f} %)"
        many = count > 1 and share > 5
        remedy = "tasks that need it are refused" if many else "tasks that need it leave these people alone"
        yield Line("facts", WARN if many else NOTE, found, f"{remedy}; policy-runner explain USER says more")
    for warning in snapshot.warnings:
        if not warning.startswith("the API key"):  # said by the key's own line
            yield Line("reading", WARN, warning, "see that it is as you expect")


def missing_facts(users: Iterable[User]) -> Mapping[str, int]:
    """How many people lack each fact, the most missed first."""
    names = [field.name for field in fields(User) if field.name not in _LAZY]
    found = Counter(name for user in users for name in names if getattr(user, name) is UNKNOWN)
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def run_lines(runs: Iterable[RunRecord], history: History, policies: Policies, now: datetime) -> Iterator[Line]:
    """How long ago the last good run was, and whether some task has been waiting for its turn since longer than CI may
    be late: a run that had nothing to do leaves no trace, so age alone says nothing."""
    ended = [run for run in runs if run.finished_at is not None]
    good = next((run for run in reversed(ended) if run.ended == DONE), None)
    remedy = "see whether the workflow still runs, and what the last report says"
    if good is None or good.finished_at is None:
        found = f"none of {len(ended)} runs ended well" if ended else "there was none yet"
        yield Line(
            "last good run", WARN if ended else NOTE, found, remedy if ended else "policy-runner plan, then apply"
        )
        return
    age = now - good.finished_at
    found = f"{good.run}, {age.days} days and {age.seconds // 3600} hours ago"
    last = {name: past.at for name, past in history.last_runs.items()}
    late = [task.name for task in policies.tasks.values() if due(task, now - OLD, last.get(task.name))]
    if late:
        yield Line("last good run", WARN, f"{found}; due for over a day: {', '.join(late)}", remedy)
    else:
        yield Line("last good run", GOOD, f"{found}; no task is overdue")


def workflow_lines(workflows: Mapping[str, str], policies: Policies) -> Iterator[Line]:
    """Whether a workflow calls the runner on a schedule; ``workflows`` are texts by their names."""
    ours = {name: text for name, text in workflows.items() if "policy-runner" in text or "ATLASSIAN_API_KEY" in text}
    on_schedule = [name for name, text in ours.items() if carries_out(text)]
    if not ours:
        remedy = "policy-runner init --workflows writes some; without them somebody has to call the runner"
        yield Line("workflows", NOTE, "none in .github/workflows calls the runner", remedy)
    elif not on_schedule:
        yield Line("workflows", WARN, f"{', '.join(sorted(ours))}: none runs on a schedule with the key", "add run.yml")
    else:
        yield Line("workflows", GOOD, f"on a schedule: {', '.join(sorted(on_schedule))}")
    approved = sorted(task.name for task in policies.tasks.values() if task.approval_required)
    if approved:
        remedy = "protect the default branch, and let nobody merge what they wrote themselves"
        yield Line("approvals", NOTE, f"{', '.join(approved)}: each plan has to be approved", remedy)
