"""Calls into libraries: a table of the functions that matter, by dotted name."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace

from sdd.audit import coroutines, tokens, web
from sdd.audit.contents import put
from sdd.audit.engine import Arguments, Engine
from sdd.audit.escapes import hand_over
from sdd.audit.expressions import apply, contains, elements, truth
from sdd.audit.language_models import ANSWER, answers
from sdd.audit.logic import YES, Formula, Holds, both, either, negated
from sdd.audit.natives import call_native, mapping_of
from sdd.audit.orm import begin, set_column, united, update_all
from sdd.audit.state import State, Write
from sdd.audit.touches import altered, library_call
from sdd.audit.values import (
    FALSE,
    NONE,
    TRUE,
    Apply,
    ClassInfo,
    DictObject,
    Field,
    Func,
    Handler,
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
    Row,
    Sym,
    Truth,
    Tup,
    Value,
    lit,
)

Model = Callable[[Engine, Arguments, State, ast.AST], Value]
_MOST_ARGUMENTS = 24


def call_library(
    engine: Engine, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    """Call a library's function or class."""
    model = MODELS.get(name) or BY_LAST_NAME.get(name.rpartition(".")[2])
    if model is not None:
        return model(engine, arguments, state, node)
    holder, _, method = name.rpartition(".")
    proof = tokens.token_method(engine, Lib(name), method, arguments, state, node)
    if proof is not None:
        return proof
    if holder:
        found = call_method_of_library(engine, holder, method, arguments, state, node)
        if found is not None:
            return found
    hand_over(engine, name, arguments, state, node)
    library_call(engine, name, NONE, arguments, state, node)
    if answers(name) and not engine.module_states:
        return ANSWER
    if method in {"drop_all", "create_all"}:
        altered(engine, "changes the database's tables", state, node)
    if method == "dump":
        for value in arguments.every():
            if isinstance(value, LibObject):
                put(engine, value, arguments.every(), state)
    return library_object(name, arguments)


def call_method_of_library(
    engine: Engine, holder: str, method: str, arguments: Arguments, state: State, node: ast.AST
) -> Value | None:
    """Call `library_object.method` where the object is known by name only."""
    from sdd.audit.orm import session_method  # noqa: PLC0415

    del holder
    return session_method(engine, method, arguments, state, node)


def library_object(name: str, arguments: Arguments) -> Value:
    """Return what a library call that is not modelled makes: an object known by its arguments."""
    every = arguments.every()
    if len(every) > _MOST_ARGUMENTS:
        return apply(name, every)
    limited = apply(name, every)
    if isinstance(limited, Apply) and limited.args != every:
        return limited
    return LibObject(name, (*arguments.positional, *arguments.star), arguments.keywords)


