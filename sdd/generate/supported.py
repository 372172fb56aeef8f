"""What can be compiled: the application without the parts that cannot, and what those are."""

from dataclasses import dataclass, replace

from sdd.diagnostics import Diagnostic, Severity, by_place
from sdd.generate.answers import computable, has_rows
from sdd.generate.counts import field_counts
from sdd.generate.domain import Domain, Table, domain
from sdd.generate.sessions import identifying, password_field
from sdd.ir import (
    Application,
    AuthMode,
    Column,
    Endpoint,
    Factory,
    Field,
    Location,
    Parameter,
    Shape,
    Type,
)
from sdd.ir.behaviour import (
    REFRESH_TOKEN,
    Action,
    Direct,
    Operation,
    Shared,
    issues_tokens,
    operation,
    ownership,
    refresh_field,
)
from sdd.ir.complete import complete
from sdd.ir.matching import find_column, identifier, is_secret
from sdd.ir.queries import is_control
from sdd.text import Span

_WRITING = frozenset({Action.CREATE, Action.REPLACE, Action.UPDATE})
_ISSUED = frozenset({"user_id", "family", "token_hash", "expires_at", "used_at"})
_SESSION = frozenset({Action.REGISTER, Action.LOGIN})


@dataclass(frozen=True, slots=True)
class _Refusal:
    reason: str
    span: Span | None = None


def split(application: Application) -> tuple[Application, tuple[Diagnostic, ...]]:
    """Return a completed application without what cannot be compiled, and what that is."""
    found: list[Diagnostic] = list(_policies(application))
    application = _verifiable(application)
    whole = domain(application)
    kept: list[Endpoint] = []
    taken: dict[tuple[str, str], str] = {}
    for endpoint in application.endpoints:
        place = (endpoint.method, _form(endpoint.path))
        refusal = _twice(endpoint, taken.get(place)) or _refusal(whole, endpoint)
        if refusal is not None:
            found.append(_left_out(endpoint, refusal))
            continue
        taken[place] = endpoint.path
        trimmed, notes = _trim(whole, endpoint)
        found += notes
        if trimmed is not None:
            kept.append(trimmed)
    return replace(application, endpoints=tuple(kept)), by_place(found)


