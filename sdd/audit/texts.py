"""Methods of texts that stand in the code."""

import ast
from collections.abc import Callable, Mapping

from sdd.audit.conditions import truth
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.logic import Holds, both, either
from sdd.audit.state import State
from sdd.audit.unknowns import apply
from sdd.audit.values import (
    FALSE,
    NONE,
    TRUE,
    ListObject,
    Phi,
    Ref,
    Truth,
    Tup,
    Value,
    lit,
    text_of,
)


def text_method(
    engine: Engine, text: str, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value | None:
    """Call a method of a text that stands in the code; None: it is not one that is known."""
    first = arguments.positional[0] if arguments.positional else NONE
    if name in {"startswith", "endswith"}:
        return _begins(engine, text, name, first, state, node)
    simple: Mapping[str, Callable[[], str]] = {
        "lower": text.lower, "upper": text.upper, "strip": text.strip,
        "title": text.title, "lstrip": text.lstrip,
    }  # fmt: skip
    if name in simple and not arguments.positional:
        return lit(simple[name]())
    if name == "rstrip":
        chars = text_of(first) if arguments.positional else None
        return lit(text.rstrip(chars))
    if name == "split" and len(arguments.positional) <= 1:
        parts = text.split(text_of(first) if arguments.positional else None)
        return engine.new_list(state, [lit(part) for part in parts])
    if name == "join":
        return apply("join", (lit(text), first))
    if name == "format":
        return apply("+", (lit(text), *arguments.every()))
    return None


def _begins(
    engine: Engine, text: str, name: str, first: Value, state: State, node: ast.AST
) -> Value:
    if isinstance(first, Phi):
        cases = [
            (guard, _begins(engine, text, name, item, state, node)) for guard, item in first.cases
        ]
        return Truth(either([both([guard, truth(engine, one, state)]) for guard, one in cases]))
    options = _texts(engine, first, state)
    if options is None:
        return Truth(Holds(name, (lit(text), first)))
    test = text.startswith if name == "startswith" else text.endswith
    found = [option for option in options if test(option)]
    if engine.in_middleware and name == "startswith":
        for option in found:
            if len(option) > 1 and text != option:
                engine.remark("middleware-gap", node, f"its path begins with {option}")
    return TRUE if found else FALSE


def _texts(engine: Engine, value: Value, state: State) -> list[str] | None:
    if isinstance(value, Tup):
        items = [text_of(item) for item in value.items]
        return [item for item in items if item] if None not in items else None
    held = engine.load(state, value) if isinstance(value, Ref) else None
    if isinstance(held, ListObject):
        items = [text_of(item) for _, item in held.items]
        return [item for item in items if item] if None not in items else None
    text = text_of(value)
    return [text] if text is not None else None
