"""What proves who the caller is: verified tokens, passwords, shared secrets."""

import ast
import re
from collections.abc import Callable, Mapping

from sdd.audit.effects import ISSUES, Arguments, Effect
from sdd.audit.engine import Engine
from sdd.audit.logic import Proved, equal, parts_of
from sdd.audit.refusals import is_refused
from sdd.audit.state import Place, State
from sdd.audit.unknowns import apply
from sdd.audit.values import (
    NONE,
    Apply,
    Claims,
    DictObject,
    Field,
    LibObject,
    ListObject,
    Lit,
    Phi,
    Ref,
    Row,
    Sym,
    Truth,
    Tup,
    Value,
    lit,
)

_PASSWORD_COLUMN = re.compile(r"pass|pwd|hash", re.IGNORECASE)
_VERIFIES_PASSWORD = frozenset(
    {"verify", "checkpw", "verify_password", "check_password_hash", "verify_and_update",
     "verify_hash"}
)  # fmt: skip
_IDENTITY_CALLS = frozenset({"get_current_user", "current_user", "authenticate_request"})


def is_client(value: Value) -> bool:
    """Whether the client can choose a value freely."""
    parts = list(parts_of(value))
    if any(isinstance(part, Claims) for part in parts):
        return False
    return any(isinstance(part, Sym) and part.kind == "client" for part in parts)


def is_secret(value: Value) -> bool:
    """Whether a value depends on configuration, so that the client cannot know it."""
    return any(isinstance(part, Sym) and part.kind == "server" for part in parts_of(value))


_REMOTE = ("httpx", "requests", "aiohttp", "authlib", "google", "msal")


def is_remote(value: Value) -> bool:
    """Whether a value comes out of the answer of another server that this one has asked."""
    return any(
        isinstance(part, LibObject) and part.name.startswith(_REMOTE) for part in parts_of(value)
    )


