"""Where the API is and with which key: from the environment, checked before anything is sent."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from runner.errors import InputError

DEFAULT_URL = "https://api.atlassian.com"
_KEY_HINT = "create an API key without scopes (with scopes for plans only) and put it into ATLASSIAN_API_KEY"
_KEY = re.compile(r"[\x21-\x7e]{1,4096}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")


@dataclass(frozen=True, slots=True)
class Connection:
    """One organization behind one host. ``directory`` is None for all directories of the organization.

    ``proxy`` is a proxy's URL or None; through one the key still travels inside TLS, end to end. ``ca_bundle`` is a
    file of certificates to trust instead of the usual ones. ``call_s`` is the longest that one call may take.
    """

    url: str
    organization: str
    key: str = field(repr=False)
    directory: str | None = None
    proxy: str | None = None
    ca_bundle: str | None = None
    call_s: float = 30.0

    @property
    def is_local(self) -> bool:
        """Whether this is no organization of Atlassian's, but something on this machine that stands for one."""
        return _is_loopback(urlsplit(self.url).hostname or "")


def connection_from(environ: Mapping[str, str], *, organization: str | None, directory: str | None) -> Connection:
    """The connection that the environment and the settings (``organization``, ``directory``) describe.

    ``ATLASSIAN_API_KEY``, ``ATLASSIAN_ORG_ID`` (goes before the settings), ``ATLASSIAN_API_URL``,
    ``ATLASSIAN_API_SECONDS`` (the longest call), ``HTTPS_PROXY`` and ``REQUESTS_CA_BUNDLE``; nothing else of the
    environment is heeded, no ``.netrc`` above all. Raises InputError. An organization's id is not always a UUID
    (Atlassian facts, section 2.1).
    """
    url = environ.get("ATLASSIAN_API_URL") or DEFAULT_URL
    is_local = _check_url(url)
    proxy = environ.get("HTTPS_PROXY") or environ.get("https_proxy") or None
    return Connection(
        url=url.rstrip("/"),
        organization=_id(environ.get("ATLASSIAN_ORG_ID") or organization, "organization"),
        key=_key(environ.get("ATLASSIAN_API_KEY")),
        directory=_id(directory, "directory") if directory else None,
        proxy=None if is_local else proxy,
        ca_bundle=environ.get("REQUESTS_CA_BUNDLE") or None,
        call_s=_seconds(environ.get("ATLASSIAN_API_SECONDS")),
    )


def _check_url(url: str) -> bool:
    """Whether the URL is of this machine; raises InputError for any other that is not plain https."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _bad_url() from None
    plain = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username or parts.password)
    is_local = _is_loopback(host)
    if not host or not plain or not (parts.scheme == "https" or (parts.scheme == "http" and is_local)):
        raise _bad_url()
    return is_local


def _bad_url() -> InputError:
    return InputError(
        "api_url",
        "ATLASSIAN_API_URL is not the https address of a host",
        hint=f"leave it out for {DEFAULT_URL}; plain http is accepted for a loopback address only",
    )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _id(value: str | None, what: str) -> str:
    if not value:
        raise InputError(
            f"{what}_missing",
            f"no {what} is given",
            hint="set ATLASSIAN_ORG_ID, or `organization: {id: ...}` in the settings; or use --directory FILE",
        )
    if not _ID.fullmatch(value):
        raise InputError(f"{what}_malformed", f"the {what}'s id has characters that no id has")
    return value


def _key(value: str | None) -> str:
    if not value:
        raise InputError("key_missing", "ATLASSIAN_API_KEY is not set", hint=f"{_KEY_HINT}; or use --directory FILE")
    if not _KEY.fullmatch(value):
        raise InputError("key_malformed", "ATLASSIAN_API_KEY has characters that no key has", hint=_KEY_HINT)
    return value


def _seconds(value: str | None) -> float:
    if not value:
        return 30.0
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", value) or float(value) <= 0:
        raise InputError("api_seconds", "ATLASSIAN_API_SECONDS is not a number of seconds")
    return float(value)
