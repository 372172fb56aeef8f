"""Reading attributes: of modules, classes, instances, rows and library values."""

import ast
from collections.abc import Iterator

from sdd.audit.aliases import alias_of, under_alias
from sdd.audit.classes import field_names, is_enum
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.imports import member
from sdd.audit.logic import YES, Exists, equal
from sdd.audit.schema import Schema, schema_of
from sdd.audit.state import State, node_place
from sdd.audit.values import (
    NONE,
    Bound,
    ClassInfo,
    Col,
    DictObject,
    Field,
    Func,
    Generic,
    Instance,
    Lib,
    LibObject,
    ListObject,
    Lit,
    Many,
    ModuleRef,
    Native,
    Phi,
    Query,
    Ref,
    Result,
    Row,
    Super,
    Sym,
    Truth,
    Value,
    lit,
)


def attribute(  # noqa: C901 - one case for each kind of value
    engine: Engine, base: Value, name: str, state: State, node: ast.AST
) -> Value:
    """Return `base.name`."""
    match base:
        case Lib():
            return Lib(f"{base.name}.{name}")
        case ModuleRef():
            return member(engine, base.path, name)
        case ClassInfo():
            return _of_class(engine, base, name)
        case Generic(base=origin):
            return attribute(engine, origin, name, state, node)
        case Ref():
            return _of_object(engine, base, name, state, node)
        case Super():
            return _of_super(base, name)
        case Row():
            return of_row(engine, base, name, state, node)
        case Sym(type=ClassInfo() as info):
            return _of_typed(engine, base, info, name, state, node)
        case LibObject(args=(ClassInfo() as info, *_)) if alias_of(base):
            return under_alias(_of_class(engine, info, name), (alias_of(base) or ("", ""))[1])
        case Query() | Result() | Many() | Truth() | Lit() | LibObject() | Col():
            return Native(base, name)
        case Func() if name == "__name__":
            return lit(base.name)
        case _:
            return Field(base, name)


def class_of(engine: Engine, value: Value, state: State) -> ClassInfo | None:
    """Return the class of an instance, when it is the program's own."""
    match value:
        case Ref():
            held = engine.load(state, value)
            return held.info if isinstance(held, Instance) else None
        case Row(entity=entity):
            return engine.entities.get(entity)
        case Sym(type=ClassInfo() as info):
            return info
        case _:
            return None


def schema(engine: Engine) -> Schema:
    """Return the database schema as far as it is known."""
    return schema_of(engine)


def _of_class(engine: Engine, info: ClassInfo, name: str) -> Value:
    if info.entity and not name.startswith("__"):
        column = schema(engine).entity(info.entity).attribute(name)
        if column:
            return Col(info.entity, name)
        if name in {"c", "columns"}:
            return info
    if info.entity and name == "__table__":
        return info
    found = info.find(name)
    if found is None:
        if name == "__name__":
            return lit(info.name)
        return Native(info, name)
    if isinstance(found, Func):
        return Bound(found, info) if found.binding == "class" else found
    if is_enum(info):
        return found if isinstance(found, Lit) else lit(f"{info.name}.{name}")
    return found


def _of_object(engine: Engine, ref: Ref, name: str, state: State, node: ast.AST) -> Value:
    held = engine.load(state, ref)
    match held:
        case Instance():
            return _of_instance(engine, ref, held, name, state, node)
        case ListObject() | DictObject():
            return Native(ref, name)
        case _:
            return Native(ref, name)


def _of_instance(
    engine: Engine, ref: Ref, held: Instance, name: str, state: State, node: ast.AST
) -> Value:
    found = held.get(name)
    if found is not None:
        empty = isinstance(found, Lit) and not found.value
        if empty and held.info is not None and name in _rebound(held.info):
            return Sym("lib", f"{held.info.name}.{name}")  # another method may have set it
        return found
    if held.info is not None:
        if held.info.entity and not isinstance(held.info.find(name), Func):
            inside = _of_new_row(engine, ref, held, name)
            if inside is not None:
                return inside
        member_value = held.info.find(name)
        if held.rest and not isinstance(member_value, Func) and name in field_names(held.info):
            return Field(held.rest[-1], name)
        if member_value is not None:
            return bind_member(engine, member_value, ref, held.info, state, node)
    if held.made == "state":
        engine.fail(state, Lib("AttributeError"))  # nothing has set it on this way
        return NONE
    if held.rest and not name.startswith("model_") and name not in _MODEL_METHODS:
        return Field(held.rest[-1], name)
    return Native(ref, name)


