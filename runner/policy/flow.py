"""Values as compact YAML in one line, the way conditions are shown: ``app: [jira-software, confluence]``."""

from __future__ import annotations

import json
import re

_PLAIN = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_ @./+*-]*[A-Za-z0-9_@./+*-])?")
_OTHERWISE = re.compile(r"(?i:true|false|null|yes|no|on|off|y|n|[0-9][0-9_]*\.?[0-9]*(e[+-]?[0-9]+)?|0x[0-9a-f]+)")


def render_flow(value: object) -> str:
    """One line of YAML that this room's parser, and any other, reads as the value (text, numbers, lists, mappings)."""
    if isinstance(value, dict):
        return "{" + render_entry(value) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(render_flow(item) for item in value) + "]"
    if value is None:
        return "null"
    if not isinstance(value, str):
        return str(value).lower()
    plain = _PLAIN.fullmatch(value) and not _OTHERWISE.fullmatch(value)
    return value if plain else json.dumps(value, ensure_ascii=False)


def render_entry(values: dict[str, object]) -> str:
    """A mapping without its braces: ``status: active``."""
    return ", ".join(f"{render_flow(key)}: {render_flow(value)}" for key, value in values.items())
