"""Short ways to write an IR by hand."""

# ruff: noqa: ANN401 - attributes of every type are passed on

from typing import Any

from sdd.ir import (
    Column,
    Constraints,
    Default,
    Endpoint,
    Entity,
    Factory,
    Field,
    ForeignKey,
    Location,
    Parameter,
    Scalar,
    Shape,
    Type,
)

_BOUNDS = ("min_length", "max_length", "minimum", "maximum", "pattern", "choices")


def _split(attributes: dict[str, Any]) -> tuple[dict[str, Any], Constraints]:
    bounds = {name: attributes.pop(name) for name in _BOUNDS if name in attributes}
    return attributes, Constraints(**bounds)


def column(name: str, type_: Type | None = None, **attributes: Any) -> Column:
    """A column; `default=` takes a plain value, `references="tasks.id"` a foreign key."""
    attributes, bounds = _split(attributes)
    if "default" in attributes and not isinstance(attributes["default"], Default):
        attributes["default"] = Default(value=attributes["default"])
    if references := attributes.pop("references", None):
        table, _, key = references.partition(".")
        on_delete = attributes.pop("on_delete", None)
        attributes["foreign_key"] = ForeignKey(table=table, column=key, on_delete=on_delete)
    return Column(name=name, type=type_, constraints=bounds, **attributes)


def key(name: str = "id", type_: Type = Type.INT) -> Column:
    """A primary key that the backend makes."""
    factory = Factory.AUTOINCREMENT if type_ is Type.INT else Factory.UUID
    return column(name, type_, nullable=False, primary_key=True, default=Default(factory=factory))


def moment(name: str) -> Column:
    """A timestamp that is set at creation."""
    return column(name, Type.DATETIME, nullable=False, default=Default(factory=Factory.NOW))


def entity(name: str, table: str, *columns: Column, **attributes: Any) -> Entity:
    """A table."""
    return Entity(name=name, table=table, columns=columns, **attributes)


def field(name: str, type_: Type | None = None, **attributes: Any) -> Field:
    """A field of a body."""
    attributes, bounds = _split(attributes)
    shape = {
        part: attributes.pop(part)
        for part in ("nullable", "item", "fields", "example")
        if part in attributes
    }
    if "default" in attributes and not isinstance(attributes["default"], Default):
        attributes["default"] = Default(value=attributes["default"])
    return Field(name=name, shape=Shape(type=type_, constraints=bounds, **shape), **attributes)


def body(*fields: Field) -> Shape:
    """An object."""
    return Shape(type=Type.OBJECT, fields=fields)


def many(item: Shape | None = None) -> Shape:
    """A list."""
    return Shape(type=Type.LIST, item=item)


def query(name: str, type_: Type | None = None, **attributes: Any) -> Parameter:
    """A query parameter."""
    return _parameter(name, Location.QUERY, type_, attributes)


def path(name: str, type_: Type | None = None, **attributes: Any) -> Parameter:
    """A path parameter."""
    return _parameter(name, Location.PATH, type_, {"required": True, **attributes})


def _parameter(
    name: str, location: Location, type_: Type | None, attributes: dict[str, Any]
) -> Parameter:
    attributes, bounds = _split(attributes)
    default: Scalar = attributes.pop("default", None)
    return Parameter(
        name=name,
        location=location,
        type=type_,
        default=None if default is None else Default(value=default),
        constraints=bounds,
        **attributes,
    )


def endpoint(name: str, *parameters: Parameter, **attributes: Any) -> Endpoint:
    """An endpoint, by `METHOD /path`."""
    method, _, where = name.partition(" ")
    if "statuses" not in attributes and attributes.get("success_status"):
        attributes["statuses"] = (attributes["success_status"],)
    return Endpoint(method=method, path=where, parameters=parameters, **attributes)