_MODEL_METHODS = frozenset({"dict", "json", "copy", "sqlmodel_update"})


def _of_new_row(engine: Engine, ref: Ref, held: Instance, name: str) -> Value | None:
    info = held.info
    if info is None or info.entity is None:
        return None
    entity = schema(engine).entity(info.entity)
    if not entity.attribute(name):
        return None
    if held.rest:
        return Field(held.rest[-1], name)
    return Field(ref, name)


def bind_member(
    engine: Engine,
    value: Value,
    receiver: Value,
    info: ClassInfo,
    state: State,
    node: ast.AST,
) -> Value:
    """Return a class member as seen from an instance: methods bound, properties computed."""
    if isinstance(value, Func):
        if value.binding == "property":
            return engine.call(Bound(value, receiver), Arguments(), state, node)
        if value.binding == "class":
            return Bound(value, info)
        return value if value.binding == "static" else Bound(value, receiver)
    return value


def _of_super(base: Super, name: str) -> Value:
    order = list(base.owner.mro())
    for info in order[1:]:
        if name in info.members:
            found = info.members[name]
            return Bound(found, base.receiver) if isinstance(found, Func) else found
    return Native(base, name)


def _of_typed(
    engine: Engine, base: Sym, info: ClassInfo, name: str, state: State, node: ast.AST
) -> Value:
    found = info.find(name)
    if isinstance(found, Func):
        return bind_member(engine, found, base, info, state, node)
    return Field(base, name)


def of_row(engine: Engine, row: Row, name: str, state: State, node: ast.AST) -> Value:
    """Return a column, related rows, or a method of a row's class."""
    held = engine.load(state, row)
    if isinstance(held, Instance):
        written = held.get(name)
        if written is not None:
            return written
    entity = schema(engine).entity(row.entity)
    related = entity.relationship(name)
    if related is not None:
        return _related(engine, row, name, state, node)
    info = engine.entities.get(row.entity)
    if info is not None and not entity.column(name):
        found = info.find(name)
        if isinstance(found, Func):
            return bind_member(engine, found, row, info, state, node)
    if entity.column(name):
        return Field(row, name)
    return Native(row, name) if name in _ROW_METHODS else Field(row, name)


_ROW_METHODS = frozenset(
    {"dict", "json", "model_dump", "model_dump_json", "sqlmodel_update", "copy", "model_copy"}
)


def _related(engine: Engine, row: Row, name: str, state: State, node: ast.AST) -> Value:
    entity = schema(engine).entity(row.entity)
    relation = entity.relationship(name)
    if relation is None or relation.target not in engine.entities:
        return Field(row, name)
    place = node_place(engine.frame.module, node, engine.frame.label)
    other = engine.row(relation.target, ("relation", row, name), place)
    link = schema(engine).link(row.entity, name)
    if link is not None:
        mine, theirs = link
        engine.define(other, equal(Field(other, theirs), Field(row, mine)))
    if relation.many:
        return Many(other)
    if relation.required:
        state.assume(Exists(other))
        return other
    return Phi(((Exists(other), other), (YES, NONE)))


def _rebound(info: ClassInfo) -> frozenset[str]:
    """Return the fields that methods other than the constructor set."""
    return info.trait("rebound fields", lambda one: frozenset(_set_later(one)))


def _set_later(info: ClassInfo) -> Iterator[str]:
    for ancestor in info.mro():
        for method in ancestor.node.body:
            if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
                if method.name == "__init__":
                    continue
                for node in ast.walk(method):
                    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                        yield node.attr
