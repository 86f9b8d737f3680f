"""Characters in whatever is compared with the organization: nothing unseen, no names of mixed scripts."""

from __future__ import annotations

from runner.model.problem import Place
from runner.policy.letters import mixed_scripts, unseen
from runner.policy.nodes import Fields, Items, Node
from runner.policy.problems import Problems, shown

_PROSE = frozenset({"description", "reason"})
_OF_TESTS = frozenset({"users", "groups", "apps", "expect"})
"""Made-up people may have any name: that hostile ones do not match is what a test may be about."""


def check_names(node: Node, kind: str, problems: Problems) -> None:
    """All keys, and all values but prose and the made-up people of tests."""
    _check(node, _PROSE | _OF_TESTS if kind == "test" else _PROSE, problems)


def _check(node: Node, free: frozenset[str], problems: Problems) -> None:
    if isinstance(node, Fields):
        for key, child in node.values.items():
            _check_text(key, node.keys[key], problems)
            deactivation = key == "deactivate"  # its message is prose; that of `notify` is a name
            if key not in free:
                _check(child, free | {"message"} if deactivation else free, problems)
    elif isinstance(node, Items):
        for item in node.items:
            _check(item, free, problems)
    else:
        _check_text(node.text, node.place, problems)


def _check_text(text: str, place: Place, problems: Problems) -> None:
    if hidden := unseen(text):
        problems.error(place, "character", f"{shown(text)} holds {hidden}, which cannot be seen", "type it again")
    elif scripts := mixed_scripts(text):
        hint = "type it again in one script; if the mixture is meant, put ? for the letters of one where (glob) allows"
        problems.error(place, "mixed_scripts", f"{shown(text)} mixes letters of {' and '.join(scripts)}", hint)
