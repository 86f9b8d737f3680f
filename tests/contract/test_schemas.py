"""The schemas that editors read: fresh, valid, closed, and described down to the last key."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from runner import catalog
from runner.engine.rails import ABSOLUTE
from runner.policy.expression import parse_match
from runner.policy.schemas import check_schemas, render_schemas, schema_of, write_schemas

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("settings", "filter", "task", "exemptions", "override", "test")


def parts(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema within a schema, with a path to show."""
    if isinstance(schema, list):
        for index, one in enumerate(schema):
            yield from parts(one, f"{path}/{index}")
    if not isinstance(schema, dict):
        return
    yield path, schema
    for key, value in schema.items():
        if key in ("properties", "$defs"):
            for name, one in value.items():
                yield from parts(one, f"{path}/{name}")
        elif key in ("items", "oneOf", "anyOf", "allOf", "additionalProperties"):
            yield from parts(value, f"{path}/{key}")


def test_the_schemas_in_the_repository_are_fresh() -> None:
    """What is committed is what the catalog makes now."""
    assert check_schemas(ROOT / "schemas") == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_one(kind: str) -> None:
    """Draft 2020-12 accepts it."""
    Draft202012Validator.check_schema(schema_of(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_every_mapping_is_closed(kind: str) -> None:
    """Unknown keys are errors everywhere; where keys are names (of apps, of groups), their values have a schema."""
    open_ones = [
        path for path, schema in parts(schema_of(kind))
        if schema.get("type") == "object" and schema.get("additionalProperties") is not False
        and not isinstance(schema.get("additionalProperties"), dict)
    ]  # fmt: skip
    assert open_ones == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_is_described(kind: str) -> None:
    """Editors have something to say about each key."""
    silent = [
        f"{path}/{name}" for path, schema in parts(schema_of(kind))
        for name, key in schema.get("properties", {}).items() if not key.get("description", "").strip()
    ]  # fmt: skip
    assert silent == []


def test_every_element_of_the_catalog_is_in_the_task_schema() -> None:
    """Adding a file to filters or actions extends the language."""
    defs = schema_of("task")["$defs"]
    assert set(defs["condition"]["properties"]) == set(catalog.conditions())
    assert set(defs["action"]["oneOf"][1]["properties"]) == {*catalog.actions(), "notify"}
    assert schema_of("filter")["$defs"]["condition"] == defs["condition"]


@pytest.mark.parametrize("name", sorted(catalog.conditions()))
def test_the_example_of_a_condition_loads(name: str) -> None:
    """The YAML in its docstring is a condition of that name."""
    text = _example(catalog.conditions()[name])
    saved = parse_match("{status: active}")
    condition = parse_match(text, dict.fromkeys(re.findall(r"filter: ([a-z0-9-]+)", text), saved))
    assert condition.name == name
    assert parse_match(condition.written, dict.fromkeys(re.findall(r"filter: ([a-z0-9-]+)", text), saved)) == condition


@pytest.mark.parametrize("name", sorted(catalog.actions()))
def test_the_example_of_an_action_is_valid(name: str) -> None:
    """The YAML in its docstring fits the schema of tasks."""
    schema = schema_of("task")
    entries = yaml.safe_load(_example(catalog.actions()[name]))
    assert [name] == [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]
    Draft202012Validator({"$defs": schema["$defs"], **schema["properties"]["actions"]}).validate(entries)


def _example(element: type[Any]) -> str:
    found = re.search(r"```yaml\n(.*?)```", inspect.getdoc(element) or "", re.DOTALL)
    assert found is not None, "no example in the docstring"
    return found.group(1)


def test_an_override_may_name_the_rails_that_one_can_lift() -> None:
    """What the engine never lifts is refused where it is written, not silently passed over."""
    rails = schema_of("override")["properties"]["rail"]["enum"]
    assert ABSOLUTE.isdisjoint(rails)


def test_stale_missing_and_foreign_files_are_found_and_written_anew(tmp_path: Path) -> None:
    """The check names each; writing makes the folder fresh and touches nothing that was."""
    assert check_schemas(tmp_path) == sorted(render_schemas())
    assert write_schemas(tmp_path) == sorted(render_schemas())
    assert check_schemas(tmp_path) == []
    (tmp_path / "task.schema.json").write_text("{}")
    (tmp_path / "old.schema.json").write_text("{}")
    assert check_schemas(tmp_path) == ["old.schema.json", "task.schema.json"]
    assert write_schemas(tmp_path) == ["task.schema.json"]


@pytest.mark.parametrize(
    "path", sorted(path for path in (ROOT / "policies").rglob("*.yaml")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_the_shipped_policies_satisfy_their_schemas_and_point_to_them(path: Path) -> None:
    """An editor that follows the comment sees the right schema, and no error."""
    text = path.read_text(encoding="utf-8")
    link = re.match(r"# yaml-language-server: \$schema=(.+)\n", text)
    assert link is not None
    schema = (path.parent / link.group(1)).resolve()
    kind = {"filters": "filter", "tasks": "task", "tests": "test", "overrides": "override"}.get(
        path.parent.name, path.stem
    )
    assert schema == ROOT / "schemas" / f"{kind}.schema.json"
    # Editors read days as text.
    resolvers = {
        key: [(tag, pattern) for tag, pattern in found if not tag.endswith(":timestamp")]
        for key, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    loader = type("Loader", (yaml.SafeLoader,), {"yaml_implicit_resolvers": resolvers})
    Draft202012Validator(schema_of(kind)).validate(yaml.load(text, Loader=loader))
