"""GitHub's REST API: the standard library alone, so that the workflows' scripts can use it where nothing is installed.

What comes from GitHub (bodies of issues, names of branches) is data: never part of a shell's text, and shown through
``runner.text``.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

TIMEOUT_S = 30
PAGE = 100
_MOST_PAGES, _MOST_BYTES = 20, 20_000_000
_HERE = ("127.0.0.1", "localhost", "::1")


class ApiError(Exception):
    """GitHub said no. ``status`` is the HTTP status, 0 where there was no answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing: the token is for this host alone."""

    def redirect_request(self, *_: Any) -> None:
        """See HTTPRedirectHandler."""


class Api:
    """One repository (``owner/name``) on one host, over https (plain http to this machine alone). Raises ApiError."""

    def __init__(self, url: str, token: str, repository: str) -> None:
        parts = urlsplit(url)
        if not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)):
            raise ApiError(0, "the address of GitHub's API is not https")
        self._url = url.rstrip("/")
        self._token = token
        self.repository = repository
        self._opener = urllib.request.build_opener(_Stay)

    def call(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """The answer's JSON, None where it has none. ``path`` is below the repository. Raises ApiError."""
        address = f"{self._url}/repos/{quote(self.repository)}{quote(path)}"
        data = None if body is None else json.dumps(body).encode()
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        try:
            request = urllib.request.Request(  # noqa: S310 (its scheme was looked at)
                f"{address}?{urlencode(query)}" if query else address, data, headers, method=method
            )
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                content = answer.read(_MOST_BYTES)
            return json.loads(content) if content else None
        except urllib.error.HTTPError as error:
            raise ApiError(error.code, f"{method} {path or '/'}: {error.code} {_message(error)}".rstrip()) from error
        except (OSError, ValueError) as error:
            raise ApiError(0, f"{method} {path or '/'}: {error}") from error

    def get(self, path: str, **query: str) -> Any:
        """One answer. Raises ApiError."""
        return self.call("GET", path, **query)

    def each(self, path: str, **query: str) -> Iterator[Any]:
        """Every entry of a list, page by page. Raises ApiError."""
        for page in range(1, _MOST_PAGES + 1):
            entries = self.call("GET", path, **query, per_page=str(PAGE), page=str(page))
            yield from entries
            if len(entries) < PAGE:
                return


def _message(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read(_MOST_BYTES))["message"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
