"""Python's own functions, and those that go with every program: environment, copies, JSON."""

import ast
from collections.abc import Callable
from dataclasses import replace

from sdd.audit.conditions import truth
from sdd.audit.containers import mapping_of
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.items import contains, elements
from sdd.audit.joins import choose
from sdd.audit.logic import (
    NO,
    YES,
    Exists,
    Formula,
    Holds,
    both,
    either,
    negated,
    parts_of,
    values_in,
)
from sdd.audit.natives import call_native
from sdd.audit.portions import part_of
from sdd.audit.sessions import set_column
from sdd.audit.state import State, Write
from sdd.audit.unknowns import apply
from sdd.audit.values import (
    FALSE,
    NONE,
    ClassInfo,
    DictObject,
    Func,
    Handler,
    Instance,
    Lib,
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

Model = Callable[[Engine, Arguments, State, ast.AST], Value]


def identity(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """Casts and copies: the same value for every comparison that matters here."""
    del engine, state, node
    every = arguments.every()
    return every[0] if every else lit("")


def boolean(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`bool(x)`."""
    del node
    return Truth(truth(engine, arguments.positional[0], state)) if arguments.positional else FALSE


def sequence(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`list(x)`, `sorted(x)`, `set(x)`: the same elements."""
    del node
    if not arguments.positional:
        return engine.new_list(state, [])
    value = arguments.positional[0]
    held = engine.load(state, value) if isinstance(value, Ref) else None
    if isinstance(held, ListObject):
        return engine.allocate(state, held)
    if isinstance(value, (Many, Tup, Phi)):
        return value
    return Many(elements(engine, value, state))


def dictionary(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`dict(x, a=b)`."""
    del node
    items: dict[str, Value] = {}
    more = list(arguments.rest)
    for value in arguments.positional:
        held = mapping_of(engine, value, state)
        items.update(held.items)
        more.extend(held.more)
    items.update(arguments.keywords)
    return engine.allocate(state, DictObject(tuple(items.items()), tuple(more)))


def quantified(*, every: bool) -> Model:
    """Return the model of `all` or `any`."""

    def run(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
        del node
        value = arguments.positional[0] if arguments.positional else NONE
        held = engine.load(state, value) if isinstance(value, Ref) else None
        if isinstance(held, ListObject) and not held.more:
            parts = [both([guard, truth(engine, item, state)]) for guard, item in held.items]
            if every:
                return Truth(
                    both(
                        [
                            either([negated(guard), truth(engine, item, state)])
                            for guard, item in held.items
                        ]
                    )
                )
            return Truth(either(parts))
        element = elements(engine, value, state)
        said = Holds("all" if every else "any", (element,))
        of_each = _of_each(element, every=every)
        if of_each is None:
            return Truth(said)
        return Truth(both([said, of_each]) if every else either([said, of_each]))

    return run


def _of_each(element: Value, *, every: bool) -> Formula | None:
    """Say what `all` means for each row of a collection, or `any` for one of them.

    An empty collection says nothing: of a row that is not there, nothing follows.
    """
    kept: Formula = YES
    item = element
    if isinstance(element, Phi) and len(element.cases) == 1:
        ((kept, item),) = element.cases
    if not isinstance(item, Truth):
        return None
    rows = {
        part
        for value in values_in(item.formula)
        for part in parts_of(value)
        if isinstance(part, Row)
    }
    there = both([Exists(row) for row in rows])
    if every:
        return either([negated(there), negated(kept), item.formula]) if rows else None
    return both([there, kept, item.formula]) if rows else None


def get_attribute(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`getattr(x, "name", default)`."""
    if len(arguments.positional) < 2:  # noqa: PLR2004 - getattr takes two
        return NONE
    base, key = arguments.positional[:2]
    if not isinstance(key, Lit):
        return apply("getattr", arguments.every())

    def one(branch: State, item: Value) -> Value:
        held = engine.load(branch, item) if isinstance(item, Ref) else None
        if isinstance(held, Instance) and held.info is None and len(arguments.positional) > 2:  # noqa: PLR2004
            found = held.get(str(key.value))
            return found if found is not None else arguments.positional[2]
        return engine.attribute(item, str(key.value), branch, node)

    if base == NONE and len(arguments.positional) > 2:  # noqa: PLR2004
        return arguments.positional[2]
    return engine.each(state, base, one)


def set_attribute(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`setattr(x, name, value)`: on a row, an update of that column or of any."""
    if len(arguments.positional) < 3:  # noqa: PLR2004 - setattr takes three
        return NONE
    base, key, value = arguments.positional[:3]
    if isinstance(key, Phi) and all(isinstance(name, Lit) for _, name in key.cases):
        values = dict(value.cases) if isinstance(value, Phi) else {}
        for guard, name in key.cases:
            each = replace(arguments, positional=(base, name, values.get(guard, value)))
            set_attribute(engine, each, state, node)
        return NONE

    def one(branch: State, item: Value) -> Value:
        if isinstance(item, Row):
            if isinstance(key, Lit):
                set_column(engine, item, str(key.value), value, branch, node)
            else:
                engine.write(branch, Write("update", item, engine.place(node), "*", value))
        elif isinstance(item, Ref) and isinstance(key, Lit):
            engine.set_field(branch, item, str(key.value), value)
        return NONE

    return engine.each(state, base, one)


def is_instance(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`isinstance(x, T)`: decided for rows and instances, open for the rest."""
    del node
    value = arguments.positional[0] if arguments.positional else NONE
    if value == NONE:
        return FALSE
    held = engine.load(state, value) if isinstance(value, Ref) else None
    wanted = arguments.positional[1] if len(arguments.positional) > 1 else NONE
    if isinstance(held, Instance) and isinstance(wanted, ClassInfo) and held.info:
        return lit(wanted in list(held.info.mro()))
    return Truth(Holds("isinstance", arguments.positional))


def length(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`len(x)`."""
    del node
    value = arguments.positional[0] if arguments.positional else NONE
    held = engine.load(state, value) if isinstance(value, Ref) else None
    if isinstance(held, ListObject) and not held.more and all(g == YES for g, _ in held.items):
        return lit(len(held.items))
    return apply("len", (elements(engine, value, state),))


def picked(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`next(xs, default)`, `max`, `min`: one of the elements."""
    if not arguments.positional:
        return NONE
    first, *others = arguments.positional
    element = part_of(engine, elements(engine, first, state), engine.site(node), state)
    default = arguments.get("default", 1)
    if default is None or len(others) > 1:
        return choose([(YES, element), *((YES, value) for value in others)])
    there = truth(engine, first, state)
    if there in {YES, NO}:
        return choose([(YES, element), (YES, default)])
    return choose([(there, element), (negated(there), default)])


def enumerated(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`enumerate(xs)`."""
    del node
    value = arguments.positional[0] if arguments.positional else NONE
    return Many(Tup((Sym("unknown", "index"), elements(engine, value, state))))


def zipped(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`zip(a, b)`: as many as the shorter one has."""
    items = [elements(engine, value, state) for value in arguments.positional]
    if arguments.get("strict") != lit(True):
        items = [part_of(engine, one, engine.site(node), state) for one in items]
    return Many(Tup(tuple(items)))


def wraps(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`functools.wraps(f)`: the wrapper keeps the signature of what it wraps."""
    del engine, state, node
    wrapped = arguments.positional[0] if arguments.positional else None

    def run(machine: Engine, more: Arguments, now: State, place: ast.AST) -> Value:
        del machine, now, place
        wrapper = more.positional[0] if more.positional else NONE
        return replace(wrapper, wrapped=wrapped) if isinstance(wrapper, Func) else wrapper

    return Handler("wraps", run)


def bound_as(binding: str) -> Model:
    """Return the model of `staticmethod`, `classmethod` and `property`."""

    def run(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
        del engine, state, node
        function = arguments.positional[0] if arguments.positional else NONE
        return replace(function, binding=binding) if isinstance(function, Func) else function

    return run


def from_environment(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`os.getenv("NAME", default)`: set by whoever runs the server."""
    del state
    key = arguments.get("key", 0)
    default = arguments.get("default", 1)
    name = str(key.value) if isinstance(key, Lit) else "?"
    if default is not None:
        engine.setting_places.setdefault(name, {})[engine.place(node)] = None
    engine.environment[name] = None
    note = default.value if isinstance(default, Lit) and isinstance(default.value, str) else None
    return Sym("server", name, note)


def cast_second(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`typing.cast(T, x)`."""
    del engine, state, node
    return arguments.positional[-1] if arguments.positional else NONE


def parsed(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`json.loads(text)`: a mapping of which only its origin is known."""
    del engine, state, node
    return apply("parsed", arguments.positional[:1])


def encoded(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`jsonable_encoder(x)`: the same content as a mapping."""
    value = arguments.get("obj", 0) or NONE
    if isinstance(value, (Row, Many)):
        return value
    return call_native(engine, value, "model_dump", Arguments(), state, node)


def ended(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`sys.exit()`, `os.abort()`."""
    del arguments, node
    engine.fail(state, Lib("SystemExit"))
    return NONE


def random(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`uuid4()`, `token_urlsafe()`: a value that nobody has seen before."""
    del arguments, state
    return LibObject("random", (lit(engine.site(node)),))


def nothing(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """Calls without a meaning here."""
    del engine, arguments, state, node
    return NONE


def member_of(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`operator.contains(xs, x)`."""
    del node
    if len(arguments.positional) < 2:  # noqa: PLR2004
        return FALSE
    return Truth(contains(engine, arguments.positional[0], arguments.positional[1], state))
