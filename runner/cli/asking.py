"""The condition that the options of the user browser make together, and saving it as a filter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from runner.catalog import NAME
from runner.cli.files import write_whole
from runner.errors import InputError
from runner.model.condition import Condition
from runner.model.policy import Policies
from runner.policy.expression import dump_filter, parse_match
from runner.policy.flow import render_flow
from runner.policy.load import load
from runner.policy.problems import PolicyError, did_you_mean, shown
from runner.text import terminal


def asked_condition(
    policies: Policies, *, name: str | None = None, match: str | None = None, search: str | None = None
) -> Condition | None:
    """Whoever matches all that was given; None where nothing was. Raises InputError, PolicyError."""
    saved = {key: entry.condition for key, entry in policies.filters.items()}
    if name is not None and name not in saved:
        raise InputError("unknown_filter", f"there is no filter {shown(name)}", hint=did_you_mean(name, saved))
    parts = [{"filter": name}] if name is not None else []
    parts += [{"search": search}] if search is not None else []
    written = [render_flow(part) for part in parts]
    if match is not None:
        written.append(_braced(parse_match(match, saved)))
    if not written:
        return None
    return parse_match(written[0] if len(written) == 1 else f"all: [{', '.join(written)}]", saved)


def _braced(condition: Condition) -> str:
    return "{" + condition.written + "}"


def save_filter(folder: Path, name: str, condition: Condition, description: str, today: date) -> Path:
    """Write ``filters/NAME.yaml`` and see that the policies are sound with it; where not, it is taken away again.

    Raises InputError ``file_name`` or ``exists``, PolicyError.
    """
    if not re.fullmatch(NAME["pattern"], name):
        hint = "lower-case letters and digits in words joined by single hyphens, such as idle-in-jira"
        raise InputError("file_name", f"{shown(name)} is no name that can be used", hint=hint)
    path = folder / "filters" / f"{name}.yaml"
    if path.exists():
        raise InputError("exists", f"there is a filter {name} already", hint=f"choose another name, or remove {path}")
    made = not path.parent.is_dir()
    path.parent.mkdir(exist_ok=True)
    write_whole(path, dump_filter(condition, terminal(description)))
    try:
        load(folder, today=today)
    except PolicyError:
        path.unlink()
        if made:
            path.parent.rmdir()
        raise
    return path


def described(given: Mapping[str, str | None]) -> str:
    """A description for a saved filter that was given none: the options it was made of."""
    words = [f"{option} {value}" for option, value in given.items() if value is not None]
    return f"Saved from the user browser: {', '.join(words)}" if words else "Everybody"
