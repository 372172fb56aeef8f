"""Secures a backend that others wrote: a verifier beside it, and a dependency on each open route.

Each route keeps its code: its decorator gets one more argument, its module one more import, and
all other bytes stay. What cannot be secured that way is named, and nothing is changed then.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from sdd.audit import AuditReport, AuditSettings, RouteReport, Verdict, audit
from sdd.changes import edited
from sdd.diagnostics import Diagnostic, Edit, Severity
from sdd.faults.source import Source
from sdd.generate.provider import PRINCIPAL, Served, render_provider, render_provider_tests
from sdd.ir import AuthPolicy
from sdd.ports import ReadableFiles
from sdd.program import Module, Program, load
from sdd.text import Span
from sdd.workflow.overlay import Overlay

_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "api_route"})
_REGISTERING = frozenset({"add_api_route"})
_HEALTH = frozenset({"health", "healthz", "ping", "ready", "readyz", "live", "livez", "status"})
_TESTS = frozenset({"test", "tests"})
_PACKAGE = b"pyjwt[crypto]>=2.12"
_LISTS = {
    "requirements.txt": re.compile(rb"\Z"),
    "pyproject.toml": re.compile(rb"(?m)^dependencies[ \t]*=[ \t]*\["),
}
_MODULE = "authentication"
_NAMES = (PRINCIPAL, "get_verified_user_id", "get_user_id_of_token")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secured:
    """A backend in which every route knows its caller, or the reasons why it cannot be.

    Attributes:
        files: The new bytes of changed and new files, by path below the backend's folder.
        routes: The routes that asked nobody before.
        public: The routes that stay open.
        refused: What cannot be secured, each with place and reason; then `files` is empty.
    """

    files: Mapping[str, bytes]
    routes: tuple[RouteReport, ...] = ()
    public: tuple[str, ...] = ()
    refused: tuple[Diagnostic, ...] = ()


def secure(
    files: ReadableFiles,
    backend: PurePosixPath,
    policy: AuthPolicy,
    specs: Sequence[str],
    settings: AuditSettings,
) -> Secured:
    """Give every open route the dependency that verifies tokens, and audit the result.

    Args:
        files: The project.
        backend: The backend's folder.
        policy: How tokens are verified.
        specs: The documents that ask for it.
        settings: What people say of the backend; its public routes stay public.
    """
    program = load(files, backend)
    report = audit(program, settings)
    public = tuple(item.name for item in report.routes if _stays_open(item, settings))
    wanted = tuple(
        item
        for item in report.routes
        if item.auth.verdict is not Verdict.PROVED and item.name not in public
    )
    if not wanted:
        return Secured(files={}, public=public)
    home = _home(program, wanted)
    calls, refused = _registrations(program, wanted)
    if refused:
        return Secured(files={}, routes=wanted, public=public, refused=refused)
    bytes_of = {path: files.read(backend / path) or b"" for path in calls}
    changed = _edited(program, bytes_of, calls, home)
    provider = f"{home.folder}{home.name}.py"
    changed[provider] = render_provider(policy, specs).encode()
    overlay = Overlay(files, {backend / path: data for path, data in changed.items()})
    after = audit(load(overlay, backend), settings)
    refused = tuple(_still_open(after, public))
    if refused:
        return Secured(files={}, routes=wanted, public=public, refused=refused)
    changed |= _declared(files, backend)
    app = _app(program)
    if app is not None:
        protected = [(item.method, item.path) for item in wanted]
        tests = render_provider_tests(policy, specs, app, protected)
        changed["tests/test_authentication.py"] = tests.encode()
    return Secured(files=changed, routes=wanted, public=public)


def _declared(files: ReadableFiles, backend: PurePosixPath) -> dict[str, bytes]:
    """Declare the package that verifies tokens where dependencies are listed."""
    changed = {}
    for name, place in _LISTS.items():
        data = files.read(backend / name)
        if data is None or re.search(rb"(?i)\bpyjwt\b", data):
            continue
        found = place.search(data)
        if found is not None:
            start = b"" if name.endswith(".toml") or data.endswith(b"\n") else b"\n"
            line = b'"%s", ' if name.endswith(".toml") else b"%s\n"
            changed[name] = data[: found.end()] + start + line % _PACKAGE + data[found.end() :]
    return changed


def _stays_open(route: RouteReport, settings: AuditSettings) -> bool:
    last = route.path.rstrip("/").rpartition("/")[2]
    return route.name in settings.public_routes or (route.method == "GET" and last in _HEALTH)


# ------------------------------------------------------------------ where the verifier goes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Home:
    """The folder of the verifier, with its slash, its module's name, and how it is imported."""

    folder: str
    name: str
    dotted: str


