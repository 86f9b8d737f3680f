"""Atlassian's two published OpenAPI descriptions, without their known defects.

They are found in the folder that `ATLASSIAN_OPENAPI_DIR` names, or in `../shared/atlassian` beside the checkout, and
are not part of this repository.
"""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

from tests.emulator.wire import Json

_FILES = ("organization.openapi.json", "user-management.openapi.json")
METHODS = {"get", "post", "put", "patch", "delete"}


def description_folder() -> Path | None:
    """Where the published descriptions are, or None where they are absent."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "atlassian"
    folder = Path(os.environ.get("ATLASSIAN_OPENAPI_DIR") or beside)
    return folder if all((folder / name).is_file() for name in _FILES) else None


def descriptions() -> tuple[Json, Json]:
    """Both descriptions, mended: the organization's and user management's. FileNotFoundError where absent."""
    folder = description_folder()
    if folder is None:
        raise FileNotFoundError("no OpenAPI descriptions: set ATLASSIAN_OPENAPI_DIR")
    organization, managing = (json.loads((folder / name).read_text("utf-8")) for name in _FILES)
    return mended(organization), mended(managing)


def mended(description: Json) -> Json:
    """The description without its known defects: the one place where they are coded around.

    Atlassian facts, section 1, names most of them; the rest was found by checking against it.
    """
    result: Json = _walked(copy.deepcopy(description), description)
    schemas = result["components"]["schemas"]
    for path, item in result["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                _mend_operation(path, operation, result)
    # Enums of roles differ from one place to the next: they are open (section 1).
    for name in ("PlatformRole", "RoleId"):
        if name in schemas:
            schemas[name].pop("enum", None)
    # Real replies have null for profile fields that nobody filled in (section 1, measured by jira.js).
    for name in ("MultiDirectoryUser", "MultiDirectoryUserDetailsData"):
        for prop in ("jobTitle", "department", "organization", "location", "timeZone"):
            if name in schemas:
                schemas[name]["properties"][prop]["nullable"] = True
    # The names of fields in requests are closed, so that a misspelt one is found.
    for name in (
        "MultiDirectoryUserSearchRequest",
        "MultiDirectoryGroupSearchRequest",
        "SearchWorkspacesRequestV2",
        "RoleApiRequest",
        "OrganizationLevelRoleApiRequest",
    ):
        if name in schemas:
            schemas[name]["additionalProperties"] = False
    return result


def _mend_operation(path: str, operation: Json, description: Json) -> None:
    for parameter in operation.get("parameters", ()):
        # `{userId}` is declared as `accountId`, which is what it is (section 1).
        if parameter.get("name") == "accountId" and "{userId}" in path:
            parameter["name"] = "userId"
        # Account and organization ids are no UUIDs (sections 2.1 and 2.15); the account id of user management is
        # declared read-only, which a parameter cannot be.
        if parameter.get("in") == "path":
            parameter["schema"] = {"type": "string"}
    # An unknown organization is a 404 also where none is declared; a body that is no JSON is a 400.
    errors = description["components"]["schemas"].get("Errors.ApplicationErrors.Model")
    if errors is not None:
        reply = {"description": "", "content": {"application/json": {"schema": errors}}}
        operation["responses"].setdefault("404", reply)
        operation["responses"].setdefault("400", reply)
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if content.get("type") == "object":
        content["additionalProperties"] = False


def _walked(node: Any, root: Json) -> Any:
    """The tree with references that have siblings resolved, and without discriminators.

    `nullable` beside a `$ref` would be lost; a parameter that is shared must not be renamed everywhere; and the
    discriminators name schemas that do not exist (`account_type`) or are booleans (`allowed`): `oneOf` is enough. The
    pattern of an account id ends with a line break.
    """
    if isinstance(node, list):
        return [_walked(item, root) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str) and (len(node) > 1 or reference.startswith("#/components/parameters/")):
        target = _walked(copy.deepcopy(_resolved(reference, root)), root)
        nullable = {"nullable": True} if node.get("nullable") else {}
        enum = {"enum": [*target["enum"], None]} if nullable and "enum" in target else {}
        return {**target, **enum, **nullable}
    kept = {name: _walked(item, root) for name, item in node.items() if name not in {"discriminator", "example"}}
    if isinstance(kept.get("pattern"), str):
        kept["pattern"] = kept["pattern"].rstrip("\n")
    if kept.get("nullable") is True and isinstance(kept.get("enum"), list) and None not in kept["enum"]:
        kept["enum"] = [*kept["enum"], None]
    return kept


def _resolved(reference: str, root: Json) -> Any:
    node: Any = root
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node
