"""Verifiers that the settings name."""

from sdd.audit.engine import Engine
from sdd.audit.state import State
from sdd.audit.values import Bound, ClassInfo, Func, Instance, Lib, LibObject, Ref, Value


def is_trusted(engine: Engine, function: Value, state: State) -> bool:
    """Whether the settings name a function, or the class of an instance, as a verifier."""
    held = engine.load(state, function) if isinstance(function, Ref) else None
    match held.info if isinstance(held, Instance) else function:
        case Func(module=module, label=label) | ClassInfo(module=module, name=label):
            parts = module.path.removesuffix(".py").removesuffix("/__init__").split("/")
            dotted = ".".join([*parts, label])
        case Bound(function=inner):
            return is_trusted(engine, inner, state)
        case Lib(name=name) | LibObject(name=name):
            dotted = name
        case _:
            return False
    return any(dotted == one or dotted.endswith(f".{one}") for one in engine.trusted)
