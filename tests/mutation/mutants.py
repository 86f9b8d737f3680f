"""Every small wrong version of a module. Pure: from source to sources."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd, ast.FloorDiv: ast.Mult,
}  # fmt: skip
_WORD = re.compile("[a-z]+(_[a-z]+)*")
"""Texts that code compares and looks up: verbs, states, names of rails. Sentences are let be."""


Change = tuple[str, object]
"""The field to change and its new value; an empty field stands for the node itself."""


@dataclass(frozen=True)
class Mutant:
    """One wrong version: of which line, what is done, to which node of ``right``, and the change itself."""

    line: int
    what: str
    right: str
    number: int
    change: Change

    @property
    def source(self) -> str:
        """The whole wrong source."""
        tree = ast.parse(self.right)
        change_in_place(list(_code(tree))[self.number], self.change)
        return ast.unparse(ast.fix_missing_locations(tree))


def mutants(source: str) -> Iterator[Mutant]:
    """All of them, in the order of the source. Annotations, docstrings and texts are let be."""
    for number, node in enumerate(_code(ast.parse(source))):
        for what, change in _changes(node):
            line = next(inner.lineno for inner in ast.walk(node) if hasattr(inner, "lineno"))
            yield Mutant(line, what, source, number, change)


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that do something."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_text(child):
                yield child
                yield from _code(child)


def _is_text(node: ast.AST) -> bool:
    """Docstrings, texts that are put together, and imports."""
    alone = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return alone or isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom)


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    """What can be wrong with a node, in words and as a change."""
    match node:
        case ast.Compare(ops=operators):
            for at, operator in enumerate(operators):
                other = _COMPARED[type(operator)]
                ops = [*operators[:at], other(), *operators[at + 1 :]]
                yield f"{type(operator).__name__} becomes {other.__name__}", ("ops", ops)
        case ast.BoolOp(op=ast.And()):
            yield "and becomes or", ("op", ast.Or())
        case ast.BoolOp():
            yield "or becomes and", ("op", ast.And())
        case ast.BinOp(op=operator) | ast.AugAssign(op=operator) if type(operator) in _COUNTED:
            counted = _COUNTED[type(operator)]
            yield f"{type(operator).__name__} becomes {counted.__name__}", ("op", counted())
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "not is left out", ("", operand)
        case ast.Constant(value=value):
            yield from ((f"{value!r} becomes {other!r}", ("value", other)) for other in _other_values(value))
        case ast.comprehension(ifs=[_, *_]):
            yield "everybody is let through", ("ifs", [])
        case ast.If() | ast.IfExp() | ast.While():
            yield "the condition is turned round", ("test", ast.UnaryOp(ast.Not(), node.test))
        case ast.Name(id="min" | "max" as name, ctx=ast.Load()):
            yield f"{name} becomes the other", ("id", "max" if name == "min" else "min")
        case _:
            yield from _left_out(node)


def _other_values(value: object) -> Iterator[object]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, str) and _WORD.fullmatch(value):
        yield f"{value}x"


def _left_out(node: ast.AST) -> Iterator[tuple[str, Change]]:
    """What a statement would be without its effect."""
    match node:
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()):
            yield "the statement is left out", ("value", ast.Constant(None))
        case ast.Raise():
            yield "nothing is raised", ("", ast.Pass())
        case ast.Break() | ast.Continue():
            yield "the loop goes on", ("", ast.Pass())
        case ast.Return(value=ast.AST() as value) if not isinstance(value, ast.Constant):
            yield "nothing is returned", ("value", ast.Constant(None))


def change_in_place(node: ast.AST, change: Change) -> None:
    """Make the change; a node that another takes the place of becomes that one."""
    field, value = change
    if field:
        setattr(node, field, value)
    else:
        assert isinstance(value, ast.AST)
        other = copy.deepcopy(value)
        node.__class__ = other.__class__
        node.__dict__ = other.__dict__
