"""Where a command prints: results to stdout, words for people to stderr, each made safe for where it ends up."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import stat
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from runner.errors import OtherSideError
from runner.text import log_line, terminal

_STYLES = {"add": "32", "remove": "31", "refused": "1;31", "heading": "1", "dim": "2", "good": "32", "unsure": "33"}
_NARROW, _UNKNOWN_WIDTH = 40, 120
"""Columns that a table needs at least, and that are assumed where there is no terminal."""

_MOST = 100
"""Lines of one list that somebody before a terminal is shown."""

_JSON = json.JSONEncoder(ensure_ascii=True, allow_nan=False)


class Console:
    """Both streams of a process. A reader that goes away (``| head``) silences its stream and nothing else.

    Text that is shown passes ``runner.text``: in a workflow's log also a name must not be taken for a command.
    ``answered`` is whether a JSON document was printed: there is never a second one.
    """

    def __init__(
        self,
        *,
        out: TextIO | None = None,
        err: TextIO | None = None,
        environ: Mapping[str, str] | None = None,
        json: bool = False,
        quiet: bool = False,
        color: bool = True,
    ) -> None:
        self.out = out or sys.stdout or io.StringIO()  # a process may be started without either
        self.err = err or sys.stderr or io.StringIO()
        self.environ = os.environ if environ is None else environ
        self.json = json
        self.quiet = quiet
        self.answered = False
        plain = bool(self.environ.get("NO_COLOR")) or self.environ.get("TERM") == "dumb"
        self._color = color and not plain
        self._in_workflow = self.environ.get("GITHUB_ACTIONS") == "true"

    @property
    def width(self) -> int:
        """Columns for tables."""
        return max(_NARROW, shutil.get_terminal_size((_UNKNOWN_WIDTH, 24)).columns)

    @property
    def most(self) -> int:
        """How many lines of one list to show: all of them in a file or a pipe."""
        return _MOST if self.out.isatty() else sys.maxsize

    @property
    def watched(self) -> bool:
        """Whether somebody sits before stderr and can be shown progress."""
        return not self.quiet and self.err.isatty() and self.environ.get("TERM") != "dumb"

    def paint(self, text: str, style: str) -> str:
        """Text with the colour of a style where stdout shows colours."""
        return self._painted(text, style, self.out)

    def _painted(self, text: str, style: str, stream: TextIO) -> str:
        if style not in _STYLES or not self._color or not stream.isatty():
            return text
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"

    def safe(self, text: str) -> str:
        """One line of outside text as it may be shown here."""
        return log_line(text) if self._in_workflow else terminal(text)

    def result(self, text: str) -> None:
        """Lines for stdout whose outside parts are escaped already; a workflow's log gets them once more."""
        if self._in_workflow and not _is_file(self.out):
            text = "\n".join(log_line(line) for line in text.split("\n"))
        self._write(self.out, text if text.endswith("\n") else f"{text}\n")

    def document(self, text: str) -> None:
        """A whole document for stdout, byte for byte: Markdown and CSV, whose renderers have made it safe."""
        self._write(self.out, text)

    def result_json(self, value: Any) -> None:
        """A value as JSON for stdout, in ASCII: nothing in it moves a cursor, and no log takes it for a command."""
        self.document_json(json_text(value))

    def document_json(self, text: str) -> None:
        """JSON in ASCII that was rendered elsewhere; the old form of a workflow's commands is escaped in it."""
        self.answered = True
        self._write(self.out, _inert(text))

    def say(self, text: str, style: str = "") -> None:
        """One line for people, on stderr; nothing with ``--quiet``."""
        if not self.quiet:
            self._write(self.err, f"{self._painted(self.safe(text), style, self.err)}\n")

    def complain(self, text: str, style: str = "") -> None:
        """One line that people must see, on stderr."""
        self._write(self.err, f"{self._painted(self.safe(text), style, self.err)}\n")

    def overwrite(self, text: str) -> None:
        """Replace the line that stderr ends with; for progress."""
        self._write(self.err, f"\r\x1b[2K{terminal(text)}")

    def _write(self, stream: TextIO, text: str) -> None:
        try:
            stream.write(text)
            stream.flush()
        except BrokenPipeError:
            _silence(stream)
        except OSError as error:
            _silence(stream)
            if stream is self.out:
                raise OtherSideError("output", f"the result cannot be written: {error.strerror}") from error
        except ValueError:
            if not stream.closed:
                raise


def json_text(value: Any) -> str:
    """JSON as this program writes it for others, in ASCII: each key of an object on its own line, and each entry of a
    list."""
    return _inert(_spread(value, depth=2, margin="\n")) + "\n"


def _spread(value: Any, depth: int, margin: str) -> str:
    """JSON with its outer levels line by line; inner ones are one line, so that a change is, and the encoder in C can
    write it."""
    if not depth or not value or not isinstance(value, dict | list | tuple):
        return _JSON.encode(value)
    inside = f"{margin} "
    if isinstance(value, dict):
        entries = [f"{_JSON.encode(key)}: {_spread(entry, depth - 1, inside)}" for key, entry in value.items()]
        return f"{{{inside}{f',{inside}'.join(entries)}{margin}}}"
    return f"[{inside}{f',{inside}'.join(map(_JSON.encode, value))}{margin}]"


def _inert(text: str) -> str:
    """JSON that means the same and is neither a control character nor a command (``##[name]``) anywhere."""
    return text.replace("\x7f", "\\u007f").replace("##[", "#\\u0023[")


def _is_file(stream: TextIO) -> bool:
    """Whether a stream goes to a file, where nobody reads commands out of it."""
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def _silence(stream: TextIO) -> None:
    """Send whatever else is written to a stream nowhere, so that no later flush complains either."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
