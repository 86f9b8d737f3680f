"""Actions of one task (of a ladder: of one step) that want opposite things of the same person."""

from __future__ import annotations

from itertools import combinations

from runner.model.action import Action
from runner.policy.problems import Problems

_STATUS = {"suspend": "suspended", "deactivate": "deactivated", "restore": "active", "reactivate": "active"}
_ALL = frozenset({"all", "any"})


def check_contradictions(actions: tuple[Action, ...], problems: Problems) -> None:
    """Tell each pair of actions that can never both be carried out, at the later of the two."""
    for first, second in combinations(actions, 2):
        what = _statuses(first, second) or _groups(first, second) or _apps(first, second)
        if what:
            message = f"`{second.written}` contradicts `{first.written}` (line {first.place.line}): {what}"
            problems.error(second.place, "contradiction", message, "keep one of the two")


def _statuses(first: Action, second: Action) -> str:
    wanted = [_STATUS[action.name] for action in (first, second) if action.name in _STATUS]
    return f"{wanted[0]} or {wanted[1]}" if len(set(wanted)) == 2 else ""


def _groups(first: Action, second: Action) -> str:
    removing = [action.name == "remove_from_groups" for action in (first, second)]
    both = {name.casefold() for name in first.groups()} & {name.casefold() for name in second.groups()}
    return f"in {min(both)} or not" if both and removing[0] != removing[1] else ""


def _apps(first: Action, second: Action) -> str:
    if {first.name, second.name} != {"grant_app_access", "remove_app_access"}:
        return ""
    shared = sorted(one for one in first.apps() for other in second.apps() if _overlap(one, other))
    return f"uses {shared[0]} or not" if shared else ""


def _overlap(one: str, other: str) -> bool:
    (key, _, site), (other_key, _, other_site) = (name.casefold().partition("@") for name in (one, other))
    if not _ALL.isdisjoint({one, other}):
        return True
    return key == other_key and (not site or not other_site or site == other_site)