def _home(program: Program, wanted: Sequence[RouteReport]) -> _Home:
    """Put it beside the module that makes the application, under a name that is free."""
    places = [path for path in _own(program) if _makes_app(program.modules[path])]
    beside = places[0] if places else wanted[0].span.path
    folder = program.modules[beside].folder
    prefix = f"{folder}/" if folder else ""
    free = (f"{_MODULE}{suffix}" for suffix in ("", "_by_token", "_of_requests"))
    name = next(item for item in free if f"{prefix}{item}.py" not in program.modules)
    return _Home(folder=prefix, name=name, dotted=".".join([*_package(program, folder), name]))


def _package(program: Program, folder: str) -> list[str]:
    """Return the packages that imports name before a module of a folder."""
    parts = folder.split("/") if folder else []
    imported = {
        name.partition(".")[0] for module in program.modules.values() for name in module.imports
    }
    for start in range(len(parts)):
        if parts[start] in imported:
            return parts[start:]
    inits = [
        f"{'/'.join(parts[: end + 1])}/__init__.py" in program.modules for end in range(len(parts))
    ]
    first = next((n for n, has in enumerate(inits) if all(inits[n:]) and has), len(parts))
    return parts[first:]


def _own(program: Program) -> list[str]:
    """Return the modules that are no tests."""
    return [
        path for path in sorted(program.modules) if not _TESTS & set(path.lower().split("/")[:-1])
    ]


def _makes_app(module: Module) -> bool:
    return any(
        isinstance(node, ast.Call) and _last(node.func) == "FastAPI"
        for node in ast.walk(module.tree)
    )


def _app(program: Program) -> Served | None:
    """Find the module and the name under which the application is served."""
    for path in _own(program):
        module = program.modules[path]
        for item in module.tree.body:
            target = item.targets[0] if isinstance(item, ast.Assign) else None
            if isinstance(target, ast.Name) and target.id in {"app", "application", "api"}:
                stem = PurePosixPath(path).stem
                package = _package(program, module.folder)
                parts = module.folder.split("/") if module.folder else []
                return Served(
                    root="/".join(parts[: len(parts) - len(package)]),
                    module=".".join([*package, stem]),
                    name=target.id,
                )
    return None


# ------------------------------------------------------------------ where routes are registered


def _registrations(
    program: Program, wanted: Sequence[RouteReport]
) -> tuple[dict[str, list[ast.Call]], tuple[Diagnostic, ...]]:
    """Find the call that registers each route, by module."""
    found: dict[str, list[ast.Call]] = {}
    refused: dict[str, Diagnostic] = {}
    for route in wanted:
        calls = list(_decorators(program, route)) or list(_added(program, route))
        reason = _hindrance(route, [call for _, call in calls])
        if reason is not None:
            refused[route.name] = _refusal(route, reason)
        for path, call in calls:
            if call not in found.setdefault(path, []):
                found[path].append(call)
    return found, tuple(refused.values())


def _decorators(program: Program, route: RouteReport) -> Iterator[tuple[str, ast.Call]]:
    module = program.modules.get(route.span.path)
    for node in ast.walk(module.tree) if module is not None else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = {node.lineno, *(item.lineno for item in node.decorator_list)}
            if route.span.line in lines:
                for item in node.decorator_list:
                    if isinstance(item, ast.Call) and _last(item.func) in _VERBS:
                        yield route.span.path, item


def _added(program: Program, route: RouteReport) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls of `add_api_route` with the route's handler."""
    handler = route.handler.rpartition(".")[2]
    for path, module in program.modules.items():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and _last(node.func) in _REGISTERING:
                given = [*node.args[1:2], *(k.value for k in node.keywords if k.arg == "endpoint")]
                if any(_last(item) == handler for item in given):
                    yield path, node


