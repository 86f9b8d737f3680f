"""The second checker sees what it is for: each kind of lie, told by the journal, the server's log or a report."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.fate import Fate
from tests.simulator.recount import recount
from tests.simulator.world import World

Evidence = dict[str, Any]


def honest() -> Evidence:
    """Two honest runs, the first of nine changes."""
    world = World(Fate(), 9)
    world.run()
    world.run()
    return dict(world.evidence())


HONEST = honest()
FIRST = min(path for path in HONEST["files"] if path.endswith("journal.jsonl"))


BEFORE = f"{FIRST.partition('2026')[0]}2000/journal.jsonl"
QUARANTINED = b'{"kind":"finished","run":"r","seq":1,"hash":"","prev":null,"counts":{},"quarantined":{"suspend":""}}\n'


def journal(evidence: Evidence, change: Callable[[list[bytes]], object]) -> None:
    """Change the first run's lines."""
    lines = evidence["files"][FIRST].splitlines(keepends=True)
    change(lines)
    evidence["files"][FIRST] = b"".join(lines)


def line_of(lines: list[bytes], kind: bytes) -> int:
    """The first record of a kind."""
    return next(i for i, line in enumerate(lines) if b'"kind":"' + kind + b'"' in line)


def report(evidence: Evidence, old: str, new: str) -> None:
    """Change the first run's report."""
    path = FIRST.replace("journal.jsonl", "report.md")
    evidence["files"][path] = evidence["files"][path].decode().replace(old, new, 1).encode()


LIES: dict[str, tuple[Callable[[Evidence], object], str]] = {
    "an effect that the log does not have": (lambda e: e["effects"].pop(), "phantom"),
    "an effect twice": (lambda e: e["effects"].append(dict(e["effects"][0])), "unaudited or twice"),
    "an effect of nobody's": (
        lambda e: e["effects"].append({**e["effects"][0], "account_id": "z-000"}), "unaudited or twice"
    ),
    "an effect before its intent": (lambda e: e["effects"][3].update(announced=False), "unaudited: it happened before"),
    "an effect of a late runner": (lambda e: e["effects"][3].update(fence=9), "had lost its lease"),
    "a byte": (
        lambda e: journal(e, lambda lines: lines.__setitem__(1, lines[1].replace(b'"pages":1', b'"pages":2'))),
        "hash",
    ),
    "a lost record": (lambda e: journal(e, lambda lines: lines.pop(2)), "does not follow on"),
    "no outcome": (lambda e: journal(e, lambda lines: lines.pop(line_of(lines, b"outcome"))), "no outcome"),
    "no intent": (lambda e: journal(e, lambda lines: lines.pop(line_of(lines, b"intent"))), "without an intent"),
    "two outcomes": (
        lambda e: journal(e, lambda lines: lines.insert(-1, lines[line_of(lines, b"outcome")])), "two outcomes"
    ),
    "two intents": (lambda e: journal(e, lambda lines: lines.insert(4, lines[3])), "announced twice"),
    "a plan without the change": (
        lambda e: e["files"].update({FIRST.replace("journal.jsonl", "plan.json"): b'{"changes":[],"digest":"x"}'}),
        "not planned",
    ),
    "a task in quarantine": (lambda e: e["files"].update({BEFORE: QUARANTINED}), "in quarantine"),
    "a report that says less": (lambda e: report(e, "✅ done |", "⛔ refused |"), "the report shows 8 changes done"),
}  # fmt: skip


def test_two_honest_runs_tell_one_story() -> None:
    """Nothing is found where nothing is wrong."""
    assert recount(HONEST) == []
    assert len(HONEST["effects"]) == 9


@pytest.mark.parametrize("lie", LIES)
def test_each_lie_is_found(lie: str) -> None:
    """In the server's log, in the journal, in the plan, in the report."""
    change, words = LIES[lie]
    evidence = copy.deepcopy(HONEST)
    change(evidence)
    assert any(words in wrong for wrong in recount(evidence)), recount(evidence)
