"""GitHub's REST API for the scripts of the workflows: the standard library alone, the token from the environment.

The scripts run where no package is installed, beside a token that may write; so they need nothing but Python and this
checkout. What comes from GitHub (bodies of issues, names of branches) is data: it is never part of a shell's text, and
it is shown through ``runner.text``.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

sys.path.append(str(Path(__file__).resolve().parents[2]))

from runner.text import log_line  # the checkout is on the path only now

TIMEOUT_S = 30
PAGE = 100
_MOST_PAGES = 20


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
    """One repository on one host."""

    def __init__(self, url: str, token: str, repository: str) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self.repository = repository
        self._opener = urllib.request.build_opener(_Stay)

    @classmethod
    def of_the_workflow(cls) -> Api:
        """The repository that the workflow runs in."""
        return cls(os.environ["GITHUB_API_URL"], os.environ["GITHUB_TOKEN"], os.environ["GITHUB_REPOSITORY"])

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
        request = urllib.request.Request(  # noqa: S310 (the address is GitHub's own variable)
            f"{address}?{urlencode(query)}" if query else address, data, headers, method=method
        )
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                content = answer.read()
        except urllib.error.HTTPError as error:
            raise ApiError(error.code, f"{method} {path}: {error.code} {_message(error.read())}") from error
        except (OSError, ValueError) as error:
            raise ApiError(0, f"{method} {path}: {error}") from error
        return json.loads(content) if content else None

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


def _message(content: bytes) -> str:
    try:
        return str(json.loads(content)["message"])
    except (ValueError, KeyError, TypeError):
        return ""


def say(text: str) -> None:
    """One line for the log, in which nothing is taken for a command."""
    sys.stdout.write(f"{log_line(text)}\n")


def is_ours(entry: Any, marker: str) -> bool:
    """Whether a comment or an issue was written by a workflow and begins with this marker."""
    return entry["user"]["type"] == "Bot" and (entry["body"] or "").startswith(marker)
