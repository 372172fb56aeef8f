"""Mapped classes as entities."""

import ast
from dataclasses import replace

from sdd.audit.annotations import annotation_value
from sdd.audit.engine import Engine
from sdd.audit.entities import ColumnInfo
from sdd.audit.lifting.shapes import Shapes, constraints, field_home
from sdd.audit.schema import Schema
from sdd.audit.values import ClassInfo, Generic, Lib, LibObject, Lit, Tup, Value, lit
from sdd.ir import Column, Constraints, Default, Entity, Factory, ForeignKey, Index, Shape, Type

_SQL_TYPES = {
    "Integer": Type.INT, "BigInteger": Type.INT, "SmallInteger": Type.INT, "String": Type.STR,
    "VARCHAR": Type.STR, "Text": Type.TEXT, "TEXT": Type.TEXT, "Boolean": Type.BOOL,
    "Float": Type.FLOAT, "Numeric": Type.DECIMAL, "DateTime": Type.DATETIME,
    "TIMESTAMP": Type.DATETIME, "Date": Type.DATE, "Time": Type.TIME, "UUID": Type.UUID,
    "Uuid": Type.UUID, "JSON": Type.JSON, "JSONB": Type.JSON,
}  # fmt: skip


def lift_entities(engine: Engine, schema: Schema) -> tuple[Entity, ...]:
    """Return every mapped class as an entity."""
    refreshed = _refreshed_names(engine)
    shapes = Shapes(engine)
    return tuple(_entity(shapes, schema, info, refreshed) for info in engine.entities.values())


def _entity(shapes: Shapes, schema: Schema, info: ClassInfo, refreshed: frozenset[str]) -> Entity:
    key = info.entity or info.name
    entity = schema.entity(key)
    owners = schema.owner_columns(key)
    return Entity(
        name=info.name,
        table=entity.table,
        columns=tuple(
            _column(shapes, info, column, refreshed) for column in entity.columns.values()
        ),
        indexes=_indexes(info),
        owner_column=owners[0] if owners else None,
        span=info.module.span(info.node),
    )


def _column(
    shapes: Shapes, info: ClassInfo, column: ColumnInfo, refreshed: frozenset[str]
) -> Column:
    declared = info.find(column.name)
    shape = _shape(shapes, info, column.name, declared)
    source = declared if isinstance(declared, LibObject) else LibObject("Field")
    inner = source.keyword("sa_column")
    sources = [source, *([inner] if isinstance(inner, LibObject) else [])]
    sources.append(_passed_on(info, column.name))
    default = _default(shapes, sources, declared)
    nullable = shape.nullable and not column.primary_key
    if column.primary_key and shape.type is Type.INT and default in {None, Default()}:
        default = Default(factory=Factory.AUTOINCREMENT)
    stated = _flag(sources, "nullable")
    bounds = replace(constraints(source), choices=shape.constraints.choices)
    return Column(
        name=column.name,
        type=shape.type,
        item=shape.item.type if shape.item else None,
        nullable=bool(nullable) if stated is None else stated,
        primary_key=column.primary_key,
        unique=bool(_flag(sources, "unique")),
        indexed=bool(_flag(sources, "index")),
        default=default,
        foreign_key=_foreign_key(column, sources),
        refreshed=column.name in refreshed or any(one.keyword("onupdate") for one in sources),
        constraints=_lengths(bounds, sources),
        span=info.module.span(info.node),
    )


