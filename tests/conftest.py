"""What holds for every test: no credential in reach, no time limits, Atlassian's descriptions where they lie."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent

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
    hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")


def openapi_folder() -> Path | None:
    """Where Atlassian's published OpenAPI descriptions are: ``ATLASSIAN_OPENAPI_DIR``, else beside the checkout."""
    named = os.environ.get("ATLASSIAN_OPENAPI_DIR")
    folder = Path(named) if named else ROOT.parent / "shared" / "atlassian"
    return folder if (folder / "organization.openapi.json").is_file() else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test marked ``needs_openapi`` where the descriptions are absent; fail it where they must be there."""
    if item.get_closest_marker("needs_openapi") is None or openapi_folder() is not None:
        return
    why = "Atlassian's OpenAPI descriptions are neither in ATLASSIAN_OPENAPI_DIR nor in ../shared/atlassian"
    if os.environ.get("POLICY_RUNNER_REQUIRE_OPENAPI"):
        pytest.fail(why, pytrace=False)
    pytest.skip(why)


@pytest.fixture(scope="session")
def openapi_dir() -> Path:
    """The folder with ``organization.openapi.json`` and ``user-management.openapi.json``.

    Whoever asks for it is marked ``needs_openapi``, so that it is there.
    """
    folder = openapi_folder()
    assert folder is not None, "mark the test needs_openapi"
    return folder
