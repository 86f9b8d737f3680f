"""A client that somebody else wrote reads the emulated API, and a process of its own serves it."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import atlassian.cloud_admin
import pytest
from atlassian import CloudAdmin

from tests.emulator import API_KEY, Emulator
from tests.emulator.sample import JIRA, organization

untyped: Any = CloudAdmin
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def admin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """`atlassian-python-api`'s client, which takes its host from a name in its module."""
    with Emulator(organization()) as emulator:
        monkeypatch.setattr(atlassian.cloud_admin, "ADMIN_URL", emulator.url)
        client = untyped(API_KEY)
        yield client
        client.close()
    assert emulator.crashes == []


def test_cloud_admin_reads_the_organization(admin: Any) -> None:
    """Organization, directories, people, counts, groups: each is what the file says."""
    assert admin.get_organization("acme")["data"]["attributes"]["name"] == "acme"
    assert [item["directoryId"] for item in admin.get_directories("acme")["data"]] == ["dir-1"]
    found = admin.search_directory_users("acme", "dir-1", {"emails": ["ada@acme.example"], "expand": ["productAccess"]})
    assert found["data"][0]["productAccess"][0]["id"] == JIRA
    assert admin.get_directory_users_count("acme", "dir-1") == {"count": 7}
    assert admin.get_directory_user("acme", "dir-1", "u-dov")["data"]["status"] == "suspended"
    assert [
        item["name"] for item in admin.search_directory_groups("acme", "dir-1", {"groupIds": ["g-idp"]})["data"]
    ] == ["idp-all"]
    assert admin.get_group("acme", "dir-1", "g-idp")["data"]["externalSynced"] is True
    assert len(admin.get_groups("acme", "dir-1", limit=2)["data"]) == 2


def test_cloud_admin_switches_an_account_off_and_on(admin: Any) -> None:
    """Its lifecycle calls have their effect."""
    permissions = admin.get_user_management_permissions("u-ben", ["lifecycle.enablement"])
    assert permissions == {"lifecycle.enablement": {"allowed": True}}
    admin.deactivate_user("u-ben", "on leave")
    assert admin.get_directory_user("acme", "dir-1", "u-ben")["data"]["accountStatus"] == "inactive"
    admin.activate_user("u-ben")
    assert admin.get_directory_user("acme", "dir-1", "u-ben")["data"]["accountStatus"] == "active"


def test_it_serves_as_a_process_of_its_own(tmp_path: Path) -> None:
    """The first line it prints is its URL; the control endpoint tells log and state; SIGTERM ends it with 0."""
    file = tmp_path / "org.json"
    file.write_text(json.dumps(organization()), "utf-8")
    command = [sys.executable, "-m", "tests.emulator", str(file), "--api-key", "k", "--directory", "dir-9=acme"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert asked(f"{url}/admin/v2/orgs/acme/directories")["data"][0]["directoryId"] == "dir-9"
        asked(f"{url}/_emulator/faults", [{"kind": "count_off", "by": 1}])
        assert asked(f"{url}/admin/v2/orgs/acme/directories/dir-9/users/count") == {"count": 8}
        asked(f"{url}/_emulator/edit", {"account_id": "u-ben", "status": "suspended"})
        asked(f"{url}/admin/v2/orgs/acme/directories/dir-9/users/u-ben/restore", {})
        assert [item["verb"] for item in asked(f"{url}/_emulator/effects")] == ["restore"]
        assert [entry["status"] for entry in asked(f"{url}/_emulator/log")] == [200, 200, 204]
        assert asked(f"{url}/_emulator/state") == organization()
        asked(f"{url}/_emulator/reset", {})
        assert asked(f"{url}/_emulator/log") == []
        process.terminate()
    assert process.returncode == 0


def asked(url: str, body: object = None) -> Any:
    """The decoded JSON of a GET, or of a POST where there is a body."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": "Bearer k", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=10) as reply:
        content = reply.read()
    return json.loads(content) if content else None
