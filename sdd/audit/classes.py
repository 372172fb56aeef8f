"""Class definitions and instances of the program's own classes."""

import ast
from dataclasses import replace

from sdd.audit.alike import Call
from sdd.audit.closures import closure_of
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.state import Frame, Place, State
from sdd.audit.values import (
    NONE,
    Bound,
    ClassInfo,
    DictObject,
    Field,
    Func,
    Generic,
    Instance,
    Lib,
    LibObject,
    Lit,
    Phi,
    Ref,
    Row,
    Super,
    Sym,
    Value,
    lit,
)
from sdd.audit.web import prepare_subclass

_DECLARATIVE = ("DeclarativeBase", "declarative_base", "as_declarative", "DeclarativeBaseNoMeta")
_COLUMN_MAKERS = frozenset({"Column", "mapped_column", "Field", "Relationship", "relationship"})
_ENUMS = frozenset({"Enum", "StrEnum", "IntEnum", "Flag", "IntFlag"})
_MODELS = frozenset({"BaseModel", "SQLModel", "BaseSettings", "RootModel", "GenericModel"})


def define_class(engine: Engine, node: ast.ClassDef, state: State) -> ClassInfo:
    """Run a class body and return the class; tables become entities."""
    bases = tuple(engine.evaluate(base, state) for base in node.bases)
    keywords = {
        keyword.arg: engine.evaluate(keyword.value, state)
        for keyword in node.keywords
        if keyword.arg is not None
    }
    outer = engine.frame
    scope = closure_of(engine, state)
    inner = state.within({})
    inner.pending = ()
    frame = Frame(module=outer.module, label=node.name, scope=scope, is_class=True)
    with engine.inside(frame, node, engine.place(node)):
        engine.execute(node.body, inner)
    pending = state.pending
    state.take(inner)
    state.pending = pending
    info = ClassInfo(
        name=node.name,
        module=outer.module,
        node=node,
        bases=bases,
        members=inner.env,
        keywords=keywords,
        fields=tuple(
            (item.target.id, item)
            for item in node.body
            if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
        ),
    )
    for name, member in list(inner.env.items()):
        if isinstance(member, Func) and member.owner is None and member.module is outer.module:
            inner.env[name] = replace(member, owner=info)
    if is_table(info):
        info = as_entity(engine, info)
    return info


def as_entity(engine: Engine, info: ClassInfo) -> ClassInfo:
    """Make a class one of the program's tables."""
    key = info.name
    if key in engine.entities and engine.entities[key].node is not info.node:
        key = f"{info.name}@{info.module.path}"
    entity = replace(info, entity=key)
    for name, member in list(info.members.items()):
        if isinstance(member, Func) and member.owner is info:
            info.members[name] = replace(member, owner=entity)
    engine.entities[key] = entity
    return entity


def is_table(info: ClassInfo) -> bool:
    """Whether a class maps a database table."""
    table = info.keywords.get("table")
    if isinstance(table, Lit):
        return bool(table.value)
    names = {name.rpartition(".")[2] for name in info.library_bases()}
    if "SQLModel" in names:
        return False
    declares = "__tablename__" in info.members or "__table__" in info.members
    columns = any(
        isinstance(member, LibObject) and member.name.rpartition(".")[2] in _COLUMN_MAKERS
        for member in info.members.values()
    )
    abstract = info.members.get("__abstract__")
    if isinstance(abstract, Lit) and abstract.value:
        return False
    if isinstance(info.members.get("__tablename__"), Lit) and columns:
        return True
    return (declares or columns) and bool(info.bases) and _is_declarative(info, names)


def _is_declarative(info: ClassInfo, names: set[str]) -> bool:
    if names.intersection(_DECLARATIVE):
        return True
    for ancestor in info.mro():
        for decorator in ancestor.node.decorator_list:
            if "as_declarative" in ast.dump(decorator):
                return True
    return False


def is_model(info: ClassInfo) -> bool:
    """Whether a class is a pydantic model, settings or an SQLModel."""
    return not _MODELS.isdisjoint(info.library_names())


def is_settings(info: ClassInfo) -> bool:
    """Whether a class reads its fields from the environment."""
    return "BaseSettings" in info.library_names()


def is_enum(info: ClassInfo) -> bool:
    """Whether a class is an enumeration."""
    return not _ENUMS.isdisjoint(info.library_names())