def decode(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`jwt.decode(token, key, algorithms=…)`: claims, if the signature is really checked."""
    token = arguments.get("jwt", 0) or arguments.get("token", 0) or NONE
    weakness = _weakness(engine, arguments, state)
    if weakness is not None:
        engine.remark("unverified-token", node, weakness, state)
        return Field(Sym("client", "unverified token", "token"), "payload")
    claims = Claims(f"{engine.site(node)}|{_short(token)}", "verified token")
    _look_at_secret(engine, arguments.get("key", 1), state, node)
    state.assume(Proved("token", claims))
    return claims


def _short(value: Value) -> str:
    return str(hash(value) % 100_000)


def _weakness(engine: Engine, arguments: Arguments, state: State) -> str | None:
    options = arguments.get("options", 3)
    held = engine.load(state, options) if isinstance(options, Ref) else None
    flags = held.items if isinstance(held, DictObject) else ()
    for name, value in flags:
        if isinstance(value, Lit) and value.value is False:
            if name == "verify_signature":
                return "the token's signature is not verified"
            if name == "verify_exp":
                return "an expired token is accepted"
    verify = arguments.get("verify")
    if isinstance(verify, Lit) and verify.value is False:
        return "the token's signature is not verified"
    key = arguments.get("key", 1)
    if isinstance(key, Lit) and not key.value:
        return "the token is checked against an empty key"
    if key is not None and _is_chosen_by_client(key):
        return "the key comes from the client, who can sign whatever it likes with it"
    return _weak_algorithm(engine, arguments.get("algorithms", 2), state)


_MAKES_KEYS = re.compile(r"key|jwk|construct|algorithm|client", re.IGNORECASE)


def _is_chosen_by_client(value: Value) -> bool:
    """Whether a value is made of nothing but what the client sent.

    A key that the client only picks among those of the server stays the server's.
    """
    match value:
        case Sym(kind=kind):
            return kind == "client"
        case Field(base=base):
            return _is_chosen_by_client(base)
        case Phi(cases=cases):
            return any(_is_chosen_by_client(item) for _, item in cases)
        case Apply(name="[]", args=(base, *_)):
            return _is_chosen_by_client(base)
        case LibObject(name=name, args=args) if not _MAKES_KEYS.search(name):
            return False
        case Apply(args=args) | LibObject(args=args):
            made = [item for item in args if not isinstance(item, Lit)]
            return bool(made) and all(_is_chosen_by_client(item) for item in made)
        case _:
            return False


def _weak_algorithm(engine: Engine, value: Value | None, state: State) -> str | None:
    if value is None:
        return None
    held = engine.load(state, value) if isinstance(value, Ref) else None
    items = [item for _, item in held.items] if isinstance(held, ListObject) else [value]
    items = [
        inner for item in items for inner in (item.items if isinstance(item, Tup) else (item,))
    ]
    for item in items:
        if isinstance(item, Lit) and str(item.value).lower() == "none":
            return "unsigned tokens are accepted (algorithm none)"
        if is_client(item):
            return "the token itself says how it is to be verified"
    return None


def _look_at_secret(engine: Engine, key: Value | None, state: State, node: ast.AST) -> None:
    if isinstance(key, Lit) and isinstance(key.value, str):
        place = _place_of_literal(engine, key.value) or engine.place(node)
        engine.remark_at("default-secret", place, "the signing secret stands in the code", state)
    for part in parts_of(key or NONE):
        if (
            isinstance(part, Sym)
            and part.kind == "server"
            and part.note not in {None, "True", "False"}
            and not is_refused(part, part.note or "", (*engine.module_facts, *state.facts))
        ):
            message = f"the signing secret {part.name} has a default that stands in the code"
            for place in engine.setting_places.get(part.name) or (engine.place(node),):
                engine.remark_at("default-secret", place, message, state)


def _place_of_literal(engine: Engine, text: str) -> Place | None:
    """Return where a secret is written down, in the running module or in another."""
    own = engine.frame.module
    others = [one for path, one in sorted(engine.program.modules.items()) if path != own.path]
    for module in (own, *others):
        if text in module.source.text:
            for node in ast.walk(module.tree):
                value = getattr(node, "value", None)
                if (
                    isinstance(node, (ast.Assign, ast.AnnAssign, ast.keyword))
                    and isinstance(value, ast.Constant)
                    and value.value == text
                ):
                    return Place(module.path, value.lineno, value.col_offset + 1)
    return None


def unverified(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """Functions that read a token without checking it."""
    del arguments, state
    del engine, node
    return Field(Sym("client", "unverified token", "token"), "payload")


def external_identity(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """A provider's own verification call: it raises unless the token is good."""
    del arguments
    claims = Claims(engine.site(node), "identity provider")
    state.assume(Proved("token", claims))
    return claims


def issued(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`jwt.encode(…)`: a new token; what it contains is readable by its receiver alone."""
    _look_at_secret(engine, arguments.get("key", 1), state, node)
    engine.effects.append(Effect(ISSUES, NONE, engine.place(node), tuple(state.facts)))
    return Apply("token issued", (lit(engine.site(node)),))


def signed(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`hmac.new(key, …)`: nobody makes the same without the key."""
    _look_at_secret(engine, arguments.get("key", 0), state, node)
    return LibObject("hmac.new", arguments.positional, arguments.keywords)


def compared(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`compare_digest(a, b)`."""
    del engine, state, node
    if len(arguments.positional) < 2:  # noqa: PLR2004
        return Truth(equal(NONE, NONE))
    return Truth(equal(*arguments.positional[:2]))


def password_checked(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`bcrypt.checkpw(given, stored)`."""
    del engine, state, node
    found = _password_proof(arguments)
    return found if found is not None else apply("checkpw", arguments.every())


def hashed(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`bcrypt.hashpw(…)` and the like."""
    del engine, state, node
    return Apply("hash", arguments.every())


def _password_proof(arguments: Arguments) -> Value | None:
    """Comparing what the client sent with a user's stored hash proves that user."""
    every = arguments.every()
    for value in every:
        for part in parts_of(value):
            if (
                isinstance(part, Field)
                and isinstance(part.base, Row)
                and _PASSWORD_COLUMN.search(part.name)
                and any(is_client(other) for other in every if other is not value)
            ):
                others = [other for other in every if other is not value]
                kind = "credentials" if any(map(_is_sent_each_time, others)) else "password"
                return Truth(Proved(kind, part.base))
    return None


def _is_sent_each_time(value: Value) -> bool:
    """Whether a value is part of the credentials that each request carries, not of a form."""
    return any(
        isinstance(part, Sym) and part.note == "credentials" and part.name == "HTTPBasic"
        for part in parts_of(value)
    )


def token_method(
    engine: Engine,
    receiver: Value,
    name: str,
    arguments: Arguments,
    state: State,
    node: ast.AST,
) -> Value | None:
    """Model methods of library objects that verify something; None: not one of them."""
    if name in _VERIFIES_PASSWORD:
        found = _password_proof(arguments)
        if found is not None:
            return Tup((found, NONE)) if name == "verify_and_update" else found
    if isinstance(receiver, LibObject):
        last = receiver.name.rpartition(".")[2]
        if last == "FastAPIUsers" and name == "current_user":
            return _provider_user(arguments)
        if name == "decode" and last in {"JsonWebToken", "PyJWT", "JWT"}:
            return decode(engine, arguments, state, node)
        if name == "dumps" and "Serializer" in last:
            return issued(engine, arguments, state, node)
        if name == "loads" and "Serializer" in last:
            return external_identity(engine, arguments, state, node)
    if name in {"verify_id_token", "verify_session_cookie", "verify_oauth2_token"}:
        return external_identity(engine, arguments, state, node)
    return None


def _provider_user(arguments: Arguments) -> Value:
    optional = arguments.get("optional")
    flagged = isinstance(optional, Lit) and bool(optional.value)
    return LibObject("sdd.optional_user" if flagged else "sdd.current_user", ())


_DECODERS = (
    "jwt.decode", "jwt.api_jwt.decode", "jose.jwt.decode", "jose.jws.verify",
    "authlib.jose.jwt.decode", "jwt.PyJWT.decode", "jwt.decode_complete",
)  # fmt: skip
_READERS = (
    "jwt.get_unverified_header", "jose.jwt.get_unverified_claims",
    "jose.jwt.get_unverified_header", "jose.jwt.get_unverified_headers",
    "jwt.decode_unverified",
)  # fmt: skip
_PROVIDERS = (
    "firebase_admin.auth.verify_id_token", "google.oauth2.id_token.verify_oauth2_token",
    "google.oauth2.id_token.verify_token", "firebase_admin.auth.verify_session_cookie",
    "stripe.Webhook.construct_event", "clerk_backend_api.authenticate_request",
)  # fmt: skip
Model = Callable[[Engine, Arguments, State, ast.AST], Value]
MODELS: Mapping[str, Model] = {
    **dict.fromkeys(_DECODERS, decode),
    **dict.fromkeys(_READERS, unverified),
    **dict.fromkeys(_PROVIDERS, external_identity),
    "jwt.encode": issued,
    "jose.jwt.encode": issued,
    "authlib.jose.jwt.encode": issued,
    "secrets.compare_digest": compared,
    "hmac.compare_digest": compared,
    "hmac.new": signed,
    "bcrypt.checkpw": password_checked,
    "bcrypt.hashpw": hashed,
    "werkzeug.security.check_password_hash": password_checked,
    "hashlib.sha256": hashed,
    "hashlib.sha512": hashed,
    "hashlib.md5": hashed,
    "hashlib.pbkdf2_hmac": hashed,
}
