"""What FastAPI binds to parameters: dependencies, the request, and what the client sends."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from sdd.audit.annotations import annotation_value
from sdd.audit.classes import all_fields, instantiate, is_model
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.logic import Proved, negated
from sdd.audit.state import Place, State
from sdd.audit.term import named_record
from sdd.audit.tokens import external_identity
from sdd.audit.trust import is_trusted
from sdd.audit.values import (
    NONE,
    Bound,
    Claims,
    ClassInfo,
    Dependency,
    Func,
    Generic,
    Handler,
    Instance,
    Lib,
    LibObject,
    Lit,
    Many,
    Phi,
    Ref,
    Sym,
    Value,
    text_of,
)
from sdd.audit.web import credentials, is_security_scheme, listed

_SPECIAL = {
    "Request": "request", "WebSocket": "request", "HTTPConnection": "request",
    "Response": "lib", "BackgroundTasks": "lib", "SecurityScopes": "scopes",
}  # fmt: skip
_SENT_IN = {
    "Path": "path", "Query": "query", "Body": "body", "Form": "body", "File": "body",
    "Header": "header", "Cookie": "cookie",
}  # fmt: skip
_WRAPPERS = frozenset({"Optional", "Union", "Annotated"})


@named_record
class Used:
    """A dependency that a route runs."""

    target: Value
    place: Place
    label: str


@dataclass(slots=True, kw_only=True)
class Request:
    """One request to one mount, as far as binding needs it."""

    engine: Engine
    parameters: frozenset[str]
    request: Ref
    cache: dict[tuple[Value, tuple[str, ...]], Value] = field(default_factory=dict)
    used: list[Used] = field(default_factory=list)
    scopes: tuple[Value, ...] = ()

    # ------------------------------------------------------------ dependencies

    def resolve(
        self, dependency: Dependency, annotation: Value | None, state: State, node: ast.AST
    ) -> Value:
        """Run a dependency and return its value; within one request it runs once."""
        target = dependency.target or (strip(annotation) if annotation is not None else None)
        if target is None or target == NONE:
            return Sym("unknown", "dependency without a target")
        scopes = listed(self.engine, dependency.scopes, state)
        key = (target, tuple(text_of(item) or "?" for item in scopes))
        if key in self.cache:
            return self.cache[key]
        outer, self.scopes = self.scopes, (*self.scopes, *scopes)
        self.used.append(
            Used(
                target=target,
                place=self.engine.place(node),
                label=label_of(self.engine, target, state),
            )
        )
        if isinstance(target, (Lib, LibObject)) and is_trusted(self.engine, target, state):
            value = self.engine.call(target, Arguments(), state, node)
        else:
            value = self._run(target, state, node)
        self.scopes = outer
        self.cache[key] = value
        return value

    def _run(self, target: Value, state: State, node: ast.AST) -> Value:
        engine = self.engine
        match target:
            case Func():
                return self._call(target, target, state, node)
            case Bound(function=Func() as function):
                return self._call(target, function, state, node, skip=1)
            case ClassInfo():
                return self._construct(target, state, node)
            case Ref():
                return self._call_instance(target, state, node)
            case LibObject(name=name):
                return self._library(target, name, state)
            case Lib(name=name) if is_security_scheme(name.rpartition(".")[2]):
                return credentials(name.rpartition(".")[2])
            case Phi(cases=cases) if cases:
                return self._run(cases[-1][1], state, node)
            case Handler():
                return engine.call(target, Arguments(), state, node)
            case Generic(base=base):
                return self._run(base, state, node)
            case _:
                name = getattr(target, "name", type(target).__name__)
                engine.unknown_check(f"dependency {name} is not known", state, ())
                return Sym("unknown", f"dependency {name}")

    def _library(self, target: LibObject, name: str, state: State) -> Value:
        last = name.rpartition(".")[2]
        if is_security_scheme(last):
            return credentials(last)
        if name == "sdd.current_user":
            return external_identity(self.engine, Arguments(), state, ast.Pass())
        if name == "sdd.optional_user":
            claims = Claims("optional user", "identity provider")
            proof = Proved("token", claims)
            return Phi(((proof, claims), (negated(proof), NONE)))
        self.engine.unknown_check(f"dependency {last} of a library", state, ())
        del target
        return Sym("unknown", f"dependency {last}")

    def _call(
        self, target: Value, function: Func, state: State, node: ast.AST, skip: int = 0
    ) -> Value:
        keywords = self.bind(signature_of(function), state, skip)
        value = self.engine.call(target, Arguments((), tuple(keywords.items())), state, node)
        if isinstance(value, Many) and self.engine.trait(function.node, _yields):
            return value.element
        return value

    def _construct(self, info: ClassInfo, state: State, node: ast.AST) -> Value:
        initialiser = info.find("__init__")
        if isinstance(initialiser, Func):
            keywords = self.bind(initialiser, state, 1)
        else:
            keywords = {
                name: self._parameter(
                    name,
                    annotation_value(self.engine, item.annotation, info.module),
                    info.find(name),
                    state,
                    item,
                )
                for name, item in all_fields(info)
            }
        return instantiate(self.engine, info, Arguments((), tuple(keywords.items())), state, node)

    def _call_instance(self, ref: Ref, state: State, node: ast.AST) -> Value:
        held = self.engine.load(state, ref)
        info = held.info if isinstance(held, Instance) else None
        method = info.find("__call__") if info else None
        if isinstance(method, Func):
            return self._call(ref, method, state, node, skip=1)
        bases = {name.rpartition(".")[2] for name in info.library_bases()} if info else set()
        if any(map(is_security_scheme, bases)):
            return credentials(min(filter(is_security_scheme, bases)))
        self.engine.unknown_check("a dependency that is not callable", state, ())
        return Sym("unknown", "dependency")

    # ------------------------------------------------------------ parameters

    def bind(self, function: Func, state: State, skip: int = 0) -> dict[str, Value]:
        """Return a value for each parameter of a function that FastAPI calls."""
        spec = function.node.args
        positional = [*spec.posonlyargs, *spec.args]
        bound: dict[str, Value] = {}
        for parameter in [*positional[skip:], *spec.kwonlyargs]:
            annotation = annotation_value(
                self.engine, parameter.annotation, function.module, function
            )
            bound[parameter.arg] = self._parameter(
                parameter.arg, annotation, function.defaults.get(parameter.arg), state, parameter
            )
        return bound

    def _parameter(
        self,
        name: str,
        annotation: Value | None,
        default: Value | None,
        state: State,
        node: ast.AST,
    ) -> Value:
        if isinstance(default, Dependency):
            return self.resolve(default, annotation, state, node)
        dependency = _dependency_in(annotation)
        if dependency is not None:
            return self.resolve(dependency, annotation, state, node)
        declared = strip(annotation) if annotation is not None else None
        if isinstance(declared, Lib):
            special = _SPECIAL.get(declared.name.rpartition(".")[2])
            if special == "request":
                return self.request
            if special == "scopes":
                return self._security_scopes(state)
            if special == "lib":
                return LibObject(declared.name)
        if declared is None and name == "request":
            return self.request
        return self._sent(name, annotation, declared, default)

    def _security_scopes(self, state: State) -> Value:
        scopes = self.engine.new_list(state, self.scopes)
        return self.engine.allocate(state, Instance(None, (("scopes", scopes),)))

    def _sent(
        self, name: str, annotation: Value | None, declared: Value | None, default: Value | None
    ) -> Value:
        where = "path" if name in self.parameters else None
        for marker in (default, *_markers(annotation)):
            if isinstance(marker, LibObject):
                where = where or _SENT_IN.get(marker.name.rpartition(".")[2])
        if where is None:
            is_body = isinstance(declared, ClassInfo) and is_model(declared)
            where = "body" if is_body else "query"
        return Sym("client", name, where, declared)


def strip(annotation: Value) -> Value:
    """Return the type inside `Annotated`, `Optional` and unions with None."""
    if isinstance(annotation, Generic) and isinstance(annotation.base, Lib):
        last = annotation.base.name.rpartition(".")[2]
        if last in _WRAPPERS:
            for item in annotation.args:
                if item != NONE:
                    return strip(item)
    return annotation


def _markers(annotation: Value | None) -> tuple[Value, ...]:
    if isinstance(annotation, Generic) and isinstance(annotation.base, Lib):
        last = annotation.base.name.rpartition(".")[2]
        if last == "Annotated":
            return annotation.args[1:]
    return ()


def _dependency_in(annotation: Value | None) -> Dependency | None:
    for marker in reversed(_markers(annotation)):
        if isinstance(marker, Dependency):
            return marker
    return None


def signature_of(function: Func) -> Func:
    """Return the function whose parameters count: what a wrapper wraps."""
    while isinstance(function.wrapped, Func):
        function = function.wrapped
    return function


def function_of(engine: Engine, target: Value) -> Func | None:
    """Return the program's function that a dependency runs; of a class its constructor."""
    match target:
        case Func():
            return signature_of(target)
        case Bound(function=Func() as function):
            return function
        case ClassInfo():
            found = target.find("__init__")
            return found if isinstance(found, Func) else None
        case Ref():
            held = engine.heap.get(target.uid)
            found = held.info.find("__call__") if isinstance(held, Instance) and held.info else None
            return found if isinstance(found, Func) else None
        case _:
            return None