def _passed_on(info: ClassInfo, name: str) -> LibObject:
    """Return what `sa_column_kwargs={"unique": True}` hands on to the column, as written."""
    try:
        _, node = field_home(info, name)
    except KeyError:
        return LibObject("Column")
    calls = [node.value] if isinstance(node.value, ast.Call) else []
    handed = [
        (key.value, lit(value.value))
        for call in calls
        for keyword in call.keywords
        if keyword.arg == "sa_column_kwargs" and isinstance(keyword.value, ast.Dict)
        for key, value in zip(keyword.value.keys, keyword.value.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(value, ast.Constant)
    ]
    return LibObject("Column", keywords=tuple((str(key), value) for key, value in handed))


def _shape(shapes: Shapes, info: ClassInfo, name: str, declared: Value | None) -> Shape:
    shape = Shape(nullable=False)
    try:
        home, node = field_home(info, name)
    except KeyError:
        pass
    else:
        shape = shapes.of(annotation_value(shapes.engine, node.annotation, home.module))
    stored = _sql_type(declared)
    written = stored is Type.JSON and shape.type is Type.STR  # text that the code writes itself
    if stored is None or (shape.type is not None and stored is not Type.TEXT and not written):
        return shape
    return replace(shape, type=stored)


def _sql_type(declared: Value | None) -> Type | None:
    if not isinstance(declared, LibObject):
        return None
    inner = declared.keyword("sa_column")
    if isinstance(inner, LibObject):
        return _sql_type(inner)
    for candidate in (declared.keyword("sa_type"), *declared.args):
        if isinstance(candidate, (Lib, LibObject)):
            found = _SQL_TYPES.get(candidate.name.rpartition(".")[2])
            if found:
                return found
    return None


def _default(shapes: Shapes, sources: list[LibObject], declared: Value | None) -> Default | None:
    for source in sources:
        found = shapes.default(source)
        if found is not None:
            return found
    return None if isinstance(declared, LibObject) else shapes.default(declared)


def _flag(sources: list[LibObject], name: str) -> bool | None:
    for source in sources:
        value = source.keyword(name)
        if isinstance(value, Lit):
            return bool(value.value)
    return None


def _foreign_key(column: ColumnInfo, sources: list[LibObject]) -> ForeignKey | None:
    if column.refers_to is None:
        return None
    action = None
    for source in sources:
        for holder in (source, *(one for one in source.args if isinstance(one, LibObject))):
            value = holder.keyword("ondelete")
            if isinstance(value, Lit) and value.value:
                action = str(value.value).lower().replace(" ", "_")
    return ForeignKey(table=column.refers_to[0], column=column.refers_to[1], on_delete=action)


def _lengths(bounds: Constraints, sources: list[LibObject]) -> Constraints:
    """`String(200)` bounds a column as `max_length=200` does."""
    for source in sources:
        for argument in source.args:
            if isinstance(argument, LibObject) and argument.name.rpartition(".")[2] in {
                "String",
                "VARCHAR",
            }:
                length = argument.keyword("length", 0)
                if isinstance(length, Lit) and isinstance(length.value, int):
                    return replace(bounds, max_length=length.value)
    return bounds


def _indexes(info: ClassInfo) -> tuple[Index, ...]:
    arguments = info.find("__table_args__")
    items = arguments.items if isinstance(arguments, Tup) else ()
    found = []
    for item in items:
        if not isinstance(item, LibObject):
            continue
        last = item.name.rpartition(".")[2]
        names = tuple(str(one.value) for one in item.args if isinstance(one, Lit))
        if last == "UniqueConstraint":
            found.append(Index(columns=names, unique=True))
        elif last == "Index":
            unique = item.keyword("unique")
            is_unique = isinstance(unique, Lit) and bool(unique.value)
            found.append(Index(columns=names[1:], unique=is_unique))
    return tuple(found)


def _refreshed_names(engine: Engine) -> frozenset[str]:
    """Return the attributes that some code sets to the present moment on an object it has."""
    found: set[str] = set()
    for path in engine.modules:
        module = engine.program.modules.get(path)
        for node in ast.walk(module.tree) if module else ():
            if isinstance(node, ast.Assign) and _makes_now(node.value):
                found.update(
                    target.attr for target in node.targets if isinstance(target, ast.Attribute)
                )
    return frozenset(found)


def _makes_now(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = str(getattr(node.func, "attr", "") or getattr(node.func, "id", ""))
    return "now" in name.lower() or "timestamp" in name.lower()


__all__ = ["Generic", "lift_entities"]
