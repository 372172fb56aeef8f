"""Mounted handlers as endpoints."""

import re
from collections.abc import Iterator
from dataclasses import replace

from sdd.audit.annotations import annotation_value
from sdd.audit.classes import all_fields, is_model
from sdd.audit.dependencies import strip
from sdd.audit.engine import Engine
from sdd.audit.lifting.shapes import Shapes, constraints, with_constraints
from sdd.audit.model import RouteReport, Verdict
from sdd.audit.routes import Mount, handler_function
from sdd.audit.state import State
from sdd.audit.values import (
    NONE,
    ClassInfo,
    Dependency,
    DictObject,
    Func,
    Generic,
    Lib,
    LibObject,
    Lit,
    Ref,
    Value,
)
from sdd.ir import NO_BODY, Default, Endpoint, Location, Parameter, Shape, Type

_STATUS = re.compile(r"HTTP_(\d{3})")
_NO_CONTENT = 204
_LOCATIONS = {
    "Path": Location.PATH, "Query": Location.QUERY, "Header": Location.HEADER,
    "Cookie": Location.COOKIE,
}  # fmt: skip
_BODIES = frozenset({"Body", "Form", "File"})
_FRAMEWORK = frozenset(
    {"Request", "Response", "BackgroundTasks", "WebSocket", "HTTPConnection", "SecurityScopes"}
)
_UNPROCESSABLE = 422


def lift_endpoint(engine: Engine, mount: Mount, report: RouteReport) -> Endpoint:
    """Return one mount of a handler as an endpoint."""
    reader = _Reader(engine, mount)
    success = status_of(mount.entry.keywords.get("status_code")) or 200
    parameters = tuple(reader.parameters())
    request = reader.body()
    return Endpoint(
        method=mount.method,
        path=mount.path,
        auth={Verdict.PROVED: True, Verdict.UNKNOWN: None}.get(report.auth.verdict, False),
        success_status=success,
        statuses=reader.statuses(success, bool(parameters) or request != NO_BODY),
        parameters=parameters,
        request=request,
        response=NO_BODY if success == _NO_CONTENT else reader.response(),
        summary=_text(mount.entry.keywords.get("summary")),
        span=report.span,
    )


def status_of(value: Value | None) -> int | None:
    """Return a status code given as a number or as `status.HTTP_…`."""
    if isinstance(value, Lit) and isinstance(value.value, int):
        return value.value
    found = _STATUS.search(value.name) if isinstance(value, Lib) else None
    return int(found.group(1)) if found else None


def _text(value: Value | None) -> str | None:
    return str(value.value) if isinstance(value, Lit) and value.value else None


class _Reader:
    """Reads one handler's signature."""

    def __init__(self, engine: Engine, mount: Mount) -> None:
        self.engine = engine
        self.mount = mount
        self.shapes = Shapes(engine)
        self.function = handler_function(mount.entry.endpoint)

    def statuses(self, success: int, is_validated: bool) -> tuple[int, ...]:  # noqa: FBT001
        declared = self.mount.entry.keywords.get("responses")
        held = self.engine.load(State({}, {}, {}), declared) if isinstance(declared, Ref) else None
        found = {success}
        if isinstance(held, DictObject):
            found.update(int(key) for key, _ in held.items if key.isdigit())
        elif is_validated:
            found.add(_UNPROCESSABLE)
        return tuple(sorted(found))

    def response(self) -> Shape | None:
        """Return the shape of the answer: the response model, else the annotated type."""
        model = self.mount.entry.keywords.get("response_model")
        if model is None and self.function is not None:
            node = getattr(self.function.node, "returns", None)
            model = annotation_value(self.engine, node, self.function.module, self.function)
        if model is None:
            return None
        shape = self.shapes.of(model)
        return shape if shape.type else None

    def parameters(self) -> Iterator[Parameter]:
        for name, annotation, default in self._arguments():
            location = self._location(name, annotation, default)
            if location is not None:
                yield self._parameter(name, location, annotation, default)

    def body(self) -> Shape:
        """Return the shape of the request's body."""
        for name, annotation, default in self._arguments():
            if self._location(name, annotation, default) is None and annotation is not None:
                declared = strip(annotation)
                is_library = isinstance(declared, Lib) and _last(declared) in _FRAMEWORK
                if not is_library:
                    return replace(self.shapes.of(annotation), nullable=None)
        return NO_BODY

    def _arguments(self) -> Iterator[tuple[str, Value | None, Value | None]]:
        """Yield what the client sends, also to dependencies that are plain classes."""
        if self.function is None:
            return
        spec = self.function.node.args
        for parameter in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs):
            annotation = annotation_value(
                self.engine, parameter.annotation, self.function.module, self.function
            )
            default = self.function.defaults.get(parameter.arg)
            dependency = _dependency(annotation, default)
            if dependency is None:
                if parameter.arg != "self":
                    yield parameter.arg, annotation, default
                continue
            target = dependency.target or (strip(annotation) if annotation else None)
            if isinstance(target, ClassInfo) and not isinstance(target.find("__init__"), Func):
                for name, item in all_fields(target):
                    inner = annotation_value(self.engine, item.annotation, target.module)
                    yield name, inner, target.find(name)

    def _location(
        self, name: str, annotation: Value | None, default: Value | None
    ) -> Location | None:
        if name in self.mount.parameters:
            return Location.PATH
        for marker in (default, *_markers(annotation)):
            if isinstance(marker, LibObject):
                if _last(marker) in _BODIES:
                    return None
                if _last(marker) in _LOCATIONS:
                    return _LOCATIONS[_last(marker)]
        declared = strip(annotation) if annotation is not None else None
        if isinstance(declared, ClassInfo) and is_model(declared):
            return None
        if isinstance(declared, Lib) and _last(declared) in _FRAMEWORK:
            return None
        is_list = isinstance(declared, Generic) and _last(declared.base) in {"list", "List", "dict"}
        return None if is_list else Location.QUERY

    def _parameter(
        self, name: str, location: Location, annotation: Value | None, default: Value | None
    ) -> Parameter:
        shape = self.shapes.of(annotation)
        markers = [item for item in (default, *_markers(annotation)) if isinstance(item, LibObject)]
        for marker in markers:
            shape = with_constraints(shape, constraints(marker))
        alias = next((_text(one.keyword("alias")) for one in markers if one.keyword("alias")), None)
        described = next(
            (_text(one.keyword("description")) for one in markers if one.keyword("description")),
            None,
        )
        chosen = self._default(default)
        return Parameter(
            name=alias or name,
            location=location,
            type=shape.type,
            required=location is Location.PATH or chosen is None,
            default=None if chosen == Default() else chosen,
            constraints=shape.constraints,
            description=described,
        )

    def _default(self, value: Value | None) -> Default | None:
        if isinstance(value, LibObject):
            chosen = value.keyword("default", 0)
            if chosen is None or chosen == Lit(..., "ellipsis"):
                return None
            return self.shapes.default(chosen)
        return self.shapes.default(value)


def _dependency(annotation: Value | None, default: Value | None) -> Dependency | None:
    for marker in (default, *_markers(annotation)):
        if isinstance(marker, Dependency):
            return marker
    return None


def _markers(annotation: Value | None) -> tuple[Value, ...]:
    if isinstance(annotation, Generic):
        if _last(annotation.base) == "Annotated":
            return annotation.args[1:]
        return tuple(marker for item in annotation.args for marker in _markers(item))
    return ()


def _last(value: Value) -> str:
    return getattr(value, "name", "").rpartition(".")[2]


__all__ = ["NONE", "Type", "lift_endpoint", "status_of"]
