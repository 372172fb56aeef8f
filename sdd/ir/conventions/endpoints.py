"""Conventions for endpoints: authentication, parameters, statuses."""

import re
from dataclasses import replace

from sdd.ir.behaviour import (
    Action,
    Direct,
    Operation,
    UserItself,
    operation,
    ownership,
    puts_new,
)
from sdd.ir.conventions.filling import assume, fill
from sdd.ir.conventions.responses import complete_response
from sdd.ir.conventions.shapes import LARGEST_INT, complete_request, distinct
from sdd.ir.matching import (
    EVERYTHING,
    find_column,
    find_flag,
    identifier,
    is_user_word,
    user_entity,
)
from sdd.ir.model import (
    Application,
    Column,
    Constraints,
    Default,
    Endpoint,
    Entity,
    Location,
    Parameter,
    Type,
)
from sdd.ir.queries import (
    Filter,
    FilterKind,
    find_filter,
    is_control,
    sort_parameters,
    sort_words,
)
from sdd.ir.resources import address, path_parameters

_WRITING = frozenset({Action.CREATE, Action.REPLACE, Action.UPDATE})
_OPEN = frozenset({Action.HEALTH, Action.REGISTER, Action.LOGIN, Action.REFRESH})
_CREATED, _OK, _EMPTY, _FOUND_NOTHING, _CONFLICT = 201, 200, 204, 404, 409
_UNAUTHORIZED, _FORBIDDEN, _TOO_MANY = 401, 403, 429
_LONGEST_TEXT = 255
_LARGEST_PAGE, _MOST_ROWS, _USUAL_ROWS = 10_000, 100, 20
_LONGEST_SEARCH = 100
_STATUS_WORDS = ("all", "pending", "completed")


def principal_type(application: Application) -> Type:
    """Return the type of the user's id: that of most owner columns, else of the users' key."""
    counts: dict[Type, int] = {}
    for entity in application.entities:
        owned = ownership(application, entity)
        if isinstance(owned, Direct | UserItself) and owned.column.type is not None:
            type_ = Type.STR if owned.column.type is Type.TEXT else owned.column.type
            counts[type_] = counts.get(type_, 0) + 1
    known = [type_ for type_ in (Type.STR, Type.INT, Type.UUID) if counts.get(type_)]
    return max(known, key=lambda type_: counts[type_]) if known else Type.STR


def complete_endpoint(application: Application, endpoint: Endpoint) -> Endpoint:
    """Fill what an endpoint leaves open, given complete tables and policies."""
    endpoint = _with_declared_path(endpoint)
    endpoint = replace(
        endpoint,
        request=distinct(endpoint.request),
        response=distinct(endpoint.response),
        parameters=tuple({(p.location, p.name): p for p in endpoint.parameters}.values()),
    )
    found = operation(application, endpoint)
    endpoint = fill(endpoint, auth=_needs_user(application, found))
    if found.action is Action.ME:
        endpoint = assume(endpoint, auth=True)
    endpoint = replace(
        endpoint,
        parameters=tuple(_complete_parameter(application, found, p) for p in endpoint.parameters),
    )
    found = operation(application, endpoint)
    status = _success_status(found)
    endpoint = fill(endpoint, success_status=status)
    endpoint = assume(
        endpoint,
        request=complete_request(found),
        response=complete_response(application, found, endpoint.success_status or status),
    )
    return assume(endpoint, statuses=_statuses(application, found, endpoint))


def _with_declared_path(endpoint: Endpoint) -> Endpoint:
    """Declare every parameter of the path, in its order, before the others."""
    endpoint = _with_plain_names(endpoint)
    stated = {item.name: item for item in endpoint.parameters if item.location is Location.PATH}
    others = [item for item in endpoint.parameters if item.location is not Location.PATH]
    wanted = path_parameters(endpoint.path)
    inside = [
        stated.get(name)
        or Parameter(name=name, location=Location.PATH, assumed=frozenset({"name", "location"}))
        for name in wanted
    ]
    return assume(endpoint, parameters=(*inside, *others))


def _with_plain_names(endpoint: Endpoint) -> Endpoint:
    """Write the names in a path as the framework takes them: `{task_id}` for `{task-id:int}`."""
    spelled = {name: name for name in path_parameters(endpoint.path)}
    for name in spelled:
        if not (name.isidentifier() and name.isascii()):
            spelled[name] = identifier(name) if identifier(name).isidentifier() else "value"
    path = re.sub(
        r"\{([^{}:]+)(?::[^{}]*)?\}",
        lambda match: f"{{{spelled.get(match.group(1), match.group(1))}}}",
        endpoint.path,
    )
    parameters = tuple(
        assume(item, name=spelled.get(item.name, item.name))
        if item.location is Location.PATH
        else item
        for item in endpoint.parameters
    )
    return assume(endpoint, path=path, parameters=parameters)


