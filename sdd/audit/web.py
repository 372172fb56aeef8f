"""FastAPI and Starlette as data: apps, routers, what they register, what parameters are."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.logic import Formula, parts_of
from sdd.audit.state import Place, State
from sdd.audit.term import named_record
from sdd.audit.unknowns import apply
from sdd.audit.values import (
    EXCEPTION,
    NONE,
    ClassInfo,
    Dependency,
    Func,
    Handler,
    Instance,
    LibObject,
    ListObject,
    ModuleRef,
    Native,
    Phi,
    Ref,
    Super,
    Sym,
    Tup,
    Value,
    lit,
    text_of,
)

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
ROUTER_CLASSES = frozenset({"FastAPI", "APIRouter", "Starlette", "Router"})
_IDENTITY = frozenset(
    {"exception_handler", "on_event", "add_exception_handler", "add_event_handler"}
)


@named_record
class Entry:
    """A route as it was registered on a router."""

    methods: tuple[str, ...]
    path: str | None
    endpoint: Value
    dependencies: tuple[Value, ...]
    keywords: Mapping[str, Value]
    place: Place
    condition: tuple[Formula, ...] = ()


@named_record
class Include:
    """A router, or an app, put under a prefix of another."""

    router: Value
    prefix: str | None
    dependencies: tuple[Value, ...]
    place: Place
    mounted: bool = False
    condition: tuple[Formula, ...] = ()


@dataclass(slots=True, eq=False)
class Router:
    """An app or router while the program is being run; it only ever grows."""

    kind: str
    place: Place
    name: str = ""
    prefix: str | None = ""
    dependencies: tuple[Value, ...] = ()
    keywords: Mapping[str, Value] = field(default_factory=dict)
    entries: list[Entry | Include] = field(default_factory=list)
    middleware: list[tuple[Value, Arguments]] = field(default_factory=list)


def make_router(kind: str) -> Callable[[Engine, Arguments, State, ast.AST], Value]:
    """Return the model of `FastAPI(…)` or `APIRouter(…)`."""

    def run(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
        router = Router(kind, engine.place(node))
        _configure(engine, router, arguments, state)
        return engine.register(router)

    return run


def _configure(engine: Engine, router: Router, arguments: Arguments, state: State) -> None:
    router.keywords = dict(arguments.keywords)
    if "prefix" in router.keywords:
        router.prefix = text_of(router.keywords["prefix"])
    router.dependencies = listed(engine, router.keywords.get("dependencies"), state)


def listed(engine: Engine, value: Value | None, state: State) -> tuple[Value, ...]:
    """Return the items of a list or tuple."""
    match value:
        case Tup(items=items):
            return items
        case Ref():
            held = engine.load(state, value)
            if isinstance(held, ListObject):
                return (*(item for _, item in held.items), *held.more)
        case Phi(cases=cases):
            return tuple(item for _, one in cases for item in listed(engine, one, state))
        case _:
            pass
    return () if value is None or value == NONE else (value,)


def prepare_subclass(
    engine: Engine, ref: Ref, info: ClassInfo, arguments: Arguments, state: State, node: ast.AST
) -> None:
    """Give an instance of a subclass of a router its own router."""
    bases = {name.rpartition(".")[2] for name in info.library_bases()}
    if bases & ROUTER_CLASSES:
        kind = "app" if bases & {"FastAPI", "Starlette"} else "router"
        router = Router(kind, engine.place(node))
        if not isinstance(info.find("__init__"), Func):
            _configure(engine, router, arguments, state)
        engine.disturb()
        engine.objects[ref.uid] = router


def super_method(
    engine: Engine, base: Super, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    """Call a method of a library's base class."""
    receiver = base.receiver
    router = engine.objects.get(receiver.uid) if isinstance(receiver, Ref) else None
    if isinstance(router, Router):
        if name == "__init__":
            _configure(engine, router, arguments, state)
            return NONE
        return router_method(engine, receiver, name, arguments, state, node)
    bases = {one.rpartition(".")[2] for one in base.owner.library_bases()}
    if name == "__call__" and any(map(is_security_scheme, bases)):
        return credentials(min(filter(is_security_scheme, bases)))
    if name == "__init__":
        return NONE
    return apply(f"super().{name}", arguments.every())


# ------------------------------------------------------------------ registering


