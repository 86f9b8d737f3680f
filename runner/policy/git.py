"""What git knows of the policies: the commit they stand at, and since when a task is enabled.

Everything here works without git, without a repository and in a shallow clone; what cannot be known is None. Nothing
of a repository's own configuration is run: no hooks, no diff drivers, no signature programs, no file system monitor.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

TIMEOUT_S = 20
_QUIET = (
    "--no-optional-locks", "--no-pager", "--literal-pathspecs", "-c", "core.hooksPath=/dev/null",
    "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "log.showSignature=false",
    "-c", "color.ui=false", "-c", "diff.noprefix=false", "-c", "protocol.allow=never",
)  # fmt: skip
_PAUSED = re.compile(r"""^[^#\n]*\benabled["']?\s*:\s*false\b""", re.MULTILINE)
_LOG = (
    "log", "--first-parent", "--diff-merges=first-parent", "--format=%x00%ct %P", "--patch", "--unified=1000000",
    "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--text",
)  # fmt: skip
_PLAIN = ("--no-ext-diff", "--no-textconv", "--no-color", "--no-renames")
_MOVED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE")


def read_head(folder: Path) -> str | None:
    """The commit that is checked out where a folder is, or None: no git, no repository, or no commit yet."""
    head = _git(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    return head.strip() if head else None


def read_commit(folder: Path, files: Iterable[Path]) -> str | None:
    """The commit that the files of a folder are at, or None: no history, or something changed since.

    ``files`` are the policy files that were read; one that git ignores is in no commit.
    """
    head = read_head(folder)
    if head is None:
        return None
    status = _git(folder, "status", "--porcelain", "-z", "--untracked-files=all", "--", ".")
    tracked = _git(folder, "ls-files", "-z", "--", ".")
    if status != "" or tracked is None:
        return None
    known = set(tracked.split("\0"))
    return head if all(file.relative_to(folder).as_posix() in known for file in files) else None


def read_enabled_since(file: Path) -> datetime | None:
    """When the newest commit was made that added a task's file or turned ``enabled`` from false to true.

    On the first-parent line of HEAD, so that a merged pull request counts from its merge. None without history, and
    where a shallow clone ends before that commit.
    """
    log = _git(file.parent, *_LOG, "--", file.name)
    if not log:
        return None
    for commit in log.split("\0")[1:]:
        head, _, patch = commit.partition("\n")
        seconds, *parents = head.split(" ")
        before, after = _sides(patch)
        if before is None and not any(parents) and _is_shallow(file.parent):
            return None
        if after is not None and not _paused(after) and (before is None or _paused(before)):
            return datetime.fromtimestamp(int(seconds), UTC)
    return None


def read_keepers(folder: Path) -> frozenset[str]:
    """Addresses, in lower case, of the authors who last changed a line with ``cron:`` in the workflows that carry out
    the policies, in ``.github`` beside the policies folder. Nobody's where the history is cut short."""
    workflows = folder.resolve().parent / ".github" / "workflows"
    there = (file for file in sorted(workflows.glob("*.y*ml")) if file.is_file())  # no pipe, which may have no end
    files = [file for file in there if carries_out(file.read_text("utf-8", "replace"))]
    if not files or _is_shallow(folder):
        return frozenset()
    found = (_git(workflows, "log", "-1", "--format=%ae", "-G", "cron:", *_PLAIN, "--", file.name) for file in files)
    return frozenset(address.strip().casefold() for address in found if address and address.strip())


def carries_out(workflow: str) -> bool:
    """Whether a workflow's text is that of one which calls the runner on a schedule, with the key."""
    return "schedule:" in workflow and ("ATLASSIAN_API_KEY" in workflow or "secrets: inherit" in workflow)


def _sides(patch: str) -> tuple[str | None, str | None]:
    """The whole file before and after a commit, from a patch with unlimited context; None where there was no file."""
    header, found, body = patch.partition("\n@@ ")
    lines = body.split("\n")[1:] if found else []
    before = "\n".join(line[1:] for line in lines if line[:1] in ("-", " "))
    after = "\n".join(line[1:] for line in lines if line[:1] in ("+", " "))
    return None if "\nnew file mode" in header else before, None if "\ndeleted file mode" in header else after


def _paused(text: str) -> bool:
    return _PAUSED.search(text) is not None


def _is_shallow(folder: Path) -> bool:
    return (_git(folder, "rev-parse", "--is-shallow-repository") or "").strip() != "false"


def _git(folder: Path, *arguments: str) -> str | None:
    """The output of a git command as text, or None."""
    output = _git_bytes(folder, *arguments)
    return None if output is None else output.decode("utf-8", "replace")


def _git_bytes(folder: Path, *arguments: str) -> bytes | None:
    """The output of a git command in a fixed locale, or None if it fails, is absent or takes over TIMEOUT_S."""
    env = {name: value for name, value in os.environ.items() if name not in _MOVED}
    env |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1"}
    command = ["git", "-C", str(folder), *_QUIET, *arguments]
    try:
        done = subprocess.run(
            command, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None


def read_pushed(folder: Path) -> tuple[str, str] | None:
    """The URL of the remote ``origin`` and the commit that is checked out, where that remote is known to have it."""
    head, url = read_head(folder), _git(folder, "config", "--get", "remote.origin.url")
    if head is None or url is None or not _git(folder, "branch", "--remotes", "--contains", head, "--list", "origin/*"):
        return None
    return url.strip(), head


def read_top(folder: Path) -> Path | None:
    """The root of the work tree that a folder is in; None without a repository."""
    found = _git(folder, "rev-parse", "--show-toplevel")
    return None if found is None else Path(found.rstrip("\n")).resolve()


def read_origin(folder: Path) -> str | None:
    """The address that the remote ``origin`` fetches from; None without one."""
    found = _git(folder, "remote", "get-url", "origin")
    return None if found is None else found.strip()


def read_tree(folder: Path, revision: str, path: str) -> Mapping[str, str] | None:
    """The regular files below a path at a revision, each with the name of its content; None for no such revision."""
    commit = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        return None
    listing = _git(folder, "ls-tree", "-r", "-z", "--full-tree", commit.strip(), "--", path) or ""
    entries = (entry.partition("\t") for entry in listing.split("\0") if entry)
    return {name: mode.split(" ")[2] for mode, _, name in entries if mode.startswith("100")}


def read_blob(folder: Path, name: str) -> bytes | None:
    """The content of a file by its name in git."""
    return _git_bytes(folder, "cat-file", "blob", name)
