"""Values for the tests of registration and login."""

from collections.abc import Mapping
from typing import Any

from sdd import names
from sdd.generate import naming
from sdd.generate.checks.scenes import factory_name
from sdd.generate.checks.values import shape_pair
from sdd.generate.domain import Domain
from sdd.generate.project import SIGN_IN_LIMIT
from sdd.generate.routes import HandlerPlan
from sdd.generate.sessions import identifying, password_field
from sdd.ir import Shape, Type
from sdd.ir.behaviour import REFRESH_TOKEN, Action, refresh_field
from sdd.ir.matching import find_column, identifier

_REFRESH_TOKENS = frozenset({"refresh_token", "refreshtoken"})
_MOST_TRIES = 30
_TOKENS = frozenset({"access_token", "token", "jwt", "accesstoken", "auth_token"})


def session_values(domain: Domain, handlers: tuple[HandlerPlan, ...]) -> Mapping[str, Any] | None:
    """Return what the template of the session tests needs; None when nobody can register."""
    register = _handler(handlers, Action.REGISTER)
    table = domain.user
    if register is None or table is None or register.session is None:
        return None
    body = _body(domain, register)
    if body is None:
        return None
    values: dict[str, Any] = {
        "user": table,
        "register": {
            "path": _path(register),
            "status": register.status,
            "body": body,
            "hashed": register.session.hashed,
        },
        "login": None,
        "refresh": None,
        "logout": None,
        "probe": _probe(handlers),
    }
    login = _handler(handlers, Action.LOGIN)
    sent = _body(domain, login, of=register) if login else None
    if login is not None and sent is not None:
        found, password = identifying(table, login.operation), password_field(login.operation)
        values["login"] = {
            "path": _path(login),
            "status": login.status,
            "body": sent,
            "token": _token(login.operation.endpoint.response),
            "identifier": naming.literal(found[0].name if found else ""),
            "password": naming.literal(password.name if password else ""),
            "limit": _attempts(domain),
        }
        values |= _renewal(domain, handlers, login)
    return values


def _attempts(domain: Domain) -> int | None:
    """Return how many tries the usual limit allows, when a test can make as many."""
    from_specs = domain.application.auth.sign_in_limit
    count = int((from_specs or SIGN_IN_LIMIT).partition("/")[0])
    return count if count <= _MOST_TRIES else None


def _renewal(
    domain: Domain, handlers: tuple[HandlerPlan, ...], login: HandlerPlan
) -> dict[str, Any]:
    """Return what the tests of refresh tokens need."""
    refresh, logout = _handler(handlers, Action.REFRESH), _handler(handlers, Action.LOGOUT)
    field = refresh_field(refresh.operation) if refresh else None
    got = _token(login.operation.endpoint.response, wanted=_REFRESH_TOKENS)
    if refresh is None or field is None or got is None:
        return {"refresh": None, "logout": None}
    response = refresh.operation.endpoint.response
    found: dict[str, Any] = {
        "refresh": {
            "path": _path(refresh),
            "status": refresh.status,
            "field": naming.literal(field.name),
            "first": got,
            "token": _token(response),
            "next": _token(response, wanted=_REFRESH_TOKENS),
            "cls": domain.tables[REFRESH_TOKEN].cls,
            "factory": factory_name(domain.tables[REFRESH_TOKEN]),
        },
        "logout": None,
    }
    if logout is not None and logout.ends_session:
        sent = refresh_field(logout.operation) if logout.sent_token else None
        found["logout"] = {
            "path": _path(logout),
            "status": logout.status,
            "signed": bool(logout.operation.endpoint.auth),
            "field": naming.literal(sent.name) if sent else None,
        }
    return found


def _handler(handlers: tuple[HandlerPlan, ...], action: Action) -> HandlerPlan | None:
    return next((item for item in handlers if item.operation.action is action), None)


def _path(handler: HandlerPlan) -> str:
    return naming.literal(handler.full_path)


def _body(domain: Domain, handler: HandlerPlan, of: HandlerPlan | None = None) -> str | None:
    """Return a body as source: of a registration, or of the login to its account."""
    table, request = domain.user, handler.operation.endpoint.request
    found = identifying(table, handler.operation) if table else None
    if request is None or found is None or table is None:
        return None
    if of is not None:
        first = identifying(table, of.operation)
        if first is None or first[1].name != found[1].name:
            return None
    parts = []
    for item in request.fields:
        name = naming.literal(item.name)
        if "password" in names.words(item.name) or item is password_field(handler.operation):
            parts.append(f"{name}: PASSWORD")
        elif identifier(item.name) == identifier(found[0].name):
            own = 'f"new{number}@example.com"' if of is None else '"new1@example.com"'
            parts.append(f"{name}: {own}")
        else:
            both = shape_pair(table, item.shape, find_column(table.entity, item.name))
            if both is None and item.required:
                return None
            if both is not None:
                parts.append(f"{name}: {both.json[0]}")
    return f"{{{', '.join(parts)}}}"


def _token(shape: Shape | None, path: str = "", wanted: frozenset[str] = _TOKENS) -> str | None:
    """Return how the token is reached in an answer."""
    for item in shape.fields if shape else ():
        here = f"{path}[{naming.literal(item.name)}]"
        if item.shape.type is Type.STR and identifier(item.name) in wanted:
            return here
        below = _token(item.shape, here, wanted)
        if below is not None:
            return below
    return None


def _probe(handlers: tuple[HandlerPlan, ...]) -> Mapping[str, Any] | None:
    """Return an endpoint that any signed-in user may call; their own row tells the most."""
    for item in handlers:
        operation = item.operation
        if operation.action is Action.ME and not operation.endpoint.parameters:
            shown = operation.endpoint.response
            names_shown = {identifier(one.name) for one in shown.fields} if shown else set()
            return {
                "call": f'"GET", {naming.literal(item.full_path)}',
                "status": item.status,
                "shows": "email" in names_shown,
            }
    for item in handlers:
        endpoint = item.operation.endpoint
        if endpoint.auth and endpoint.method == "GET" and "{" not in endpoint.path:
            return {"call": f'"GET", {naming.literal(endpoint.path)}', "status": None}
    return None
