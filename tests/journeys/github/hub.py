"""A stand-in of GitHub's REST API: what the workflows' scripts ask, over a real bare repository.

Branches and files are those of the repository; issues, comments and pull requests are kept in memory. It answers in
the shapes of GitHub's documentation ("REST API", version 2022-11-28) as far as the scripts read them.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

ANN, BOB = "ann", "bob"
"""People with accounts. Ann asks, Bob approves."""
BOT = {"login": "github-actions[bot]", "id": 41898282, "type": "Bot"}
NUMBERS = {ANN: 101, BOB: 102}
Answer = tuple[int, Any]


def account(login: str) -> dict[str, Any]:
    """A person's account."""
    return {"login": login, "id": NUMBERS[login], "type": "User"}


def git(folder: Path, *arguments: str, given: str = "", **environment: str) -> str:
    """What git says in a folder."""
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _WHO.items()}
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        check=True,
        capture_output=True,
        text=True,
        input=given,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), **who, **environment},
    )
    return done.stdout.strip()


_WHO = {"NAME": "Ann", "EMAIL": "101+ann@users.noreply.github.com"}


@dataclass
class Hub:
    """The repository ``acme/policies`` on GitHub. ``pulls_allowed`` is the setting that lets workflows open pull
    requests."""

    origin: Path
    comments: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    workflow: dict[str, Any] = field(default_factory=dict)
    good_runs: list[dict[str, Any]] = field(default_factory=list)
    pulls_allowed: bool = True
    asked: list[str] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    """What is answered instead, or besides: by ``METHOD /path`` below the repository."""
    _server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Hub:
        """Listen."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def merge(self, number: int, by: str, *, approved_by: str | None = None) -> None:
        """Somebody merges a pull request, after another one approved it perhaps."""
        pull = next(pull for pull in self.pulls if pull["number"] == number)
        tip, head = git(self.origin, "rev-parse", "main"), git(self.origin, "rev-parse", pull["head"]["ref"])
        tree = git(self.origin, "merge-tree", "--write-tree", tip, head)
        merge = git(self.origin, "commit-tree", tree, "-p", tip, "-p", head, given=f"Merge #{number}\n")
        git(self.origin, "update-ref", "refs/heads/main", merge)
        pull |= {"merged_at": "2026-11-22T06:00:00Z", "merged_by": account(by)}
        if approved_by:
            review = {"state": "APPROVED", "user": account(approved_by), "commit_id": head}
            pull["reviews"].append(review)

    def answer(self, method: str, path: str, body: Any) -> Answer:
        """The answer to one request; 404 for whatever the scripts have no business with."""
        asked = f"{method} {path.removeprefix('/repos/acme/policies')}"
        if asked in self.answers:
            return self.answers[asked]
        for pattern, handler in _ROUTES:
            found = re.fullmatch(pattern, asked)
            if found:
                return handler(self, *found.groups(), body)
        return 404, {"message": "Not Found"}

    def _repository(self, _: Any) -> Answer:
        return 200, {"full_name": "acme/policies", "default_branch": "main", "private": True}

    def _ref(self, branch: str, _: Any) -> Answer:
        return 200, {"object": {"sha": git(self.origin, "rev-parse", f"refs/heads/{branch}")}}

    def _new_ref(self, body: Any) -> Answer:
        git(self.origin, "update-ref", body["ref"], body["sha"], "0" * 40)
        return 201, {"ref": body["ref"]}

    def _content(self, path: str, _: Any) -> Answer:
        found = git(self.origin, "ls-tree", "-r", "main", "--", path)
        return (200, {"sha": found.split()[2]}) if found else (404, {"message": "Not Found"})

    def _new_content(self, path: str, body: Any) -> Answer:
        tip, index = git(self.origin, "rev-parse", body["branch"]), str(self.origin / "stand-in-index")
        text = base64.b64decode(body["content"]).decode()
        blob = git(self.origin, "hash-object", "-w", "--stdin", given=text)
        git(self.origin, "read-tree", tip, GIT_INDEX_FILE=index)
        git(self.origin, "update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", GIT_INDEX_FILE=index)
        tree = git(self.origin, "write-tree", GIT_INDEX_FILE=index)
        author = {"GIT_AUTHOR_NAME": body["author"]["name"], "GIT_AUTHOR_EMAIL": body["author"]["email"]}
        commit = git(self.origin, "commit-tree", tree, "-p", tip, given=body["message"], **author)
        git(self.origin, "update-ref", f"refs/heads/{body['branch']}", commit)
        return 201, {"commit": {"sha": commit}}

    def _new_pull(self, body: Any) -> Answer:
        if not self.pulls_allowed:
            return 403, {"message": "GitHub Actions is not permitted to create or approve pull requests."}
        number = len(self.pulls) + 1
        head = {"ref": body["head"], "sha": git(self.origin, "rev-parse", body["head"])}
        address = f"https://github.com/acme/policies/pull/{number}"
        pull = {"number": number, "user": BOT, "head": head, "merged_at": None, "merged_by": None, "html_url": address}
        self.pulls.append({**pull, "title": body["title"], "body": body["body"], "reviews": []})
        return 201, self.pulls[-1]

    def _pull(self, number: str, _: Any) -> Answer:
        return 200, self.pulls[int(number) - 1]

    def _reviews(self, number: str, _: Any) -> Answer:
        return 200, self.pulls[int(number) - 1]["reviews"]

    def _commits(self, number: str, _: Any) -> Answer:
        return 200, [{"author": author} for author in self._authors(self.pulls[int(number) - 1]["head"]["sha"])]

    def _authors(self, head: str) -> list[Any]:
        emails = git(self.origin, "log", "--format=%ae", head, "--not", f"{head}~1").splitlines()
        logins = [re.sub(r"^\d+\+|@.*", "", email) for email in emails]
        return [account(login) if login in NUMBERS else None for login in logins]

    def _pulls_of(self, commit: str, _: Any) -> Answer:
        def holds(pull: Any) -> bool:
            return commit in git(self.origin, "rev-list", pull["head"]["sha"]).split()

        first = [pull for pull in self.pulls if holds(pull)]
        return 200, first[:1]

    def _comments(self, number: str, _: Any) -> Answer:
        return 200, [comment for comment in self.comments if comment["issue"] == int(number)]

    def _new_comment(self, number: str, body: Any) -> Answer:
        entry = {"id": len(self.comments) + 1, "issue": int(number), "user": BOT, "body": body["body"]}
        self.comments.append(entry)
        return 201, entry

    def _edit_comment(self, number: str, body: Any) -> Answer:
        self.comments[int(number) - 1] |= body
        return 200, self.comments[int(number) - 1]

    def _issues(self, _: Any) -> Answer:
        return 200, [issue for issue in self.issues if issue["state"] == "open"]

    def _new_issue(self, body: Any) -> Answer:
        self.issues.append({"number": len(self.issues) + 1, "user": BOT, "state": "open", **body})
        return 201, self.issues[-1]

    def _edit_issue(self, number: str, body: Any) -> Answer:
        self.issues[int(number) - 1] |= body
        return 200, self.issues[int(number) - 1]

    def _workflow(self, _: Any) -> Answer:
        return 200, self.workflow

    def _runs(self, _: Any) -> Answer:
        return 200, {"workflow_runs": self.good_runs}


_ROUTES: tuple[tuple[str, Callable[..., Answer]], ...] = (
    (r"GET ", Hub._repository),
    (r"GET /git/ref/heads/(.+)", Hub._ref),
    (r"POST /git/refs", Hub._new_ref),
    (r"GET /contents/(.+)", Hub._content),
    (r"PUT /contents/(.+)", Hub._new_content),
    (r"POST /pulls", Hub._new_pull),
    (r"GET /pulls/(\d+)", Hub._pull),
    (r"GET /pulls/(\d+)/reviews", Hub._reviews),
    (r"GET /pulls/(\d+)/commits", Hub._commits),
    (r"GET /commits/([0-9a-f]{40})/pulls", Hub._pulls_of),
    (r"GET /issues/(\d+)/comments", Hub._comments),
    (r"POST /issues/(\d+)/comments", Hub._new_comment),
    (r"PATCH /issues/comments/(\d+)", Hub._edit_comment),
    (r"GET /issues", Hub._issues),
    (r"POST /issues", Hub._new_issue),
    (r"PATCH /issues/(\d+)", Hub._edit_issue),
    (r"GET /actions/workflows/run\.yml", Hub._workflow),
    (r"GET /actions/workflows/run\.yml/runs", Hub._runs),
)


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def __getattr__(self, name: str) -> Callable[[], None]:
            if name.startswith("do_"):
                return self.serve
            raise AttributeError(name)

        def serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            path = unquote(urlsplit(self.path).path)
            hub.asked.append(f"{self.command} {path}")
            status, answer = hub.answer(self.command, path, body)
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (as the base class has it)
            """Say nothing."""

    return Handler
