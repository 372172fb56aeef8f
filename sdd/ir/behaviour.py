"""What an endpoint does and who owns a row: derived from the model each time, never stored."""

from dataclasses import dataclass, replace
from enum import StrEnum

from sdd.ir.envelopes import find_row, find_rows
from sdd.ir.matching import identifier, is_secret, user_entity
from sdd.ir.model import Application, Column, Endpoint, Entity, Field, Scalar
from sdd.ir.queries import Filter, Paging, Sorting, filters, paging, sorting
from sdd.ir.resources import Address, Resource, address
from sdd.ir.switches import find_switch, names_what_is_sent

_HEALTH = frozenset(
    {"health", "healthz", "ping", "ready", "readiness", "live", "liveness", "status"}
)
_STATISTICS = frozenset(
    {"statistics", "stats", "summary", "count", "counts", "overview", "metrics", "dashboard"}
)
_REGISTER = frozenset({"register", "signup", "sign_up", "registration"})
_LOGIN = frozenset({"login", "signin", "sign_in", "token"})
_LOGOUT = frozenset({"logout", "signout", "sign_out"})
_REFRESH = frozenset({"refresh", "refresh_token", "refresh_tokens"})
REFRESH_TOKEN = "RefreshToken"  # noqa: S105 - the name of a table's rows
_BY_VERB = {
    "GET": "list",
    "POST": "create",
    "PUT": "replace",
    "PATCH": "update",
    "DELETE": "delete",
}
_SPOKEN = {
    "create": "create",
    "new": "create",
    "add": "create",
    "update": "update",
    "edit": "update",
    "delete": "delete",
    "remove": "delete",
    "all": "list",
    "search": "list",
    "filter": "list",
    "list": "list",
}


class Action(StrEnum):
    """What an endpoint does."""

    LIST = "list"
    CREATE = "create"
    READ = "read"
    REPLACE = "replace"
    UPDATE = "update"
    DELETE = "delete"
    TOGGLE = "toggle"
    STATISTICS = "statistics"
    HEALTH = "health"
    REGISTER = "register"
    LOGIN = "login"
    LOGOUT = "logout"
    REFRESH = "refresh"
    ME = "me"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Direct:
    """A row is owned by the user whose id is in one of its columns."""

    column: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildOf:
    """A row is owned by whoever owns its parent, which `column` refers to."""

    parent: Entity
    column: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class UserItself:
    """A row is the user; `column` is its key."""

    column: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A row is owned by nobody: reference data."""


Ownership = Direct | ChildOf | UserItself | Shared


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A parent in the path: `child.column` must equal the path parameter.

    The parameter is the key of `parent`.
    """

    parent: Entity
    child: Entity
    column: Column
    parameter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What an endpoint does, and to what.

    Attributes:
        entity: What it is about.
        key: The path parameter that picks the row.
        bindings: The parents in the path, outermost first.
        path_user: The path parameter that repeats the user's id.
        mine: The row is picked by the user's own id.
        rows: Path of field names to the list of rows in the answer; () is the answer itself.
        row: Path of field names to the one row in the answer; likewise.
        column: The boolean or choice that a toggle sets.
        value: What a toggle sets; None turns it round.
        rest: What else a toggled choice turns back to.
        reason: Why the action is unknown.
    """

    endpoint: Endpoint
    action: Action
    entity: Entity | None = None
    key: str | None = None
    bindings: tuple[Binding, ...] = ()
    path_user: str | None = None
    mine: bool = False
    filters: tuple[Filter, ...] = ()
    sorting: Sorting | None = None
    paging: Paging | None = None
    rows: tuple[str, ...] | None = None
    row: tuple[str, ...] | None = None
    column: Column | None = None
    value: Scalar = None
    rest: Scalar = None
    reason: str | None = None


def ownership(application: Application, entity: Entity) -> Ownership:
    """Tell who owns an entity's rows."""
    return _ownership(application, entity, frozenset())


def _ownership(application: Application, entity: Entity, seen: frozenset[str]) -> Ownership:
    user = user_entity(application)
    if user is not None and entity.name == user.name and entity.key is not None:
        return UserItself(column=entity.key)
    if entity.shared:
        return Shared()
    owner = entity.column(entity.owner_column) if entity.owner_column else None
    if owner is not None:
        return Direct(column=owner)
    for column in sorted(entity.columns, key=lambda item: item.nullable is True):
        if column.foreign_key is None:
            continue
        parent = application.entity_of_table(column.foreign_key.table)
        if parent is None or parent.name == entity.name or parent.name in seen:
            continue
        above = _ownership(application, parent, seen | {entity.name})
        if not isinstance(above, Shared | UserItself):
            return ChildOf(parent=parent, column=column)
        if isinstance(above, UserItself):
            return Direct(column=column)
    return Shared()


