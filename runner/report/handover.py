"""What only the identity provider can change, as CSV for whoever runs it: one file a group, one for accounts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

from runner.model.plan import Handover, Plan, Target
from runner.model.report import People
from runner.report.rows import NOBODY, everybody
from runner.text import csv_cell, filename

COLUMNS = ("account_id", "email", "name", "change", "group", "group_id", "tasks")
ACCOUNTS = "accounts.csv"


def handover_files(plan: Plan, people: People | None = None) -> Mapping[str, str]:
    """The files by name, in the order of the names; rows by account id, lines end in CRLF (RFC 4180).

    Names are safe on every system; groups whose names are alike get numbers in the order of their ids. Values that a
    spreadsheet would calculate begin with an apostrophe.
    """
    known, names = everybody(plan, people or {}), handover_names(plan)
    entries: dict[str, list[Handover]] = {}
    for entry in plan.handover:
        entries.setdefault(names[entry.group], []).append(entry)
    return {name: _table(entries[name], known) for name in sorted(entries)}


def handover_names(plan: Plan) -> Mapping[Target | None, str]:
    """The file of each group, and of accounts (None)."""
    groups = sorted({entry.group for entry in plan.handover if entry.group}, key=lambda group: (group.id, group.name))
    return {None: ACCOUNTS, **dict(zip(groups, _file_names(group.name for group in groups), strict=True))}


def _file_names(groups: Iterable[str]) -> list[str]:
    taken = {ACCOUNTS}
    names = []
    for group in groups:
        stem = filename(group)
        name, number = f"{stem}.csv", 2
        while name in taken:
            name, number = f"{stem}-{number}.csv", number + 1
        taken.add(name)
        names.append(name)
    return names


def _table(entries: Iterable[Handover], people: People) -> str:
    """One row a person and change; the tasks that ask for the same are named together."""
    found: dict[tuple[str, str], tuple[Handover, list[str]]] = {}
    for entry in entries:
        found.setdefault((entry.account_id, entry.change), (entry, []))[1].append(entry.task)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for (account_id, change), (entry, tasks) in sorted(found.items(), key=lambda item: item[0]):
        person = people.get(account_id, NOBODY)
        group = (entry.group.name, entry.group.id) if entry.group else ("", "")
        values = (account_id, person.email or "", person.name or "", change, *group, " ".join(sorted(set(tasks))))
        writer.writerow([csv_cell(value) for value in values])
    return out.getvalue()
