"""What lies in a policies folder: the files of each kind, and everything that does not belong there."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from runner.catalog import NAME
from runner.model.problem import Place
from runner.policy.problems import Problems, did_you_mean, shown

MAX_READ = 16 * 1024 * 1024
"""Bytes that are read of any file; what a kind of file may have is checked by whoever parses it."""

ENDINGS = {
    "filters": ".yaml", "tasks": ".yaml", "lists": ".csv", "messages": ".md", "overrides": ".yaml", "tests": ".yaml",
}  # fmt: skip
_TOP = ("settings.yaml", "exemptions.yaml")
_LET_BE = "README.md"
_READABLE = "let the user who runs this read it"


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """One file: ``room`` is its folder ("" at the top), ``name`` its name without the ending, ``file`` what places
    call it (``policies/tasks/x.yaml``), ``path`` where it is."""

    room: str
    name: str
    file: str
    path: Path
    data: bytes


@dataclass(frozen=True, slots=True)
class Folder:
    """All policy files in the order of their paths; ``names`` are those that exist in a room, readable or not."""

    files: tuple[PolicyFile, ...]
    stopped: bool
    sha256: str

    def names(self, room: str) -> frozenset[str]:
        """Names of the objects in a room."""
        return frozenset(file.name for file in self.files if file.room == room)


def read_folder(folder: Path, problems: Problems) -> Folder:
    """Read every policy file of a folder; what does not belong there goes to ``problems``."""
    root = folder.resolve().name or "policies"
    if not folder.is_dir():
        hint = "name the folder with --policies, or start one with `policy-runner init`"
        problems.error(Place(root), "no_folder", f"there is no folder {shown(str(folder))}", hint)
        return Folder((), stopped=False, sha256="")
    found: list[PolicyFile] = []
    for entry in _entries(folder, root, problems):
        place = f"{root}/{_printable(entry.name)}"
        if entry.name in ENDINGS and _is_real_folder(entry):
            found += _read_room(Path(entry.path), entry.name, place, problems)
        elif entry.name in _TOP:
            found += _read_file(Path(entry.path), "", entry.name.removesuffix(".yaml"), place, problems)
        elif entry.name != "STOP":
            _tell_stranger(entry, place, [*ENDINGS, *_TOP, "STOP"], problems)
    stopped = os.path.lexists(folder / "STOP")
    return Folder(tuple(found), stopped, _sha256(folder, found))


def _read_room(folder: Path, room: str, shown_as: str, problems: Problems) -> list[PolicyFile]:
    found: list[PolicyFile] = []
    ending = ENDINGS[room]
    for entry in _entries(folder, shown_as, problems):
        place = f"{shown_as}/{_printable(entry.name)}"
        name, dot, extension = entry.name.partition(".")
        if _is_real_folder(entry):
            problems.error(Place(place), "nested_folder", "a folder inside a folder of policies", "put the files above")
        elif dot + extension != ending:
            hint = f"name it {_printable(name)}{ending}" if extension else f"names end in {ending}"
            problems.error(Place(place), "unknown_file", f"only {ending} files belong here", hint)
        elif not re.fullmatch(NAME["pattern"], name):
            hint = "lower-case letters and digits in words joined by single hyphens, such as idle-in-jira"
            problems.error(Place(place), "file_name", "this is no name that can be used", hint)
        else:
            found += _read_file(Path(entry.path), room, name, place, problems)
    return found


def _entries(folder: Path, shown_as: str, problems: Problems) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            visible = [entry for entry in entries if not entry.name.startswith(".") and entry.name != _LET_BE]
    except OSError as error:
        problems.error(Place(shown_as), "unreadable", f"the folder cannot be read: {error.strerror}", _READABLE)
        return []
    return sorted(visible, key=lambda entry: entry.name)


def _read_file(path: Path, room: str, name: str, shown_as: str, problems: Problems) -> list[PolicyFile]:
    """The one file, or nothing; not followed if it is a symbolic link, not opened if it is no regular file."""
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            problems.error(Place(shown_as), "symbolic_link", "a symbolic link", "put the file itself here")
            return []
        if not stat.S_ISREG(mode):
            problems.error(Place(shown_as), "unknown_file", "not a regular file", "remove it")
            return []
        with path.open("rb") as opened:
            return [PolicyFile(room, name, shown_as, path, opened.read(MAX_READ + 1))]
    except OSError as error:
        problems.error(Place(shown_as), "unreadable", f"the file cannot be read: {error.strerror}", _READABLE)
        return []


def _tell_stranger(entry: os.DirEntry[str], place: str, known: list[str], problems: Problems) -> None:
    hint = did_you_mean(entry.name, known)
    if entry.is_symlink():
        problems.error(Place(place), "symbolic_link", "a symbolic link", "put the files themselves here")
    elif _is_real_folder(entry):
        problems.error(Place(place), "nested_folder", "a folder that policies do not have", hint)
    else:
        problems.error(Place(place), "unknown_file", "a file that policies do not have", hint)


def _is_real_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _printable(name: str) -> str:
    """A file's name as it can be printed: bytes that are no text, and characters that hide, become escapes."""
    return name if name.isprintable() and name.isascii() else ascii(name)[1:-1]


def _sha256(folder: Path, files: list[PolicyFile]) -> str:
    """The hash over the sorted files: the path, the length and the bytes of each."""
    total = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.path.relative_to(folder).as_posix()):
        head = f"{file.path.relative_to(folder).as_posix()}\0{len(file.data)}\0"
        total.update(head.encode() + file.data)
    return total.hexdigest()