def _needs_user(application: Application, found: Operation) -> bool:
    if found.action in _OPEN:
        return False
    return application.auth.required is not False


def _success_status(found: Operation) -> int:
    if found.action in {Action.CREATE, Action.REGISTER}:
        return _CREATED
    response = found.endpoint.response
    silent = response is None or response.type is Type.NONE
    return _EMPTY if found.action is Action.DELETE and silent else _OK


def _complete_parameter(
    application: Application, found: Operation, parameter: Parameter
) -> Parameter:
    if parameter.location is Location.PATH:
        return _complete_path(application, found, parameter)
    if parameter.location is not Location.QUERY or found.entity is None:
        return fill(parameter, type=Type.STR, required=False)
    parameter = _complete_query(found.entity, found.endpoint, parameter)
    parameter = fill(parameter, required=False, type=Type.STR)
    if parameter.type is Type.STR and parameter.constraints.choices:
        parameter = assume(parameter, type=Type.ENUM)
    if parameter.type in {Type.ENUM, Type.TEXT} and not parameter.constraints.choices:
        parameter = assume(parameter, type=Type.STR)
    if parameter.type is Type.INT:
        parameter = _bounded(parameter, -LARGEST_INT - 1, LARGEST_INT)
    return parameter


def _complete_path(application: Application, found: Operation, parameter: Parameter) -> Parameter:
    column = _picked_column(application, found, parameter.name)
    type_ = column.type if column else None
    if parameter.name == found.path_user or (
        column is None and is_user_word(application, parameter.name)
    ):
        type_ = principal_type(application)
    parameter = fill(assume(parameter, required=True), type=type_ or Type.STR)
    if type_ is not None and parameter.type is not type_:
        parameter = assume(parameter, type=Type.STR if type_ is Type.TEXT else type_)
    if parameter.type is Type.INT:
        return _bounded(parameter, 1, LARGEST_INT)
    bounds = parameter.constraints
    if parameter.type is Type.STR and bounds.max_length is None and not bounds.choices:
        return assume(parameter, constraints=replace(bounds, max_length=_LONGEST_TEXT))
    return parameter


def _picked_column(application: Application, found: Operation, name: str) -> Column | None:
    for resource in address(application, found.endpoint).resources:
        if resource.key == name:
            return resource.entity.key
    return None


def _bounded(parameter: Parameter, low: float, high: float) -> Parameter:
    bounds = parameter.constraints
    return assume(
        parameter,
        constraints=replace(
            bounds,
            minimum=bounds.minimum if bounds.minimum is not None else low,
            maximum=bounds.maximum if bounds.maximum is not None else high,
        ),
    )


def _complete_query(entity: Entity, endpoint: Endpoint, parameter: Parameter) -> Parameter:
    if is_control(endpoint, parameter):
        return _complete_control(entity, endpoint, parameter)
    if _is_bare_status(entity, parameter):
        bounds = replace(parameter.constraints, choices=_STATUS_WORDS)
        parameter = assume(parameter, type=Type.ENUM, constraints=bounds)
    narrowing = find_filter(entity, parameter)
    if narrowing is None:
        return fill(parameter, type=Type.STR)
    return _complete_filter(parameter, narrowing)


def _is_bare_status(entity: Entity, parameter: Parameter) -> bool:
    """Tell whether a filter by status names no words, and rows are known by being done or not."""
    free = parameter.type in {None, Type.STR, Type.ENUM} and not parameter.constraints.choices
    named = identifier(parameter.name) == "status" and find_column(entity, "status") is None
    return free and named and find_flag(entity, _STATUS_WORDS[-1]) is not None


