"""What a request does beside rows of tables: mail, paid calls, DDL, state of the process."""

import ast
import re
from collections.abc import Iterable, Iterator

from sdd.audit.contents import held, holder_of
from sdd.audit.effects import (
    ALTERS,
    DELEGATES,
    FILLS,
    KEEPS,
    MAILS,
    REMOVES,
    SPENDS,
    Arguments,
    Effect,
)
from sdd.audit.engine import STORED, Engine
from sdd.audit.language_models import is_chosen_by_model
from sdd.audit.logic import parts_of
from sdd.audit.state import State
from sdd.audit.strangers import note_stranger
from sdd.audit.values import (
    NONE,
    Apply,
    Claims,
    DictObject,
    Field,
    HeapObject,
    Instance,
    LibObject,
    ListObject,
    Lit,
    Ref,
    Row,
    Sym,
    Tup,
    Value,
    lit,
)

_TOOL_CLIENTS = frozenset({"httpx", "requests", "aiohttp", "mcp", "fastmcp"})
_IDENTITY = re.compile(
    r"^(user|owner|account|author|customer|tenant|member)_?(id|uid|uuid)$|^(uid|sub)$",
    re.IGNORECASE,
)
_MOST_TERMS = 600
CUT = Sym("unknown", "more than can be looked through")
_MAIL = frozenset(
    {"smtplib", "aiosmtplib", "fastapi_mail", "sendgrid", "resend", "yagmail", "emails", "twilio",
     "postmarker", "mailjet_rest", "brevo_python", "redmail", "mailtrap", "email"}
)  # fmt: skip
_RECIPIENTS = re.compile(
    r"^(to|to_?(addrs?|emails?|address(es)?)|recipients?|bcc|cc)$", re.IGNORECASE
)
_HTTP = frozenset({"httpx", "requests", "aiohttp", "urllib", "urllib3", "http"})
_VERBS = frozenset({"post", "put", "patch", "request", "get", "delete", "stream", "urlopen"})
_PAID = frozenset(
    {"openai", "anthropic", "groq", "cohere", "mistralai", "litellm", "replicate", "together",
     "vertexai", "boto3", "aioboto3", "stripe", "langchain_openai", "langchain_anthropic",
     "langchain_google_genai", "langchain", "pydantic_ai", "huggingface_hub"}
)  # fmt: skip
_PAID_PATHS = ("google.generativeai", "google.genai", "google.cloud")
_SECRET = re.compile(r"key|token|secret|passw|credential", re.IGNORECASE)
_CHANGES = "changes what the process keeps for everybody"
_FIRST_IS_SENDER = frozenset({"sendmail"})


def note(
    engine: Engine, operation: str, words: str, target: Value, state: State, node: ast.AST
) -> None:
    """Note something that a request does beside rows."""
    place, facts = engine.place(node), tuple(state.facts)
    engine.effects.append(Effect(operation, target, place, facts, engine.chain(), value=lit(words)))


def library_call(
    engine: Engine, name: str, receiver: Value, arguments: Arguments, state: State, node: ast.AST
) -> None:
    """Note mail and paid calls that the client has a say in."""
    if engine.module_states:
        return
    _delegated(engine, name, receiver, arguments, state, node)
    holder = holder_of(receiver)
    origin = holder.name if holder is not None else name
    package = origin.partition(".")[0]
    given = (*arguments.every(), *([holder] if holder is not None else []))
    method = name.rpartition(".")[2]
    if package in _MAIL and method.startswith(("send", "create", "messages")):
        if _goes_where_client_says(engine, method, arguments, holder, state):
            words = "sends mail to whomever the request names"
            note(engine, MAILS, words, lit(origin), state, node)
    elif package in _PAID or origin.startswith(_PAID_PATHS):
        if holder is not None and _has_client(engine, arguments.every(), state):
            words = f"spends what the server's account at {package} costs"
            note(engine, SPENDS, words, lit(origin), state, node)
    elif (
        package in _HTTP
        and method in _VERBS
        and _has_client(engine, arguments.every(), state)
        and _has_secret(engine, given, state)
    ):
        words = "calls another server with this server's own credentials"
        note(engine, SPENDS, words, lit(origin), state, node)


def _delegated(
    engine: Engine, name: str, receiver: Value, arguments: Arguments, state: State, node: ast.AST
) -> None:
    """Note whom a call of another server names, where a model had a say in its payload."""
    holder = holder_of(receiver)
    origin = holder.name if holder is not None else name
    if origin.partition(".")[0] not in _TOOL_CLIENTS:
        return
    sent = arguments.every()
    if not any(map(is_chosen_by_model, terms(engine, sent, state))):
        return
    named = [value for key, value in _entries(engine, sent, state) if _IDENTITY.match(key)]
    for value in dict.fromkeys(named):
        engine.effects.append(
            Effect(
                DELEGATES,
                value,
                engine.place(node),
                tuple(state.facts),
                engine.chain(),
                value=value,
            )
        )


