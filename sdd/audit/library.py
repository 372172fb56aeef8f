"""Calls into libraries: a table of the functions that matter, by dotted name."""

import ast
from collections.abc import Mapping

from sdd.audit import callbacks, coroutines, tokens, web
from sdd.audit.aliases import aliased
from sdd.audit.builtin_functions import (
    Model,
    boolean,
    bound_as,
    cast_second,
    dictionary,
    encoded,
    ended,
    enumerated,
    from_environment,
    get_attribute,
    identity,
    is_instance,
    length,
    member_of,
    nothing,
    parsed,
    picked,
    quantified,
    random,
    sequence,
    set_attribute,
    wraps,
    zipped,
)
from sdd.audit.clauses import conjunction, disjunction, existence, negation
from sdd.audit.contents import put
from sdd.audit.core_tables import core_table
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.escapes import hand_over
from sdd.audit.imports import import_by_name
from sdd.audit.language_models import ANSWER, answers
from sdd.audit.parameters import parameter
from sdd.audit.queries import begin, united
from sdd.audit.sessions import session_method
from sdd.audit.state import State
from sdd.audit.touches import altered, library_call
from sdd.audit.unknowns import apply
from sdd.audit.values import NONE, Apply, Lib, LibObject, Value

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
        found = session_method(engine, Lib(holder), method, arguments, state, node)
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


def key_set(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`PyJWKClient(url)`: keys that the issuer publishes."""
    del state, node
    engine.uses_key_set = True
    return library_object("jwt.PyJWKClient", arguments)


_SQL: Mapping[str, Model] = {
    name: model
    for package in ("sqlmodel", "sqlalchemy", "sqlalchemy.future", "sqlalchemy.sql",
                    "sqlmodel.sql.expression", "sqlalchemy.sql.expression",
                    "sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.mysql",
                    "sqlalchemy.dialects.sqlite", "sqlalchemy.orm", "sqlalchemy.sql.selectable",
                    "sqlalchemy.sql.dml")
    for name, model in (
        (f"{package}.select", begin("select")),
        (f"{package}.update", begin("update")),
        (f"{package}.delete", begin("delete")),
        (f"{package}.insert", begin("insert")),
        (f"{package}.Select", begin("select")),
        (f"{package}.Update", begin("update")),
        (f"{package}.Delete", begin("delete")),
        (f"{package}.Insert", begin("insert")),
        (f"{package}.col", identity),
        (f"{package}.and_", conjunction),
        (f"{package}.or_", disjunction),
        (f"{package}.not_", negation),
        (f"{package}.exists", existence),
        (f"{package}.union", united),
        (f"{package}.union_all", united),
        (f"{package}.aliased", aliased),
        (f"{package}.desc", identity),
        (f"{package}.asc", identity),
        (f"{package}.cast", identity),
        (f"{package}.type_coerce", identity),
        (f"{package}.literal", identity),
    )
}  # fmt: skip
MODELS: Mapping[str, Model] = {
    **_SQL,
    **dict.fromkeys(("sqlalchemy.Table", "sqlalchemy.schema.Table"), core_table),
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
    "__import__": import_by_name,
    "importlib.import_module": import_by_name,
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
    **callbacks.MODELS,
    "asgiref.sync.async_to_sync": identity,
    "asgiref.sync.sync_to_async": identity,
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
BY_LAST_NAME: Mapping[str, Model] = {
    "load_dotenv": nothing,
    "bindparam": parameter,
    "BindParameter": parameter,
}
