"""Merges what the agents wrote, and finds where their work does not fit together."""

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from sdd.diagnostics import Diagnostic, Severity
from sdd.ports import ReadableFiles
from sdd.text import Span, decode
from sdd.workflow.parsing import UNPARSABLE, parsed

Writes = Mapping[PurePosixPath, bytes | None]
_IMPORT_FAILURES = frozenset({"ImportError", "ModuleNotFoundError", "Exception"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one order changed in its overlay."""

    order: str
    writes: Writes


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignImport:
    """An import of something that is not the backend's own; without names: the module alone."""

    path: PurePosixPath
    line: int
    module: str
    names: tuple[str, ...]


def merge(
    writes: Writes, contributions: Sequence[Contribution]
) -> tuple[dict[PurePosixPath, bytes | None], tuple[tuple[str, Diagnostic], ...]]:
    """Join contributions in plan order; where two differ on one path, both orders are told."""
    merged = dict(writes)
    authors: dict[PurePosixPath, Contribution] = {}
    conflicts: list[tuple[str, Diagnostic]] = []
    for contribution in contributions:
        for path, data in contribution.writes.items():
            first = authors.get(path)
            if first is not None and first.writes[path] != data:
                found = _conflict(path, first.order, contribution.order)
                conflicts += [(first.order, found), (contribution.order, found)]
                continue
            authors[path] = contribution
            merged[path] = data
    return merged, tuple(conflicts)


def _conflict(path: PurePosixPath, first: str, second: str) -> Diagnostic:
    return Diagnostic(
        rule="conflicting-write",
        severity=Severity.ERROR,
        message=f"The orders {first} and {second} wrote this file differently.",
        span=Span(path=str(path)),
        hint=f"What {first} wrote was taken; agree on one content.",
        subject=str(path),
    )


def check_integration(files: ReadableFiles, backend: PurePosixPath) -> tuple[Diagnostic, ...]:
    """Find Python files of the backend that do not parse, and imports that lead nowhere."""
    trees, broken_files = _parsed(files, backend)
    found = [_unparsable(path, error) for path, error in broken_files.items()]
    modules = _modules(trees, backend, frozenset(_module(path, backend) for path in broken_files))
    broken = {item.span.path for item in found if item.span}
    loose = _loose_folders(trees, backend)
    for path, tree in trees.items():
        for target in _imports(tree, path, backend):
            missing = _unresolved(target, modules, backend, broken, loose)
            if missing:
                found.append(_unresolved_import(path, target, missing))
    return tuple(found)


def imported_files(
    files: ReadableFiles, backend: PurePosixPath
) -> Mapping[PurePosixPath, frozenset[PurePosixPath]]:
    """Return which files of the backend each of its files imports, directly or through others."""
    trees, _ = _parsed(files, backend)
    places = {_module(path, backend): path for path in trees}
    direct = {
        path: frozenset(
            places[name]
            for target in _imports(tree, path, backend)
            for name in (target.module, *(f"{target.module}.{item}" for item in target.names))
            if name in places
        )
        for path, tree in trees.items()
    }
    return {path: _reached(path, direct) for path in direct}


def _reached(
    path: PurePosixPath, direct: Mapping[PurePosixPath, frozenset[PurePosixPath]]
) -> frozenset[PurePosixPath]:
    reached: set[PurePosixPath] = set()
    waiting = list(direct[path])
    while waiting:
        here = waiting.pop()
        if here not in reached:
            reached.add(here)
            waiting += direct[here]
    return frozenset(reached - {path})


def foreign_imports(files: ReadableFiles, backend: PurePosixPath) -> tuple[ForeignImport, ...]:
    """Return what the backend imports from elsewhere, the standard library left out.

    What is imported under `except ImportError` may be missing, and is left out too.
    """
    trees, _ = _parsed(files, backend)
    ours = {name.split(".")[0] for name in _modules(trees, backend)}
    below = {
        PurePosixPath(part).stem for path in trees for part in path.relative_to(backend).parts[1:]
    }
    # A folder such as `src/` may be a root of its own, so what stands in it may be ours as well.
    known = (ours - _loose_folders(trees, backend)) | below | sys.stdlib_module_names | {""}
    return tuple(
        ForeignImport(path=path, line=target.line, module=target.module, names=target.names)
        for path, tree in trees.items()
        for target in _imports(tree, path, backend)
        if target.module.split(".")[0] not in known and not target.optional
    )


def _parsed(
    files: ReadableFiles, backend: PurePosixPath
) -> tuple[dict[PurePosixPath, ast.Module], dict[PurePosixPath, Exception]]:
    trees: dict[PurePosixPath, ast.Module] = {}
    broken: dict[PurePosixPath, Exception] = {}
    for path in files.paths(backend):
        if path.suffix != ".py":
            continue
        source = decode(str(path), files.read(path) or b"")
        try:
            trees[path] = parsed(source.text)
        except UNPARSABLE as error:
            broken[path] = error
    return trees, broken


def _module(path: PurePosixPath, backend: PurePosixPath) -> str:
    parts = path.relative_to(backend).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _unparsable(path: PurePosixPath, error: Exception) -> Diagnostic:
    line = getattr(error, "lineno", None) or 1
    return Diagnostic(
        rule="unparsable-file",
        severity=Severity.ERROR,
        message=f"This is not valid Python: {getattr(error, 'msg', None) or error}.",
        span=Span(path=str(path), line=line),
        hint="Write the whole file again.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Import:
    """`from module import names`, or `import module` without names.

    Attributes:
        optional: The code goes on without it.
    """

    module: str
    names: tuple[str, ...]
    line: int
    optional: bool


def _modules(
    trees: Mapping[PurePosixPath, ast.Module],
    backend: PurePosixPath,
    broken: frozenset[str] = frozenset(),
) -> dict[str, frozenset[str] | None]:
    """Return the names that each module of the backend offers; None: it may offer any.

    A name that a module imports is offered if it comes from somewhere: one that two modules have
    from each other, or a module from itself, is nowhere.
    """
    modules: dict[str, set[str] | None] = {}
    for path, tree in trees.items():
        modules[_module(path, backend)] = None if _may_offer_any(tree) else set(_made(tree))
    for name in list(modules):
        parent, _, last = name.rpartition(".")
        while parent:
            offered = modules.setdefault(parent, set())
            if offered is not None:
                offered.add(last)
            parent, _, last = parent.rpartition(".")
    loans = [
        (_module(path, backend), loan)
        for path, tree in trees.items()
        for loan in _loans(tree, path.relative_to(backend).parent.parts)
    ]
    settled = True
    while settled:
        open_loans = []
        for name, loan in loans:
            if not _is_covered(loan, modules, broken):
                open_loans.append((name, loan))
            elif (offered := modules[name]) is not None:
                offered.add(loan.bound)
        settled = len(open_loans) < len(loans)
        loans = open_loans
    return {name: None if names is None else frozenset(names) for name, names in modules.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loan:
    """A name that a module has from another one: `from module import name as bound`."""

    bound: str
    module: str
    name: str


@lru_cache(maxsize=256)
def _loans(tree: ast.Module, package: tuple[str, ...]) -> tuple[_Loan, ...]:
    return tuple(
        _Loan(bound=alias.asname or alias.name, module=_source(node, package), name=alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    )


def _is_covered(
    loan: _Loan, modules: Mapping[str, set[str] | None], broken: frozenset[str]
) -> bool:
    if loan.module in modules:
        offered = modules[loan.module]
        return offered is None or loan.name in offered
    return loan.module in broken or loan.module.split(".")[0] not in modules


def _source(node: ast.ImportFrom, package: tuple[str, ...]) -> str:
    """Return the whole name of the module that names are imported from."""
    base = package[: len(package) - node.level + 1] if node.level else ()
    return ".".join((*base, *((node.module,) if node.module else ())))


def _loose_folders(trees: Mapping[PurePosixPath, ast.Module], backend: PurePosixPath) -> set[str]:
    """Return top folders that are no packages: `alembic/` must not hide the library."""
    below = [path.relative_to(backend).parts for path in trees]
    folders = {parts[0] for parts in below if len(parts) > 1}
    return folders - {parts[0] for parts in below if parts[1:] == ("__init__.py",)}


@lru_cache(maxsize=256)
def _may_offer_any(tree: ast.Module) -> bool:
    return "__getattr__" in _made(tree) or any(
        isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in ast.walk(tree)
    )


@lru_cache(maxsize=256)
def _made(tree: ast.Module) -> frozenset[str]:
    """Return the names that a module has of its own, and the modules that it imports whole."""
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.ClassDef(name=name):
                names.add(name)
            case ast.Import(names=aliases):
                names |= {(alias.asname or alias.name).split(".")[0] for alias in aliases}
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case _:
                pass
    return frozenset(names)


def _imports(tree: ast.Module, path: PurePosixPath, backend: PurePosixPath) -> tuple[_Import, ...]:
    return _imported(tree, path.relative_to(backend).parent.parts)


@lru_cache(maxsize=256)
def _imported(tree: ast.Module, package: tuple[str, ...]) -> tuple[_Import, ...]:
    return tuple(_import_statements(tree, package))


def _import_statements(tree: ast.Module, package: tuple[str, ...]) -> Iterator[_Import]:
    optional = _optional(tree)
    for node in ast.walk(tree):
        spare = node in optional
        match node:
            case ast.Import(names=aliases, lineno=line):
                for alias in aliases:
                    yield _Import(module=alias.name, names=(), line=line, optional=spare)
            case ast.ImportFrom(names=aliases, lineno=line):
                names = tuple(alias.name for alias in aliases if alias.name != "*")
                module = _source(node, package)
                yield _Import(module=module, names=names, line=line, optional=spare)
            case _:
                pass


def _optional(tree: ast.Module) -> set[ast.AST]:
    """Return the statements for whose imports a handler of failed imports stands ready."""
    return {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.Try) and any(map(_catches_imports, node.handlers))
        for statement in node.body
        for inner in ast.walk(statement)
    }


def _catches_imports(handler: ast.ExceptHandler) -> bool:
    named = ast.walk(handler.type) if handler.type else ()
    return handler.type is None or any(
        isinstance(item, ast.Name) and item.id in _IMPORT_FAILURES for item in named
    )


def _unresolved(
    target: _Import,
    modules: Mapping[str, frozenset[str] | None],
    backend: PurePosixPath,
    broken: set[str],
    loose: set[str],
) -> str | None:
    """Return what an import asks for in vain; None when it resolves or is not the backend's."""
    top = target.module.split(".")[0]
    if top not in modules or top in loose:
        return None
    path = str(backend / target.module.replace(".", "/"))
    if f"{path}.py" in broken or f"{path}/__init__.py" in broken:
        return None
    if target.module not in modules:
        return target.module
    offered = modules[target.module]
    missing = () if offered is None else sorted(set(target.names) - offered)
    return f"{target.module}.{missing[0]}" if missing else None


def _unresolved_import(path: PurePosixPath, target: _Import, missing: str) -> Diagnostic:
    return Diagnostic(
        rule="unresolved-import",
        severity=Severity.ERROR,
        message=f"Nothing in the backend is called {missing}.",
        span=Span(path=str(path), line=target.line),
        hint="Import what is there, or write what is missing.",
        subject=missing,
    )
