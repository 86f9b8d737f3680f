"""Is a value what its schema asks for? JSON Schema's errors, said in words, at the places they are about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators

from runner.catalog import Schema
from runner.model.problem import Place
from runner.policy import formats
from runner.policy.nodes import Fields, Node, Scalar, find
from runner.policy.problems import Problems, did_you_mean, shown
from runner.policy.values import branches, coerced, is_choice_of_keys, kind, kinds

_WORDS = {
    "boolean": "true or false", "integer": "a whole number", "number": "a number", "string": "text",
    "array": "a list", "object": "a mapping", "null": "nothing",
}  # fmt: skip


def _pattern(_: object, pattern: str, value: object, __: object) -> Iterator[ValidationError]:
    """Patterns are of one line: unlike in ``re.search``, ``$`` is the end and not the end but for a line break."""
    if isinstance(value, str) and ("\n" in value or not re.search(pattern, value)):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


_Validator: Callable[..., Any] = validators.extend(  # type: ignore[no-untyped-call] # its stubs say less than it does
    Draft202012Validator,
    {"pattern": _pattern},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, v: type(v) is int),
)


def check(node: Node, schema: Schema, problems: Problems) -> tuple[Any, bool]:
    """The value of a document and whether it is what the schema asks for; what is not goes to ``problems``."""
    defs = schema.get("$defs", {})
    value = coerced(node, schema, defs)
    found = [_Finding(leaf, node, defs) for error in _errors(schema, value) for leaf in _closest(error, defs)]
    for finding in found:
        if not finding.told:
            finding.tell(problems)
    return value, not found


def _errors(schema: Schema, value: object) -> Iterable[ValidationError]:
    found: Iterable[ValidationError] = _Validator(schema, format_checker=formats.checker).iter_errors(value)
    return found


def _closest(error: ValidationError, defs: dict[str, Schema]) -> Iterator[ValidationError]:
    """The errors that say what is wrong: of a value with alternatives, those of the alternative it comes closest to."""
    schema: Any = error.schema
    if error.validator != "oneOf" or is_choice_of_keys(schema) or not error.context:
        yield error
        return
    found = kind(error.instance)
    fitting = []
    for index, branch in enumerate(schema["oneOf"]):
        own = [nested for nested in error.context if nested.relative_schema_path[0] == index]
        if any(_takes(one, found) for one in branches(branch, defs)):
            fitting.append([leaf for nested in own for leaf in _closest(nested, defs)])
    deeper = [leaves for leaves in fitting if any(leaf.absolute_path != error.absolute_path for leaf in leaves)]
    if len(fitting) == 1 or deeper:
        yield from min(deeper or fitting, key=len)
    else:
        yield error


def _takes(branch: Schema, found: str) -> bool:
    return found in kinds(branch) or (found == "integer" and "number" in kinds(branch))


class _Finding:
    """One error of the validator, with the node it is about."""

    def __init__(self, error: ValidationError, root: Node, defs: dict[str, Schema]) -> None:
        self.error = error
        self.node = find(root, tuple(error.absolute_path))
        self.place = self.node.place
        if "propertyNames" in error.absolute_schema_path and isinstance(self.node, Fields):
            self.place = self.node.keys.get(str(error.instance), self.place)
        schema: Any = error.schema
        self.schema: Schema = schema
        self.value: Any = error.instance
        self.wanted: Any = error.validator_value
        self.defs = defs

    @property
    def told(self) -> bool:
        """Whether it is about something that was told already, or a choice of keys of what is no mapping at all."""
        if isinstance(self.node, Scalar) and self.node.told:
            return True
        return is_choice_of_keys(self.schema) and self.error.validator == "oneOf" and not isinstance(self.value, dict)

    @property
    def hint(self) -> str:
        """What the schema says of the value: in the nearest description around it."""
        about: Any = self.error
        while about is not None:
            if text := str(about.schema.get("description", "")):
                return text.split("\n\n", 1)[0].replace("\n", " ")
            about = about.parent
        return ""

    def tell(self, problems: Problems) -> None:
        """Say it, in one problem or in one for each key."""
        say = _SAY.get(str(self.error.validator), _say_plainly)
        for place, code, message, hint in say(self):
            problems.error(place, code, message, hint)


_Said = Iterator[tuple[Place, str, str, str]]


def _say_unknown_keys(finding: _Finding) -> _Said:
    known = finding.schema.get("properties", {})
    what = finding.schema.get("title", "key")
    for key in finding.value:
        if key not in known:
            place = finding.node.keys[key] if isinstance(finding.node, Fields) else finding.place
            yield place, "unknown_key", f"unknown {what} {shown(key)}", did_you_mean(key, known)


def _say_missing(finding: _Finding) -> _Said:
    """JSON Schema reports each missing key by itself, with the whole list of required ones."""
    key = re.match(r"'(.*)' is a required property$", finding.error.message)
    name = key.group(1) if key else ", ".join(finding.wanted)
    about = finding.schema.get("properties", {}).get(name, {}).get("description", "")
    yield finding.place, "missing_key", f"`{name}` is missing", str(about).split("\n\n", 1)[0]


def _say_type(finding: _Finding) -> _Said:
    names = [finding.wanted] if isinstance(finding.wanted, str) else list(finding.wanted)
    yield _wrong_kind(finding, names)


def _wrong_kind(finding: _Finding, names: list[str]) -> tuple[Place, str, str, str]:
    expected = " or ".join(dict.fromkeys(_WORDS[name] for name in names))
    value = finding.value
    if value == "" and names != ["string"]:
        return finding.place, "missing_value", f"a value is missing: {expected} is needed", finding.hint
    hint = finding.hint
    if isinstance(value, str) and set(names) & {"boolean", "integer", "number"}:
        hint = f"write {expected}, without quotes. {hint}".strip()
    elif isinstance(value, str) and "array" in names and value.isprintable():
        hint = f"write [{value}]. {hint}".strip()
    elif isinstance(value, str) and "object" in names and re.match(r"[a-z_]+:", value):
        hint = f"put a blank after the colon. {hint}".strip()
    elif names == ["null"]:
        hint = f"write the word alone, without a value. {hint}".strip()
    return finding.place, "wrong_type", f"{expected} is needed, not {shown(value)}", hint


def _say_enum(finding: _Finding) -> _Said:
    if finding.value == "":
        yield finding.place, "missing_value", "a value is missing", did_you_mean("", map(str, finding.wanted))
        return
    near = did_you_mean(str(finding.value), (str(word) for word in finding.wanted if word is not None))
    yield finding.place, "not_allowed", f"{shown(finding.value)} cannot be written here", near


def _say_const(finding: _Finding) -> _Said:
    message = f"{shown(finding.value)} cannot be written here"
    yield finding.place, "not_allowed", message, f"write {str(finding.wanted).lower()}, or leave it out"


def _say_pattern(finding: _Finding) -> _Said:
    if finding.value == "":
        yield finding.place, "missing_value", "a value is missing", finding.hint
    else:
        message = f"{shown(finding.value)} is not in the form that is needed"
        yield finding.place, "form", message, finding.hint or f"it must match {finding.wanted}"


def _say_format(finding: _Finding) -> _Said:
    hint = formats.HINTS.get(finding.wanted, "")
    near = did_you_mean(finding.value, formats.zones(), listed=0) if finding.wanted == "time-zone" else ""
    hint = near if near.startswith("did you mean") else hint
    yield finding.place, "form", f"{shown(finding.value)} cannot be used", hint


def _say_one_of(finding: _Finding) -> _Said:
    if not is_choice_of_keys(finding.schema):
        alternatives = list(branches(finding.schema, finding.defs))
        if any(_takes(one, kind(finding.value)) for one in alternatives):
            yield finding.place, "not_allowed", f"{shown(finding.value)} cannot be written here", finding.hint
        else:
            yield _wrong_kind(finding, [name for one in alternatives for name in sorted(kinds(one))])
        return
    keys = [branch["required"][0] for branch in finding.wanted]
    given = [key for key in keys if key in finding.value]
    found = f"found {' and '.join(f'`{key}`' for key in given)}" if given else "found none"
    choice = " or ".join(f"`{key}`" for key in keys)
    hint = "keep one of them" if given else "write one of them"
    yield finding.place, "exactly_one", f"exactly one of {choice} is needed, {found}", hint


def _say_many_keys(finding: _Finding) -> _Said:
    what = finding.schema.get("title", "mapping")
    keys = ", ".join(shown(key) for key in finding.value)
    hint = "put each in an item of its own" + (", under `all:`" if what == "condition" else "")
    count = finding.wanted
    message = f"this {what} has more than {count} key{'s' if count > 1 else ''}: {keys}"
    yield finding.place, "one_key", message, hint


def _say_limit(words: str, code: str) -> Callable[[_Finding], _Said]:
    def say(finding: _Finding) -> _Said:
        limit = finding.wanted
        yield finding.place, code, words.format(value=shown(finding.value), limit=limit), finding.hint

    return say


def _say_any_of(finding: _Finding) -> _Said:
    keys = [key for branch in finding.wanted for key in branch.get("required", ())]
    yield finding.place, "missing_key", f"{' or '.join(f'`{key}`' for key in keys)} is missing", finding.hint


def _say_plainly(finding: _Finding) -> _Said:
    yield finding.place, str(finding.error.validator), f"{shown(finding.value)} cannot be used here", finding.hint


_SAY: dict[str, Callable[[_Finding], _Said]] = {
    "additionalProperties": _say_unknown_keys,
    "required": _say_missing,
    "type": _say_type,
    "enum": _say_enum,
    "const": _say_const,
    "pattern": _say_pattern,
    "format": _say_format,
    "oneOf": _say_one_of,
    "anyOf": _say_any_of,
    "maxProperties": _say_many_keys,
    "minItems": _say_limit("the list is empty: {limit} or more are needed", "empty_list"),
    "minProperties": _say_limit("the mapping is empty: {limit} or more keys are needed", "empty_mapping"),
    "minLength": _say_limit("a value is missing", "missing_value"),
    "maxLength": _say_limit("the text is too long: at most {limit} characters", "too_long"),
    "minimum": _say_limit("{value} is too small: at least {limit}", "range"),
    "exclusiveMinimum": _say_limit("{value} is too small: more than {limit}", "range"),
    "maximum": _say_limit("{value} is too large: at most {limit}", "range"),
    "uniqueItems": _say_limit("the list names something twice", "twice"),
}
