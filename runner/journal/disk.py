"""Files that are really there when a function returns: each step is synced, also the folder that names the file."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


class Disk:
    """The real one. Every function raises OSError; whole files are there in the old or in the new form, never in part.

    A class, so that tests and simulations can put one that fails in its place.
    """

    def write_folder(self, folder: Path, top: Path) -> None:
        """Make a folder and all those above it that are missing.

        Below ``top`` each is synced into the one above also where it is there already: whoever made it may have died
        before doing so.
        """
        if top in folder.parents or not folder.is_dir():
            self.write_folder(folder.parent, top)
            folder.mkdir(exist_ok=True)
            self.write_through(folder.parent)

    def write_through(self, path: Path) -> None:
        """Make sure that a file's content, or a folder's names, are there for good, whoever wrote them."""
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def write_whole(self, path: Path, data: bytes) -> None:
        """Put a file in the place of the one of that name, if there is one."""
        draft = path.with_name(f".{path.name}.{os.getpid()}.new")
        try:
            self._fill(draft, data, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            draft.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            raise
        self.write_through(path.parent)

    def write_more(self, path: Path, data: bytes) -> None:
        """Add to the end of a file, which is made if need be. What could not be added whole is taken off again."""
        before = path.stat().st_size if path.exists() else 0
        try:
            self._fill(path, data, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        except OSError:
            with contextlib.suppress(OSError):
                os.truncate(path, before)
            raise
        if not before:
            self.write_through(path.parent)

    def write_cut(self, path: Path, length: int) -> None:
        """Keep only the first ``length`` bytes of a file."""
        with path.open("r+b") as file:
            file.truncate(length)
            os.fsync(file.fileno())

    def _fill(self, path: Path, data: bytes, flags: int) -> None:
        file = os.open(path, flags | os.O_CLOEXEC, 0o644)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(file, view) :]
            os.fsync(file)
        finally:
            os.close(file)