def dotted_name(engine: Engine, target: Value) -> str | None:
    """Return the name of the program's dependency with its module's; None for foreign ones."""
    function = function_of(engine, target)
    if function is None:
        return None
    module = function.module.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    label = function.label
    if not isinstance(target, (Func, Bound)):
        label = label.rpartition(".")[0] or label  # a class or its instance is called by its name
    return f"{module}.{label}" if module != "__init__" else label


def _yields(function: ast.AST) -> bool:
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in ast.walk(function))


def label_of(engine: Engine, target: Value, state: State) -> str:
    """Return a name for a dependency that a reader recognises."""
    match target:
        case Func():
            return target.label
        case Bound(function=Func() as function):
            return function.label
        case Ref():
            held = engine.load(state, target)
            if isinstance(held, Instance) and held.info:
                return held.info.name
            return "instance"
        case ClassInfo() | LibObject() | Lib():
            return target.name.rpartition(".")[2]
        case _:
            return type(target).__name__


def request_object(engine: Engine, state: State, method: str, path: str) -> Ref:
    """Put a request on the heap: everything in it is the client's but the app's own state."""
    own = engine.allocate(state, Instance(None, made="state"))
    url = engine.allocate(state, Instance(None, (("path", Lit(path, "str")),)))
    app = engine.allocate(
        state, Instance(None, (("state", engine.allocate(state, Instance(None))),))
    )
    fields: Mapping[str, Value] = {
        "state": own,
        "url": url,
        "app": app,
        "method": Lit(method, "str"),
        "scope": Sym("client", "request.scope", "header"),
        "headers": Sym("client", "request.headers", "header"),
        "cookies": Sym("client", "request.cookies", "cookie"),
        "query_params": Sym("client", "request.query_params", "query"),
        "path_params": Sym("client", "request.path_params", "path"),
        "client": Sym("client", "request.client", "header"),
    }
    return engine.allocate(state, Instance(None, tuple(fields.items())))
