"""Types of Python code as shapes: annotations, pydantic models, enumerations."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace

from sdd.audit.annotations import annotation_value
from sdd.audit.classes import all_fields, is_enum
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.state import State
from sdd.audit.values import (
    NONE,
    ClassInfo,
    Func,
    Generic,
    Lib,
    LibObject,
    ListObject,
    Lit,
    Ref,
    Value,
)
from sdd.ir import Constraints, Default, Factory, Field, Shape, Type

_SCALARS = {
    "int": Type.INT, "str": Type.STR, "bool": Type.BOOL, "float": Type.FLOAT,
    "Decimal": Type.DECIMAL, "datetime": Type.DATETIME, "date": Type.DATE, "time": Type.TIME,
    "UUID": Type.UUID, "dict": Type.JSON, "Dict": Type.JSON, "Any": Type.JSON,
    "StrictBool": Type.BOOL, "StrictInt": Type.INT, "StrictStr": Type.STR,
    "StrictFloat": Type.FLOAT, "EmailStr": Type.STR, "SecretStr": Type.STR,
    "AnyUrl": Type.STR, "HttpUrl": Type.STR, "PositiveInt": Type.INT,
    "NonNegativeInt": Type.INT, "AwareDatetime": Type.DATETIME, "UUID4": Type.UUID,
    "UUID1": Type.UUID, "UUID7": Type.UUID, "conint": Type.INT, "constr": Type.STR,
    "object": Type.JSON, "JsonValue": Type.JSON, "Mapping": Type.JSON, "bytes": Type.STR,
    "UploadFile": Type.STR, "OAuth2PasswordRequestForm": Type.OBJECT,
}  # fmt: skip
_LISTS = frozenset({"list", "List", "Sequence", "set", "Set", "tuple", "Iterable", "frozenset"})
_UNIONS = frozenset({"Union", "Optional"})
_ABSENT = frozenset({"MISSING", "Unset"})
_DEEPEST = 8


class Shapes:
    """Turns annotations into shapes."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def of(self, value: Value | None, depth: int = 0) -> Shape:
        """Return the shape of a type."""
        if value is None or depth > _DEEPEST:
            return Shape()
        match value:
            case Generic(base=base, args=args):
                return self._generic(_last(base), args, depth)
            case ClassInfo():
                return self._class(value, depth)
            case Lib() | LibObject():
                return Shape(type=_SCALARS.get(_last(value)), nullable=False)
            case _:
                return Shape(type=Type.NONE) if value == NONE else Shape()

    def _generic(self, name: str, args: tuple[Value, ...], depth: int) -> Shape:
        if name in _UNIONS:
            return self._union(args, depth, optional=name == "Optional")
        if name == "Annotated":
            inner = self.of(args[0], depth)
            markers = [marker for marker in args[1:] if isinstance(marker, LibObject)]
            return with_constraints(inner, *(constraints(marker) for marker in markers))
        if name == "Literal":
            choices = tuple(str(item.value) for item in args if isinstance(item, Lit))
            return Shape(type=Type.ENUM, nullable=False, constraints=Constraints(choices=choices))
        if name in _LISTS:
            return Shape(type=Type.LIST, nullable=False, item=self.of(args[0], depth + 1))
        if name in {"dict", "Dict", "Mapping"}:
            return Shape(type=Type.JSON, nullable=False)
        return self.of(args[0], depth + 1) if name == "Mapped" else Shape()

    def _union(self, args: tuple[Value, ...], depth: int, *, optional: bool) -> Shape:
        flat = list(_flatten(args))
        kinds = [item for item in flat if item != NONE and _last(item) not in _ABSENT]
        shape = self.of(kinds[0], depth) if kinds else Shape()
        if optional or NONE in flat:
            return _nullable(shape)
        return shape

    def _class(self, info: ClassInfo, depth: int) -> Shape:
        if is_enum(info):
            choices = enum_values(info)
            return Shape(type=Type.ENUM, nullable=False, constraints=Constraints(choices=choices))
        fields = tuple(self.field(info, name, depth) for name, _ in all_fields(info))
        fields = tuple(field for field in fields if field.name != "model_config")
        return Shape(
            type=Type.OBJECT, nullable=False, fields=fields, span=info.module.span(info.node)
        )

    def field(self, info: ClassInfo, name: str, depth: int = 0) -> Field:
        """Return a field of a model."""
        home, node = field_home(info, name)
        annotation = annotation_value(self.engine, node.annotation, home.module)
        shape = self.of(annotation, depth + 1)
        declared = info.find(name)
        alias = name
        if isinstance(declared, LibObject):
            shape = with_constraints(shape, constraints(declared))
            given = declared.keyword("alias")
            alias = str(given.value) if isinstance(given, Lit) else name
        absent = self._may_be_missing(annotation)
        default = None if absent else self.default(declared)
        return Field(
            name=alias,
            shape=shape,
            required=default is None and not absent,
            default=default,
            span=home.module.span(node),
        )

    def _may_be_missing(self, annotation: Value | None) -> bool:
        return isinstance(annotation, Generic) and any(
            _last(item) in _ABSENT for item in _flatten((annotation,))
        )

    def default(self, value: Value | None) -> Default | None:
        """Return the default that a field or column declares; None: it must be given."""
        match value:
            case LibObject():
                factory = value.keyword("default_factory")
                if factory is not None:
                    return self.factory(factory)
                if _last(value) in {"Field", "Column", "mapped_column"}:
                    first = 0 if _last(value) == "Field" else None
                    chosen = value.keyword("default", first)
                    if chosen is None or chosen == Lit(..., "ellipsis"):
                        return None
                    return self.default(chosen)
                return None
            case Lit(value=str() | int() | float() | bool() | None as plain):
                return Default(value=plain)
            case Ref():
                return self._container(value)
            case Func() | Lib():
                return self.factory(value)
            case _:
                return None

    def _container(self, value: Ref) -> Default:
        held = self.engine.load(State({}, {}, {}), value)
        is_list = isinstance(held, ListObject)
        return Default(factory=Factory.EMPTY_LIST if is_list else Factory.EMPTY_OBJECT)

    def factory(self, value: Value) -> Default | None:
        """Return the default that a factory makes, known by what it returns."""
        match value:
            case Lib(name="list"):
                return Default(factory=Factory.EMPTY_LIST)
            case Lib(name="dict"):
                return Default(factory=Factory.EMPTY_OBJECT)
            case Lib(name=name):
                return _made(name)
            case Func():
                state = State({}, {}, {})
                made = self.engine.call(value, Arguments(), state, value.node)
                if isinstance(made, Ref):
                    self.engine.heap.update(state.heap)
                    return self._container(made)
                return _made(made.name) if isinstance(made, LibObject) else None
            case _:
                return None


