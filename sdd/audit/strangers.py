"""What a database is asked about that is no table of the program: told, never passed over."""

import ast
import re
from collections.abc import Iterable, Iterator

from sdd.audit.classes import is_enum
from sdd.audit.coroutines import is_waiting
from sdd.audit.effects import Arguments, Effect
from sdd.audit.engine import Engine
from sdd.audit.logic import parts_of
from sdd.audit.state import State
from sdd.audit.values import (
    UNBOUND,
    Apply,
    Bound,
    ClassInfo,
    Field,
    Generic,
    Instance,
    Lib,
    LibObject,
    Lit,
    Many,
    Native,
    Phi,
    Ref,
    Sym,
    Tup,
    Value,
)

_NOTE = "no table that is known"
_SESSION = re.compile(
    r"session|(^|[._ ])(get_)?(async_)?(db|database|conn(ection)?)$", re.IGNORECASE
)
# Libraries that keep data in ways that the analysis does not model.
_STORES = frozenset(
    {"tortoise", "peewee", "peewee_async", "pony", "ormar", "edgy", "saffier", "gino", "piccolo",
     "mongoengine", "beanie", "odmantic", "bunnet", "umongo", "motor", "pymongo", "django",
     "redis_om", "pynamodb", "neomodel", "supabase", "postgrest", "prisma"}
)  # fmt: skip
_OPERATIONS = (
    ("delete", re.compile(r"^(delete|remove|drop|clear|truncate)")),
    ("create", re.compile(r"^(create|insert|add|save|bulk_create|bulk_insert|put|set)")),
    ("update", re.compile(r"^(update|replace|upsert|modify|patch|bulk|merge)")),
    ("read", re.compile(r"^(get|find|filter|select|query|all|first|one|fetch|list|count|exists|"
                        r"aggregate|distinct|search|where|table|in_bulk|values)")),
)  # fmt: skip
_HARMLESS = ("sqlalchemy", "sqlmodel", "builtins", "datetime", "fastapi")


def is_stranger(value: Value) -> bool:
    """Whether an effect's target is something that is not known to be a table."""
    return isinstance(value, Sym) and value.note == _NOTE


def not_known(name: str) -> str:
    """Say why nothing can be said of whose it is."""
    is_table = not name.startswith("what ")
    return f"not known to be a table: {name}" if is_table else f"it is not known {name}"


def stranger(name: str) -> Sym:
    """Return what a statement yields of something that is not known to be a table."""
    return Sym("unknown", name, _NOTE)


def note_stranger(engine: Engine, operation: str, name: str, state: State, node: ast.AST) -> Value:
    """Note that something is read or written of which it is not known whose it is."""
    found = stranger(name)
    if not engine.module_states:
        place = engine.place(node)
        engine.effects.append(Effect(operation, found, place, tuple(state.facts), engine.chain()))
    return found


def strangers(targets: Iterable[Value]) -> tuple[str, ...]:
    """Return the names of what is asked for and is neither a known table nor a plain value."""
    return tuple(dict.fromkeys(name for one in targets for name in _names(one)))


def _names(value: Value) -> Iterator[str]:
    name = _name(value)
    if name is not None:
        yield name
        return
    for inner in _operands(value):
        yield from _names(inner)


def _name(value: Value) -> str | None:
    match value:
        case ClassInfo(entity=None, name=name) if not is_enum(value):
            return name
        case Lib(name=name) if "." in name and not name.startswith(_HARMLESS):
            return _class_in(name)
        case Sym(kind="unknown", name=name, note=note) if note != UNBOUND:
            return name
        case LibObject(name=name, args=(Lit(value=str(table)), *_)) if name.endswith(".Table"):
            return table
        case Apply(name="getattr", args=(base, *_)) if not _is_table(base):
            return "a class that is chosen at run time"
        case _:
            return None


def _is_table(value: Value) -> bool:
    return isinstance(value, ClassInfo) and value.entity is not None


def _operands(value: Value) -> tuple[Value, ...]:
    match value:
        case LibObject(args=args, keywords=keywords):
            return (*args, *(inner for _, inner in keywords))
        case Apply(args=items) | Tup(items=items):
            return items
        case Field(base=one) | Native(receiver=one) | Many(element=one) | Generic(base=one):
            return (one,)
        case Phi(cases=cases):
            return tuple(one for _, one in cases)
        case _:
            return ()


def _class_in(name: str) -> str:
    parts = name.split(".")
    return next((part for part in parts if part[:1].isupper()), parts[-1])


def session_stranger(
    engine: Engine,
    receiver: Value,
    name: str,
    arguments: Arguments,
    state: State,
    node: ast.AST,
) -> Value | None:
    """Note what a session is asked to do with something else than a table; None: no such call."""
    first = arguments.positional[0] if arguments.positional else None
    if first is None:
        return None
    if name == "query" or (name in {"get", "get_one"} and len(arguments.every()) > 1):
        found = strangers([first]) if isinstance(first, (ClassInfo, Lib, Sym, Field)) else ()
        is_class = isinstance(first, (ClassInfo, Lib)) or is_session(receiver)
        return note_stranger(engine, "read", found[0], state, node) if found and is_class else None
    operation = {"delete": "delete", "add": "create", "add_all": "create", "merge": "create",
                 "bulk_save_objects": "create", "bulk_insert_mappings": "create",
                 "bulk_update_mappings": "update"}.get(name)  # fmt: skip
    if operation is None or not is_session(receiver) or is_waiting(first):
        return None
    return note_stranger(engine, operation, _described(engine, first, state), state, node)


def _described(engine: Engine, value: Value, state: State) -> str:
    held = engine.load(state, value) if isinstance(value, Ref) else None
    if isinstance(held, Instance) and held.info is not None:
        return held.info.name
    if isinstance(value, LibObject):
        return _class_in(value.name)
    return next(iter(strangers([value])), "something")


def statement_stranger(
    engine: Engine, receiver: Value, statement: Value, state: State, node: ast.AST
) -> Value | None:
    """Note that a session executes what is not known to be a statement of any table."""
    of_library = isinstance(statement, LibObject) and statement.name.startswith(_HARMLESS)
    if not is_session(receiver) or isinstance(statement, Lit):
        return None
    names = strangers([statement]) or (() if of_library else ("a statement",))
    return note_stranger(engine, "read", names[0], state, node) if names else None


def is_session(value: Value) -> bool:
    """Whether a value seems to be a database session, by what it was made from."""
    names = (getattr(part, "name", "") for part in parts_of(value))
    return any(isinstance(name, str) and _SESSION.search(name) for name in names)


def store_stranger(
    engine: Engine, receiver: Value, name: str, state: State, node: ast.AST
) -> Value | None:
    """Note a call of a library that keeps data in a way that is not modelled."""
    held = engine.load(state, receiver) if isinstance(receiver, Ref) else None
    origin = _library_of(held.info if isinstance(held, Instance) and held.info else receiver)
    operation = next((kind for kind, words in _OPERATIONS if words.search(name)), None)
    if origin is None or operation is None:
        return None
    return note_stranger(engine, operation, origin, state, node)


def _library_of(value: Value) -> str | None:
    while True:
        match value:
            case ClassInfo(name=name):
                packages = {one.partition(".")[0] for one in value.library_bases()}
                return name if packages & _STORES else None
            case Lib(name=name) | LibObject(name=name):
                return name if name.partition(".")[0] in _STORES else None
            case Field(name="auth"):
                return None
            case Field(base=base) | Native(receiver=base) | Apply(args=(base, *_)):
                value = base
            case Bound(receiver=base):
                value = base
            case _:
                return None
