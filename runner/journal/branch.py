"""The journal on a branch of a git repository: a step is acknowledged when its push was.

Only plumbing is used, in any clone that can push (shallow ones too): blobs, a tree, a commit, and a push that can only
fast-forward, so two writers can never both succeed from one state. The tree has the layout of a folder store. The
newest fetched or pushed commit is kept as ``refs/policy-runner/BRANCH``.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from runner.errors import InputError, OtherSideError
from runner.journal.git import Git, GitError
from runner.journal.ids import run_folder, run_of
from runner.journal.lease import Decision, Lease, lease_form, lease_from
from runner.journal.store import HEAD, JOURNAL, LEASE, Edit, Lines

_TRIES, _UNCLEAR_TRIES, _PAUSE_S = 6, 2, 0.5
_TRAILER = "Head: "
_WORK = ("policies/", ".github/", "runner/")
"""Folders that no branch of a journal has."""
_QUICKER = ("[rejected]", "cannot lock ref", "failed to update ref", "incorrect old value")
"""How git says that somebody else was quicker (git-push(1), ``--porcelain``)."""
_FETCHES = 3
_CROSSED = ("non-fast-forward", "cannot lock ref", "unable to update local ref")
"""How git says that our ref is not where it was: another process of this clone has moved it, the server answered with
what was a moment ago, or the branch was rewritten."""


class GitBranchStore:
    """``branch`` of ``remote`` of the clone ``repository``; it is made with the first push where it does not exist.

    Credentials are those that git finds there. ``wait`` gets seconds; it is asked to wait after somebody was quicker.
    The branch is fetched once, and again whenever somebody else has pushed.
    """

    def __init__(
        self,
        repository: Path,
        branch: str,
        *,
        remote: str = "origin",
        timeout_s: float = 60,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._git = Git(repository, timeout_s)
        self._branch = branch
        self._remote = remote
        self._wait = wait
        self._ref = f"refs/policy-runner/{branch}"
        self._fetched = False
        self._tip: str | None = None
        self._listed: tuple[str | None, Mapping[str, str]] = (None, {})

    def read_journals(self) -> Mapping[str, bytes]:
        """See Store."""
        runs = {run for run in map(run_of, self._tree()) if run is not None}
        paths = {run: f"{run_folder(run)}/{JOURNAL}" for run in runs}
        found = self._read_all([path for path in paths.values() if path in self._tree()])
        return {run: found.get(path, b"") for run, path in paths.items()}

    def read_files(self) -> Mapping[str, bytes]:
        """See Store."""
        return self._read_all([path for path in self._tree() if path.startswith("runs/")])

    def read_file(self, path: str) -> bytes | None:
        """See Store."""
        return self._read_all([path]).get(path) if path in self._tree() else None

    def read_anchor(self) -> str | None:
        """See Store. The newest commit of ours says it in its message: a commit by hand may have taken records and the
        file ``HEAD`` back together. That file has it where no such commit is seen (a shallow clone)."""
        tip = self._known_tip()
        ours = ("--max-count=1", "--fixed-strings", f"--grep={_TRAILER}sha256:")
        with self._explained():
            message = self._git.read_text("log", *ours, "--format=%B", tip) if tip else ""
        stated = [line.removeprefix(_TRAILER) for line in message.splitlines() if line.startswith(_TRAILER)]
        if stated:
            return stated[-1]
        data = self.read_file(HEAD)
        return None if data is None else data.decode(errors="replace").removesuffix("\n")

    def write_edit(self, edit: Edit, decide: Decision) -> Lease:
        """See Store. A push whose answer never came is looked up, and not made a second time."""
        self._check_own()
        unclear = 0
        for attempt in range(1, _TRIES + 1):
            lease, files = self._wanted(edit, decide)
            if not files:
                return lease
            before, commit = self._tip, self._build_commit(edit, files)
            try:
                self._push(commit)
            except GitError as error:
                self._fetch()
                unclear += not any(word in error.out for word in _QUICKER)
                alone = attempt == _TRIES and self._tip == before
                if (unclear >= _UNCLEAR_TRIES or alone) and self._tip != commit:
                    raise self._unreachable(error) from error
                self._wait(_PAUSE_S * attempt)
            else:
                return lease
        raise OtherSideError("audit_store", f"others keep pushing to the branch {self._branch}", hint="run again later")

    def _check_own(self) -> None:
        """Raise InputError ``audit_branch`` for a branch that people work on: a journal is not pushed into policies."""
        found = next((path for path in self._tree() if path.startswith(_WORK)), None)
        if found is not None:
            message = f"the branch {self._branch} cannot be the audit branch: it holds {found}"
            raise InputError("audit_branch", message, hint="name another one in reports.branch; it is made when needed")

    def _wanted(self, edit: Edit, decide: Decision) -> tuple[Lease, dict[str, bytes]]:
        """The lease, and the files that differ from those on the branch: none where the step was already made."""
        held = self.read_file(LEASE)
        lease = decide(lease_from(held) if held is not None else None)
        files = {LEASE: lease_form(lease), **edit.files}
        if edit.cut:
            files[edit.cut.path] = (self.read_file(edit.cut.path) or b"")[: edit.cut.length]
        if edit.lines:
            files[edit.lines.path] = self._with_lines(edit.lines)
            files[HEAD] = f"{edit.lines.head}\n".encode()
        return lease, {path: data for path, data in files.items() if self.read_file(path) != data}

    def _with_lines(self, lines: Lines) -> bytes:
        found = self.read_file(lines.path) or b""
        if found[lines.offset :] not in (b"", lines.data) or len(found) < lines.offset:
            message = f"{lines.path} on the branch {self._branch} is not what this run wrote: somebody else wrote to it"
            raise OtherSideError("journal_damaged", message, hint="see what `policy-runner verify` says")
        return found[: lines.offset] + lines.data

    def _build_commit(self, edit: Edit, files: Mapping[str, bytes]) -> str:
        head = edit.lines.head if edit.lines else self.read_anchor()
        message = f"{edit.message}\n\n{_TRAILER}{head}\n" if head else f"{edit.message}\n"
        with self._explained(), tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self._git.read("read-tree", self._tip or "--empty", environment=index)
            lines = [f"100644 {self._write_blob(data)}\t{path}\n" for path, data in sorted(files.items())]
            self._git.read("update-index", "--index-info", given="".join(lines).encode(), environment=index)
            tree = self._git.read("write-tree", environment=index).decode().strip()
            parents = ["-p", self._tip] if self._tip else []
            return self._git.read("commit-tree", tree, *parents, given=message.encode()).decode().strip()

    def _write_blob(self, data: bytes) -> str:
        return self._git.read("hash-object", "-w", "--stdin", given=data).decode().strip()

    def _push(self, commit: str) -> None:
        where = f"{commit}:refs/heads/{self._branch}"
        self._git.read("push", "--porcelain", "--no-verify", self._remote, where)
        self._tip = commit
        self._git.read("update-ref", self._ref, commit)

    def _known_tip(self) -> str | None:
        if not self._fetched:
            self._fetch()
        return self._tip

    def _fetch(self) -> None:
        """Learn the branch's newest commit. A clone that knows the past refuses a branch that was rewritten."""
        try:
            self._fetch_ref()
        except GitError as error:
            if "non-fast-forward" in error.said:
                raise self._rewritten("was rewritten") from error
            if "couldn't find remote ref" not in error.said:
                raise self._unreachable(error) from error
            if self._tip or self._local_tip():
                raise self._rewritten("is gone") from error
        self._tip = self._local_tip()
        self._fetched = True

    def _fetch_ref(self) -> None:
        """Fetch the branch into our ref, and again where that crossed somebody else's step."""
        what = f"refs/heads/{self._branch}:{self._ref}"
        shallow = self._git.read_text("rev-parse", "--is-shallow-repository") == "true"
        how = ["--depth=1", self._remote, f"+{what}"] if shallow else [self._remote, what]
        for left in reversed(range(_FETCHES)):
            try:
                self._git.read("fetch", "--no-tags", "--no-write-fetch-head", "--no-filter", "--refmap=", *how)
            except GitError as error:
                if not left or not any(word in error.said for word in _CROSSED):
                    raise
                self._wait(_PAUSE_S)
            else:
                return

    def _local_tip(self) -> str | None:
        with self._explained():
            return self._git.read_text("for-each-ref", "--format=%(objectname)", self._ref) or None

    def _tree(self) -> Mapping[str, str]:
        """The files on the branch: their blobs by path."""
        tip = self._known_tip()
        if self._listed[0] != tip:
            with self._explained():
                listing = self._git.read_text("ls-tree", "-r", "-z", "--full-tree", tip) if tip else ""
            entries = [line.split("\t", 1) for line in listing.split("\0") if line]
            self._listed = (tip, {path: head.split(" ")[2] for head, path in entries})
        return self._listed[1]

    def _read_all(self, paths: Sequence[str]) -> dict[str, bytes]:
        """The content of files on the branch, in one go (git-cat-file(1), ``--batch``)."""
        blobs = [self._tree()[path] for path in paths]
        with self._explained():
            out = self._git.read("cat-file", "--batch", given="".join(f"{blob}\n" for blob in blobs).encode())
        found, position = {}, 0
        for path in paths:
            start = out.index(b"\n", position) + 1
            if out[position:start].endswith(b" missing\n"):
                raise self._unreachable(GitError(0, "", f"this clone lacks {path}, see `git fsck`"))
            size = int(out[position:start].split(b" ")[2])
            found[path] = out[start : start + size]
            position = start + size + 1
        return found

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except GitError as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: GitError) -> OtherSideError:
        message = f"the audit branch {self._branch} of {self._remote} cannot be read or pushed: {error.said}"
        hint = "nothing is written to the organization while the journal cannot be pushed"
        return OtherSideError("audit_store", message, hint=hint)

    def _rewritten(self, what: str) -> OtherSideError:
        message = f"the audit branch {self._branch} of {self._remote} {what}, but this clone knows its past"
        hint = f"compare it with {self._ref}; to go on from the new state, `git update-ref -d {self._ref}`"
        return OtherSideError("journal_damaged", message, hint=hint)