def _last(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _hindrance(route: RouteReport, calls: Sequence[ast.Call]) -> str | None:
    if route.method == "WEBSOCKET":
        return "a browser sends no Authorization header when it opens a web socket"
    if not calls:
        return "it is registered in a way that takes no dependencies"
    if any(keyword.arg is None for call in calls for keyword in call.keywords):
        return "its registration unpacks keywords, among which there may be dependencies"
    return None


def _refusal(route: RouteReport, reason: str) -> Diagnostic:
    return Diagnostic(
        rule="unsecurable-route",
        severity=Severity.ERROR,
        message=f"{route.name} cannot be secured without changing its code",
        span=route.span,
        reason=f"{reason[0].upper()}{reason[1:]}.",
        hint="Declare it under [tool.sdd.audit] public if it is meant to be open, or change it.",
        route=route.name,
    )


def _still_open(report: AuditReport, public: Sequence[str]) -> Iterator[Diagnostic]:
    for route in report.routes:
        if route.auth.verdict is not Verdict.PROVED and route.name not in public:
            because = route.auth.because or "nobody can tell who asks"
            yield _refusal(route, f"with the dependency it is not proved: {because}".rstrip("."))


# ------------------------------------------------------------------ the edits


def _edited(
    program: Program,
    files: Mapping[str, bytes],
    calls: Mapping[str, Sequence[ast.Call]],
    home: _Home,
) -> dict[str, bytes]:
    changed = {}
    for path, some in calls.items():
        module = program.modules[path]
        source = Source(module)
        bound = _bound(module.tree)
        depends, imports = _depends(module.tree, bound)
        name = next(item for item in _NAMES if item not in bound)
        alias = "" if name == PRINCIPAL else f" as {name}"
        imports.append(f"from {home.dotted} import {PRINCIPAL}{alias}")
        marker = f"{depends}({name})"
        edits = [_with_dependency(source, call, marker) for call in some]
        newline = "\r\n" if b"\r\n" in files[path] else "\n"
        edits.append(_imported(module, imports, min(call.lineno for call in some), newline))
        changed[path] = edited(files[path], edits)
    return changed


def _bound(tree: ast.Module) -> frozenset[str]:
    """Return every name that a module binds anywhere."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found.update((one.asname or one.name).partition(".")[0] for one in names)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.ClassDef(name=name) | ast.arg(arg=name):
                found.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
            case _:
                pass
    return frozenset(found)


def _depends(tree: ast.Module, bound: frozenset[str]) -> tuple[str, list[str]]:
    """Return how a module names `Depends`, and the import that it lacks for that."""
    for item in tree.body:
        match item:
            case ast.ImportFrom(module="fastapi" | "fastapi.params", names=names):
                for one in names:
                    if one.name == "Depends":
                        return one.asname or one.name, []
            case ast.Import(names=names):
                for one in names:
                    if one.name == "fastapi":
                        return f"{one.asname or one.name}.Depends", []
            case _:
                pass
    if "Depends" in bound:
        return "FastAPIDepends", ["from fastapi import Depends as FastAPIDepends"]
    return "Depends", ["from fastapi import Depends"]


def _with_dependency(source: Source, call: ast.Call, marker: str) -> Edit:
    """Add a dependency to a registration, before those that it has."""
    given = next((item for item in call.keywords if item.arg == "dependencies"), None)
    if given is None:
        last = max(
            [source.span(item) for item in (*call.args, *(k.value for k in call.keywords))],
            key=lambda span: (span.end_line or 0, span.end_column or 0),
        )
        return Edit(span=_after(last), new_text=f", dependencies=[{marker}]")
    if isinstance(given.value, ast.List):
        start = source.span(given.value)
        inside = Span(path=start.path, line=start.line, column=start.column + 1)
        return Edit(span=inside, new_text=f"{marker}, " if given.value.elts else marker)
    return Edit(
        span=source.span(given.value),
        new_text=f"[{marker}, *({source.text(given.value)} or ())]",
    )


def _after(span: Span) -> Span:
    return Span(path=span.path, line=span.end_line or span.line, column=span.end_column or 1)


def _imported(module: Module, imports: Iterable[str], before: int, newline: str) -> Edit:
    """Put imports behind the last one at the module's top before a line."""
    ends = [
        item.end_lineno or item.lineno
        for item in module.tree.body
        if isinstance(item, ast.Import | ast.ImportFrom) and item.lineno < before
    ]
    text = "".join(f"{line}{newline}" for line in imports)
    line = (ends[-1] if ends else 0) + 1
    return Edit(span=Span(path=module.path, line=line, column=1), new_text=text)
