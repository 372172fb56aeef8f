"""Mends what can be mended mechanically: the dependency is added, the owner's conjunct is added."""

import ast
import builtins
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sdd.audit import AuditReport, AuditSettings, RouteReport, Verdict
from sdd.audit.survey import survey
from sdd.changes import edited
from sdd.diagnostics import Diagnostic, Edit, Severity
from sdd.faults.scopes import Function
from sdd.faults.seeding import by_path
from sdd.faults.sites import Ground
from sdd.faults.source import Source, argument_texts, call_text, called
from sdd.program import Module, Program, parse_module
from sdd.program.facts import Facts
from sdd.text import Span, decode

_MOST_FIXES = 200
_OPEN = "missing-authentication"
_Finding = tuple[str, str | None, str | None]  # rule, route, subject
_UNSCOPED = frozenset({"unscoped-read", "unscoped-write"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """A program after all fixes that made it better.

    Attributes:
        files: The new bytes of each changed file.
        mended: What was found before and is gone.
        before: The audit of the program as it was.
        after: The audit of the program with the new files.
    """

    files: Mapping[str, bytes]
    mended: tuple[Diagnostic, ...]
    before: AuditReport
    after: AuditReport


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    program: Program
    report: AuditReport
    facts: Facts
    files: Mapping[str, bytes]


def fix(
    program: Program,
    files: Mapping[str, bytes],
    settings: AuditSettings | None = None,
    *,
    accepted: frozenset[_Finding] = frozenset(),
) -> Fixed:
    """Try each mechanical fix, audit again, and keep those after which less is wrong.

    Args:
        program: It is not changed.
        files: The bytes of its modules by path.
        settings: Those that the program is audited with.
        accepted: Findings that people have suppressed; they stay.
    """
    settings = settings or AuditSettings()
    report, facts = survey(program, settings)
    first = state = _State(program=program, report=report, facts=facts, files=files)
    useless: set[tuple[object, ...]] = set()
    for _ in range(_MOST_FIXES):
        better = None
        for edits in _proposals(state, accepted):
            key = _signature(state, edits)
            better = None if key in useless else _tried(state, edits, settings)
            if better is not None:
                break
            useless.add(key)
        if better is None:
            break
        state = better
    changed = {path: data for path, data in state.files.items() if data != files[path]}
    left = set(map(what_of, _errors(state.report)))
    mended = tuple(item for item in _errors(first.report) if what_of(item) not in left)
    return Fixed(files=changed, mended=mended, before=first.report, after=state.report)


def _tried(state: _State, edits: tuple[Edit, ...], settings: AuditSettings) -> _State | None:
    """Return the state after some edits, if they make anything better and nothing worse."""
    files, modules = dict(state.files), dict(state.program.modules)
    for path, some in by_path(edits).items():
        try:
            files[path] = edited(files[path], some)
        except ValueError:
            return None
        module = parse_module(decode(path, files[path]))
        if not isinstance(module, Module):
            return None
        modules[path] = module
    program = replace(state.program, modules=modules)
    report, facts = survey(program, settings)
    old, new = set(map(what_of, _errors(state.report))), set(map(what_of, _errors(report)))
    is_better = new < old and _worst(report) <= _worst(state.report)
    if not is_better:
        return None
    return _State(program=program, report=report, facts=facts, files=files)


def _signature(state: _State, edits: tuple[Edit, ...]) -> tuple[object, ...]:
    """Name edits by what they do to which lines; their numbers change with every fix."""
    return tuple(
        (
            edit.span.path,
            state.program.modules[edit.span.path].source.lines()[edit.span.line - 1],
            edit.new_text,
        )
        for edit in edits
    )


def _errors(report: AuditReport) -> Iterator[Diagnostic]:
    return (item for item in report.diagnostics if item.severity is Severity.ERROR)


def what_of(item: Diagnostic) -> _Finding:
    """Return what a finding is about; it may be told at another line after a fix."""
    return item.rule, item.route, item.subject


def _worst(report: AuditReport) -> tuple[int, int]:
    return report.summary.violated, report.summary.unknown


# ------------------------------------------------------------------ proposals


def _proposals(state: _State, accepted: frozenset[_Finding]) -> Iterator[tuple[Edit, ...]]:
    ground = Ground(state.program, state.facts)
    for route in state.report.routes:
        is_open = route.auth.verdict is Verdict.VIOLATED and route.auth.rule == _OPEN
        if is_open and (_OPEN, route.name, route.handler) not in accepted:
            yield from _with_dependency(ground, route)
    for route in state.report.routes:
        for access in route.accesses:
            what = (access.rule, route.name, f"{access.operation} {access.entity}")
            if access.rule in _UNSCOPED and what not in accepted:
                yield from _confined(ground, access.span, access.entity)


def _handler(ground: Ground, place: Span) -> Function | None:
    return next(
        (
            function
            for function in ground.functions
            if (function.source.module.path, function.node.lineno) == (place.path, place.line)
        ),
        None,
    )


def _with_dependency(ground: Ground, route: RouteReport) -> Iterator[tuple[Edit, ...]]:
    """Give a handler the parameter by which its siblings know who asks, the nearest first."""
    handler = _handler(ground, route.span)
    if handler is None:
        return
    taken = {item.arg for item in ast.walk(handler.node.args) if isinstance(item, ast.arg)}
    siblings = [
        (other.source is not handler.source, abs(other.node.lineno - handler.node.lineno), text)
        for other in ground.functions
        if other.is_handler and any(entry.known for entry in other.entries)
        for name, text in _principal_parameters(other)
        if name not in taken and _names(text) <= _visible(handler.source)
    ]
    for _, _, text in sorted(siblings)[:2]:
        yield (Edit(span=_place_for(handler, text), new_text=_placed(handler, text)),)


def _principal_parameters(function: Function) -> Iterator[tuple[str, str]]:
    spec = function.node.args
    positional = [*spec.posonlyargs, *spec.args]
    defaults = [None] * (len(positional) - len(spec.defaults)) + list(spec.defaults)
    for item, default in zip(positional, defaults, strict=True):
        if item.arg in function.facts.principals and item.arg not in {"self", "cls"}:
            text = function.source.text(item)
            given = f" = {function.source.text(default)}" if default is not None else ""
            yield item.arg, f"{text}{given}"


def _names(parameter: str) -> set[str]:
    tree = ast.parse(f"def f({parameter}): ...")
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _visible(source: Source) -> set[str]:
    """Return the names that a module binds at its top, and Python's own."""
    found = set(dir(builtins))
    for item in source.module.tree.body:
        match item:
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found.update((one.asname or one.name).partition(".")[0] for one in names)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.ClassDef(name=name):
                found.add(name)
            case _:
                found.update(
                    node.id
                    for node in ast.walk(item)
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
                )
    return found


def _place_for(handler: Function, text: str) -> Span:
    """Return where a parameter goes: before all others, or behind those with a default."""
    source, spec = handler.source, handler.node.args
    positional = [*spec.posonlyargs, *spec.args]
    if not positional:
        line = source.module.source.lines()[handler.node.lineno - 1]
        column = line.index("(", line.index(handler.node.name)) + 2
        return Span(path=source.module.path, line=handler.node.lineno, column=column)
    if "=" in text and spec.defaults:
        end = source.span(spec.defaults[-1])
    elif "=" in text:
        end = source.span(positional[-1])
    else:
        start = source.span(positional[0])
        return Span(path=start.path, line=start.line, column=start.column)
    return Span(path=end.path, line=end.end_line or end.line, column=end.end_column or 1)


def _placed(handler: Function, text: str) -> str:
    spec = handler.node.args
    if not [*spec.posonlyargs, *spec.args]:
        return text if not spec.kwonlyargs else f"{text}, "
    return f", {text}" if "=" in text else f"{text}, "


# ------------------------------------------------------------------ the owner's conjunct


def _confined(ground: Ground, place: Span, entity: str) -> Iterator[tuple[Edit, ...]]:
    """Confine the lookups of an entity in the function where it is accessed."""
    owners = [column for name, column in sorted(ground.facts.owner_columns) if name == entity]
    around = [
        function
        for function in ground.functions
        if function.source.module.path == place.path
        and function.node.lineno <= place.line <= (function.node.end_lineno or 0)
    ]
    if not owners or not around:
        return
    function = max(around, key=lambda item: item.node.lineno)
    for principal in _identities(ground, function, entity):
        conjunct = f"{entity}.{owners[0]} == {principal}"
        for node in ast.walk(function.node):
            if isinstance(node, ast.Call):
                edit = _lookup(function.source, node, entity, conjunct)
                if edit is not None:
                    yield (edit,)


def _identities(ground: Ground, function: Function, entity: str) -> Iterator[str]:
    """Yield how a function can name the caller's id, as comparisons elsewhere do first."""
    columns = {column for name, column in ground.facts.owner_columns if name == entity}
    found: dict[str, None] = {}
    for other in ground.functions:
        for site in ground.comparisons(other):
            side = site.protected
            if isinstance(side, ast.Attribute) and side.attr in columns:
                root: ast.expr = site.other
                while isinstance(root, (ast.Attribute, ast.Subscript)):
                    root = root.value
                if isinstance(root, ast.Name) and root.id in function.facts.principals:
                    found[other.source.text(site.other)] = None
    yield from found or dict.fromkeys(sorted(function.facts.principals))


def _lookup(source: Source, call: ast.Call, entity: str, conjunct: str) -> Edit | None:
    """Return the edit that adds a conjunct to `select(M)…` or replaces `session.get(M, id)`."""
    match call:
        case ast.Call(func=ast.Name(id="select"), args=[ast.Name(id=name)]) if name == entity:
            holder = source.parent(call)
            outer = source.parent(holder) if isinstance(holder, ast.Attribute) else None
            if isinstance(outer, ast.Call) and called(outer) in {"where", "filter"}:
                arguments = [*argument_texts(source, outer), conjunct]
                return source.replace(outer, call_text(source, outer, arguments))
            return source.replace(call, f"{source.text(call)}.where({conjunct})")
        case ast.Call(
            func=ast.Attribute(value=session, attr="get"), args=[ast.Name(id=name), key]
        ) if name == entity and "select" in _visible(source):
            wanted = f"select({entity}).where({entity}.id == {source.text(key)}, {conjunct})"
            return _fetched(source, call, source.text(session), wanted)
        case _:
            return None


def _fetched(source: Source, call: ast.Call, session: str, statement: str) -> Edit:
    """Run a statement as the module does: `exec` of SQLModel, or `execute` of SQLAlchemy."""
    text = source.module.source.text
    runs = "exec" if ".exec(" in text else "execute"
    first = ".first()" if runs == "exec" else ".scalars().first()"
    parent = source.parent(call)
    if isinstance(parent, ast.Await):
        return source.replace(parent, f"(await {session}.{runs}({statement})){first}")
    return source.replace(call, f"{session}.{runs}({statement}){first}")
