"""The command ``settings``: what workflows have to know of the settings."""

from __future__ import annotations

import pytest

from tests.journeys.command import Desk


def test_one_setting_alone_is_for_scripts(desk: Desk) -> None:
    """It is printed by itself, with the default where nobody wrote it."""
    desk.write_policy("settings.yaml", "reports: {branch: records/atlassian}\n")
    assert desk.run("settings", "reports.branch").out == "records/atlassian\n"
    assert desk.run("settings", "reports.privacy").out == "plain\n"
    desk.write_policy("settings.yaml", "organization: {id: acme}\n")
    assert desk.run("settings", "reports.branch").out == "audit\n"
    assert "reports.branch: audit\n" in desk.run("settings").out
    assert desk.run("settings", "--json").form["organization.id"] == "acme"
    assert desk.run("settings", "reports.colour").code == 2


@pytest.mark.parametrize(
    "branch",
    ["../main", "-f", "a b", "x;touch y", "$(id)", "audit\\n", "refs/heads/x:main", "+main", "a..b", "a.lock/", "@{u}"],
)
def test_a_branch_is_a_plain_name_or_an_error(desk: Desk, branch: str) -> None:
    """What could be an option, a refspec or a shell's text never reaches a script."""
    desk.write_policy("settings.yaml", f'reports: {{branch: "{branch}"}}\n')
    done = desk.run("settings", "reports.branch")
    assert (done.code, done.out) == (2, "")