def _form(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def _twice(endpoint: Endpoint, other: str | None) -> _Refusal | None:
    if other is None:
        return None
    return _Refusal(f"{endpoint.method} {other} answers the same requests")


def _left_out(endpoint: Endpoint, refusal: _Refusal) -> Diagnostic:
    return Diagnostic(
        rule="unsupported-endpoint",
        severity=Severity.ERROR,
        message=f"{endpoint.name} cannot be compiled and is left out",
        span=refusal.span or endpoint.span,
        reason=f"{refusal.reason[0].upper()}{refusal.reason[1:]}.",
        route=endpoint.name,
    )


def _policies(application: Application) -> list[Diagnostic]:
    if not _issues_with_keys(application):
        return []
    return [
        Diagnostic(
            rule="unsupported-authentication",
            severity=Severity.ERROR,
            message="Tokens that the backend issues itself are signed with a shared secret",
            span=application.auth.span,
            reason="The specs ask for public keys, and for sign-in at this backend's endpoints.",
            hint="State HS256 for tokens of this backend, or leave signing in to the auth server.",
        )
    ]


def _issues_with_keys(application: Application) -> bool:
    return application.auth.mode is AuthMode.JWKS and issues_tokens(application)


def _verifiable(application: Application) -> Application:
    """Return the application with a token policy that the backend can follow."""
    if _issues_with_keys(application):
        shared = replace(application.auth, mode=AuthMode.HS256)
        return complete(replace(application, auth=shared))
    if application.auth.mode is AuthMode.JWKS:
        return replace(application, auth=replace(application.auth, secret_variable=None))
    return application


def _refusal(whole: Domain, endpoint: Endpoint) -> _Refusal | None:
    found = operation(whole.application, endpoint)
    if found.action is Action.UNKNOWN:
        return _Refusal(found.reason or "it says nothing that we know")
    if found.action is Action.REFRESH:
        return _refresh_refusal(whole, found)
    if endpoint.roles and (reason := _role_refusal(whole, found)):
        return _Refusal(f"it needs a role ({', '.join(endpoint.roles)}), and {reason}")
    if found.action is Action.LOGOUT:
        return _logout_refusal(whole, found)
    if found.action is Action.HEALTH:
        return None
    return (
        _storage_refusal(whole, found)
        or _session_refusal(whole, found)
        or _body_refusal(found)
        or _answer_refusal(found)
    )


def _role_refusal(whole: Domain, found: Operation) -> str | None:
    """Say why nobody can tell who may do what a role allows, and on whose rows."""
    if whole.own_users:
        return "tokens of this backend's own sign-in name none"
    if found.entity is None or not isinstance(ownership(whole.application, found.entity), Shared):
        return "whose rows a user with it reaches is not stated"
    return None


def _storage_refusal(whole: Domain, found: Operation) -> _Refusal | None:
    entity = found.entity
    if entity is None:
        return _Refusal("it is about users, and the specs describe no table for them")
    if entity.managed_by is not None:
        return _Refusal(
            f"the rows of {entity.name} are managed by {entity.managed_by}", entity.span
        )
    for binding in found.bindings:
        if binding.parent.managed_by is not None:
            return _Refusal(f"the rows of {binding.parent.name} are managed elsewhere")
    owned = ownership(whole.application, entity)
    public = found.endpoint.auth is False and found.action not in _SESSION
    if public and not isinstance(owned, Shared):
        return _Refusal(f"it is public, but the rows of {entity.name} belong to users")
    if isinstance(owned, Direct) and not _is_user_id(whole, owned.column):
        return _Refusal(
            f"the owner column {owned.column.name} of {entity.name} has another type than user ids",
            owned.column.span,
        )
    return None


def _is_user_id(whole: Domain, column: Column) -> bool:
    return column.type in {whole.principal, Type.STR, Type.TEXT}


def _refresh_refusal(whole: Domain, found: Operation) -> _Refusal | None:
    table = whole.tables.get(REFRESH_TOKEN)
    if table is None or whole.user is None:
        return _Refusal("its tokens are issued elsewhere, and so are the refresh tokens")
    if refresh_field(found) is None:
        return _Refusal("its body holds no refresh token")
    for column in table.entity.columns:
        given = column.name in {*_ISSUED, table.key.name}
        if not (given or column.nullable or column.default is not None):
            return _Refusal(
                f"nothing sets the column {column.name} of {table.entity.name}", column.span
            )
    return None


def _logout_refusal(whole: Domain, found: Operation) -> _Refusal | None:
    if whole.refreshes and found.endpoint.auth is False:
        return _Refusal("it revokes refresh tokens, but does not know whose")
    if found.row is not None:
        return _Refusal("it shows a row, and signing out reads none")
    return None


def _session_refusal(whole: Domain, found: Operation) -> _Refusal | None:
    if found.action not in _SESSION or found.entity is None:
        return None
    table = whole.tables.get(found.entity.name)
    if password_field(found) is None:
        return _Refusal("its body holds no password")
    if table is None or identifying(table, found) is None:
        return _Refusal("its body holds nothing that identifies the user")
    return _missing_values(found) if found.action is Action.REGISTER else None


def _body_refusal(found: Operation) -> _Refusal | None:
    request = found.endpoint.request
    if request is not None and request.type not in {Type.OBJECT, Type.NONE, None}:
        return _Refusal("its body is no object")
    if found.action is Action.CREATE:
        return _missing_values(found)
    if found.action in {Action.REPLACE, Action.UPDATE}:
        sent = request.fields if request else ()
        if not any(_settable(found, item) for item in sent):
            return _Refusal("its body sets no column")
    return None


def _missing_values(found: Operation) -> _Refusal | None:
    """Find a column that must have a value and gets none when a row is made."""
    entity, request = found.entity, found.endpoint.request
    if entity is None:
        return None
    sent = {find_column(entity, item.name) for item in (request.fields if request else ())}
    bound = {binding.column.name for binding in found.bindings[-1:]}
    for column in entity.columns:
        given = column in sent or column.name in bound or column.name == entity.owner_column
        if given or column.nullable or column.default is not None or is_secret(column):
            continue
        return _Refusal(
            f"nothing sets the column {column.name} of {entity.name}, which may not be empty",
            column.span,
        )
    return None


def _answer_refusal(found: Operation) -> _Refusal | None:
    if found.action is Action.LIST and found.rows is None:
        return _Refusal("its answer shows no place for the rows")
    if found.action in {Action.READ, Action.ME} and not has_rows(found):
        return _Refusal("its answer shows no place for the row")
    return None


def _settable(found: Operation, item: Field) -> bool:
    """Tell whether a client may set what a field of a body stands for."""
    entity = found.entity
    column = find_column(entity, item.name) if entity else None
    if entity is None or column is None:
        return False
    bound = {binding.column.name for binding in found.bindings}
    kept = column.primary_key or column.name == entity.owner_column or column.name in bound
    stamped = column.refreshed or (
        column.default is not None and column.default.factory is Factory.NOW
    )
    typed = column.type is not Type.OBJECT and not is_secret(column)
    return typed and not kept and not stamped


def _trim(whole: Domain, endpoint: Endpoint) -> tuple[Endpoint | None, list[Diagnostic]]:
    """Take the parameters and fields out of an endpoint that nothing can be done with."""
    notes: list[Diagnostic] = []
    endpoint = replace(endpoint, parameters=_parameters(whole, endpoint, notes))
    endpoint = replace(endpoint, request=_request(whole, endpoint, notes))
    found = operation(whole.application, endpoint)
    response, lost = computable(whole, found)
    empty = response.type is Type.OBJECT and not response.fields
    if empty or _counts_nothing(whole, found, response):
        reason = _Refusal("nothing in its answer can be computed")
        return None, [_left_out(endpoint, reason)]
    notes += [
        _note(
            endpoint,
            "unsupported-field",
            f"The answer's field '{'.'.join(path)}' has no known source and is left out",
            "No column, parameter or convention says what stands there.",
            path,
        )
        for path in lost
    ]
    return replace(endpoint, response=response), notes


def _counts_nothing(whole: Domain, found: Operation, response: Shape) -> bool:
    if found.action is not Action.STATISTICS or found.entity is None:
        return False
    table: Table = whole.tables[found.entity.name]
    return not field_counts(table, response)


def _note(
    endpoint: Endpoint, rule: str, message: str, reason: str, path: tuple[str, ...]
) -> Diagnostic:
    return Diagnostic(
        rule=rule,
        severity=Severity.WARNING,
        message=message,
        span=endpoint.span,
        reason=reason,
        route=endpoint.name,
        subject=".".join(path),
    )


def _parameters(
    whole: Domain, endpoint: Endpoint, notes: list[Diagnostic]
) -> tuple[Parameter, ...]:
    found = operation(whole.application, endpoint)
    narrowing = {item.parameter for item in found.filters}
    kept = []
    for item in endpoint.parameters:
        if item.location is Location.PATH:
            kept.append(item)
            continue
        used = item.name in narrowing or is_control(endpoint, item)
        if item.location is Location.QUERY and used and found.action is Action.LIST:
            kept.append(item)
        elif not _is_known_elsewhere(item):
            notes.append(
                _note(
                    endpoint,
                    "unsupported-parameter",
                    f"The parameter '{item.name}' has no known meaning and is left out",
                    "It names no column, page, order or search.",
                    (item.name,),
                )
            )
    return tuple(kept)


def _is_known_elsewhere(item: Parameter) -> bool:
    """Tell whether a header is one that every request has."""
    word = identifier(item.name)
    usual = {"authorization", "content_type", "accept"}
    return item.location in {Location.HEADER, Location.COOKIE} and word in usual


def _request(whole: Domain, endpoint: Endpoint, notes: list[Diagnostic]) -> Shape | None:
    request = endpoint.request
    found = operation(whole.application, endpoint)
    if request is None or found.action not in _WRITING:
        return request
    fields = tuple(item for item in request.fields if _settable(found, item))
    notes += [
        _note(
            endpoint,
            "ignored-field",
            f"The body's field '{item.name}' is set by the backend and ignored",
            "A client may not choose keys, owners, parents and timestamps.",
            (item.name,),
        )
        for item in request.fields
        if item not in fields
    ]
    if not fields:
        return Shape(type=Type.NONE)
    return replace(request, fields=fields)
