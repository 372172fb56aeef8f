"""Runs one request through one mount: middleware, dependencies, handler."""

import ast
import re
from collections.abc import Mapping
from dataclasses import field

from sdd.audit.calls import bind_parameters
from sdd.audit.dependencies import Request, Used, request_object
from sdd.audit.effects import Arguments, Effect, Entered, Remark
from sdd.audit.engine import BudgetExceededError, Engine
from sdd.audit.joins import merge
from sdd.audit.logic import Formula
from sdd.audit.routes import Mount, handler_function, handler_place
from sdd.audit.state import Frame, Place, State
from sdd.audit.term import named_record
from sdd.audit.values import (
    NONE,
    Apply,
    Bound,
    ClassInfo,
    Dependency,
    DictObject,
    Func,
    Handler,
    Instance,
    Lib,
    LibObject,
    Ref,
    Value,
    lit,
)

# A library's middleware whose name speaks of authentication may be the only protection.
_MAY_AUTHENTICATE = re.compile(
    r"auth|jwt|token|login|permission|identity|oidc|oauth|access", re.IGNORECASE
)


@named_record
class End:
    """One way in which the handler answers: the value, what holds, and the heap."""

    value: Value
    facts: tuple[Formula, ...]
    state: State
    place: Place


@named_record
class Run:
    """All that happens in one request to a mount.

    Attributes:
        before: What holds when the handler starts.
        values: What the dependencies returned.
        handed: The same by dependency.
        unknown: Why the analysis gave up, if it did.
        handed_out: What foreign code gets where it calls the program's code.
        consulted: The collections of the process that the handler looks into.
        entered: The functions that were called, where somebody asked for them.
    """

    mount: Mount
    ends: tuple[End, ...]
    effects: tuple[Effect, ...]
    used: tuple[Used, ...]
    values: tuple[Value, ...]
    before: tuple[Formula, ...]
    remarks: tuple[Remark, ...] = ()
    unknown: str | None = None
    unreadable: tuple[str, ...] = ()
    handed_out: tuple[End, ...] = ()
    consulted: Mapping[int, Effect] = field(default_factory=dict)
    entered: tuple[Entered, ...] = ()
    handed: Mapping[Value, Value] = field(default_factory=dict)


def run_request(engine: Engine, mount: Mount) -> Run:
    """Run a request; a route that is too large to follow comes back as unknown."""
    engine.effects = []
    engine.handed_out = []
    engine.consulted = {}
    engine.entered = None if engine.entered is None else []
    engine.escaping = 0
    engine.remarks = {}
    engine.noted = []
    engine.steps = engine.steps_run = 0
    engine.running = {}
    engine.watch = None
    state = State({}, {}, {})
    with engine.request_objects():
        client = request_object(engine, state, mount.method, mount.path)
    request = Request(engine=engine, parameters=mount.parameters, request=client)
    engine.request = request.request
    ends: list[End] = []
    unknown: str | None = None
    before: tuple[Formula, ...] = ()
    frame, stack = engine.frame, list(engine.stack)
    try:
        before = _run(engine, mount, request, state, ends)
        if handler_function(mount.entry.endpoint) is None:
            unknown = "the handler is not a function of this program"
    except (BudgetExceededError, RecursionError, MemoryError):
        unknown = "the route is too large to follow"
        engine.frame, engine.stack, engine.tries = frame, stack, 0
    return Run(
        mount=mount,
        ends=tuple(ends),
        effects=tuple(engine.effects),
        used=tuple(request.used),
        values=tuple(request.cache.values()),
        handed={target: value for (target, _), value in request.cache.items()},
        before=before,
        remarks=tuple(engine.remarks),
        unknown=unknown,
        unreadable=tuple(engine.missing),
        consulted=dict(engine.consulted),
        entered=tuple(engine.entered or ()),
        handed_out=tuple(
            End(value=value, facts=tuple(end.facts), state=end, place=place)
            for value, end, place in engine.handed_out
        ),
    )


def _run(
    engine: Engine, mount: Mount, request: Request, state: State, ends: list[End]
) -> tuple[Formula, ...]:
    node = ast.Pass()
    for layer, arguments in mount.middleware:
        _through_middleware(engine, layer, arguments, request, state)
    for dependency in mount.dependencies:
        if state.alive:
            if isinstance(dependency, Dependency):
                request.resolve(dependency, None, state, node)
            else:
                engine.unknown_check("a dependency that is not understood", state, ())
    function = handler_function(mount.entry.endpoint)
    if function is None or not state.alive:
        return tuple(state.facts)
    endpoint = mount.entry.endpoint
    skip = 1 if isinstance(endpoint, Bound) else 0
    keywords = request.bind(function, state, skip)
    before = tuple(state.facts)
    engine.consulted = {}  # what dependencies look up is how they know the caller
    if state.alive:
        _run_handler(engine, mount, keywords, state, ends)
    return before


