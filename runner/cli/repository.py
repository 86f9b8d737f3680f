"""Which repository on GitHub is meant: the one place where its addresses are taken apart and put together.

GitHub is github.com, a subdomain of ghe.com, and the server that ``GITHUB_SERVER_URL`` names; no other host is, however
it is called: tokens are sent there, and workflows called.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

GITHUB, ENTERPRISE = "github.com", ".ghe.com"
SERVER = "GITHUB_SERVER_URL"
_SERVER = re.compile(r"https://(?P<host>[A-Za-z0-9.-]+)(:[0-9]+)?")
_NAME = r"[A-Za-z0-9_-]+/[A-Za-z0-9._-]+?"
_ADDRESS = re.compile(
    r"(?:https://(?P<secret>[^/@]+@)?|ssh://git@|(?P<scp>git@))(?P<host>[A-Za-z0-9.-]+)(?(scp):|/)"
    rf"(?P<name>{_NAME})(?:\.git)?/?"
)


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository by its host, in lower case, and its name: ``acme/policies``; ``secret`` says that its address has a
    token in it, or whose it is."""

    host: str
    name: str
    secret: bool = False

    @property
    def api(self) -> str:
        """Where the API of its GitHub is (GitHub's documentation of its REST API, "Getting started")."""
        public = self.host == GITHUB or self.host.endswith(ENTERPRISE)
        return f"https://api.{self.host}" if public else f"https://{self.host}/api/v3"


def repository_at(address: str, environ: Mapping[str, str]) -> Repository | None:
    """The repository that git fetches from an address: https, ssh, or ``git@HOST:OWNER/NAME``; None elsewhere."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return None
    host = found["host"].lower()
    server = _SERVER.fullmatch(environ.get(SERVER, ""))
    ours = host == GITHUB or host.endswith(ENTERPRISE) or (server is not None and host == server["host"].lower())
    return Repository(host, found["name"], found["secret"] is not None) if ours else None


def repository_page(environ: Mapping[str, str]) -> str:
    """The page of the repository whose workflow this is; empty where the variables are not what GitHub sets."""
    server, repository = environ.get(SERVER, ""), environ.get("GITHUB_REPOSITORY", "")
    return f"{server}/{repository}" if _SERVER.fullmatch(server) and re.fullmatch(_NAME, repository) else ""
