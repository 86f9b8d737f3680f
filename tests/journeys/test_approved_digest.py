"""Approved is what runs, also where only the digest is at hand."""

from __future__ import annotations

from tests.journeys.command import Desk

OTHER = "sha256:" + "0" * 64


def test_only_the_plan_of_the_approved_digest_is_carried_out(desk: Desk) -> None:
    """Any other digest is refused before anything is written; the right one works until what would happen changes."""
    digest = desk.run("plan", "onboarding-baseline", "--json").form["digest"]
    before = desk.files()
    refused = desk.run("apply", "onboarding-baseline", "--digest", OTHER, "--json")
    assert (refused.code, refused.reason) == (3, "plan_changed")
    assert desk.files() == before
    done = desk.run("apply", "onboarding-baseline", "--digest", digest, "--json")
    assert done.code == 0, done.err
    again = desk.run("apply", "onboarding-baseline", "--digest", digest, "--json")
    assert (again.code, again.reason) == (3, "plan_changed")


def test_a_snapshot_is_recorded_without_names_once_a_day(desk: Desk) -> None:
    """It lies beside the journal; a second call the same day leaves it, and policies can be planned on it."""
    assert desk.run("snapshot", "--record").code == 0
    kept = desk.journal / "snapshots" / "latest.json"
    text = kept.read_text("utf-8")
    assert "@acme.example" in text
    assert not any(account_id in text for account_id in desk.people())
    assert "not a day old" in desk.run("snapshot", "--record", now="2026-11-22T20:00:00Z").err
    assert kept.read_text("utf-8") == text
    (desk.folder / "acme.json").write_text(text, encoding="utf-8")
    assert desk.run("plan", "--json").code in (0, 3)
