"""Methods of values that the analysis models itself: texts, lists, mappings, models, rows."""

import ast
from collections.abc import Callable, Mapping

from sdd.audit.classes import all_fields
from sdd.audit.contents import held as contents
from sdd.audit.contents import holder_of, put
from sdd.audit.coroutines import METHODS, aside, finished
from sdd.audit.engine import Arguments, Engine
from sdd.audit.escapes import hand_over
from sdd.audit.expressions import (
    any_of,
    apply,
    contains,
    elements,
    overridden,
    spread_mapping,
    truth,
)
from sdd.audit.language_models import ANSWER, is_of_model
from sdd.audit.logic import YES, Holds, Truthy, both, either, negated
from sdd.audit.orm import (
    column_method,
    query_method,
    result_method,
    session_method,
    update_all,
)
from sdd.audit.schema import schema_of as schema
from sdd.audit.state import State, Write
from sdd.audit.touches import library_call
from sdd.audit.values import (
    FALSE,
    NONE,
    TRUE,
    Apply,
    Claims,
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
    text_of,
)
from sdd.audit.web import listed

_VALIDATES = frozenset({"model_validate", "parse_obj", "from_orm", "validate", "construct",
                        "model_construct"})  # fmt: skip
_DUMPS = frozenset({"model_dump", "dict", "to_dict", "_asdict", "asdict"})
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
    session = session_method(engine, name, arguments, state, node)
    if session is not None:
        holder = holder_of(receiver)
        if isinstance(session, Result) and holder is not None:
            # A database driver's cursor keeps what it has executed, for `fetchall()`.
            put(engine, holder, [session], state)
        return session
    fetched = _fetched(engine, receiver, name, arguments, state, node)
    if fetched is not None:
        return fetched
    found = _by_content(engine, receiver, name, arguments, state, node)
    if found is not None:
        return found
    holder = holder_of(receiver)
    if holder is not None:
        put(engine, holder, arguments.every(), state)
    library_call(engine, name, receiver, arguments, state, node)
    origin = getattr(receiver, "name", "") if isinstance(receiver, (Lib, LibObject)) else "?"
    if holder is not None and is_of_model(holder.name):
        hand_over(engine, f"{holder.name}.{name}", arguments, state, node, holder)
        return ANSWER
    hand_over(engine, f"{origin}.{name}", arguments, state, node)
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
            if row in engine.row_definitions or not schema(engine).is_owned(row.entity):
                engine.write(state, Write("update", row, engine.place(node), "*"))
            return NONE
        case Truth() if name in {"label", "is_", "self_group"}:
            return receiver
        case ClassInfo():
            return _class_method(engine, receiver, name, arguments, state, node)
        case Super():
            from sdd.audit.web import super_method  # noqa: PLC0415 - the web knows library bases

            return super_method(engine, receiver, name, arguments, state, node)
        case Ref() if receiver.uid in engine.objects:
            from sdd.audit.web import router_method  # noqa: PLC0415

            return router_method(engine, receiver, name, arguments, state, node)
        case Func() if name in {"delay", "apply_async", "send", "kiq", "defer"}:
            return _queued(engine, receiver, name, arguments, state, node)
        case LibObject(name=group) if name == "create_task" and group.endswith("TaskGroup"):
            return finished(engine, arguments, state, node)
        case LibObject() if name in METHODS:
            return METHODS[name](engine, arguments, state, node)
        case LibObject() | Sym() | Field() | Apply():
            from sdd.audit.tokens import token_method  # noqa: PLC0415

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
    if isinstance(held, ListObject) and isinstance(receiver, Ref):
        return _list_method(engine, receiver, held, name, arguments, state)
    if isinstance(held, DictObject) and isinstance(receiver, Ref):
        return _dict_method(engine, receiver, held, name, arguments, state)
    if name in _DUMPS or name in {"model_copy", "copy"}:
        return dumped(engine, receiver, arguments, state)
    if name in {"sqlmodel_update", "update"} and arguments.positional:
        return _updated(engine, receiver, name, arguments, state, node)
    if isinstance(receiver, Lit) and isinstance(receiver.value, str):
        return _text_method(engine, receiver.value, name, arguments, state, node)
    return _mapping_method(engine, receiver, name, arguments, state)


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
        return None
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


def mapping_of(engine: Engine, value: Value, state: State) -> DictObject:
    """Return a value's content as a mapping."""
    held = engine.load(state, value) if isinstance(value, Ref) else None
    match held:
        case DictObject():
            return held
        case Instance():
            return DictObject(held.fields, held.rest)
        case _:
            return DictObject((), (value,))


