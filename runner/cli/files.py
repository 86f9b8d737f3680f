"""Files that a command writes because it was asked to."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from runner.errors import InputError
from runner.text import terminal


def write_whole(path: Path, text: str) -> None:
    """Put a text where nothing or another text was, whole or not at all. Raises InputError ``unwritable``."""
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
        hint = "name a file in a folder that exists and may be written"
        message = f"{terminal(str(path))} cannot be written: {error.strerror}"
        raise InputError("unwritable", message, hint=hint) from error


def read_given(path: Path) -> bytes:
    """The content of a file that was named. Raises InputError ``no_file``."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("no_file", f"{terminal(str(path))} cannot be read: {error.strerror}") from error
