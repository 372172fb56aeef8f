"""Import statements: modules of the program run, everything else is a library."""

import ast
from collections.abc import Sequence

from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.state import State
from sdd.audit.values import FALSE, Lib, Lit, ModuleRef, Sym, Value


def import_module(engine: Engine, node: ast.Import, state: State) -> None:
    """`import a.b as c`."""
    module = engine.frame.module
    for alias in node.names:
        path = engine.program.find(module, alias.name)
        if path is None:
            first = alias.name.partition(".")[0]
            state.env[alias.asname or first] = Lib(alias.name if alias.asname else first)
            continue
        engine.module(path)
        if alias.asname:
            state.env[alias.asname] = ModuleRef(path)
        else:
            first = alias.name.partition(".")[0]
            top = engine.program.find(module, first)
            state.env[first] = ModuleRef(top or path)


def import_from(engine: Engine, node: ast.ImportFrom, state: State) -> None:
    """`from a import b, c as d`, `from . import e`, `from f import *`."""
    module = engine.frame.module
    path = engine.program.find(module, node.module or "", node.level)
    for alias in node.names:
        bound = alias.asname or alias.name
        if path is None:
            base = node.module or "." * node.level
            state.env[bound] = _foreign(base, alias.name, is_relative=node.level > 0)
        elif alias.name == "*":
            _star(engine, path, state)
        else:
            state.env[bound] = member(engine, path, alias.name)


def are_found(engine: Engine, body: Sequence[ast.stmt], state: State) -> bool:
    """Whether statements import, and all they import of the program was found in it."""
    found: list[bool] = []
    for node in body:
        if isinstance(node, ast.ImportFrom):
            path = engine.program.find(engine.frame.module, node.module or "", node.level)
            names = [alias.asname or alias.name for alias in node.names if alias.name != "*"]
            if path is not None or node.level:
                found += [_is_found(state.env.get(name)) for name in names] or [path is not None]
        elif not isinstance(node, ast.Import):
            return False
    return bool(found) and all(found)


def _is_found(value: Value | None) -> bool:
    return not (isinstance(value, Sym) and value.kind == "unknown")


def _foreign(base: str, name: str, *, is_relative: bool) -> Value:
    if is_relative:
        return Sym("unknown", f"import of {base} not found")
    if name == "TYPE_CHECKING":
        return FALSE  # such imports exist for annotations, and go in circles
    return Lib(f"{base}.{name}")


def _star(engine: Engine, path: str, state: State) -> None:
    names = engine.module(path)
    state.env.update({key: value for key, value in names.items() if not key.startswith("_")})


def import_by_name(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`importlib.import_module(name)`: what only the running program knows is unknown."""
    del state, node
    name = arguments.get("name", 0)
    if not isinstance(name, Lit) or not isinstance(name.value, str) or name.value[:1] == ".":
        return Sym("unknown", "a module that is loaded at run time")
    path = engine.program.find(engine.frame.module, name.value)
    if path is None:
        return Sym("unknown", f"module {name.value}, loaded at run time")
    engine.module(path)
    return ModuleRef(path)


def member(engine: Engine, path: str, name: str) -> Value:
    """Return a module's name, or the module of that name inside a package."""
    found = engine.module(path).get(name)
    if found is not None:
        return found
    inner = _submodule(engine, path, name)
    if inner is not None:
        engine.module(inner.path)
        return inner
    if engine.program.cause_unreadable(path) is not None:
        return Sym("unknown", f"unreadable file {path}")
    if path in engine.module_states:
        return Sym("deferred", f"{path}:{name}")  # a cyclic import: looked up again when used
    return Sym("unknown", f"name {name} in {path}")


def _submodule(engine: Engine, path: str, name: str) -> ModuleRef | None:
    if path.endswith(".py") and not path.endswith("__init__.py"):
        return None
    package = path.removesuffix("__init__.py").rstrip("/")
    found = engine.program.roots.relative(package, name, 1)
    return ModuleRef(found) if found else None
