"""The issue that started a workflow, as the event's file tells it: its form's answers are data, whatever they say."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from github_api import Api
from proposal import Asker

_HEADING = re.compile(r"^### (.+?)[ \t]*$", re.MULTILINE)
_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9.-]{1,189}")


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue made with a form. ``answers`` maps each heading to what stands below it; the first of two counts."""

    number: int
    asker: Asker
    answers: Mapping[str, str]

    def line(self, heading: str) -> str:
        """An answer as one line; empty where there is none."""
        return " ".join(self.answers.get(heading, "").split())

    def address(self, heading: str) -> str | None:
        """An answer as an e-mail address, or None."""
        text = self.line(heading)
        return text if _ADDRESS.fullmatch(text) else None

    def answer(self, api: Api, text: str) -> None:
        """Comment on it. Raises ApiError."""
        api.call("POST", f"/issues/{self.number}/comments", {"body": text})


def read_issue() -> Issue:
    """The issue of ``GITHUB_EVENT_PATH``."""
    issue = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text("utf-8"))["issue"]
    asker = Asker(issue["user"]["login"], issue["user"]["id"])
    return Issue(int(issue["number"]), asker, answers_of(issue["body"] or ""))


def answers_of(body: str) -> Mapping[str, str]:
    """The answers of a form's body."""
    _, *parts = _HEADING.split(body.replace("\r\n", "\n"))
    found: dict[str, str] = {}
    for heading, text in zip(parts[::2], parts[1::2], strict=True):
        found.setdefault(heading, text.strip())
    return found
