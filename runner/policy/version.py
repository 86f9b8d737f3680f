"""Another version of the policies, out of git, into a folder of its own: read as data, never checked out."""

from __future__ import annotations

from pathlib import Path

from runner.errors import InputError
from runner.policy.git import read_blob, read_top, read_tree


def write_version(folder: Path, revision: str, into: Path) -> Path:
    """Write the policies folder as it was at a revision below ``into`` and give the folder; it is empty where there was
    none. Raises InputError ``unknown_revision``.

    Links and submodules are left out; the loader then says what is missing.
    """
    top = read_top(folder)
    found = None if top is None else read_tree(folder, revision, folder.resolve().relative_to(top).as_posix())
    if top is None or found is None:
        message = f"git knows no revision {revision} of {folder}"
        raise InputError("unknown_revision", message, hint="name a branch, tag or commit that is here: git fetch it")
    target = into / folder.resolve().relative_to(top)
    target.mkdir(parents=True, exist_ok=True)
    for path, blob in found.items():
        content = read_blob(folder, blob)
        if content is not None and ".." not in Path(path).parts:  # a tree made by hand may say anything
            place = into / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    return target
