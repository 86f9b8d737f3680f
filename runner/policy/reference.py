"""The reference pages, generated from the catalog and the schemas: a new condition or action is on them by itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from textwrap import dedent

from runner import catalog
from runner.catalog import Schema
from runner.model.condition import Combination
from runner.policy.prose import EXAMPLE, Key, choices, keys, takes, told
from runner.policy.schema_tasks import action_parameters
from runner.policy.schemas import kinds_of_files, schema_of

MADE = "<!-- Made by `policy-runner schema` from the code; what is changed here by hand is lost. -->"
"""The first line of every generated page."""

_CONDITIONS = """\
# Conditions

A condition is a mapping with exactly one key, which is one of these. `match` of a task, of a saved filter and of
`users --match` is one condition. Where a list is allowed, one bare value is too, and it means any of them.

Every condition answers yes, no or *unknown*: unknown where a fact that decides could not be read. A task acts only
where the answer is yes, and lists whom it left out because of an unknown. The facts are the fields of a person in a
[directory file](directory-file.md). Text compares without regard to case. A length of time is `12h`, `90d`, `6w`,
`6mo` or `1y`.
"""
_ACTIONS = """\
# Actions

An action is a desired state. People who are in it already get no change. A task's actions are carried out in the order
written, and all of them or none: if one cannot be carried out for a person, nothing is done to them and the plan
says why. An action is a mapping with one key, or, where it takes nothing, a bare word.

The facts that an action needs are fields of a person in a [directory file](directory-file.md); where one of them is not
known, the person is left alone. The verbs are what its changes are called in plans and in the journal.
"""
_FILES = """\
# Keys of every file

One table a kind of file. A path such as `limits.users` is the key `users` below `limits`; `[]` is each item of a list,
NAME any name. Keys in **bold** must be there. The JSON Schemas in [`schemas/`](../../schemas) say the same to an
editor.
"""


def render_reference() -> Mapping[str, str]:
    """The text of every page by its name."""
    return {
        "conditions.md": _page(_CONDITIONS, (_condition(name) for name in catalog.conditions()), _condition_index()),
        "actions.md": _page(_ACTIONS, map(_action, action_parameters()), _index(action_parameters(), _first_of_action)),
        "files.md": _page(_FILES, (_file(kind, about) for kind, about in kinds_of_files().items())),
    }


def render_table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table of cells that are Markdown already."""
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, ("---",) * len(head), *rows))


def _page(intro: str, sections: Iterable[str], index: str = "") -> str:
    return "\n".join(part for part in (MADE + "\n", intro, index, *sections) if part)


def _index(names: Iterable[str], sentence: Callable[[str], str]) -> str:
    return render_table(("key", "meaning"), ((f"[`{name}`](#{name})", sentence(name)) for name in names))


def _condition_index() -> str:
    return _index(catalog.conditions(), lambda name: _told(inspect.getdoc(catalog.conditions()[name]) or "")[0])


def _first_of_action(name: str) -> str:
    return _told(action_parameters()[name]["description"])[0]


def _condition(name: str) -> str:
    element = catalog.conditions()[name]
    needs = "what the conditions in it need" if issubclass(element, Combination) else _names(element.facts)
    return _section(name, inspect.getdoc(element) or "", element.schema, f"Needs: {needs}.\n")


def _action(name: str) -> str:
    element, schema = catalog.actions().get(name), action_parameters()[name]
    notes = f"Needs: {_names(element.facts)}. Verbs: {_names(element.verbs)}.\n" if element else ""
    return _section(name, schema["description"], schema, notes)


def _section(name: str, doc: str, schema: Schema, notes: str) -> str:
    example = EXAMPLE.search(doc)
    own = [] if "$ref" in schema else list(keys(schema))
    parts = (
        f"## {name}\n",
        *(f"{paragraph}\n" for paragraph in _told(doc)),
        f"{dedent(example[0])}\n" if example else "",
        f"Takes {takes(schema)}. {_meaning(schema)}".rstrip() + "\n",
        _table(own) if own else "",
        notes,
    )
    return "\n".join(part for part in parts if part)


def _file(kind: str, about: str) -> str:
    schema = schema_of(kind)
    exactly = "".join(f"- Exactly one of {_listing(paths)}.\n" for paths in choices(schema))
    return f"## {kind}\n\n{told(about)}.\n\n{_table(keys(schema))}" + (f"\n{exactly}" if exactly else "")


def _table(found: Iterable[Key]) -> str:
    return render_table(
        ("key", "takes", "meaning"),
        ((f"**`{key.path}`**" if key.required else f"`{key.path}`", key.takes, key.meaning) for key in found),
    )


def _told(doc: str) -> list[str]:
    """The paragraphs of a docstring without its example."""
    return [told(part) for part in EXAMPLE.sub("", doc).split("\n\n") if part.strip()]


def _meaning(schema: Schema) -> str:
    """What the schema says of its value, where that is not the docstring again."""
    found = [branch.get("description", "") for branch in schema.get("oneOf", [schema])]
    return " ".join(dict.fromkeys(told(text) for text in found if "```" not in text and text))


def _names(names: frozenset[str]) -> str:
    return _listing(sorted(names)) or "none"


def _listing(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
