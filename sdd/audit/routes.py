"""The route table: every way in which a handler is mounted, with what guards it on the way."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from sdd.audit.bystanders import makes_apps
from sdd.audit.effects import Arguments
from sdd.audit.engine import BudgetExceededError, Engine
from sdd.audit.logic import Formula
from sdd.audit.state import Place, State
from sdd.audit.term import named_record
from sdd.audit.values import Bound, Func, Lib, Ref, Sym, Value
from sdd.audit.web import Entry, Include, Router
from sdd.program import Module

_PARAMETER = re.compile(r"\{([^}:]+)(?::[^}]*)?\}")


@named_record
class Mount:
    """One way to reach a handler.

    Attributes:
        path: Complete; `…` stands for a part that is not known before the program runs.
        dependencies: Of app, routers, inclusion and decorator, in the order they run.
        middleware: Of the apps on the way, outermost first.
        condition: What configuration must hold for the route to exist.
    """

    app: str
    method: str
    path: str
    entry: Entry
    dependencies: tuple[Value, ...] = ()
    middleware: tuple[tuple[Value, Arguments], ...] = ()
    condition: tuple[Formula, ...] = ()

    @property
    def name(self) -> str:
        """`METHOD /path`."""
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> frozenset[str]:
        """The names of the path's parameters."""
        return frozenset(_PARAMETER.findall(self.path))


def run_program(engine: Engine) -> None:
    """Run every module that makes an app, and the factories that nobody calls on import."""
    for path, module in sorted(engine.program.modules.items()):
        if makes_apps(module):
            engine.module(path)
    for path, module in sorted(engine.program.modules.items()):
        if makes_apps(module):
            _call_factories(engine, path, module)


def _call_factories(engine: Engine, path: str, module: Module) -> None:
    made = {item.place.path for item in engine.objects.values() if isinstance(item, Router)}
    if path in made:
        return
    for node in module.tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and _builds_app(node):
            function = engine.module(path).get(node.name)
            if isinstance(function, Func):
                state = State({}, {}, {})
                engine.steps = 0
                try:
                    engine.call(function, Arguments(), state, node)
                except BudgetExceededError:
                    engine.cut(node, state)
                engine.absorb(state)


def _builds_app(node: ast.AST) -> bool:
    return any(
        isinstance(inner, ast.Call) and _called(inner.func) in {"FastAPI", "Starlette"}
        for inner in ast.walk(node)
    )


def _called(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_app(item: object) -> bool:
    return isinstance(item, Router) and item.kind == "app"


def mounts(engine: Engine) -> tuple[Mount, ...]:
    """Return every mount of every app, in the order in which apps match requests."""
    apps = [
        (uid, item)
        for uid, item in engine.objects.items()
        if isinstance(item, Router) and item.kind == "app"
    ]
    inner = {
        entry.router.uid
        for uid, router in apps
        for entry in router.entries
        if isinstance(entry, Include) and entry.mounted and isinstance(entry.router, Ref)
        if entry.router.uid != uid
    }
    found: list[Mount] = []
    # Apps that are mounted in one another, and in no other, are all looked at on their own.
    for uid, app in [one for one in apps if one[0] not in inner] or apps:
        found.extend(_walk(engine, app, _Way(app=_app_name(engine, uid, app))))
    return tuple(found)


def unmounted(engine: Engine) -> tuple[Router, ...]:
    """Return routers with routes that no app includes."""
    reached: set[int] = set()
    queue = [item for item in engine.objects.values() if _is_app(item)]
    while queue:
        router = queue.pop()
        if isinstance(router, Router) and id(router) not in reached:
            reached.add(id(router))
            queue.extend(
                engine.objects.get(entry.router.uid)
                for entry in router.entries
                if isinstance(entry, Include) and isinstance(entry.router, Ref)
            )
    return tuple(
        item
        for item in engine.objects.values()
        if isinstance(item, Router) and item.entries and id(item) not in reached
    )


def lost_inclusions(engine: Engine) -> tuple[Include, ...]:
    """Return the inclusions of which the router was not found: their routes are missing."""
    return tuple(
        entry
        for item in engine.objects.values()
        if isinstance(item, Router)
        for entry in item.entries
        if isinstance(entry, Include) and not entry.mounted and isinstance(entry.router, (Sym, Lib))
    )


def _app_name(engine: Engine, uid: int, app: Router) -> str:
    for name, value in engine.modules.get(app.place.path, {}).items():
        if isinstance(value, Ref) and value.uid == uid:
            return f"{app.place.path}:{name}"
    return f"{app.place.path}:{app.place.function or 'app'}"


@named_record
class _Way:
    """The way from an app to a router: what has been collected on it."""

    app: str
    prefix: str = ""
    dependencies: tuple[Value, ...] = ()
    middleware: tuple[tuple[Value, Arguments], ...] = ()
    condition: tuple[Formula, ...] = ()
    through: tuple[Router, ...] = ()


def _walk(engine: Engine, router: Router, way: _Way) -> Iterator[Mount]:
    """Yield the mounts below a router; what stands further out runs first."""
    if any(router is one for one in way.through):
        return  # it is included in itself: what FastAPI refuses
    own = "" if router.kind == "app" else _part(router.prefix)
    here = replace(
        way,
        prefix=f"{way.prefix}{own}",
        dependencies=(*way.dependencies, *router.dependencies),
        # Starlette runs the middleware that was added last first.
        middleware=(*way.middleware, *reversed(router.middleware)),
        through=(*way.through, router),
    )
    for entry in router.entries:
        at = replace(here, condition=(*way.condition, *entry.condition))
        if isinstance(entry, Entry):
            yield from _mounts_of(entry, at)
            continue
        target = engine.objects.get(entry.router.uid) if isinstance(entry.router, Ref) else None
        if isinstance(target, Router):
            guards = () if entry.mounted else (*at.dependencies, *entry.dependencies)
            below = f"{at.prefix}{_part(entry.prefix).rstrip('/')}"
            yield from _walk(engine, target, replace(at, prefix=below, dependencies=guards))


def _mounts_of(entry: Entry, way: _Way) -> Iterator[Mount]:
    path = f"{way.prefix}{_part(entry.path)}" or "/"
    for method in entry.methods:
        yield Mount(
            app=way.app,
            method=method,
            path=_PARAMETER.sub(r"{\1}", path),
            entry=entry,
            dependencies=(*way.dependencies, *entry.dependencies),
            middleware=way.middleware,
            condition=way.condition,
        )


def _part(text: str | None) -> str:
    return "/…" if text is None else text


def handler_function(value: Value) -> Func | None:
    """Return the function whose signature FastAPI reads."""
    while True:
        match value:
            case Bound(function=function):
                value = function
            case Func(wrapped=Func() as inner):
                value = inner
            case Func():
                return value
            case _:
                return None


def handler_place(mount: Mount) -> Place:
    """Return where the handler's `def` stands; for a foreign handler, where it is registered."""
    function = handler_function(mount.entry.endpoint)
    if function is None:
        return mount.entry.place
    return Place(
        function.module.path, function.node.lineno, function.node.col_offset + 1, function.name
    )