def _complete_control(entity: Entity, endpoint: Endpoint, parameter: Parameter) -> Parameter:
    word = identifier(parameter.name)
    by, direction = sort_parameters(endpoint)
    if parameter == direction:
        bounds = replace(
            parameter.constraints, choices=parameter.constraints.choices or ("asc", "desc")
        )
        return assume(parameter, type=Type.ENUM, constraints=bounds)
    if parameter == by:
        bounds = replace(parameter.constraints, choices=sort_words(entity, parameter))
        parameter = assume(parameter, type=Type.ENUM, constraints=bounds)
        stated = parameter.default.value if parameter.default else None
        return parameter if stated in (None, *bounds.choices) else replace(parameter, default=None)
    parameter = assume(parameter, type=Type.INT)
    if word in {"offset", "skip", "start"}:
        return _bounded(fill(parameter, default=Default(value=0)), 0, LARGEST_INT)
    if "page" in word and "size" not in word and "per" not in word:
        return _bounded(fill(parameter, default=Default(value=1)), 1, _LARGEST_PAGE)
    stated = parameter.default.value if parameter.default else None
    most = max(_MOST_ROWS, stated) if isinstance(stated, int) else _MOST_ROWS
    return _bounded(fill(parameter, default=Default(value=_USUAL_ROWS)), 1, most)


def _complete_filter(parameter: Parameter, narrowing: Filter) -> Parameter:
    column = narrowing.columns[0]
    match narrowing.kind:
        case FilterKind.STATUS:
            return assume(parameter, type=Type.ENUM)
        case FilterKind.SEARCH:
            parameter = assume(parameter, type=Type.STR)
            longest = parameter.constraints.max_length or _LONGEST_SEARCH
            bounds = replace(parameter.constraints, max_length=longest)
            return assume(parameter, constraints=bounds)
        case FilterKind.CONTAINS:
            return fill(parameter, type=column.item or Type.STR)
        case FilterKind.OVERDUE:
            return assume(parameter, type=Type.BOOL)
        case _:
            return _like_column(parameter, column)


def _like_column(parameter: Parameter, column: Column) -> Parameter:
    type_ = Type.STR if column.type in {None, Type.TEXT} else column.type
    if parameter.type is Type.ENUM and type_ is Type.STR:
        type_ = Type.ENUM
    parameter = assume(parameter, type=type_)
    if type_ is Type.BOOL:
        return assume(parameter, constraints=replace(parameter.constraints, choices=()))
    if column.type is Type.ENUM and column.constraints.choices:
        stated = parameter.constraints.choices
        if any(word.casefold() in EVERYTHING for word in stated):
            return parameter
        bounds = Constraints(choices=column.constraints.choices)
        return assume(parameter, constraints=bounds)
    return parameter


def _statuses(application: Application, found: Operation, endpoint: Endpoint) -> tuple[int, ...]:
    """Add to the stated statuses those that the backend answers by what it does."""
    errors = application.errors
    wanted = {*endpoint.statuses, endpoint.success_status or _OK}
    if endpoint.auth:
        wanted.add(_UNAUTHORIZED)
    if endpoint.roles:
        wanted.add(_FORBIDDEN)
    if found.action in {Action.LOGIN, Action.REFRESH}:
        wanted.add(_UNAUTHORIZED)
    if found.action in {Action.REGISTER, Action.LOGIN, Action.REFRESH}:
        wanted.add(_TOO_MANY)
    if found.path_user is not None:
        wanted.add(errors.path_user_status or _FORBIDDEN)
    own = found.mine and found.action is not Action.ME and not puts_new(application, found)
    if found.key is not None or found.bindings or own:
        wanted.add(_FOUND_NOTHING)
        wanted.add(errors.foreign_status or _FOUND_NOTHING)
    if _attaches(application, found):
        wanted.add(_FOUND_NOTHING)
        wanted.add(errors.foreign_status or _FOUND_NOTHING)
    if _is_validated(endpoint):
        wanted.add(errors.validation_status or 422)
    if _may_conflict(found):
        wanted.add(_CONFLICT)
    return tuple(sorted(wanted))


def _attaches(application: Application, found: Operation) -> bool:
    """Tell whether a body refers to rows of another table, which must be there."""
    user = user_entity(application)
    entity, request = found.entity, found.endpoint.request
    if entity is None or request is None or found.action not in _WRITING:
        return False
    for item in request.fields:
        column = find_column(entity, item.name)
        reference = column.foreign_key if column else None
        target = application.entity_of_table(reference.table) if reference else None
        if target is not None and target != user and column is not None:
            return column.name != entity.owner_column
    return False


def _is_validated(endpoint: Endpoint) -> bool:
    has_body = endpoint.request is not None and endpoint.request.type is not Type.NONE
    return has_body or bool(endpoint.parameters)


def _may_conflict(found: Operation) -> bool:
    if found.action is Action.REGISTER:
        return True
    if found.action not in _WRITING or found.entity is None:
        return False
    key = found.entity.key
    single = any(column.unique and column is not key for column in found.entity.columns)
    return single or any(index.unique for index in found.entity.indexes)
