"""``explain``: why a person is matched, or left alone."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

from runner.cli.finding import called, find_user
from runner.cli.workplace import Workplace
from runner.directory.parse import user_to_json
from runner.engine.evaluate import Evaluation
from runner.engine.explain import Explanation
from runner.engine.guard import Guard
from runner.engine.planfile import plan_json
from runner.errors import FINE
from runner.model.people import User
from runner.model.plan import Plan
from runner.model.policy import Task
from runner.model.unknown import Truth
from runner.report import words
from runner.report.rows import handed_over, would_be
from runner.run.planning import chosen_tasks, make_plan
from runner.text import terminal

HELP = "say why a person is matched by a task, or left alone"
ABOUT = """
Show a task's filter as a tree with the person's actual values: ✓ holds, ✗ does not, ? is not known. Below it stands
whether they are protected or exempt, and what the task would do to them, or why it does nothing.

examples:
  policy-runner explain ann@acme.example                    all enabled tasks
  policy-runner explain "Lena Ok" jira-90d-reclaim          one task; a part of the name is enough if only one has it
  policy-runner explain 712020:5c0f... suspend --json

A paused task is explained when it is named.
"""
_MARKS = {True: "✓", False: "✗", None: "?"}
_STYLES = {True: "good", False: "remove", None: "unsure"}
_Verdict = tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One task and one person: the filter's tree, and ``protected`` or ``exempt`` with the reason, where it holds."""

    task: Task
    tree: Explanation
    protected: _Verdict
    exempt: _Verdict


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command."""
    parser.add_argument("user", metavar="USER", help="an e-mail address, an account id, or a part of a name")
    parser.add_argument("task", nargs="?", metavar="TASK", help="one task (all enabled ones)")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    policies = place.policies
    named = chosen_tasks(policies, [args.task] if args.task else [])
    enabled = [task for task in chosen_tasks(policies, []) if task not in named]
    made = make_plan(place.session, [*enabled, *named], place.journal.read_past().history)
    place.progress.wipe()
    user = find_user(args.user, made.world.snapshot.users)
    evaluation = Evaluation(made.world)
    guard = Guard(policies, evaluation)
    answers = [
        Answer(task, evaluation.explain(task.condition, user), guard.protected(user), guard.exempt(user, task))
        for task in named
    ]
    if place.console.json:
        place.console.result_json({"user": user_to_json(user), "tasks": [_form(a, user, made.plan) for a in answers]})
        return FINE
    lines = [place.console.paint(terminal(called(user)), "heading"), *_facts(user)]
    for answer in answers:
        lines += ["", *_told(answer, user, made.plan, place)]
    place.console.result("\n".join(lines))
    paused = [task.name for task in policies.tasks.values() if not task.enabled and task not in named]
    if paused and not args.task:
        place.console.say(f"paused, and not shown: {', '.join(paused)}")
    return FINE


def _facts(user: User) -> Iterator[str]:
    """The account as far as it is not in any reason."""
    status = user.status if isinstance(user.status, str) else "status unknown"
    yield terminal(f"  account {user.account_id}, {status}")


def _told(answer: Answer, user: User, plan: Plan, place: Workplace) -> Iterator[str]:
    task = answer.task
    paused = "" if task.enabled else " (paused)"
    says = {True: "matches", False: "does not match", None: "not known whether they match"}[answer.tree.truth]
    yield place.console.paint(terminal(f"{task.name}{paused}: {says}"), "heading")
    yield from _tree(answer.tree, 1, place)
    for what, verdict in (("protected", answer.protected), ("exempt", answer.exempt)):
        if verdict is not None:
            yield place.console.paint(terminal(f"  {_reading(what, verdict)}"), "unsure")
    for text in _fate(user, task, plan):
        yield terminal(f"  → {text}")


def _reading(what: str, verdict: tuple[str, str]) -> str:
    word, detail = verdict
    return f"not known whether they are {what} (missing: {detail})" if word == "unknown" else f"{what}: {detail}"


def _tree(tree: Explanation, depth: int, place: Workplace) -> Iterator[str]:
    short = tree.name in ("all", "any", "none", "not")  # their children follow line by line
    text = f"{_MARKS[tree.truth]} {tree.name if short else tree.written or tree.name}"
    if tree.reason:
        text += f"   {tree.reason}"
    if tree.lacks:
        text += f"   (missing: {', '.join(tree.lacks)})"
    yield "  " * depth + place.console.paint(terminal(text), _STYLES[tree.truth])
    for child in tree.children:
        yield from _tree(child, depth + 1, place)


def _fate(user: User, task: Task, plan: Plan) -> Iterator[str]:
    """What a plan does to the person for a task, in words; and why nothing, if so."""
    told = False
    refusals = {refusal.rail for refusal in plan.refusals if refusal.task in (None, task.name)}
    for change in plan.changes:
        if change.account_id == user.account_id and task.name in change.tasks:
            told, also = True, [name for name in change.tasks if name != task.name]
            text = " ".join(words.verb(change.verb, change.target)).strip()
            text += f" (asked for by {', '.join(also)} too)" if also else ""
            yield f"refused by {', '.join(sorted(refusals))}: {text}" if change.blocked else f"would {text}"
    for skip in plan.skips:
        if (skip.account_id, skip.task) == (user.account_id, task.name):
            told = True
            yield f"left alone, {words.SKIPS.get(skip.why, skip.why)}" + (f": {skip.detail}" if skip.detail else "")
    for handover in plan.handover:
        if (handover.account_id, handover.task) == (user.account_id, task.name):
            yield f"for the identity provider: {handed_over(handover)}"
    for reported in plan.reported:
        if (reported.account_id, reported.task) == (user.account_id, task.name):
            told = True
            yield f"reported only: {would_be(reported)}"
    if not told:
        yield "nothing happens to them"


def _form(answer: Answer, user: User, plan: Plan) -> dict[str, object]:
    task, form = answer.task, plan_json(plan)
    of_task = [e for key in ("skips", "handover", "reported") for e in form[key] if e["task"] == task.name]
    mine = [entry for entry in of_task if entry["account_id"] == user.account_id]
    changes = [c for c in form["changes"] if c["account_id"] == user.account_id and task.name in c["tasks"]]
    return {
        "task": task.name,
        "enabled": task.enabled,
        "matches": answer.tree.truth,
        "filter": _tree_form(answer.tree),
        "protected": _verdict_form(answer.protected),
        "exempt": _verdict_form(answer.exempt),
        "changes": changes,
        "skips": [entry for entry in mine if "why" in entry],
        "handover": [entry for entry in mine if "change" in entry],
        "reported": [entry for entry in mine if "would" in entry],
    }


def _verdict_form(verdict: _Verdict) -> dict[str, object] | None:
    """``holds`` is null where it is not known; ``reason`` is then the fact that is missing."""
    if verdict is None:
        return None
    holds: Truth = None if verdict[0] == "unknown" else True
    return {"holds": holds, "reason": verdict[1]}


def _tree_form(tree: Explanation) -> dict[str, object]:
    return {
        "condition": tree.name,
        "written": tree.written,
        "holds": tree.truth,
        "reason": tree.reason,
        "missing": list(tree.lacks),
        "children": [_tree_form(child) for child in tree.children],
    }
