"""One policy test: the made-up or recorded people, what was expected of them, and what is different."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from runner.directory.file import FileReader
from runner.directory.interface import EVERYTHING
from runner.directory.parse import snapshot_from_json
from runner.engine.draft import build_drafts
from runner.engine.evaluate import Evaluation
from runner.engine.explain import Explanation
from runner.engine.guard import Guard, people
from runner.engine.plan import build_plan
from runner.model.people import Snapshot, User
from runner.model.plan import Change, Plan
from runner.model.policy import Policies, PolicyTest, Task
from runner.model.unknown import Unknown
from runner.model.verdicts import members
from runner.model.world import World
from runner.policy.flow import render_entry
from runner.policy.testing import Expected, directory_of, expected_changes
from runner.report import words

_Done = tuple[str, str, str | None, str | None]
"""Account id, verb, id of the target, role."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How a test went; ``failures`` is empty where it passed. They are lines of a difference: ``+`` is there and was
    not expected, ``-`` was expected and is not there."""

    test: PolicyTest
    people: int
    failures: tuple[str, ...]


def try_out(test: PolicyTest, policies: Policies, folder: Path) -> Trial:
    """Run one test; ``folder`` is that of the policies. Raises InputError for a recorded directory that is broken."""
    policies = replace(policies, keepers=frozenset())  # a test means the same whoever changed the schedule
    world = World(_snapshot(test, policies, folder), test.now, policies.lists)
    evaluation = Evaluation(world)
    failures = [*_match_failures(test, policies, evaluation)]
    if test.task is not None and test.changes is not None:
        failures += _change_failures(test, policies, evaluation)
    return Trial(test, len(world.snapshot.users), tuple(failures))


def _snapshot(test: PolicyTest, policies: Policies, folder: Path) -> Snapshot:
    if test.directory is not None:
        path = folder.resolve().parent / test.directory
        return FileReader(path, test.now).read_snapshot(EVERYTHING)
    return snapshot_from_json(directory_of(test, policies), source=test.place.file, now=test.now)


def _match_failures(test: PolicyTest, policies: Policies, evaluation: Evaluation) -> Iterator[str]:
    """Who is named in ``match`` and does not match, and who matches and is not named."""
    if test.match is None:
        return
    condition = policies.tasks[test.task].condition if test.task else policies.filters[test.filter or ""].condition
    users = evaluation.world.snapshot.users
    matched = [users[index] for index in members(evaluation.verdicts(condition).yes)]
    named = {name: _user(name, users) for name in test.match}
    for name, user in named.items():
        if user is None:
            yield f"- match: {name}: there is no such person in the test"
        elif user not in matched:
            yield f"- match: {name}: {_why_not(evaluation.explain(condition, user))}"
    for user in matched:
        if user not in named.values():
            why = "; ".join(evaluation.reasons(condition, user))
            yield f"+ match: {_handle(user)}: {why}"


def _why_not(tree: Explanation) -> str:
    if tree.truth is None:
        return f"not known ({', '.join(dict.fromkeys(tree.missing()))})"
    return "; ".join(dict.fromkeys(tree.reasons()))


def _user(name: str, users: Iterable[User]) -> User | None:
    """The person of an e-mail address (whatever its case) or account id."""
    for user in users:
        email = None if isinstance(user.email, Unknown) else user.email.casefold()
        if user.account_id == name or email == name.casefold():
            return user
    return None


def _handle(user: User) -> str:
    return user.account_id if isinstance(user.email, Unknown) else user.email


def _change_failures(test: PolicyTest, policies: Policies, evaluation: Evaluation) -> Iterator[str]:
    """What was expected and is not done, and what is done to people of whom nothing was expected.

    What else is done to a person of whom something was expected is let be: a test may be about one of the actions. A
    rail judges whole organizations, not a handful of made-up people: what one would block counts as done here.
    """
    world, task = evaluation.world, policies.tasks[test.task or ""]
    plan = build_plan(policies, [task], world).plan
    done = {_done(change) for change in plan.changes}
    named: set[str] = set()
    for expected, entry in zip(expected_changes(test) or (), test.changes or (), strict=True):
        written = render_entry({key: value for key, value in entry.items() if key != "user"})
        user = _user(expected.user, world.snapshot.users)
        if user is None:
            yield f"- changes: {expected.user}: there is no such person in the test"
            continue
        named.add(user.account_id)
        moves = {(user.account_id, *move) for move in _moves(expected, user, task, evaluation, policies)}
        listed = expected.action.name == "report" and any(r.account_id == user.account_id for r in plan.reported)
        if not listed and not (moves and moves <= done):
            yield f"- changes: {expected.user}: {written}: {_left_alone(user, plan)}"
    for change in plan.changes:
        if change.account_id not in named:
            who = _handle(world.users[change.account_id])
            yield f"+ changes: {who}: {' '.join(words.verb(change.verb, change.target)).strip()}"


def _done(change: Change) -> _Done:
    target = change.target
    return (change.account_id, change.verb, target.id if target else None, target.role if target else None)


def _moves(
    expected: Expected, user: User, task: Task, evaluation: Evaluation, policies: Policies
) -> tuple[tuple[str, str | None, str | None], ...]:
    """What carrying out the expected action alone would change of the person.

    It is asked as if they matched, but for ``sync_groups``, which takes out whoever does not.
    """
    syncs = expected.action.name == "sync_groups"
    only = replace(
        task,
        condition=task.condition if syncs else people([user.account_id]),
        actions=(expected.action,),
        shared_groups=True,
        report_only=False,
        select=None,
    )
    everybody = (1 << len(evaluation.world.snapshot.users)) - 1
    drafts = build_drafts(only, evaluation, Guard(policies, evaluation), everybody if syncs else 0)
    return tuple(move.key for draft in drafts if draft.user is user for move in draft.moves)


def _left_alone(user: User, plan: Plan) -> str:
    """Why nothing of what was expected is done."""
    skips = [f"{skip.why}: {skip.detail}" if skip.detail else skip.why for skip in plan.skips]
    mine = [text for text, skip in zip(skips, plan.skips, strict=True) if skip.account_id == user.account_id]
    changed = any(change.account_id == user.account_id for change in plan.changes)
    return "; ".join(mine) or ("something else is done" if changed else "nothing is done to them")
