"""Methods of values that are no instances of the program, found by what the value is."""

import ast

from sdd.audit.callbacks import method_with_callback
from sdd.audit.classes import all_fields
from sdd.audit.containers import DUMPS, dict_method, dumped, list_method, mapping_method, mapping_of
from sdd.audit.contents import held as contents
from sdd.audit.contents import holder_of, put
from sdd.audit.core_tables import core_statement
from sdd.audit.coroutines import METHODS, aside, finished
from sdd.audit.displays import spread_mapping
from sdd.audit.effects import ATTACHES, Arguments
from sdd.audit.engine import Engine
from sdd.audit.escapes import hand_over
from sdd.audit.execution import is_text, result_method
from sdd.audit.language_models import ANSWER, is_of_model
from sdd.audit.lending import lend_methods
from sdd.audit.parameters import bound_text, is_parameter
from sdd.audit.predicates import column_method, comparison
from sdd.audit.queries import query_method
from sdd.audit.schema import schema_of as schema
from sdd.audit.sessions import session_method, update_all
from sdd.audit.state import State, Write
from sdd.audit.stores import store_method
from sdd.audit.strangers import store_stranger
from sdd.audit.texts import text_method
from sdd.audit.tokens import token_method
from sdd.audit.touches import library_call, removed
from sdd.audit.unknowns import apply
from sdd.audit.values import (
    NONE,
    Apply,
    ClassInfo,
    Col,
    DictObject,
    Field,
    Func,
    Instance,
    Lib,
    LibObject,
    ListObject,
    Lit,
    Many,
    Native,
    Phi,
    Query,
    Ref,
    Result,
    Row,
    Super,
    Sym,
    Truth,
    Tup,
    Value,
    lit,
)
from sdd.audit.web import listed, router_method, super_method

_VALIDATES = frozenset({"model_validate", "parse_obj", "from_orm", "validate", "construct",
                        "model_construct"})  # fmt: skip
_TAKES_OUT = frozenset({"pop", "popitem", "remove", "discard", "clear"})
_COPIES = frozenset({"strip", "copy", "model_copy", "decode", "encode", "hex", "to_list"})