def _run_handler(
    engine: Engine, mount: Mount, keywords: dict[str, Value], state: State, ends: list[End]
) -> None:
    """Run the handler's own frame, so that each of its ends can be judged by itself."""
    endpoint = mount.entry.endpoint
    receiver = endpoint.receiver if isinstance(endpoint, Bound) else None
    outer = endpoint.function if isinstance(endpoint, Bound) else endpoint
    if not isinstance(outer, Func) or isinstance(outer.node, ast.Lambda):
        return
    place = handler_place(mount)
    arguments = Arguments((receiver,) if receiver is not None else (), tuple(keywords.items()))
    frame = Frame(
        module=outer.module,
        label=outer.label,
        scope=outer.closure,
        owner=outer.owner,
        receiver=receiver,
    )
    with engine.inside(frame, outer.node, place):
        env = bind_parameters(engine, outer, arguments, state)
        inner = state.within(env)
        engine.execute(outer.node.body, inner)
        if inner.alive:
            frame.returns.append((inner, NONE))
        for end, value in frame.returns:
            engine.commit(end)  # a dependency may commit after the handler
            ends.append(End(value=value, facts=tuple(end.facts), state=end, place=place))


# ------------------------------------------------------------------ middleware


def _through_middleware(
    engine: Engine, layer: Value, arguments: Arguments, request: Request, state: State
) -> None:
    """Run a middleware up to where it lets the request through."""
    node = ast.Pass()
    target = _dispatcher(engine, layer, arguments, state)
    if target is None:
        name = getattr(layer, "name", type(layer).__name__)
        if _MAY_AUTHENTICATE.search(name.rpartition(".")[2]):
            engine.unknown_check(f"middleware {name} is not known", state, ())
        return
    base = len(state.facts)
    passed: list[State] = []
    engine.passed = passed
    scratch = state.fork()
    given: tuple[Value, ...] = (request.request, _CALL_NEXT)
    if _is_asgi(layer):
        given = (_scope(engine, request, scratch), Lib("receive"), Lib("send"))
    engine.in_middleware = True
    try:
        engine.call(target, Arguments(given), scratch, node)
    finally:
        engine.in_middleware = False
    for one in passed:
        one.env = {}
    merged = merge(passed, base)
    if merged is None:
        if passed or scratch.alive:
            return
        state.alive = False
        return
    merged.env = state.env
    state.become(merged)


def _let_through(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    del arguments, node
    engine.passed.append(state.fork())
    return LibObject("response")


_CALL_NEXT = Handler("call_next", _let_through)


def _is_asgi(layer: Value) -> bool:
    """Whether a middleware is a plain ASGI application around another."""
    if not isinstance(layer, ClassInfo) or not isinstance(layer.find("__call__"), Func):
        return False
    return not any(name.endswith("BaseHTTPMiddleware") for name in layer.library_bases())


def _scope(engine: Engine, request: Request, state: State) -> Value:
    """Return the mapping that an ASGI application is called with."""
    held = engine.load(state, request.request)
    fields = dict(held.fields) if isinstance(held, Instance) else {}
    url = engine.load(state, fields["url"])
    path = url.get("path") if isinstance(url, Instance) else None
    items = (
        ("type", lit("http")),
        ("path", path or lit("")),
        ("method", fields["method"]),
        ("headers", fields["headers"]),
        ("state", fields["state"]),
    )
    return engine.allocate(state, DictObject(items, (fields["scope"],)))


def _dispatcher(engine: Engine, layer: Value, arguments: Arguments, state: State) -> Value | None:
    if isinstance(layer, (Func, Bound)):
        return layer
    if isinstance(layer, ClassInfo):
        if _is_asgi(layer):
            made = Arguments((_CALL_NEXT,), arguments.keywords)
            instance = engine.call(layer, made, state, ast.Pass())
            method = layer.find("__call__")
            return Bound(method, instance) if isinstance(method, Func) else None
        if not any(
            name.rpartition(".")[2] == "BaseHTTPMiddleware" for name in layer.library_bases()
        ):
            return None
        app = (("app", Apply("app", ())), *arguments.keywords)
        given = dict(arguments.keywords)
        if isinstance(given.get("dispatch"), (Func, Bound)):
            return given["dispatch"]
        instance = engine.call(layer, Arguments((), app), state, ast.Pass())
        method = layer.find("dispatch")
        if isinstance(method, Func) and isinstance(instance, Ref):
            return Bound(method, instance)
    if getattr(layer, "name", "").endswith("BaseHTTPMiddleware"):
        dispatch = arguments.get("dispatch", 0)
        return dispatch if isinstance(dispatch, (Func, Bound)) else None
    return None


__all__ = ["End", "Instance", "Run", "run_request"]