def _goes_where_client_says(
    engine: Engine, method: str, arguments: Arguments, holder: LibObject | None, state: State
) -> bool:
    given: list[Value] = [*arguments.every(), *([holder] if holder is not None else [])]
    named = [value for key, value in _entries(engine, given, state) if _RECIPIENTS.match(key)]
    named += [value for key, value in arguments.keywords if _RECIPIENTS.match(key)]
    if method in _FIRST_IS_SENDER:
        named += arguments.positional[1:2]
    return _has_client(engine, named, state)


def _entries(engine: Engine, values: Iterable[Value], state: State) -> Iterator[tuple[str, Value]]:
    """Yield the named entries of everything inside: keyword arguments, keys, fields."""
    for term in terms(engine, values, state):
        if isinstance(term, LibObject):
            yield from term.keywords
            for one in held(engine, term, state):
                match one:
                    case Tup(items=(Lit(value=str(key)), value)):
                        yield key, value
                    case _:
                        pass
        elif isinstance(term, Ref):
            inside = engine.load(state, term)
            if isinstance(inside, DictObject):
                yield from inside.items
            elif isinstance(inside, Instance):
                yield from inside.fields


def terms(engine: Engine, values: Iterable[Value], state: State) -> Iterator[Value]:
    """Yield every term inside some values, through the heap."""
    seen: set[Value] = set()
    stack = list(values)
    while stack and len(seen) < _MOST_TERMS:
        for part in parts_of(stack.pop()):
            if part in seen:
                continue
            seen.add(part)
            yield part
            if isinstance(part, Ref):
                stack.extend(_inside(engine.load(state, part)))
            elif isinstance(part, LibObject):
                stack.extend(held(engine, part, state))
    if stack:
        yield CUT


def _inside(item: HeapObject | None) -> Iterable[Value]:
    match item:
        case ListObject(items=items, more=more) | DictObject(items=items, more=more):
            return (*(value for _, value in items), *more)
        case Instance(fields=fields, rest=rest):
            return (*(value for _, value in fields), *rest)
        case _:
            return ()


def _has_client(engine: Engine, values: Iterable[Value], state: State) -> bool:
    sent = {"body", "path", "query"}
    for part in terms(engine, values, state):
        if isinstance(part, Sym) and part.kind == "client" and part.note in sent:
            return True
        if part == CUT:
            words = "what is done with a value that is too large to look through"
            note_stranger(engine, "update", words, state, ast.Pass())
    return False


def _has_secret(engine: Engine, values: Iterable[Value], state: State) -> bool:
    return any(
        isinstance(part, Sym) and part.kind == "server" and bool(_SECRET.search(part.name))
        for part in terms(engine, values, state)
    )


# ------------------------------------------------------------------ state of the process


def filled(engine: Engine, state: State, ref: Value, item: HeapObject) -> None:
    """Note that a request puts something into an object that outlives it."""
    if not isinstance(ref, Ref):
        return
    held_before = engine.load(state, ref)
    before = set(_inside(held_before))
    new = [value for value in _inside(item) if value not in before]
    named = set(_named(item)) - set(_named(held_before))
    _keep(engine, lit("name"), [value for _, value in named], state)
    _keep(engine, ref, new, state)
    if not isinstance(item, (ListObject, DictObject)):
        return
    if new and _has_client(engine, new, state):
        note(engine, FILLS, _CHANGES, ref, state, ast.Pass())


def _named(item: HeapObject | None) -> tuple[tuple[str, Value], ...]:
    match item:
        case DictObject(items=named) | Instance(fields=named):
            return named
        case _:
            return ()


def _keep(engine: Engine, target: Value, values: Iterable[Value], state: State) -> None:
    """Note what is somebody's among values that stay in the process: rows, an identity."""
    parts = [one for one in terms(engine, values, state) if isinstance(one, (Row, Claims))]
    if parts:
        effect = Effect(
            KEEPS, target, engine.place(ast.Pass()), tuple(state.facts), engine.chain(),
            value=Tup(tuple(parts)),
        )  # fmt: skip
        engine.effects.append(effect)


def rebound(engine: Engine, name: str, value: Value, state: State) -> None:
    """Note that a request binds a module's name to something else."""
    if not engine.module_states:
        _keep(engine, lit(name), [value], state)
    ref = engine.kept_names.get((engine.frame.module.path, name))
    if ref is not None and not engine.module_states:
        operation = FILLS if _has_client(engine, [value], state) else REMOVES
        note(engine, operation, _CHANGES, ref, state, ast.Pass())


def stored_changed(engine: Engine, base: Value, value: Value, state: State) -> None:
    """Note that a request changes something that the process keeps in a collection."""
    while isinstance(base, (Field, Apply)):
        base = base.base if isinstance(base, Field) else (*base.args, NONE)[0]
    if base == STORED and not engine.module_states and _has_client(engine, [value], state):
        note(engine, FILLS, _CHANGES, base, state, ast.Pass())


def removed(engine: Engine, ref: Value, state: State, node: ast.AST) -> None:
    """Note that a request takes something out of a collection that outlives it."""
    if isinstance(ref, Ref) and ref.uid in engine.heap and not engine.module_states:
        note(engine, REMOVES, _CHANGES, ref, state, node)


def altered(engine: Engine, words: str, state: State, node: ast.AST) -> None:
    """Note a change of the database that is no change of rows."""
    note(engine, ALTERS, words, NONE, state, node)
