"""Every small wrong version of a module. Pure: from source to sources."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One wrong version: where, what was done, and the whole source."""

    line: int
    what: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """All of them, in the order of the source. Annotations, docstrings and texts are let be."""
    tree = ast.parse(source)
    for number, node in enumerate(_code(tree)):
        for what, change in _changes(node):
            wrong = copy.deepcopy(tree)
            target = list(_code(wrong))[number]
            change_in_place(target, change)
            yield Mutant(getattr(node, "lineno", 0), what, ast.unparse(ast.fix_missing_locations(wrong)))


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
    alone = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return alone or isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom)


Change = tuple[str, object]
"""The field to change and its new value; an empty field stands for the node itself."""


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    """What can be wrong with a node, in words and as a change."""
    if isinstance(node, ast.Compare):
        for at, operator in enumerate(node.ops):
            other = _COMPARED[type(operator)]
            ops = [*node.ops[:at], other(), *node.ops[at + 1 :]]
            yield f"{type(operator).__name__} becomes {other.__name__}", ("ops", ops)
    elif isinstance(node, ast.BoolOp):
        yield "and becomes or, or or becomes and", ("op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.BinOp) and type(node.op) in _COUNTED:
        yield f"{type(node.op).__name__} becomes another", ("op", _COUNTED[type(node.op)]())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not is left out", ("", node.operand)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        wrong = not node.value if isinstance(node.value, bool) else node.value + 1
        yield f"{node.value} becomes {wrong}", ("value", wrong)
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        yield "the condition is turned round", ("test", ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Yield | ast.YieldFrom):
        yield "the statement is left out", ("value", ast.Constant(None))
    elif isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
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
