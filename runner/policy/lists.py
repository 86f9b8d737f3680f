"""Lists of people and texts for messages: the files that are not YAML."""

from __future__ import annotations

import csv
import io

from runner.model.problem import Place
from runner.policy.files import MAX_READ, PolicyFile
from runner.policy.letters import forbidden, mixed_scripts, unseen
from runner.policy.problems import Problems, shown
from runner.policy.yaml import decode_text

_COLUMNS = ("email", "account_id")


def read_list(file: PolicyFile, problems: Problems) -> frozenset[str]:
    """The people of a list: e-mail addresses and account ids, both case-folded as all that is compared is.

    The first row names the columns; ``email`` or ``account_id`` must be among them, others are let be. A byte order
    mark, which spreadsheets write, does no harm here.
    """
    text = decode_text(file.data.removeprefix(b"\xef\xbb\xbf"), file.file, problems, limit=MAX_READ)
    if text is None or _tell_forbidden(text, file.file, problems):
        return frozenset()
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    people: set[str] = set()
    try:
        header = [cell.strip().casefold() for cell in next(rows, [])]
        columns = {name: header.index(name) for name in _COLUMNS if name in header}
        if not columns:
            hint = "the first row names the columns: email or account_id, separated by commas"
            problems.error(Place(file.file), "column", "no column email or account_id", hint)
            return frozenset()
        for row in rows:
            place = Place(file.file, rows.line_num)
            if any(cell.strip() for cell in row[len(header) :]):  # then any cell may be in a wrong column
                hint = "write a value that holds a comma in double quotes"
                problems.error(place, "csv", "more cells than the first row has columns", hint)
            elif any(cell.strip() for cell in row):
                people |= _people(row, columns, place, problems)
    except csv.Error as error:
        problems.error(Place(file.file, max(rows.line_num, 1)), "csv", f"not valid CSV: {error}", 'double quotes: ""')
    return frozenset(people)


def _people(row: list[str], columns: dict[str, int], place: Place, problems: Problems) -> set[str]:
    cells = {name: row[index].strip() for name, index in columns.items() if index < len(row)}
    found = {name: cell for name, cell in cells.items() if cell}
    if not found:
        problems.error(place, "empty_row", "neither an email nor an account_id", "remove the row, or fill it in")
    for name, cell in found.items():
        if hidden := unseen(cell):
            problems.error(place, "character", f"{shown(cell)} holds {hidden}, which cannot be seen", "type it again")
        elif scripts := mixed_scripts(cell):
            problems.error(place, "mixed_scripts", f"{shown(cell)} mixes {' and '.join(scripts)}", "type it again")
        elif name == "email" and (cell.count("@") != 1 or cell[0] == "@" or cell[-1] == "@" or " " in cell):
            problems.error(place, "email", f"{shown(cell)} is not an e-mail address", "such as ann@acme.example")
        elif "\n" in cell:
            problems.error(place, "csv", f"{shown(cell)} goes over several lines", "close the quotes")
    return {cell.casefold() for cell in found.values()}


def read_message(file: PolicyFile, problems: Problems) -> str:
    """The text of a message (Markdown)."""
    text = decode_text(file.data, file.file, problems)
    if text is None or _tell_forbidden(text, file.file, problems):
        return ""
    if not text.strip():
        problems.error(Place(file.file), "empty", "the message is empty", "write something, or remove the file")
    return text.replace("\r\n", "\n")


def _tell_forbidden(text: str, file: str, problems: Problems) -> bool:
    found = list(forbidden(text, tabs=True))
    for line, column, name in found:
        place = Place(file, line, column)
        problems.error(place, "character", f"the character {name} is not allowed", "remove it; it hides what is there")
    return bool(found)
