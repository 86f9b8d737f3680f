"""``comment.py NUMBER FILE``: one comment on a pull request, written once and kept up to date after that.

An empty file means that no policy is changed: that is said only where a comment says otherwise.
"""

from __future__ import annotations

import sys
from pathlib import Path

from github_api import api_of_the_workflow, is_ours, say

MARKER = "<!-- policy-runner: pull request -->\n"
_NOTHING = "This pull request changes no policy any more.\n"
_LIMIT = 65_000  # GitHub takes 65,536 characters


def main(number: str, file: str) -> None:
    """Write the file's text into the comment."""
    api = api_of_the_workflow()
    said = Path(file).read_text("utf-8")
    text = MARKER + (said or _NOTHING)
    body = {"body": text if len(text) <= _LIMIT else text[:_LIMIT] + "\n\n… cut: see the job's summary"}
    issue = str(int(number))
    ours = [entry for entry in api.each(f"/issues/{issue}/comments") if is_ours(entry, MARKER)]
    if ours:
        api.call("PATCH", f"/issues/comments/{ours[0]['id']}", body)
    elif said:
        api.call("POST", f"/issues/{issue}/comments", body)
    say(f"{'updated' if ours else 'wrote' if said else 'no need for'} the comment on pull request {issue}")


if __name__ == "__main__":
    main(*sys.argv[1:])
