"""Plans of the route files: one handler for each endpoint."""

import re
from dataclasses import dataclass, replace
from http import HTTPStatus

from sdd import names
from sdd.generate import naming
from sdd.generate.answers import Answer, plan_answer
from sdd.generate.domain import Domain, Table
from sdd.generate.methods import USER, Job, parameter_annotation, plan_method
from sdd.generate.models import member
from sdd.generate.repositories import Repositories
from sdd.generate.schemas import REQUEST, Place, Schemas, bounds
from sdd.generate.scopes import scope
from sdd.generate.sessions import SessionPlan, plan_session
from sdd.ir import Location, Parameter, Shape, Type
from sdd.ir.behaviour import Action, Operation, refresh_field
from sdd.ir.matching import find_column, identifier

_SESSION_ACTIONS = frozenset({Action.REGISTER, Action.LOGIN, Action.LOGOUT, Action.REFRESH})
_LIMITED = frozenset({Action.REGISTER, Action.LOGIN, Action.REFRESH})
_READY = frozenset({"health", "healthz", "ready", "readyz", "readiness"})
_VERBS = {
    Action.CREATE: "create",
    Action.READ: "get",
    Action.REPLACE: "replace",
    Action.UPDATE: "update",
    Action.DELETE: "delete",
}
_REQUESTS = {Action.CREATE: "Create", Action.REPLACE: "Replace", Action.UPDATE: "Update"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerPlan:
    """A route and its handler.

    Attributes:
        path: The path below the router's prefix, as source.
        parameters: Lines of the signature.
        result: `tasks = `, where what the repository returns is used.
        call: The repository's call as source; None for health and sessions.
        body: The class of the request's body.
        sent_token: The attribute of the body with a refresh token.
        ends_session: Whether it revokes refresh tokens.
        also: Lines that load what the answer shows beside the row.
    """

    kind: str
    name: str
    method: str
    path: str
    full_path: str
    status: int
    annotation: str
    summary: str
    doc: str
    responses: tuple[tuple[int, str], ...]
    parameters: tuple[str, ...]
    result: str
    call: str | None
    also: tuple[str, ...]
    expression: str | None
    operation: Operation
    body: str | None = None
    session: SessionPlan | None = None
    sent_token: str | None = None
    ends_session: bool = False

    @property
    def uses_database(self) -> bool:
        """Whether it opens a session."""
        signs = self.session is not None or self.ends_session or self.kind == "refresh"
        return self.call is not None or signs or self.tries_database

    @property
    def guards(self) -> tuple[str, ...]:
        """What has to let a request in beside the user's token, as source."""
        limit = ("limit_sign_in",) if self.operation.action in _LIMITED else ()
        wanted = ", ".join(map(naming.literal, self.operation.endpoint.roles))
        return (*limit, f"require_role({wanted})") if wanted else limit

    @property
    def shows_refresh_token(self) -> bool:
        """Whether its answer contains a refresh token."""
        return re.search(r"\brefresh_token\b(?!=)", self.expression or "") is not None

    @property
    def tries_database(self) -> bool:
        """Whether it tells that the database can be reached."""
        return asks_for_health(self.operation)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterPlan:
    """A module of routes."""

    module: str
    prefix: str
    tag: str
    handlers: tuple[HandlerPlan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What planning a route adds to: models and repository methods."""

    domain: Domain
    schemas: Schemas
    repositories: Repositories


def router_plans(work: Work) -> tuple[RouterPlan, ...]:
    """Plan every route, the more specific paths first."""
    domain = work.domain
    routers: dict[str, list[Operation]] = {}
    for item in domain.operations:
        routers.setdefault(router_module(domain, item), []).append(item)
    planned = []
    for module, found in routers.items():
        ordered = sorted(found, key=lambda item: path_rank(item.endpoint.path))
        prefix = _common_prefix([item.endpoint.path for item in found])
        taken: list[str] = []
        handlers = []
        for item in ordered:
            name = naming.unique(handler_name(domain, item), taken)
            taken.append(name)
            handlers.append(_handler(work, item, name, prefix))
        tag = module.rstrip("_").replace("_", " ")
        planned.append(RouterPlan(module=module, prefix=prefix, tag=tag, handlers=tuple(handlers)))
    return tuple(
        sorted(planned, key=lambda plan: min(path_rank(item.full_path) for item in plan.handlers))
    )


def path_rank(path: str) -> tuple[tuple[bool, str], ...]:
    """Sort literal parts before parameters, so that `/statistics` is not taken for an id."""
    return tuple((part.startswith("{"), part) for part in path.strip("/").split("/"))


def router_module(domain: Domain, operation: Operation) -> str:
    """Return the module that serves an operation."""
    if operation.action is Action.HEALTH:
        return "health"
    if operation.action in _SESSION_ACTIONS:
        return "auth"
    if operation.action is Action.ME and "auth" in operation.endpoint.path.split("/"):
        return "auth"
    table = domain.tables[operation.entity.name] if operation.entity else None
    return table.plural if table else "health"


def _common_prefix(paths: list[str]) -> str:
    split = [path.strip("/").split("/") for path in paths]
    shared = []
    for parts in zip(*split, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    if len(paths) == 1 and not shared[-1].startswith("{"):
        return "" if len(shared) == 1 else "/" + "/".join(shared)
    while shared and shared[-1].startswith("{"):
        shared.pop()
    return "/" + "/".join(shared) if shared and shared[0] else ""


def handler_name(domain: Domain, operation: Operation) -> str:
    """Return the name of an operation's handler."""
    table = domain.tables.get(operation.entity.name) if operation.entity else None
    one = table.module.rstrip("_") if table else "row"
    last = naming.argument(operation.endpoint.path.rstrip("/").rpartition("/")[2])
    match operation.action:
        case Action.HEALTH:
            return "health" if last == "health" or not last.strip("_") else f"get_{last}"
        case Action.REGISTER | Action.LOGIN | Action.LOGOUT | Action.REFRESH:
            return operation.action.value
        case Action.ME:
            return "get_me"
        case Action.LIST:
            return f"list_{table.plural if table else one}"
        case Action.STATISTICS:
            return f"count_{table.plural if table else one}"
        case Action.TOGGLE:
            return f"{last.strip('_')}_{one}"
        case _:
            return f"{_VERBS[operation.action]}_{one}"


def _handler(work: Work, operation: Operation, name: str, prefix: str) -> HandlerPlan:
    endpoint, domain = operation.endpoint, work.domain
    table = domain.tables.get(operation.entity.name) if operation.entity else None
    body = _body(work.schemas, operation, table, name)
    answer = plan_answer(domain, work.schemas, operation, name)
    status = endpoint.success_status or HTTPStatus.OK
    call, result = None, ""
    if table is not None and operation.action not in _SESSION_ACTIONS:
        call, result = _call(work, table, operation, body, answer)
    session = None
    if operation.action in {Action.REGISTER, Action.LOGIN} and body is not None:
        fields = work.schemas.fields[body]
        session = plan_session(domain, work.repositories, operation, body, fields)
        issues = re.search(r"\btoken\b", answer.expression or "") is not None
        session = replace(session, token=issues)
        result = "user = " if issues or "user" in (answer.expression or "") else ""
    sent_token = _sent_token(work, operation, body) if domain.refreshes else None
    ends_session = domain.refreshes and operation.action is Action.LOGOUT and endpoint.auth is True
    summary = endpoint.summary or _summary(operation, table)
    return HandlerPlan(
        kind=_kind(operation),
        name=name,
        method=endpoint.method.lower(),
        path=naming.literal(endpoint.path.removeprefix(prefix)),
        full_path=endpoint.path,
        status=status,
        annotation=answer.annotation,
        summary=naming.literal(naming.prose(summary)),
        doc=naming.sentence(summary),
        responses=error_responses(operation),
        parameters=_signature(domain, operation, table, body, session, ends_session=ends_session),
        result=result,
        call=call,
        also=tuple(_also(work, item) for item in answer.children),
        expression=answer.expression,
        operation=operation,
        body=body,
        session=session,
        sent_token=sent_token,
        ends_session=ends_session,
    )


def _sent_token(work: Work, operation: Operation, body: str | None) -> str | None:
    """Return the attribute of a body that holds a refresh token."""
    field = refresh_field(operation)
    if operation.action not in {Action.REFRESH, Action.LOGOUT} or body is None or field is None:
        return None
    return next(line.attribute for line in work.schemas.fields[body] if line.json == field.name)


def _kind(operation: Operation) -> str:
    if operation.action is Action.HEALTH or operation.action in _SESSION_ACTIONS:
        return operation.action.value
    return "data"


def _summary(operation: Operation, table: Table | None) -> str:
    words = operation.action.value.capitalize()
    return f"{words} {table.label}" if table else words


def _body(schemas: Schemas, operation: Operation, table: Table | None, handler: str) -> str | None:
    request = operation.endpoint.request or Shape(type=Type.NONE)
    if not request.fields:
        return None
    wanted = otherwise = f"{names.pascal(handler)}Request"
    if table is not None and operation.action in _REQUESTS:
        wanted = f"{table.cls}{_REQUESTS[operation.action]}"
    signing = operation.action in _SESSION_ACTIONS or table is None
    module = "auth" if signing or table is None else table.module
    place = Place(module=module, base=REQUEST, table=table)
    doc = f"The body of {operation.endpoint.name}"
    return schemas.model(request, wanted, place, doc, otherwise=otherwise)


def _call(
    work: Work, table: Table, operation: Operation, body: str | None, answer: Answer
) -> tuple[str, str]:
    fields = work.schemas.fields[body] if body else ()
    job = Job(table=table, operation=operation, body=body, fields=fields, total=answer.total)
    call = plan_method(work.repositories, job)
    owner = work.domain.access(table)
    source = f"{owner}(session).{call.method}({', '.join(call.arguments)})"
    if operation.action is Action.LIST:
        result = f"{table.rows}, total" if call.total else table.rows
    elif operation.action is Action.STATISTICS:
        result = "counts"
    else:
        result = table.variable
    used = answer.expression is not None and result.partition(",")[0] in answer.expression
    return source, f"{result} = " if used else ""


def _also(work: Work, listing: Operation) -> str:
    if listing.entity is None:
        raise ValueError(listing.endpoint.name)
    table = work.domain.tables[listing.entity.name]
    call = plan_method(work.repositories, Job(table=table, operation=listing))
    owner = work.domain.access(table)
    source = f"{owner}(session).{call.method}({', '.join(call.arguments)})"
    return f"{table.rows} = await {source}"


def error_responses(operation: Operation) -> tuple[tuple[int, str], ...]:
    """Return every stated error status with the constant that describes it."""
    return tuple(
        (status, status_constant(status))
        for status in operation.endpoint.statuses
        if status >= HTTPStatus.BAD_REQUEST
    )


def status_constant(status: int) -> str:
    """Return the name of an error status, `NOT_FOUND` for 404."""
    try:
        return HTTPStatus(status).name
    except ValueError:
        return f"STATUS_{status}"


def _signature(
    domain: Domain,
    operation: Operation,
    table: Table | None,
    body: str | None,
    session: SessionPlan | None,
    *,
    ends_session: bool,
) -> tuple[str, ...]:
    endpoint = operation.endpoint
    lines = []
    if operation.path_user is not None:
        lines.append(f"{USER}: {own_id_alias(operation.path_user)}")
    elif endpoint.auth and (
        operation.action in _SESSION_ACTIONS or (table and _uses_user(domain, operation, table))
    ):
        lines.append(f"{USER}: CurrentUserId")
    elif endpoint.auth:
        lines.append(f"_{USER}: CurrentUserId")
    required: list[str] = []
    optional: list[str] = []
    for item in endpoint.parameters:
        if item.name == operation.path_user and item.location is Location.PATH:
            continue
        line = _parameter(item, table)
        (optional if "=" in line.rpartition("]")[2] else required).append(line)
    stored = (table is not None and operation.action is not Action.LOGOUT) or ends_session
    if stored or asks_for_health(operation):
        required.insert(0, "database: DatabaseDep" if domain.is_sync else "session: SessionDep")
    if operation.action is Action.REFRESH or (session is not None and session.token):
        required.insert(0, "request: Request")
    if body is not None:
        required.append(f"body: {body}")
    return (*lines, *required, *optional)


def _uses_user(domain: Domain, operation: Operation, table: Table) -> bool:
    return scope(domain, table, operation.bindings).owned or operation.mine


def asks_for_health(operation: Operation) -> bool:
    """Tell whether an operation says that the backend can work, not only that it runs."""
    return operation.action is Action.HEALTH and bool(_READY & set(_words(operation)))


def _words(operation: Operation) -> list[str]:
    return re.split(r"[^a-z]+", operation.endpoint.path.lower())


def own_id_alias(parameter: str) -> str:
    """Return the name of the dependency that compares a path's user id with the token's."""
    return "OwnUserId" if identifier(parameter) == "user_id" else f"Own{names.pascal(parameter)}"


# Pydantic takes a number for a moment in seconds, and databases search no NUL.
_STRICT = {
    "date": "IsoDate",
    "datetime": "IsoDatetime",
    "str": "StoredStr",
    "list[str]": "list[StoredStr]",
}


def _parameter(item: Parameter, table: Table | None) -> str:
    column = find_column(table.entity, item.name) if table else None
    annotation = parameter_annotation(table, column, item.type, item.constraints.choices)
    if item.constraints.pattern is None:
        annotation = _STRICT.get(annotation, annotation)
    argument = naming.argument(item.name)
    limits = list(bounds(item.constraints, item.type))
    if argument != item.name:
        limits.insert(0, f"alias={naming.literal(item.name)}")
    if item.description:
        limits.append(f"description={naming.literal(naming.prose(item.description))}")
    kind = {Location.PATH: "Path", Location.QUERY: "Query"}[item.location]
    if item.required or item.location is Location.PATH:
        return f"{argument}: Annotated[{annotation}, {kind}({', '.join(limits)})]"
    value = item.default.value if item.default else None
    if value is None:
        annotation = f"{annotation} | None"
    source = naming.literal(value)
    if table and column and value is not None and annotation == table.enums.get(column.name):
        source = member(table, column, value)
    return f"{argument}: Annotated[{annotation}, {kind}({', '.join(limits)})] = {source}"
