"""Strict YAML: PyYAML's events only, no resolver and no constructor, so a plain ``NO`` or ``012345`` stays text.

What makes YAML surprising is an error with a hint: a key given twice, anchors, aliases, merge keys, tags, directives, a
second document, files over 256 KiB, nesting beyond 20, and characters that hide something.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from runner.model.problem import Place
from runner.policy.letters import FORBIDDEN, forbidden
from runner.policy.nodes import Fields, Items, Node, Scalar
from runner.policy.problems import Problems, shown

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
_HOPELESS = 100
"""Levels beyond the allowed ones at which the rest is not read: PyYAML's time grows with the square of the depth."""
_INSTEAD = "\ufffd"
"""Takes the place of a character that is not allowed, so that the rest of the file is checked too."""


def parse_yaml(data: bytes, file: str, problems: Problems) -> Node | None:
    """The document in a file's bytes, or None where it is too broken to look into; problems go to ``problems``.

    Some problems (a duplicate key, a tag) are told and passed over, so that the rest of the file is checked too.
    """
    text = decode_text(data, file, problems)
    if text is None:
        return None
    for line, column, name in forbidden(text):
        hint = "indent with spaces" if name.endswith("TAB") else "remove it; it hides what the file says"
        problems.error(Place(file, line, column), "character", f"the character {name} is not allowed", hint)
    text = FORBIDDEN.sub(lambda found: " " if found.group() in "\t\r" else _INSTEAD, text)
    try:
        return _Composer(text, file, problems).document()
    except _HopelessError:
        return None
    except yaml.MarkedYAMLError as error:
        _tell_syntax(error, file, problems)
    except (yaml.YAMLError, ValueError, OverflowError):
        problems.error(Place(file), "syntax", "not valid YAML: an escape or version that means nothing", "remove it")
    return None


def decode_text(data: bytes, file: str, problems: Problems, *, limit: int = MAX_BYTES) -> str | None:
    """The text of a file: UTF-8, no byte order mark, not over ``limit`` bytes; None after telling the problem."""
    if len(data) > limit:
        problems.error(Place(file), "too_large", f"the file is larger than {limit // 1024} KiB", "split it")
        return None
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        hint = "save it without one" if data.startswith(b"\xef") else "save the file as UTF-8, without one"
        problems.error(Place(file), "encoding", "the file starts with a byte order mark", hint)
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        good = data[: error.start].decode("utf-8")
        place = Place(file, good.count("\n") + 1, len(good) - good.rfind("\n"))
        problems.error(place, "encoding", f"not UTF-8: the byte 0x{data[error.start]:02x}", "save the file as UTF-8")
        return None


class _HopelessError(Exception):
    """Nested so deep that nobody wrote it by hand; it is told already."""


class _Composer:
    """Turns events into nodes."""

    def __init__(self, text: str, file: str, problems: Problems) -> None:
        self._events: Iterator[yaml.Event] = iter(yaml.parse(text, Loader=yaml.SafeLoader))
        self._file = file
        self._problems = problems

    def document(self) -> Node | None:
        """The one document of the stream."""
        next(self._events)
        start = next(self._events)
        if not isinstance(start, yaml.DocumentStartEvent):
            self._problems.error(Place(self._file), "empty", "the file is empty", "write something, or remove the file")
            return None
        if start.version or start.tags:
            self._tell(start, "directive", "a directive (%)", "remove it; policies are plain YAML")
        root = self._node(next(self._events), 0)
        next(self._events)
        after = next(self._events)
        if isinstance(after, yaml.DocumentStartEvent):
            self._tell(after, "second_document", "a second document", "write one document a file")
        return root

    def _node(self, event: yaml.Event, depth: int) -> Node:
        place = self._place(event)
        if isinstance(event, yaml.AliasEvent):
            self._tell(event, "alias", f"an alias (*{event.anchor})", f'write text in quotes: "*{event.anchor}"')
            return Scalar("", plain=False, place=place, told=True)
        if getattr(event, "anchor", None) is not None:
            self._tell(event, "anchor", "an anchor (&)", "write the value out where it is used")
        if getattr(event, "tag", None) is not None:
            self._tell(event, "tag", "a tag (!)", "remove it; text that starts with ! goes in quotes")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, place)
        if depth == MAX_DEPTH:
            self._tell(event, "too_deep", f"nesting more than {MAX_DEPTH} deep", "save parts of it as filters")
            self._pass_over()
            return Scalar("", plain=False, place=place, told=True)
        if isinstance(event, yaml.SequenceStartEvent):
            return Items(tuple(self._items(depth)), place)
        return self._fields(place, depth)

    def _pass_over(self) -> None:
        """Leave out what remains of the list or mapping that has just begun."""
        open_ones = 1
        while open_ones:
            if open_ones > _HOPELESS:
                raise _HopelessError
            event = next(self._events)
            open_ones += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> Scalar:
        for _, _, name in forbidden(event.value):
            self._problems.error(place, "character", f"the text holds {name}, which is not allowed", "remove it")
        return Scalar(event.value, event.style is None, place)

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _fields(self, place: Place, depth: int) -> Fields:
        values: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(next(self._events), depth + 1)
            if isinstance(key, Scalar) and key.told:
                continue
            if not isinstance(key, Scalar):
                self._problems.error(key.place, "key", "a key that is not text is not allowed", "keys are plain words")
            elif key.text == "<<":
                self._problems.error(key.place, "merge", "a merge key (<<) is not allowed", "write the keys out")
            elif key.text in keys:
                first = keys[key.text]
                message = f"the key {shown(key.text)} is given twice (first in line {first.line})"
                self._problems.error(key.place, "duplicate_key", message, "keep one of the two")
            else:
                values[key.text], keys[key.text] = value, key.place
        return Fields(values, keys, place)

    def _place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        assert mark is not None  # the parser marks every event
        return Place(self._file, mark.line + 1, mark.column + 1)

    def _tell(self, event: yaml.Event, code: str, what: str, hint: str) -> None:
        self._problems.error(self._place(event), code, f"{what} is not allowed", hint)


def _tell_syntax(error: yaml.MarkedYAMLError, file: str, problems: Problems) -> None:
    mark = error.problem_mark or error.context_mark
    place = Place(file) if mark is None else Place(file, mark.line + 1, mark.column + 1)
    what = " ".join(filter(None, (error.context, error.problem)))
    printable = what.encode("utf-8", "backslashreplace").decode()
    hint = "check the indentation; text with : # @ * [ ] { } or similar in it goes in double quotes"
    problems.error(place, "syntax", f"not valid YAML: {printable}", hint)
