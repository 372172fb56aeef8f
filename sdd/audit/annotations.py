"""Type annotations as values, evaluated where they were written."""

import ast
from collections.abc import Mapping

from sdd.audit.engine import Engine
from sdd.audit.state import Frame, Place, State
from sdd.audit.values import Func, Value
from sdd.program import Module


def annotation_value(
    engine: Engine, node: ast.expr | None, module: Module, function: Func | None = None
) -> Value | None:
    """Return what an annotation stands for; strings are parsed, nonsense is None."""
    if node is None:
        return None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = ast.parse(node.value, mode="eval").body
        except SyntaxError:
            return None
    scope: Mapping[str, Value] | None = function.closure if function else None
    frame = Frame(module=module, label=function.label if function else "", scope=scope)
    with engine.inside(frame, node, Place(module.path, getattr(node, "lineno", 1))):
        scratch = State({}, {}, {})
        value = engine.evaluate(node, scratch)
    engine.absorb(scratch)
    return value
