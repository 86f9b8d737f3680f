"""schemathesis attacks the emulated API from the published description: nothing brings it down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings, strategies
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from tests.emulator import API_KEY, Emulator
from tests.emulator.description import METHODS, description_folder, descriptions
from tests.emulator.routes import ROUTES
from tests.emulator.sample import DESK, JIRA, WIKI, organization
from tests.emulator.wire import Json

pytestmark = [
    pytest.mark.needs_openapi,
    pytest.mark.skipif(description_folder() is None, reason="no OpenAPI descriptions: set ATLASSIAN_OPENAPI_DIR"),
]

EXAMPLES = 10
MORE = 80  # where the body has many fields, each of which can be wrong
ACCOUNTS = ["u-ada", "u-ben", "u-cleo", "u-dov", "u-eve", "u-fay", "u-unknown"]
# What exists; nine times of ten it takes the place of what schemathesis made up.
KNOWN = {
    "orgId": ["acme"],
    "directoryId": ["dir-1", "-"],
    "accountId": ACCOUNTS,
    "account_id": ACCOUNTS,
    "userId": ACCOUNTS,
    "groupId": ["g-jira", "g-wiki", "g-idp", "g-plain"],
    "domainId": ["acme.example"],
    "eventId": ["event-1"],
    "resource": [JIRA, WIKI, DESK],
    "resourceId": [JIRA, WIKI, DESK],
}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """The sample organization, which the attack may change as it likes."""
    with Emulator(organization()) as started:
        yield started


def emulated(description: Json, prefix: str) -> Json:
    """The description with the emulated operations only."""
    paths: Json = {}
    for path, item in description["paths"].items():
        for method, operation in item.items():
            if method in METHODS and _is_emulated(method, f"{prefix}{path}"):
                paths.setdefault(path, {})[method] = operation
    return {**description, "paths": paths}


def _is_emulated(method: str, path: str) -> bool:
    shape = _shape(path)
    return any(route.method == method.upper() and _shape(route.template) == shape for route in ROUTES)


def _shape(path: str) -> list[str]:
    return ["{}" if part.startswith("{") else part for part in path.split("/")]


def attack(operation: Any, url: str, mode: GenerationMode) -> None:
    """Send one operation what the description allows, or what it forbids, always the same way."""

    examples = MORE if operation.path.endswith(("/search", "/workspaces")) else EXAMPLES

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), turn=strategies.integers(0, 9))
    def strike(case: Any, turn: int) -> None:
        if turn:
            _aim(case, turn)
        reply = case.call(base_url=url, headers={"Authorization": f"Bearer {API_KEY}"}, timeout=5)
        case.validate_response(reply, checks=[not_a_server_error, response_schema_conformance])

    strike()


def _aim(case: Any, turn: int) -> None:
    """Name what exists, in the path and in the body, so that the attack gets past the 404s."""
    for place in (case.path_parameters, case.body):
        if isinstance(place, dict):
            place.update({name: known[turn % len(known)] for name, known in KNOWN.items() if name in place})


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "forbidden"])
@pytest.mark.parametrize(("index", "prefix"), [(0, "/admin"), (1, "")], ids=["organization", "user-management"])
def test_nothing_that_can_be_said_brings_it_down(
    emulator: Emulator, mode: GenerationMode, index: int, prefix: str
) -> None:
    """Right and wrong requests alike: no 5xx, no crash, every body as described, and the state still whole."""
    schema = schemathesis.openapi.from_dict(emulated(descriptions()[index], prefix))
    operations: list[Any] = [found.ok() for found in cast(Any, schema).get_all_operations()]
    assert len(operations) == sum(
        route.template.startswith("/users/") == (index == 1) and "api-access" not in route.template for route in ROUTES
    )
    for operation in operations:
        attack(operation, f"{emulator.url}{prefix}", mode)
    assert emulator.crashes == []
    assert {user["account_id"] for user in emulator.organization()["users"]} == set(ACCOUNTS)
