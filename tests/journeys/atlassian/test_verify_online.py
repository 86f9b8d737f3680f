"""`verify --online`: the journal against the organization's own audit events."""

from __future__ import annotations

from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.emulator import API_KEY, Rule
from tests.journeys.atlassian.town import Town, town


def by_hand(found: Town, path: str, key: str = API_KEY) -> None:
    """A change that somebody makes with a key, past the runner."""
    url = f"{found.emulator.url}/admin/v2/orgs/{found.emulator.org_id}/directories/dir-1/users/{path}"
    with urlopen(Request(url, method="POST", headers={"Authorization": f"Bearer {key}"})) as reply:
        assert reply.status == 204


def assert_never_announced(found: Town, who: str) -> None:
    """The events differ from the journal in one thing: what somebody did to this person."""
    done = found.run("verify", "--online")
    assert (done.code, done.reason) == (4, "events_differ")
    (finding,) = done.form["findings"]
    assert who in finding["message"]
    assert "never announced" in finding["message"]


def test_a_journal_that_agrees_with_the_audit_events_is_whole(tmp_path: Path) -> None:
    """After runs and an undo, every change has its event and every event its intent; without changes none are read."""
    with town(tmp_path) as found:
        assert found.run("verify", "--online").code == 0
        found.run("apply", "--all")
        assert found.run("verify", "--online").code == 0
        found.run("undo", "last", "--apply")
        done = found.run("verify", "--online")
        assert (done.code, done.form["findings"]) == (0, [])


def test_what_was_done_with_our_key_past_the_runner_is_found(tmp_path: Path) -> None:
    """A person suspended with the same key is named; the journal itself is whole."""
    with town(tmp_path) as found:
        found.run("apply", "--all")
        by_hand(found, "busy-007/suspend")
        assert_never_announced(found, "busy-007")
        assert found.run("verify").code == 0


def test_what_was_done_to_somebody_whom_a_run_changed_another_day_is_found(tmp_path: Path) -> None:
    """An announcement stands for its own run: it covers nothing that happens to the same person a day later."""
    with town(tmp_path) as found:
        found.run("apply", "suspend")
        found.clock.sleep(86_400)
        assert found.run("verify", "--online").code == 0
        by_hand(found, "away-00/restore")
        assert_never_announced(found, "away-00")


@pytest.mark.parametrize("fault", [Rule("drop_keys", match="events-stream", keys=("attributes",), times=0)])
def test_a_change_without_an_audit_event_is_found(tmp_path: Path, fault: Rule) -> None:
    """Each change that the events do not have is named with its run."""
    with town(tmp_path) as found:
        changes = found.run("apply", "--all").form["changes"]
        found.emulator.set_faults([fault])
        done = found.run("verify", "--online")
        assert (done.code, done.reason) == (4, "events_differ")
        assert len(done.form["findings"]) == len(changes)
        assert all(finding["run"] for finding in done.form["findings"])


def test_a_key_that_may_not_read_the_events_is_said_so(tmp_path: Path) -> None:
    """It is an error of the other side, not a finding."""
    with town(tmp_path) as found:
        found.run("apply", "--all")
        found.emulator.set_faults([Rule("status", match="events-stream", status=403, times=0)])
        done = found.run("verify", "--online")
        assert (done.code, done.reason) == (4, "events_unreadable")


def test_in_a_journal_without_names_people_are_looked_up_by_what_stands_for_them(tmp_path: Path) -> None:
    """And a finding names nobody either."""
    with town(tmp_path) as found:
        settings = found.folder / "policies" / "settings.yaml"
        settings.write_text(settings.read_text("utf-8") + "reports: {privacy: pseudonymous}\n", "utf-8")
        found.environ["POLICY_RUNNER_PSEUDONYM_KEY"] = "0123456789abcdef0123456789abcdef"
        found.run("apply", "--all")
        assert found.run("verify", "--online").code == 0
        by_hand(found, "busy-007/suspend")
        done = found.run("verify", "--online")
        assert done.reason == "events_differ"
        assert "busy-007" not in done.out
