"""One host, one key: what the environment may say, and what is refused before anything is sent."""

from __future__ import annotations

import pytest

from runner.directory.atlassian.connection import Connection, connection_from
from runner.errors import InputError

KEY = {"ATLASSIAN_API_KEY": "secret-key", "ATLASSIAN_ORG_ID": "org-1"}


def read(**environ: str) -> Connection:
    """The connection for the key and these variables besides."""
    return connection_from({**KEY, **environ}, organization="org-2", directory=None)


def test_the_environment_goes_before_the_settings() -> None:
    """The organization's id and the usual host."""
    assert (read().organization, read().url) == ("org-1", "https://api.atlassian.com")
    assert connection_from({"ATLASSIAN_API_KEY": "k"}, organization="org-2", directory="d-1").organization == "org-2"


@pytest.mark.parametrize(
    "url",
    [
        "https://api.acme.example",
        "https://api.acme.example/",
        "http://127.0.0.1:8080",
        "http://localhost:1",
        "http://[::1]:80",
    ],
)
def test_https_and_loopback_are_accepted(url: str) -> None:
    """Plain http is for this machine only."""
    assert read(ATLASSIAN_API_URL=url).url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.acme.example", "ftp://api.acme.example", "api.acme.example", "https://", "https://user@api.acme.example",
        "https://api.acme.example/admin", "https://api.acme.example?x=1", "https://api.acme.example#x", "http://10.0.0.1",
        "https://api.acme.example:port", "http://127.0.0.1.acme.example", "http://localhost.acme.example", "https://[::1",
    ],
)  # fmt: skip
def test_any_other_address_is_refused(url: str) -> None:
    """The key goes nowhere in the clear and to nobody else."""
    with pytest.raises(InputError) as raised:
        read(ATLASSIAN_API_URL=url)
    assert raised.value.reason == "api_url"


@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        ({"ATLASSIAN_API_KEY": ""}, "key_missing"),
        ({"ATLASSIAN_API_KEY": "two\nlines"}, "key_malformed"),
        ({"ATLASSIAN_API_KEY": "schlüssel"}, "key_malformed"),
        ({"ATLASSIAN_ORG_ID": "../v1"}, "organization_malformed"),
        ({"ATLASSIAN_API_SECONDS": "-1"}, "api_seconds"),
        ({"ATLASSIAN_API_SECONDS": "soon"}, "api_seconds"),
    ],
)
def test_what_cannot_be_right_is_said_at_once(environ: dict[str, str], reason: str) -> None:
    """One clear error each, without the key in it."""
    with pytest.raises(InputError) as raised:
        read(**environ)
    assert raised.value.reason == reason
    assert "schlüssel" not in raised.value.message


def test_without_an_organization_there_is_no_connection() -> None:
    """Neither in the environment nor in the settings."""
    with pytest.raises(InputError) as raised:
        connection_from({"ATLASSIAN_API_KEY": "k"}, organization=None, directory=None)
    assert raised.value.reason == "organization_missing"


def test_the_key_shows_nowhere() -> None:
    """A connection that is printed keeps its secret."""
    assert "secret-key" not in repr(read())


def test_a_proxy_is_used_for_the_world_and_not_for_this_machine() -> None:
    """HTTPS_PROXY is heeded, as nothing else of the environment is."""
    proxy = {"HTTPS_PROXY": "http://proxy.acme.example:3128"}
    assert read(**proxy).proxy == "http://proxy.acme.example:3128"
    assert read(ATLASSIAN_API_URL="http://127.0.0.1:9", **proxy).proxy is None
