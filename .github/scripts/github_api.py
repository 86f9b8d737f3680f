"""GitHub's REST API for the scripts of the workflows: the repository that the workflow runs in, and what it says.

The scripts run where no package is installed, beside a token that may write; so they need nothing but Python and this
checkout.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[2]))

from runner.run.github_api import Api, ApiError  # the checkout is on the path only now
from runner.text import log_line

__all__ = ["Api", "ApiError", "api_of_the_workflow", "is_ours", "say"]


def api_of_the_workflow() -> Api:
    """The repository that the workflow runs in."""
    return Api(os.environ["GITHUB_API_URL"], os.environ["GITHUB_TOKEN"], os.environ["GITHUB_REPOSITORY"])


def say(text: str) -> None:
    """One line for the log, in which nothing is taken for a command."""
    sys.stdout.write(f"{log_line(text)}\n")


def is_ours(entry: Any, marker: str) -> bool:
    """Whether a comment or an issue was written by a workflow and begins with this marker."""
    return entry["user"]["type"] == "Bot" and (entry["body"] or "").startswith(marker)
