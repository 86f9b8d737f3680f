"""Addresses of repositories on GitHub, taken apart."""

from __future__ import annotations

import pytest

from runner.cli.repository import Repository, repository_at, repository_page

OWN = {"GITHUB_SERVER_URL": "https://Git.acme.example"}


@pytest.mark.parametrize("form", ["https://{}/", "https://ann:s3cret@{}/", "ssh://git@{}/", "git@{}:"])
@pytest.mark.parametrize("end", ["", ".git", "/", ".git/"])
@pytest.mark.parametrize("host", ["github.com", "GitHub.com", "acme.ghe.com", "git.acme.example"])
def test_each_form_of_an_address_is_understood(form: str, host: str, end: str) -> None:
    """By https, by ssh, and as ssh writes it for short, on each kind of GitHub; underscores and points are letters."""
    found = repository_at(f"{form.format(host)}ann_acme/policy.runner{end}", OWN)
    assert found == Repository(host.lower(), "ann_acme/policy.runner", secret="s3cret" in form)


@pytest.mark.parametrize(
    "address",
    [
        "https://github.acme.example/acme/policies",
        "https://github.com.acme.example/acme/policies",
        "https://github.com@acme.example/acme/policies",
        "https://acme.example/github.com/policies",
        "https://evilghe.com/acme/policies",
        "https://mygithub.com/acme/policies",
        "git@github.acme.example:acme/policies.git",
        "http://github.com/acme/policies",
        "git@github.com/acme/policies",
        "https://github.com:acme/policies",
        "https://github.com/acme/group/policies",
        "https://github.com/acme",
        "https://github.com/acme/policies\n",
        "/srv/github.com/acme/policies",
        "",
    ],
)
def test_no_other_host_is_github(address: str) -> None:
    """However much it is called like it, also where a server of one's own is named."""
    assert repository_at(address, OWN) is None


@pytest.mark.parametrize("server", ["", "http://git.acme.example", "git.acme.example", "https://git.acme.example/x"])
def test_an_own_server_is_one_that_the_environment_names(server: str) -> None:
    """As GitHub sets it, in no other form."""
    environ = {"GITHUB_SERVER_URL": server}
    assert repository_at("https://git.acme.example/acme/policies", environ) is None
    assert repository_page({**environ, "GITHUB_REPOSITORY": "acme/policies"}) == ""


@pytest.mark.parametrize(
    ("host", "api"),
    [
        ("github.com", "https://api.github.com"),
        ("acme.ghe.com", "https://api.acme.ghe.com"),
        ("git.acme.example", "https://git.acme.example/api/v3"),
    ],
)
def test_each_github_has_its_api(host: str, api: str) -> None:
    """Beside it where GitHub hosts it, below it on a server of one's own."""
    assert Repository(host, "acme/policies").api == api