def dumped(engine: Engine, receiver: Value, arguments: Arguments, state: State) -> Value:
    """`model_dump(exclude=…)`: the content as a mapping."""
    excluded = _names(engine, arguments.get("exclude"), state)
    if isinstance(receiver, Ref):
        held = mapping_of(engine, receiver, state)
        items = tuple(item for item in held.items if item[0] not in excluded)
        more = tuple(_without(one, excluded) for one in held.more)
        return engine.allocate(state, DictObject(items, more))
    content = _without(receiver, excluded)
    if isinstance(receiver, Row):
        # The mapping is the program's own: what is put into it later leaves with it.
        return engine.allocate(state, DictObject((), (content,)))
    return content


def _without(value: Value, excluded: frozenset[str]) -> Value:
    if not excluded:
        return value
    return Apply("without", (value, *(lit(name) for name in sorted(excluded))))


def _names(engine: Engine, value: Value | None, state: State) -> frozenset[str]:
    held = engine.load(state, value) if isinstance(value, Ref) else None
    if isinstance(held, ListObject):
        return frozenset(str(item.value) for _, item in held.items if isinstance(item, Lit))
    if isinstance(held, DictObject):
        return frozenset(key for key, _ in held.items)
    return frozenset()


# ------------------------------------------------------------------ lists, dictionaries, texts


def _list_method(
    engine: Engine,
    ref: Ref,
    held: ListObject,
    name: str,
    arguments: Arguments,
    state: State,
) -> Value | None:
    first = arguments.positional[0] if arguments.positional else NONE
    if name in {"append", "add", "insert"}:
        added = arguments.positional[-1] if arguments.positional else NONE
        engine.store(state, ref, ListObject((*held.items, (YES, added)), held.more))
        return NONE
    if name in {"extend", "update"}:
        other = engine.load(state, first) if isinstance(first, Ref) else None
        if isinstance(other, ListObject):
            extended = ListObject((*held.items, *other.items), (*held.more, *other.more))
        else:
            extended = ListObject(held.items, (*held.more, elements(engine, first, state)))
        engine.store(state, ref, extended)
        return NONE
    if name == "pop":
        return any_of(held)
    if name in {"sort", "reverse", "clear", "remove"}:
        return NONE
    if name == "copy":
        return engine.allocate(state, held)
    if name in {"count", "index"}:
        return apply(name, (ref, first))
    return None


def _dict_method(
    engine: Engine,
    ref: Ref,
    held: DictObject,
    name: str,
    arguments: Arguments,
    state: State,
) -> Value | None:
    first = arguments.positional[0] if arguments.positional else NONE
    if name in {"get", "pop", "setdefault"}:
        return _get_key(engine, ref, held, name, arguments, state)
    if name == "update":
        other = mapping_of(engine, first, state) if arguments.positional else DictObject()
        before = overridden(held.items, [*other.more, *arguments.rest])
        items = {**dict(before), **dict(other.items), **dict(arguments.keywords)}
        more = (*held.more, *other.more, *arguments.rest)
        engine.store(state, ref, DictObject(tuple(items.items()), more))
        return NONE
    if name == "items":
        return _pairs(engine, held, state)
    if name == "keys":
        keys: list[Value] = [lit(key) for key, _ in held.items]
        keys += [apply("key", (one,)) for one in held.more]
        return engine.new_list(state, keys)
    if name == "values":
        values = [value for _, value in held.items]
        values += [Field(one, "*") for one in held.more]
        return engine.new_list(state, values)
    if name in {"copy", *_DUMPS}:
        return engine.allocate(state, held)
    if name == "clear":
        engine.store(state, ref, DictObject())
        return NONE
    return None


def _pairs(engine: Engine, held: DictObject, state: State) -> Value:
    pairs: list[Value] = [Tup((lit(key), value)) for key, value in held.items]
    unknown = [Tup((apply("key", (one,)), Field(one, "*"))) for one in held.more]
    return engine.allocate(state, ListObject(tuple((YES, pair) for pair in pairs), tuple(unknown)))


def _get_key(
    engine: Engine,
    ref: Ref,
    held: DictObject,
    name: str,
    arguments: Arguments,
    state: State,
) -> Value:
    key = arguments.positional[0] if arguments.positional else NONE
    default = arguments.get("default", 1) or NONE
    if not isinstance(key, Lit):
        if name == "setdefault":
            engine.store(state, ref, DictObject(held.items, (*held.more, default)))
        return any_value(engine, held, default)
    wanted = str(key.value)
    found = held.get(wanted)
    if name == "pop":
        left = tuple(item for item in held.items if item[0] != wanted)
        more = tuple(_without(one, frozenset({wanted})) for one in held.more)
        engine.store(state, ref, DictObject(left, more))
    if found is not None:
        return found
    if held.more:
        sent = Field(held.more[-1], wanted)
        if name != "setdefault":
            return sent
        either = Phi(((Truthy(sent), sent), (negated(Truthy(sent)), default)))
        engine.store(state, ref, DictObject((*held.items, (wanted, either)), held.more))
        return either
    if name == "setdefault":
        engine.store(state, ref, DictObject((*held.items, (wanted, default)), held.more))
    return default