def router_method(
    engine: Engine, receiver: Value, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    """Call a method of an app or router."""
    router = engine.objects.get(receiver.uid) if isinstance(receiver, Ref) else None
    if not isinstance(router, Router):
        return apply(f".{name}", (receiver, *arguments.every()))
    if name in METHODS or name in {"api_route", "route", "websocket", "websocket_route"}:
        return _decorator(engine, router, name, arguments, state)
    if name in {"add_api_route", "add_route", "add_api_websocket_route", "add_websocket_route"}:
        endpoint = arguments.get("endpoint", 1) or arguments.get("route", 1) or NONE
        _register(
            engine,
            router,
            _methods(engine, name, arguments, state),
            endpoint,
            arguments,
            state,
            node,
        )
        return NONE
    if name in {"include_router", "mount"}:
        _include(engine, router, name, arguments, state, node)
        return NONE
    if name in {"add_middleware", "middleware"}:
        return _middleware(router, name, arguments)
    if name in _IDENTITY:
        return Handler(name, _return_first)
    return apply(f"router.{name}", ())


def _return_first(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    del engine, state, node
    return arguments.positional[0] if arguments.positional else NONE


def _decorator(
    engine: Engine, router: Router, name: str, arguments: Arguments, state: State
) -> Value:
    methods = _methods(engine, name, arguments, state)

    def run(machine: Engine, more: Arguments, now: State, node: ast.AST) -> Value:
        endpoint = more.positional[0] if more.positional else NONE
        _register(machine, router, methods, endpoint, arguments, now, node)
        return endpoint

    return Handler(name, run)


def _methods(engine: Engine, name: str, arguments: Arguments, state: State) -> tuple[str, ...]:
    if name in METHODS:
        return (name.upper(),)
    if "websocket" in name:
        return ("WEBSOCKET",)
    given = listed(engine, arguments.get("methods"), state)
    return tuple(text.upper() for item in given if (text := text_of(item))) or ("GET",)


def _register(  # noqa: PLR0913, PLR0917 - all of it describes one route
    engine: Engine,
    router: Router,
    methods: tuple[str, ...],
    endpoint: Value,
    arguments: Arguments,
    state: State,
    node: ast.AST,
) -> None:
    router.entries.append(
        Entry(
            methods=methods,
            path=text_of(arguments.get("path", 0) or lit("")),
            endpoint=endpoint,
            dependencies=listed(engine, arguments.get("dependencies"), state),
            keywords=dict(arguments.keywords),
            place=engine.place(node),
            condition=tuple(state.facts),
        )
    )


def _include(
    engine: Engine, router: Router, name: str, arguments: Arguments, state: State, node: ast.AST
) -> None:
    mounted = name == "mount"
    target = arguments.get("app" if mounted else "router", 1 if mounted else 0) or NONE
    prefix = arguments.get("path", 0) if mounted else arguments.get("prefix", 1)
    for one in [item for _, item in target.cases] if isinstance(target, Phi) else [target]:
        router.entries.append(
            Include(
                router=_router_in(engine, one),
                prefix=text_of(prefix) if prefix is not None else "",
                dependencies=listed(engine, arguments.get("dependencies"), state),
                place=engine.place(node),
                mounted=mounted,
                condition=tuple(state.facts),
            )
        )


def _router_in(engine: Engine, value: Value) -> Value:
    """`include_router(module)` is a mistake, but one module deep it is easily understood."""
    if isinstance(value, ModuleRef):
        return engine.module(value.path).get("router", value)
    return value


def _middleware(router: Router, name: str, arguments: Arguments) -> Value:
    if name == "add_middleware":
        if arguments.positional:
            rest = Arguments(arguments.positional[1:], arguments.keywords)
            router.middleware.append((arguments.positional[0], rest))
        return NONE

    def run(engine: Engine, more: Arguments, state: State, node: ast.AST) -> Value:
        del engine, state, node
        function = more.positional[0] if more.positional else NONE
        router.middleware.append((function, Arguments()))
        return function

    return Handler("middleware", run)


# ------------------------------------------------------------------ parameters


def depends(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`Depends(f)`, `Security(f, scopes=[…])`."""
    del engine, state, node
    return Dependency(arguments.get("dependency", 0), arguments.get("scopes"))


def is_security_scheme(name: str) -> bool:
    """Whether a class only takes credentials out of the request, without checking them."""
    return name.startswith(("HTTPBearer", "HTTPBasic", "HTTPDigest", "OAuth2", "APIKey")) or (
        name in {"OpenIdConnect", "HTTPBase", "SecurityBase"}
    )


def credentials(scheme: str) -> Value:
    """Return what a security scheme takes out of the request: the client's own words."""
    place = {"APIKeyQuery": "query", "APIKeyCookie": "cookie"}.get(scheme, "credentials")
    return Sym("client", scheme, place)


def http_exception(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`HTTPException(…)`; an exception's text in it is remarked."""
    detail = arguments.get("detail", 1)
    if detail is not None and any(part == EXCEPTION for part in parts_of(detail)):
        engine.remark("leaking-error", node, "an exception's text goes to the client", state)
    return LibObject("HTTPException", arguments.positional, arguments.keywords)


def the_request(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`Request(scope)` in a plain ASGI middleware: the request that is being answered."""
    del state, node
    if engine.request is not None and engine.in_middleware:
        return engine.request
    return LibObject("fastapi.Request", arguments.positional)


MODELS: Mapping[str, Callable[[Engine, Arguments, State, ast.AST], Value]] = {
    "fastapi.FastAPI": make_router("app"),
    "fastapi.applications.FastAPI": make_router("app"),
    "fastapi.APIRouter": make_router("router"),
    "fastapi.routing.APIRouter": make_router("router"),
    "starlette.applications.Starlette": make_router("app"),
    **dict.fromkeys(
        (
            "fastapi.Request",
            "fastapi.requests.Request",
            "starlette.requests.Request",
            "starlette.requests.HTTPConnection",
            "fastapi.requests.HTTPConnection",
        ),
        the_request,
    ),
    "fastapi.Depends": depends,
    "fastapi.Security": depends,
    "fastapi.params.Depends": depends,
    "fastapi.param_functions.Depends": depends,
    "fastapi.HTTPException": http_exception,
    "fastapi.exceptions.HTTPException": http_exception,
    "starlette.exceptions.HTTPException": http_exception,
}
__all__ = ["Instance", "Native", "Router", "listed", "prepare_subclass", "router_method"]
