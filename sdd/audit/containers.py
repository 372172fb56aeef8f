"""Methods of lists and dictionaries, and the content of anything as a mapping."""

from sdd.audit.displays import overridden
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.items import any_of, concatenated, contains, elements
from sdd.audit.joins import choose
from sdd.audit.logic import YES, Holds, Truthy, negated
from sdd.audit.state import State
from sdd.audit.unknowns import apply
from sdd.audit.values import (
    NONE,
    Apply,
    Claims,
    DictObject,
    Field,
    Instance,
    LibObject,
    ListObject,
    Lit,
    Many,
    Phi,
    Ref,
    Row,
    Sym,
    Truth,
    Tup,
    Value,
    lit,
)

DUMPS = frozenset({"model_dump", "dict", "to_dict", "_asdict", "asdict"})


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


def list_method(
    engine: Engine,
    ref: Ref,
    held: ListObject,
    name: str,
    arguments: Arguments,
    state: State,
) -> Value | None:
    """Call a method of a list; None: it is not one that is known."""
    first = arguments.positional[0] if arguments.positional else NONE
    if name in {"append", "add", "insert"}:
        added = arguments.positional[-1] if arguments.positional else NONE
        engine.store(state, ref, ListObject((*held.items, (YES, added)), held.more))
        return NONE
    if name in {"extend", "update"}:
        other = engine.load(state, first) if isinstance(first, Ref) else None
        if isinstance(other, ListObject):
            extended = concatenated(held, other)
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


def dict_method(
    engine: Engine,
    ref: Ref,
    held: DictObject,
    name: str,
    arguments: Arguments,
    state: State,
) -> Value | None:
    """Call a method of a dictionary; None: it is not one that is known."""
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
    if name in {"copy", *DUMPS}:
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
        return any_value(held, default)
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


def any_value(held: DictObject, default: Value) -> Value:
    """Return any one value of a dictionary, or the default."""
    cases = [(YES, value) for _, value in held.items] + [(YES, one) for one in held.more]
    return choose([*cases, (YES, default)])


def mapping_method(
    engine: Engine, receiver: Value, name: str, arguments: Arguments, state: State
) -> Value | None:
    """Call a method of a mapping or text of which only the origin is known."""
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
