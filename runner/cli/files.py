"""Files that were named on the command line: to be written, or to be read."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from runner.errors import InputError
from runner.text import terminal

_ODD = "it is not an ordinary file"


def check_place(path: Path) -> None:
    """Raises InputError ``unwritable`` where a file of this name can never be put, so that no work is done in vain.

    A device or a pipe would be replaced by the file, for everybody on the machine.
    """
    real = path.resolve()
    if real.is_dir() or not real.parent.is_dir():
        raise _unwritable(path, "it is a folder" if real.is_dir() else "its folder does not exist")
    if real.exists() and not real.is_file():
        raise _unwritable(path, _ODD)


def _unwritable(path: Path, why: str) -> InputError:
    hint = "name a file in a folder that exists and may be written"
    return InputError("unwritable", f"{terminal(str(path))} cannot be written: {why}", hint=hint)


def write_whole(path: Path, text: str) -> None:
    """Put a text where nothing or another text was, whole or not at all. Raises InputError ``unwritable``."""
    check_place(path)
    real = path.resolve()
    try:
        handle, name = tempfile.mkstemp(prefix=f".{real.name}.", dir=real.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            temporary.chmod(0o644)
            temporary.replace(real)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error.strerror or "unknown trouble") from error


def read_given(path: Path) -> bytes:
    """The content of a file that was named. Raises InputError ``no_file``, also for a device or a pipe: it may have no
    end, or keep whoever reads it waiting."""
    try:
        if stat.S_ISREG(path.stat().st_mode):
            return path.read_bytes()
        why = "it is a folder" if path.is_dir() else _ODD
    except OSError as error:
        why = error.strerror or "unknown trouble"
    raise InputError("no_file", f"{terminal(str(path))} cannot be read: {why}")