def operation(application: Application, endpoint: Endpoint) -> Operation:
    """Derive what an endpoint does."""
    where = address(application, endpoint)
    if where.strange is not None:
        return _unknown(endpoint, f"the path parameter '{where.strange}' picks nothing known")
    action = _session_action(application, endpoint, where)
    if action is Action.HEALTH:
        return Operation(endpoint=endpoint, action=action)
    if action is not None:
        user = user_entity(application)
        shows_user = user is not None and action is not Action.REFRESH
        row = find_row(user, endpoint.response) if user and shows_user else None
        mine = action is Action.ME
        return Operation(endpoint=endpoint, action=action, entity=user, mine=mine, row=row)
    if where.last is None:
        return _without_resource(application, endpoint, where)
    bindings = _bindings(where)
    if isinstance(bindings, str):
        return _unknown(endpoint, bindings)
    return _about_resource(
        application,
        where,
        where.last,
        Operation(
            endpoint=endpoint,
            action=Action.UNKNOWN,
            entity=where.last.entity,
            key=where.last.key,
            bindings=bindings,
            path_user=where.user,
        ),
    )


def operations(application: Application) -> tuple[Operation, ...]:
    """Derive what every endpoint does, in the order of the model."""
    return tuple(operation(application, endpoint) for endpoint in application.endpoints)


def issues_tokens(application: Application) -> bool:
    """Tell whether this backend signs users in itself."""
    actions = {item.action for item in operations(application)}
    return bool(actions & {Action.REGISTER, Action.LOGIN})


def refreshes(application: Application) -> bool:
    """Tell whether this backend signs users in and exchanges refresh tokens for new tokens."""
    renews = any(item.action is Action.REFRESH for item in operations(application))
    return renews and issues_tokens(application)


def refresh_field(operation: Operation) -> Field | None:
    """Find the field of a body that holds a refresh token."""
    request = operation.endpoint.request
    fields = {identifier(item.name): item for item in (request.fields if request else ())}
    words = ("refresh_token", "refreshtoken", "refresh", "token")
    return next((fields[word] for word in words if word in fields), None)


def secret_column(entity: Entity) -> Column | None:
    """Find the column that holds a user's password hash."""
    return next((column for column in entity.columns if is_secret(column)), None)


def _unknown(endpoint: Endpoint, reason: str) -> Operation:
    return Operation(endpoint=endpoint, action=Action.UNKNOWN, reason=reason)


def _session_action(application: Application, endpoint: Endpoint, where: Address) -> Action | None:
    words = tuple(map(identifier, where.tail))
    last = words[-1] if words else ""
    user = user_entity(application)
    known = {REFRESH_TOKEN, *([user.name] if user is not None else [])}
    about_user = where.last is None or where.last.entity.name in known
    if endpoint.method == "GET" and where.last is None and not where.me and not where.user:
        return Action.HEALTH if not words or _HEALTH & set(last.split("_")) else None
    if endpoint.method == "GET" and where.me and about_user and not set(words) - {"auth"}:
        return Action.ME
    if endpoint.method != "POST" or not about_user or where.user:
        return None
    spoken = (
        (Action.REGISTER, _REGISTER),
        (Action.LOGIN, _LOGIN),
        (Action.LOGOUT, _LOGOUT),
        (Action.REFRESH, _REFRESH),
    )
    if last == "token" and endpoint.auth is True:
        return None  # whoever has to be signed in to get a token does not sign in by it
    return next((action for action, vocabulary in spoken if last in vocabulary), None)


def _without_resource(application: Application, endpoint: Endpoint, where: Address) -> Operation:
    words = {identifier(word) for word in where.tail}
    about_rows = words == {"search"} or (len(words) == 1 and words <= _STATISTICS)
    subject = _main_entity(application) if endpoint.method == "GET" and about_rows else None
    if subject and words == {"search"}:
        draft = Operation(
            endpoint=endpoint, action=Action.LIST, entity=subject, path_user=where.user
        )
        if endpoint.response is None or find_rows(subject, endpoint.response) is not None:
            return _listing(draft)
    elif subject:
        return Operation(
            endpoint=endpoint, action=Action.STATISTICS, entity=subject, path_user=where.user
        )
    return _unknown(endpoint, "its path names no table that the specs describe")


def _main_entity(application: Application) -> Entity | None:
    """The directly owned entity that most endpoints are about."""
    counts: dict[str, int] = {}
    for endpoint in application.endpoints:
        last = address(application, endpoint).last
        if last and last.entity.owner_column:
            counts[last.entity.name] = counts.get(last.entity.name, 0) + 1
    if not counts:
        return None
    return application.entity(max(counts, key=lambda name: counts[name]))