def call_native(
    engine: Engine, receiver: Value, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    """Call a method of a value that is no instance of the program's classes."""
    if isinstance(receiver, Phi):
        return engine.each(
            state,
            receiver,
            lambda branch, item: call_native(engine, item, name, arguments, branch, node),
        )
    special = _special(engine, receiver, name, arguments, state, node)
    if special is not None:
        return special
    stored = store_method(engine, receiver, name, arguments, state, node)
    if stored is not None:
        return stored
    session = session_method(engine, receiver, name, arguments, state, node)
    if session is not None:
        holder = holder_of(receiver)
        if isinstance(session, Result) and holder is not None:
            # A database driver's cursor keeps what it has executed, for `fetchall()`.
            put(engine, holder, [session], state)
        return session
    fetched = _fetched(engine, receiver, name, arguments, state, node)
    if fetched is not None:
        return fetched
    found = store_stranger(engine, receiver, name, state, node) or _by_content(
        engine, receiver, name, arguments, state, node
    )
    if found is not None:
        return found
    return _foreign(engine, receiver, name, arguments, state, node)


def _foreign(
    engine: Engine, receiver: Value, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    """Call a method of somebody else's object: what it is given goes there."""
    called = method_with_callback(engine, receiver, name, arguments, state, node)
    if called is not None:
        return called
    holder = holder_of(receiver)
    if holder is not None:
        put(engine, holder, arguments.every(), state)
    library_call(engine, name, receiver, arguments, state, node)
    origin = getattr(receiver, "name", "") if isinstance(receiver, (Lib, LibObject)) else "?"
    if holder is not None and is_of_model(holder.name):
        hand_over(engine, f"{holder.name}.{name}", arguments, state, node, holder)
        return ANSWER
    hand_over(engine, f"{origin}.{name}", arguments, state, node, receiver)
    return _unknown(engine, receiver, name, arguments, state, node)


_FETCHES = frozenset({"fetchone", "fetchall", "fetchmany"})


def _fetched(
    engine: Engine, receiver: Value, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value | None:
    holder = holder_of(receiver) if name in _FETCHES else None
    if holder is None:
        return None
    results = [one for one in contents(engine, holder, state) if isinstance(one, Result)]
    if not results:
        return None
    return result_method(engine, results[-1], name, arguments, state, node)


def _special(  # noqa: C901, PLR0912 - one case for each kind of value
    engine: Engine, receiver: Value, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value | None:
    match receiver:
        case Query():
            return query_method(engine, receiver, name, arguments, state, node)
        case Result():
            return result_method(engine, receiver, name, arguments, state, node)
        case Col():
            return column_method(engine, receiver, name, arguments, state)
        case Many(element=Row() as row) if name in {"append", "add", "remove", "extend"}:
            # A collection of a row: what is put in or taken out changes when it is committed.
            # Over an association table the rows themselves stay as they are.
            if name in {"append", "add", "extend"} and arguments.positional:
                given = arguments.positional[0]
                engine.write(state, Write("update", row, engine.place(node), ATTACHES, given))
            if row in engine.row_definitions or not schema(engine).is_owned(row.entity):
                engine.write(state, Write("update", row, engine.place(node), "*"))
            return NONE
        case Truth() if name in {"label", "is_", "self_group"}:
            return receiver
        case ClassInfo():
            return _class_method(engine, receiver, name, arguments, state, node)
        case Super():
            return super_method(engine, receiver, name, arguments, state, node)
        case Ref() if receiver.uid in engine.objects:
            return router_method(engine, receiver, name, arguments, state, node)
        case Func() if name in {"delay", "apply_async", "send", "kiq", "defer"}:
            return _queued(engine, receiver, name, arguments, state, node)
        case LibObject() if name in {"bindparams", "params"} and is_text(receiver):
            return bound_text(engine, receiver, arguments, state)
        case Apply() if is_parameter(receiver):
            return comparison(engine, receiver, name, arguments, state)
        case LibObject(name=group) if name == "create_task" and group.endswith("TaskGroup"):
            return finished(engine, arguments, state, node)
        case LibObject() if name in METHODS:
            return METHODS[name](engine, arguments, state, node)
        case LibObject() | Sym() | Field() | Apply():
            return token_method(engine, receiver, name, arguments, state, node)
        case _:
            return None


def _queued(
    engine: Engine, task: Func, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    """`task.delay(x)`, `task.apply_async(args=[x])`: a worker runs it with these arguments."""
    given = arguments
    if name == "apply_async":
        positional = listed(engine, arguments.get("args", 0), state)
        named: list[tuple[str, Value]] = []
        rest: list[Value] = []
        keywords = arguments.get("kwargs", 1)
        if keywords is not None:
            spread_mapping(engine, keywords, state, named, rest)
        given = Arguments(positional, tuple(named), (), tuple(rest))
    aside(engine, state, lambda now: engine.call(task, given, now, node))
    return apply("queued", (lit(engine.site(node)),))


def _by_content(
    engine: Engine, receiver: Value, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value | None:
    if name in _COPIES and not isinstance(receiver, Ref):
        update = arguments.get("update")
        if update is None:
            return receiver
        extra = mapping_of(engine, update, state)
        return engine.allocate(state, DictObject(extra.items, (receiver, *extra.more)))
    held = engine.load(state, receiver) if isinstance(receiver, Ref) else None
    if name in _TAKES_OUT:
        removed(engine, receiver, state, node)
    if isinstance(held, ListObject) and isinstance(receiver, Ref):
        return list_method(engine, receiver, held, name, arguments, state)
    if isinstance(held, DictObject) and isinstance(receiver, Ref):
        return dict_method(engine, receiver, held, name, arguments, state)
    if name in DUMPS or name in {"model_copy", "copy"}:
        return dumped(engine, receiver, arguments, state)
    if name in {"sqlmodel_update", "update"} and arguments.positional:
        return _updated(engine, receiver, name, arguments, state, node)
    if isinstance(receiver, Lit) and isinstance(receiver.value, str):
        return text_method(engine, receiver.value, name, arguments, state, node)
    return mapping_method(engine, receiver, name, arguments, state)


def _updated(
    engine: Engine, receiver: Value, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value | None:
    if not isinstance(receiver, (Row, Ref)) or (name == "update" and isinstance(receiver, Row)):
        return None
    update_all(engine, receiver, arguments.positional[0], state, node)
    extra = arguments.get("update")
    if extra is not None:
        update_all(engine, receiver, extra, state, node)
    return receiver


def _class_method(
    engine: Engine, info: ClassInfo, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value | None:
    if name not in _VALIDATES:
        return core_statement(engine, info, name, arguments, state, node)
    source = arguments.get("obj", 0) or NONE
    held = mapping_of(engine, source, state)
    items = dict(held.items)
    update = arguments.get("update")
    if update is not None:
        extra = mapping_of(engine, update, state)
        items.update(extra.items)
    if info.entity is None:
        names = {key for key, _ in all_fields(info)}
        items = {key: value for key, value in items.items() if not names or key in names}
    return engine.call(info, Arguments((), tuple(items.items()), (), held.more), state, node)


def _unknown(
    engine: Engine, receiver: Value, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    origin = _origin(receiver)
    if isinstance(origin, Sym) and origin.kind == "unknown":
        engine.unknown_check(f"{origin.name}.{name}", state, arguments.every())
    if isinstance(receiver, Ref):
        held = engine.load(state, receiver)
        if isinstance(held, Instance) and held.info is None:
            if name.startswith("send"):
                sent = Tup(arguments.every())
                engine.handed_out.append((sent, state.fork(), engine.place(node)))
            return Sym("client", f"request.{name}", "body")
        if isinstance(held, Instance) and held.info is not None and held.info.library_bases():
            lend_methods(engine, held.info, name, state, node)
            return apply(f".{name}", (receiver, *arguments.every()))
        engine.unknown_check(f"method {name}", state, arguments.every())
    return apply(f".{name}", (receiver, *arguments.every()))


def _origin(value: Value) -> Value:
    """Return what a chain of attributes, items and calls begins with."""
    while True:
        match value:
            case Field(base=inner) | Native(receiver=inner) | Apply(args=(inner, *_)):
                value = inner
            case _:
                return value
