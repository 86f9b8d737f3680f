"""What holds for every test: no credential in reach, no time limits, Atlassian's descriptions where they lie."""

from __future__ import annotations

import os

import hypothesis
import pytest

from tests.emulator.description import description_folder

LEAKING_PREFIXES = ("ATLASSIAN_", "POLICY_RUNNER_", "GITHUB_", "RUNNER_")
KEPT = ("ATLASSIAN_OPENAPI_DIR", "POLICY_RUNNER_REQUIRE_OPENAPI")


def pytest_configure() -> None:
    """Take a real organization's key, and the CI service's output files, out of every test's reach."""
    for name in list(os.environ):
        if name.startswith(LEAKING_PREFIXES) and name not in KEPT:
            del os.environ[name]
    os.environ["NO_COLOR"] = "1"
    # Two loaded cores make any deadline a coin toss; a CI run must be repeatable.
    hypothesis.settings.register_profile("local", deadline=None)
    hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
    hypothesis.settings.register_profile("soak", deadline=None, max_examples=5000)
    found = (hypothesis.Phase.explicit, hypothesis.Phase.generate)  # that something is wrong, not how little suffices
    hypothesis.settings.register_profile("mutation", deadline=None, derandomize=True, phases=found)
    hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test marked ``needs_openapi`` where the descriptions are absent; fail it where they must be there."""
    if item.get_closest_marker("needs_openapi") is None or description_folder() is not None:
        return
    why = "Atlassian's OpenAPI descriptions are neither in ATLASSIAN_OPENAPI_DIR nor in ../shared/atlassian"
    if os.environ.get("POLICY_RUNNER_REQUIRE_OPENAPI"):
        pytest.fail(why, pytrace=False)
    pytest.skip(why)