def call_object(
    engine: Engine, receiver: LibObject, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    """Call an instance of a library's class: session factories, security schemes."""
    del engine, state, node
    last = receiver.name.rpartition(".")[2]
    if last in {"sessionmaker", "async_sessionmaker", "scoped_session", "Session"}:
        return LibObject("session", ())
    if last == "partial" and receiver.args:
        return apply("partial", (*receiver.args, *arguments.every()))
    return library_object(f"{receiver.name}()", arguments)


# ------------------------------------------------------------------ plain Python


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
        return Truth(Holds("all" if every else "any", (elements(engine, value, state),)))

    return run


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
    del node
    if not arguments.positional:
        return NONE
    cases: list[tuple[Formula, Value]] = [(YES, elements(engine, arguments.positional[0], state))]
    cases += [(YES, value) for value in arguments.positional[1:]]
    default = arguments.get("default")
    if default is not None:
        cases.append((YES, default))
    return engine.alternatives(cases)


def enumerated(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`enumerate(xs)`."""
    del node
    value = arguments.positional[0] if arguments.positional else NONE
    return Many(Tup((Sym("unknown", "index"), elements(engine, value, state))))


def zipped(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`zip(a, b)`."""
    del node
    return Many(Tup(tuple(elements(engine, value, state) for value in arguments.positional)))


def passed_on(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`run_in_threadpool(f, a)`: call it here."""
    if not arguments.positional:
        return NONE
    inner = replace(arguments, positional=arguments.positional[1:])
    return engine.call(arguments.positional[0], inner, state, node)


def partially(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`functools.partial(f, a)`."""
    del engine, state, node
    if not arguments.positional:
        return NONE
    function, *given = arguments.positional
    keywords = arguments.keywords

    def run(machine: Engine, more: Arguments, now: State, place: ast.AST) -> Value:
        every = replace(
            more, positional=(*given, *more.positional), keywords=(*keywords, *more.keywords)
        )
        return machine.call(function, every, now, place)

    return Handler("partial", run)


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


def key_set(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`PyJWKClient(url)`: keys that the issuer publishes."""
    del state, node
    engine.uses_key_set = True
    return library_object("jwt.PyJWKClient", arguments)


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


# ------------------------------------------------------------------ SQL expressions


def conjunction(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`and_(a, b)`."""
    del node
    return Truth(both([_clause(engine, value, state) for value in arguments.every()]))


def disjunction(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`or_(a, b)`."""
    del node
    return Truth(either([_clause(engine, value, state) for value in arguments.every()]))


def _clause(engine: Engine, value: Value, state: State):  # type: ignore[no-untyped-def] # noqa: ANN202
    from sdd.audit.orm import _predicate  # noqa: PLC0415

    del state
    return _predicate(engine, value, State({}, {}, {}))


def negation(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`not_(a)`."""
    del node
    return Truth(negated(_clause(engine, arguments.positional[0], state)))


def existence(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`exists(select(…))`, or the start of `exists().where(…)`."""
    if arguments.positional and isinstance(arguments.positional[0], Query):
        return arguments.positional[0]
    return begin("select")(engine, arguments, state, node)


def member_of(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`operator.contains(xs, x)`."""
    del node
    if len(arguments.positional) < 2:  # noqa: PLR2004
        return FALSE
    return Truth(contains(engine, arguments.positional[0], arguments.positional[1], state))


_SQL: Mapping[str, Model] = {
    name: model
    for package in ("sqlmodel", "sqlalchemy", "sqlalchemy.future", "sqlalchemy.sql",
                    "sqlmodel.sql.expression", "sqlalchemy.sql.expression",
                    "sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.mysql",
                    "sqlalchemy.dialects.sqlite", "sqlalchemy.orm")
    for name, model in (
        (f"{package}.select", begin("select")),
        (f"{package}.update", begin("update")),
        (f"{package}.delete", begin("delete")),
        (f"{package}.insert", begin("insert")),
        (f"{package}.col", identity),
        (f"{package}.and_", conjunction),
        (f"{package}.or_", disjunction),
        (f"{package}.not_", negation),
        (f"{package}.exists", existence),
        (f"{package}.union", united),
        (f"{package}.union_all", united),
        (f"{package}.desc", identity),
        (f"{package}.asc", identity),
        (f"{package}.cast", identity),
    )
}  # fmt: skip

MODELS: Mapping[str, Model] = {
    **_SQL,
    **tokens.MODELS,
    **web.MODELS,
    "str": identity,
    "int": identity,
    "float": identity,
    "iter": identity,
    "reversed": sequence,
    "uuid.UUID": identity,
    **dict.fromkeys(
        ("uuid.uuid4", "uuid.uuid1", "uuid.uuid7", "secrets.token_hex", "secrets.token_urlsafe"),
        random,
    ),
    "copy.copy": identity,
    "copy.deepcopy": identity,
    "bool": boolean,
    "list": sequence,
    "set": sequence,
    "frozenset": sequence,
    "tuple": sequence,
    "sorted": sequence,
    "dict": dictionary,
    "collections.OrderedDict": dictionary,
    "collections.deque": sequence,
    "all": quantified(every=True),
    "any": quantified(every=False),
    "getattr": get_attribute,
    "setattr": set_attribute,
    "isinstance": is_instance,
    "len": length,
    "next": picked,
    "anext": picked,
    "max": picked,
    "min": picked,
    "enumerate": enumerated,
    "zip": zipped,
    **coroutines.MODELS,
    "asgiref.sync.async_to_sync": identity,
    "asgiref.sync.sync_to_async": identity,
    "asyncio.to_thread": passed_on,
    "fastapi.concurrency.run_in_threadpool": passed_on,
    "starlette.concurrency.run_in_threadpool": passed_on,
    "functools.partial": partially,
    "functools.wraps": wraps,
    "functools.lru_cache": identity,
    "functools.cache": identity,
    "staticmethod": bound_as("static"),
    "classmethod": bound_as("class"),
    "property": bound_as("property"),
    "functools.cached_property": bound_as("property"),
    "os.getenv": from_environment,
    "os.environ.get": from_environment,
    **dict.fromkeys(("json.loads", "orjson.loads", "ujson.loads", "ast.literal_eval"), parsed),
    "typing.cast": cast_second,
    "jwt.PyJWKClient": key_set,
    "jwt.jwks_client.PyJWKClient": key_set,
    "fastapi.encoders.jsonable_encoder": encoded,
    "sys.exit": ended,
    "operator.contains": member_of,
    "print": nothing,
}

BY_LAST_NAME: Mapping[str, Model] = {"load_dotenv": nothing}

__all__ = [
    "MODELS",
    "TRUE",
    "Field",
    "ModuleRef",
    "Native",
    "call_library",
    "call_object",
    "library_object",
    "update_all",
]
