"""Puts the abstract machine together: syntax, libraries and Python's built-in names."""

import builtins

from sdd.audit.engine import Engine
from sdd.audit.expressions import EVALUATORS
from sdd.audit.statements import EXECUTORS
from sdd.audit.values import FALSE, Lib, Value
from sdd.program import Program


def make_engine(program: Program) -> Engine:
    """Return a machine for a program; nothing has been run yet."""
    names: dict[str, Value] = {
        name: Lib(name) for name in dir(builtins) if not name.startswith("_")
    }
    names["__import__"] = Lib("__import__")
    names["$subclass"] = FALSE
    names["TYPE_CHECKING"] = FALSE
    return Engine(program, evaluators=EVALUATORS, executors=EXECUTORS, environment=names)