def is_dataclass(info: ClassInfo) -> bool:
    """Whether a class is a dataclass or named tuple, so that its fields are its constructor."""
    return info.trait(
        "dataclass",
        lambda one: (
            "NamedTuple" in one.library_names()
            or any(
                "dataclass" in ast.dump(decorator)
                for ancestor in one.mro()
                for decorator in ancestor.node.decorator_list
            )
        ),
    )


def instantiate(
    engine: Engine, info: ClassInfo, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    """Make an instance: run `__init__`, or set fields as models and entities do."""
    if is_enum(info):
        return arguments.positional[0] if arguments.positional else Sym("unknown", info.name)
    site = engine.site(node) if info.entity else ""
    call = Call(engine, info.node, (info, site), arguments)
    return engine.memory.remembered(
        engine, call, state, node, lambda: _made_new(engine, info, arguments, state, node)
    )


def _made_new(
    engine: Engine, info: ClassInfo, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    made = engine.site(node) if info.entity else ""
    ref = engine.allocate(state, Instance(info, made=made))
    initialiser = info.find("__init__")
    web = engine.builtins.get("$subclass")
    if web is not None and info.library_bases():
        prepare_subclass(engine, ref, info, arguments, state, node)
    if isinstance(initialiser, Func):
        engine.call(_bound(initialiser, ref), arguments, state, node)
        return ref
    _set_fields(engine, ref, info, arguments, state)
    return ref


def _bound(function: Func, receiver: Value) -> Value:
    return Bound(function, receiver)


def _set_fields(
    engine: Engine, ref: Ref, info: ClassInfo, arguments: Arguments, state: State
) -> None:
    given = dict(arguments.keywords)
    if arguments.positional and is_dataclass(info):
        names = [name for name, _ in all_fields(info)]
        given.update(zip(names, arguments.positional, strict=False))
    fields: dict[str, Value] = {}
    if is_settings(info):
        given = {
            **{name: setting(engine, info, name, state) for name, _ in all_fields(info)},
            **given,
        }
    elif not info.entity:
        for name, item in all_fields(info):
            if name not in given and item.value is not None and not arguments.rest:
                default = info.find(name)
                fields[name] = _default_of(default)
    fields.update(given)
    engine.store(
        state,
        ref,
        Instance(info, tuple(fields.items()), arguments.rest, _made(engine, ref, state)),
    )


def _made(engine: Engine, ref: Ref, state: State) -> str:
    held = engine.load(state, ref)
    return held.made if isinstance(held, Instance) else ""


def _default_of(value: Value | None) -> Value:
    if isinstance(value, LibObject):
        chosen = value.keyword("default", 0)
        if chosen is not None and chosen != Lit(..., "ellipsis"):
            return chosen
        return Sym("unknown", "default")
    return value if value is not None else Sym("unknown", "default")


def setting(engine: Engine, info: ClassInfo, name: str, state: State) -> Value:
    """Return a value that comes from the environment, with its literal default as a note."""
    del state
    field = next((item for key, item in all_fields(info) if key == name), None)
    if field is not None:
        engine.setting_places.setdefault(name, {})[Place(info.module.path, field.lineno)] = None
    default = _default_of(info.find(name)) if info.find(name) is not None else None
    note = default.value if isinstance(default, Lit) else None
    if isinstance(default, Sym) and default.kind == "server":
        note = default.note
    known = isinstance(note, (str, bool))
    return Sym("server", name, str(note) if known else None)


def all_fields(info: ClassInfo) -> tuple[tuple[str, ast.AnnAssign], ...]:
    """Return annotated fields, those of base classes first, overridden ones once."""
    return info.trait("fields", _merged_fields)


def _merged_fields(info: ClassInfo) -> tuple[tuple[str, ast.AnnAssign], ...]:
    merged: dict[str, ast.AnnAssign] = {}
    for ancestor in reversed(info.mro()):
        merged.update(ancestor.fields)
    return tuple(merged.items())


def field_names(info: ClassInfo) -> frozenset[str]:
    """Return the names of all annotated fields."""
    return info.trait("field names", lambda one: frozenset(name for name, _ in all_fields(one)))


__all__ = [
    "NONE",
    "DictObject",
    "Field",
    "Generic",
    "Lib",
    "Phi",
    "Row",
    "Super",
    "all_fields",
    "define_class",
    "field_names",
    "instantiate",
    "is_model",
    "is_settings",
    "is_table",
    "lit",
]