def any_value(engine: Engine, held: DictObject, default: Value) -> Value:
    """Return any one value of a dictionary, or the default."""
    cases = [(YES, value) for _, value in held.items] + [(YES, one) for one in held.more]
    return engine.alternatives([*cases, (YES, default)])


def _mapping_method(
    engine: Engine, receiver: Value, name: str, arguments: Arguments, state: State
) -> Value | None:
    first = arguments.positional[0] if arguments.positional else NONE
    if name in {"get", "pop", "__getitem__", "getlist"} and isinstance(first, Lit):
        if not isinstance(receiver, (Claims, Field, Sym, Apply, LibObject, Many)):
            return None
        default = arguments.get("default", 1)
        field = Field(receiver, str(first.value))
        if default is None or (isinstance(default, Lit) and not default.value):
            return field
        guard = Truthy(field)
        return Phi(((guard, field), (negated(guard), default)))
    if name == "items" and not arguments.positional:
        return Many(Tup((apply("key", (receiver,)), Field(receiver, "*"))))
    if name == "values" and not arguments.positional:
        return Many(Field(receiver, "*"))
    if name in {"startswith", "endswith", "isdigit", "isalnum", "match"}:
        return Truth(Holds(name, (receiver, *arguments.positional)))
    if name == "intersection" and arguments.positional:
        return apply("intersection", (receiver, first))
    if name in {"any", "issubset", "__contains__"} and arguments.positional:
        return Truth(contains(engine, receiver, first, state))
    return None


def _text_method(
    engine: Engine, text: str, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value | None:
    first = arguments.positional[0] if arguments.positional else NONE
    if name in {"startswith", "endswith"}:
        return _begins(engine, text, name, first, state, node)
    simple: Mapping[str, Callable[[], str]] = {
        "lower": text.lower, "upper": text.upper, "strip": text.strip,
        "title": text.title, "lstrip": text.lstrip,
    }  # fmt: skip
    if name in simple and not arguments.positional:
        return lit(simple[name]())
    if name == "rstrip":
        chars = text_of(first) if arguments.positional else None
        return lit(text.rstrip(chars))
    if name == "split" and len(arguments.positional) <= 1:
        parts = text.split(text_of(first) if arguments.positional else None)
        return engine.new_list(state, [lit(part) for part in parts])
    if name == "join":
        return apply("join", (lit(text), first))
    if name == "format":
        return apply("+", (lit(text), *arguments.every()))
    return None


def _begins(
    engine: Engine, text: str, name: str, first: Value, state: State, node: ast.AST
) -> Value:
    if isinstance(first, Phi):
        cases = [
            (guard, _begins(engine, text, name, item, state, node)) for guard, item in first.cases
        ]
        return Truth(either([both([guard, truth(engine, one, state)]) for guard, one in cases]))
    options = _texts(engine, first, state)
    if options is None:
        return Truth(Holds(name, (lit(text), first)))
    test = text.startswith if name == "startswith" else text.endswith
    found = [option for option in options if test(option)]
    if engine.in_middleware and name == "startswith":
        for option in found:
            if len(option) > 1 and text != option:
                engine.remark("middleware-gap", node, f"its path begins with {option}")
    return TRUE if found else FALSE


def _texts(engine: Engine, value: Value, state: State) -> list[str] | None:
    if isinstance(value, Tup):
        items = [text_of(item) for item in value.items]
        return [item for item in items if item] if None not in items else None
    held = engine.load(state, value) if isinstance(value, Ref) else None
    if isinstance(held, ListObject):
        items = [text_of(item) for _, item in held.items]
        return [item for item in items if item] if None not in items else None
    text = text_of(value)
    return [text] if text is not None else None


def _unknown(
    engine: Engine, receiver: Value, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    if isinstance(receiver, Sym) and receiver.kind == "unknown":
        engine.unknown_check(f"{receiver.name}.{name}", state, arguments.every())
    if isinstance(receiver, Ref):
        held = engine.load(state, receiver)
        if isinstance(held, Instance) and held.info is None:
            if name.startswith("send"):
                sent = Tup(arguments.every())
                engine.handed_out.append((sent, state.fork(), engine.place(node)))
            return Sym("client", f"request.{name}", "body")
        if isinstance(held, Instance) and held.info is not None and held.info.library_bases():
            return apply(f".{name}", (receiver, *arguments.every()))
        engine.unknown_check(f"method {name}", state, arguments.every())
    return apply(f".{name}", (receiver, *arguments.every()))
