"""Conditions given on the command line, and the file that a condition is saved as."""

from __future__ import annotations

from collections.abc import Mapping

from runner.catalog import CONDITION, Schema
from runner.model.condition import Condition
from runner.policy.check import check
from runner.policy.documents import mentions
from runner.policy.elements import Elements, UnbuildableError
from runner.policy.flow import render_entry, render_flow
from runner.policy.names import check_names
from runner.policy.problems import PolicyError, Problems, did_you_mean, shown
from runner.policy.schemas import schema_of
from runner.policy.yaml import parse_yaml

SOURCE = "--match"
"""What places call text from the command line."""


def parse_match(text: str, filters: Mapping[str, Condition] | None = None) -> Condition:
    """The condition in a text such as ``{status: active}`` or ``status: active``; ``filters`` are the saved ones.

    Raises PolicyError with all that is wrong.
    """
    problems = Problems()
    value = _parsed(text, problems)
    saved = filters or {}
    for mention in mentions(value):
        if mention.key == "filter" and isinstance(mention.value, str) and mention.value not in saved:
            message = f"there is no filter {shown(mention.value)}"
            problems.error(mention.place, "unknown_filter", message, did_you_mean(mention.value, saved))
    if not problems.errors:
        try:
            return Elements(problems, saved).condition(value)
        except UnbuildableError:
            pass
    raise PolicyError(problems.errors)


def dump_filter(condition: Condition, description: str) -> str:
    """The file of a saved filter (``filters/NAME.yaml``): lists of conditions one a line, everything else compact."""
    value = _parsed(condition.written, Problems())
    lines = [
        "# yaml-language-server: $schema=../../schemas/filter.schema.json",
        f"description: {render_flow(description)}",
        "match:",
        *("  " + line for line in _lines(value)),
    ]
    return "\n".join(lines) + "\n"


def _parsed(text: str, problems: Problems) -> object:
    node = parse_yaml(text.encode("utf-8", "surrogatepass"), SOURCE, problems)
    if node is None:
        return None
    check_names(node, "filter", problems)
    schema: Schema = {**CONDITION, "$defs": {"condition": schema_of("filter")["$defs"]["condition"]}}
    return check(node, schema, problems)[0]


def _lines(value: object) -> list[str]:
    """A condition as block YAML, as far as it is made of lists of conditions."""
    assert isinstance(value, dict)
    ((key, parameter),) = value.items()
    if isinstance(parameter, list) and all(isinstance(item, dict) for item in parameter):
        return [f"{key}:", *("  " + line for item in parameter for line in _item(item))]
    return [render_entry(value)]


def _item(value: object) -> list[str]:
    first, *rest = _lines(value)
    return [f"- {first}", *("  " + line for line in rest)]