def _made(name: str) -> Default | None:
    last = name.rpartition(".")[2]
    if last in {"now", "utcnow", "today"}:
        return Default(factory=Factory.NOW)
    if last in {"uuid4", "uuid1", "uuid7", "random"}:
        return Default(factory=Factory.UUID)
    return None


def field_home(info: ClassInfo, name: str):  # type: ignore[no-untyped-def] # noqa: ANN201
    """Return the class that declares a field last, and the declaration."""
    for ancestor in info.mro():
        declared = dict(ancestor.fields)
        if name in declared:
            return ancestor, declared[name]
    raise KeyError(name)


def enum_values(info: ClassInfo) -> tuple[str, ...]:
    """Return the values of an enumeration in their order."""
    return tuple(
        str(value.value)
        for name, value in info.members.items()
        if isinstance(value, Lit) and not name.startswith("_")
    )


_BOUNDS: Mapping[str, str] = {
    "min_length": "min_length",
    "max_length": "max_length",
    "ge": "minimum",
    "le": "maximum",
    "pattern": "pattern",
    "regex": "pattern",
}


# What every database asks of every text says nothing of one field.
_NO_NUL = r"^[^\x00]*$"


def constraints(value: LibObject) -> Constraints:
    """Return the bounds that `Field`, `Query`, `Path` or `StringConstraints` state."""
    found = {
        target: item.value
        for source, target in _BOUNDS.items()
        if isinstance(item := value.keyword(source), Lit) and item.value not in {None, _NO_NUL}
    }
    return Constraints(**found)  # type: ignore[arg-type]


def with_constraints(shape: Shape, *more: Constraints) -> Shape:
    """Add bounds to a shape."""
    merged = shape.constraints
    for one in more:
        stated = {
            item.name: getattr(one, item.name)
            for item in fields(one)
            if getattr(one, item.name) not in {None, ()}
        }
        merged = replace(merged, **stated)
    return replace(shape, constraints=merged)


def _nullable(shape: Shape) -> Shape:
    return replace(shape, nullable=True)


def _flatten(args: Iterable[Value]) -> Iterable[Value]:
    for item in args:
        if isinstance(item, Generic) and _last(item.base) in _UNIONS:
            yield from _flatten(item.args)
        else:
            yield item


def _last(value: Value) -> str:
    return getattr(value, "name", "").rpartition(".")[2]