def _bindings(where: Address) -> tuple[Binding, ...] | str:
    found = []
    for upper, lower in zip(where.resources, where.resources[1:], strict=False):
        if upper.key is None:
            continue
        column = _reference(lower.entity, upper.entity)
        if column is None:
            return f"no column of {lower.entity.name} refers to {upper.entity.name}"
        found.append(
            Binding(parent=upper.entity, child=lower.entity, column=column, parameter=upper.key)
        )
    return tuple(found)


def _reference(child: Entity, parent: Entity) -> Column | None:
    for column in child.columns:
        if column.foreign_key and column.foreign_key.table == parent.table:
            return column
    return child.column(f"{identifier(parent.name)}_id")


def _about_resource(
    application: Application, where: Address, last: Resource, draft: Operation
) -> Operation:
    endpoint, entity = draft.endpoint, last.entity
    words = tuple(map(identifier, where.tail))
    if len(words) > 1:
        return _unknown(endpoint, f"'{'/'.join(where.tail)}' says nothing that we know")
    word = words[0] if words else None
    if word in _STATISTICS and endpoint.method == "GET" and last.key is None:
        return replace(draft, action=Action.STATISTICS)
    if word is not None and word not in _SPOKEN:
        return _switching(application, word, draft)
    verb = _SPOKEN[word] if word else _BY_VERB.get(endpoint.method, "")
    mine = verb != "create" and _is_own_row(application, where, endpoint)
    picked = last.key is not None or mine
    match verb, picked:
        case "list", True:
            action = Action.READ
        case "list", False:
            return _listing(draft)
        case "create", False:
            action = Action.CREATE
        case "replace" | "update" | "delete", True:
            action = Action(verb)
        case _:
            return _unknown(endpoint, f"{endpoint.method} on this path has no known meaning")
    row = find_row(entity, endpoint.response)
    return replace(draft, action=action, mine=mine, row=row)


def _is_own_row(application: Application, where: Address, endpoint: Endpoint) -> bool:
    """Tell whether the user's id alone picks the row: themselves, or what each user has once."""
    last = where.last
    if last is None or last.key is not None:
        return False
    owned = ownership(application, last.entity)
    if isinstance(owned, UserItself):
        return where.me or where.user is not None
    if not isinstance(owned, Direct):
        return False
    keys = [column for column in last.entity.columns if column.primary_key]
    once = owned.column.unique or keys == [owned.column]
    alone = once or is_single(application, last.entity)
    return alone and find_rows(last.entity, endpoint.response) is None


def is_single(application: Application, entity: Entity) -> bool:
    """Tell whether the API knows one row of each user alone: it is put, never picked or added."""
    methods = set()
    for endpoint in application.endpoints:
        where = address(application, endpoint)
        if where.last is None or where.last.entity.name != entity.name:
            continue
        if where.last.key is not None or endpoint.method == "POST":
            return False
        methods.add(endpoint.method)
    return bool(methods & {"PUT", "PATCH"})


def puts_new(application: Application, found: Operation) -> bool:
    """Tell whether a replacement makes the row that its user has once, where there is none."""
    entity = found.entity
    if entity is None or not found.mine or found.action is not Action.REPLACE:
        return False
    made = any(
        item.action is Action.CREATE and item.entity is not None and item.entity.name == entity.name
        for item in operations(application)
    )
    return isinstance(ownership(application, entity), Direct) and not made


def _listing(draft: Operation) -> Operation:
    entity, endpoint = draft.entity, draft.endpoint
    if entity is None:
        return draft
    return replace(
        draft,
        action=Action.LIST,
        filters=filters(entity, endpoint),
        sorting=sorting(entity, endpoint, nested=bool(draft.bindings)),
        paging=paging(endpoint),
        rows=find_rows(entity, endpoint.response),
    )


def _switching(application: Application, word: str, draft: Operation) -> Operation:
    entity, endpoint = draft.entity, draft.endpoint
    if entity is None or draft.key is None or endpoint.method not in {"PATCH", "POST", "PUT"}:
        return _unknown(endpoint, f"'{word}' says nothing that we know")
    base = endpoint.path.rsplit("/", 1)[0]
    siblings = [
        item.path.removeprefix(f"{base}/")
        for item in application.endpoints
        if item.path.startswith(f"{base}/") and item.path != endpoint.path
    ]
    switch = find_switch(entity, word, endpoint, siblings)
    if switch is None and names_what_is_sent(entity, word, endpoint):
        row = find_row(entity, endpoint.response)
        return replace(draft, action=Action.UPDATE, row=row)
    if switch is None:
        return _unknown(endpoint, f"'{word}' names no column of {entity.name} that can be switched")
    return replace(
        draft,
        action=Action.TOGGLE,
        column=switch.column,
        value=switch.value,
        rest=switch.rest,
        row=find_row(entity, endpoint.response),
    )
