"""Reports without names: whatever could say who somebody is goes, wherever in the record or the plan it stands.

The pseudonyms themselves are made where the key is, before a record gets here; this is the second lock on that door.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from runner.model.plan import Change, Plan
from runner.model.report import RunReport

T = TypeVar("T")

_ADDRESS = re.compile(r"[^\s,;:()<>\"']+@[^\s,;:()<>\"'@]+\.[^\s,;:()<>\"'@]+")
_WORD = re.compile(r"[^\s,;:()<>\"']+")
ADDRESS, SOMEBODY = "(address)", "(somebody)"


def private(report: RunReport) -> RunReport:
    """The report as its privacy wants it: with ``pseudonymous`` no name and no address is left in any of its texts."""
    if report.around.privacy == "plain":
        return report
    return without_names(replace(report, around=replace(report.around, people={})))


def without_names(value: T, ids: Set[str] = frozenset()) -> T:
    """The same value, in whose texts addresses, people's names and, where given, these account ids are not said."""
    return cast("T", _hidden(value, ids))


def account_ids(plan: Plan) -> Set[str]:
    """Everybody whom a plan is about."""
    lists = (plan.changes, plan.skips, plan.notices, plan.handover, plan.reported)
    return frozenset(entry.account_id for entries in lists for entry in entries)


def _hidden(value: Any, ids: Set[str]) -> Any:
    if isinstance(value, str):
        text = _ADDRESS.sub(ADDRESS, value)
        return _WORD.sub(lambda m: SOMEBODY if m.group() in ids else m.group(), text) if ids else text
    if isinstance(value, Change):
        value = _change(value)
    if isinstance(value, tuple):
        return tuple(_hidden(entry, ids) for entry in value)
    if isinstance(value, Mapping):
        return {key: _hidden(entry, ids) for key, entry in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        kept = {"account_id", "id", "link"}
        named = {f.name: getattr(value, f.name) for f in fields(value) if f.init and f.name not in kept}
        return replace(value, **{name: _hidden(entry, ids) for name, entry in named.items()})
    return value


def _change(change: Change) -> Change:
    """A change that names nobody; its reasons may have quoted the name."""
    said = [word for word in (change.name, change.email) if word]
    reasons = change.reasons
    for word in said:
        reasons = tuple(reason.replace(word, SOMEBODY) for reason in reasons)
    return replace(change, name=None, email=None, reasons=reasons)
