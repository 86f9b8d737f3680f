"""A journal without names, as a whole: what policies say about people is not repeated in it either."""

from __future__ import annotations

from runner.journal.privacy import pseudonym
from tests.journeys.command import Desk

KEY = "0123456789abcdef"


def test_an_exemption_names_nobody_in_the_journal(desk: Desk) -> None:
    """Not by the account id that it is for, nor by the name in its reason; who has the key finds them by their number,
    and the report is what its records say."""
    desk.environ["POLICY_RUNNER_PSEUDONYM_KEY"] = KEY
    settings = (desk.policies / "settings.yaml").read_text(encoding="utf-8")
    desk.write_policy("settings.yaml", settings.replace("privacy: plain", "privacy: pseudonymous"))
    dana = next(user for user in desk.people().values() if user["email"] == "dana.reed@contractor.acme.example")
    exemption = (
        f"- {{user: '{dana['account_id']}', reason: {dana['name']} is on leave, owner: it, expires: 2026-12-01}}\n"
    )
    desk.write_policy("exemptions.yaml", exemption)
    assert desk.run("apply", "contractors-30d").code == 0
    written = {file.name: file.read_text(encoding="utf-8") for file in desk.journal.rglob("*") if file.is_file()}
    for name, text in written.items():
        assert not any(dana[word] in text for word in ("name", "email", "account_id")), name
    for name in ("report.md", "README.md"):
        assert pseudonym(KEY.encode(), dana["account_id"]) in written[name]
    assert desk.run("verify").code == 0
