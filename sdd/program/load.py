"""Reads the Python files of a tree and parses them; nothing is skipped in silence."""

import ast
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

from sdd.errors import WorkspaceError
from sdd.ports import ReadableFiles
from sdd.program.model import Module, Program, Unreadable, parse_text
from sdd.program.roots import ImportRoots
from sdd.text import SourceText, decode

_NOT_THE_PROGRAM = frozenset(
    {
        "site-packages", "node_modules", "venv", "env", "virtualenv", "__pycache__", "migrations",
        "tests", "test", "__pypackages__", "dist-packages",
    }
)  # fmt: skip
_LARGEST = 20_000_000
_MOST_KEPT = 2_000_000  # characters of which the trees are kept; of the others most are not needed


def load(files: ReadableFiles, root: PurePosixPath = PurePosixPath()) -> Program:
    """Load every Python file below `root` that belongs to the program.

    Virtual environments, migrations, tests and hidden folders are left out; whatever else
    cannot be read or parsed is listed as unreadable.
    """
    paths = _program_paths(files, root)
    modules: dict[str, Module] = {}
    unreadable: list[Unreadable] = []
    size = 0
    with collector_paused():
        for path, shown in paths:
            match _read(files, path, shown):
                case Module() as module:
                    modules[shown] = module
                    size += len(module.source.text)
                    if size > _MOST_KEPT and not module.rewritten:
                        module.parsed.clear()
                case Unreadable() as problem:
                    unreadable.append(problem)
    roots = ImportRoots([shown for _, shown in paths])
    for module in modules.values():
        roots.vote(module.folder, module.imports)
    return Program(modules=modules, unreadable=tuple(unreadable), roots=roots, files=len(paths))


def parse_module(source: SourceText) -> Module | Unreadable:
    """Parse one file; syntax newer than the interpreter is rewritten first, keeping lines."""
    try:
        return _module(source, parse_text(source.text))
    except SyntaxError as error:
        return _parse_newer(source, error)
    except (ValueError, RecursionError, MemoryError) as error:
        return Unreadable(path=source.path, reason=_reason(error))


def _parse_newer(source: SourceText, error: SyntaxError) -> Module | Unreadable:
    from sdd.program.modernise import older_syntax  # noqa: PLC0415 - libcst loads slowly

    problem = Unreadable(
        path=source.path, reason=f"syntax error: {error.msg}", line=error.lineno or 1
    )
    rewritten = older_syntax(source.text)
    if rewritten is None:
        return problem
    try:
        tree = parse_text(rewritten.text)
    except (SyntaxError, ValueError, RecursionError):
        return problem
    return _module(source, tree, rewritten.forms)


def _module(source: SourceText, tree: ast.Module, rewritten: tuple[str, ...] = ()) -> Module:
    return Module(
        path=source.path,
        source=source,
        parsed=[tree],
        imports=_absolute_imports(tree),
        rewritten=rewritten,
    )


def _reason(error: BaseException) -> str:
    if isinstance(error, ValueError):
        return f"not Python text: {error}"
    return "nested too deeply to parse"


def _read(files: ReadableFiles, path: PurePosixPath, shown: str) -> Module | Unreadable:
    try:
        data = files.read(path)
    except WorkspaceError as error:
        return Unreadable(path=shown, reason=error.message)
    if data is None:
        return Unreadable(path=shown, reason="the file vanished while reading")
    if len(data) > _LARGEST:
        return Unreadable(path=shown, reason=f"larger than {_LARGEST:,} bytes")
    return parse_module(decode(shown, data))


def _program_paths(files: ReadableFiles, root: PurePosixPath) -> list[tuple[PurePosixPath, str]]:
    """Return the program's files, each with its path from the root as text."""
    every = files.paths(root)
    above = "" if root == PurePosixPath() else f"{root}/"
    environments = tuple(f"{path.parent}/" for path in every if path.name == "pyvenv.cfg")
    found = []
    for path in every:
        name = str(path)
        shown = name.removeprefix(above)
        inside = any(one == "./" or name.startswith(one) for one in environments)
        if shown.endswith(".py") and not inside and _belongs(shown):
            found.append((path, shown))
    return found


def _belongs(shown: str) -> bool:
    *folders, name = shown.split("/")
    if any(part in _NOT_THE_PROGRAM or part.startswith(".") for part in folders):
        return False
    if "alembic" in folders and "versions" in folders:
        return False
    return not (name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py")


def _absolute_imports(tree: ast.Module) -> tuple[str, ...]:
    names: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names.append(node.module)
        elif isinstance(node, ast.Import):
            names.extend(alias.name for alias in node.names)
    return tuple(names)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the collector from walking trees and terms over and over while they grow."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
