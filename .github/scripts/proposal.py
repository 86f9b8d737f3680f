"""A pull request made of files that a workflow wrote, in the name of whoever asked for it."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from github_api import Api, ApiError

NO_CHECK = "GitHub starts no checks for what a workflow proposes: close this pull request and reopen it to start them."


@dataclass(frozen=True, slots=True)
class Asker:
    """The account that asked: it is the author of the commits, so that it cannot be the one who approves them."""

    login: str
    number: int

    @property
    def author(self) -> Mapping[str, str]:
        """What GitHub recognizes the account by."""
        return {"name": self.login, "email": f"{self.number}+{self.login}@users.noreply.github.com"}


def propose(api: Api, asker: Asker, branch: str, files: Mapping[str, str], title: str, body: str) -> str:
    """Open a pull request that puts these files (path to text) on the default branch, and give its address.

    Where workflows may not open pull requests, the address is that of the page that opens one. Raises ApiError.
    """
    base = api.get("")["default_branch"]
    tip = api.get(f"/git/ref/heads/{base}")["object"]["sha"]
    api.call("POST", "/git/refs", {"ref": f"refs/heads/{branch}", "sha": tip})
    for path, text in files.items():
        api.call("PUT", f"/contents/{path}", _content(api, branch, path, text, title, asker))
    try:
        pull = api.call("POST", "/pulls", {"title": title, "body": body, "head": branch, "base": base})
    except ApiError as error:
        if error.status != 403:
            raise
        return f"{os.environ['GITHUB_SERVER_URL']}/{api.repository}/compare/{base}...{branch}?expand=1"
    return str(pull["html_url"])


def _content(api: Api, branch: str, path: str, text: str, message: str, asker: Asker) -> dict[str, Any]:
    content = base64.b64encode(text.encode()).decode()
    body = {"message": message, "branch": branch, "content": content, "author": asker.author}
    try:
        return {**body, "sha": api.get(f"/contents/{path}", ref=branch)["sha"]}
    except ApiError as error:
        if error.status != 404:
            raise
        return body
