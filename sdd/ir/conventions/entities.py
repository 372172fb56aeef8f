"""Conventions for tables: those that only the API names, their keys and their owners."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import pairwise

from sdd import names
from sdd.ir.behaviour import REFRESH_TOKEN, Action, is_single, operations, refreshes
from sdd.ir.conventions.columns import complete_column, demanded_columns
from sdd.ir.conventions.filling import assume, fill
from sdd.ir.conventions.references import with_references
from sdd.ir.matching import find_column, identifier, is_secret, user_entity
from sdd.ir.model import (
    Application,
    Column,
    Constraints,
    Endpoint,
    Entity,
    Field,
    ForeignKey,
    Shape,
    Type,
)
from sdd.ir.resources import address

_LONGEST_HASH = 255
_WRITING = frozenset({Action.CREATE, Action.REPLACE, Action.UPDATE, Action.REGISTER})
_SHOWING = frozenset({Action.LIST, Action.READ, *_WRITING})
_NO_TABLES = frozenset(
    {"auth", "health", "healthz", "user", "account", "chat", "search", "status", "statistic"}
    | {"stats", "export", "import", "admin", "system", "event", "cron", "webhook", "token"}
)
_DERIVED = frozenset({"name", "type", "nullable"})


def complete_entities(application: Application) -> Application:
    """Fill the tables: those that only the API names, then keys, owners and columns."""
    application = _with_users(application)
    application = _with_refresh_tokens(application)
    application = _with_missing_tables(application)
    application = _each(application, _with_table_and_key)
    application = _each(application, partial(_with_owner, _parents(application)))
    application = _with_sent_columns(application)
    application = _with_shown_timestamps(application)
    application = with_references(application, _parents(application))
    application = _each(application, _with_single_owner)
    demanded = demanded_columns(application)
    application = _each(
        application,
        lambda whole, entity: replace(
            entity,
            columns=tuple(
                complete_column(whole, entity, column, demanded.get((entity.name, column.name)))
                for column in entity.columns
            ),
        ),
    )
    return _each(application, _with_deletion)


def _with_refresh_tokens(application: Application) -> Application:
    """Add the table of refresh tokens, or what it lacks to tell that one was used twice."""
    user = user_entity(application)
    if user is None or user.managed_by is not None or not refreshes(application):
        return application
    owner = Column(
        name="user_id",
        type=user.key.type if user.key else None,
        nullable=False,
        indexed=True,
        foreign_key=ForeignKey(
            table=user.table or "users",
            column=user.key.name if user.key else "id",
            on_delete="cascade",
        ),
    )
    wanted = (
        Column(name="id", type=Type.INT, primary_key=True, nullable=False),
        owner,
        _text("family", 32, indexed=True),
        _text("token_hash", 64, unique=True),
        Column(name="expires_at", type=Type.DATETIME, nullable=False),
        Column(name="used_at", type=Type.DATETIME, nullable=True),
    )
    stated = application.entity(REFRESH_TOKEN) or Entity(
        name=REFRESH_TOKEN, assumed=frozenset({"name", "table", "columns"})
    )
    stated = fill(stated, table="refresh_tokens", owner_column="user_id")
    lacking = [
        replace(item, assumed=frozenset({"name", "type", "nullable"}))
        for item in wanted
        if stated.column(item.name) is None and not (item.primary_key and stated.key)
    ]
    full = replace(stated, columns=(*stated.columns, *lacking))
    others = tuple(item for item in application.entities if item.name != REFRESH_TOKEN)
    at = next(
        (n for n, item in enumerate(application.entities) if item.name == REFRESH_TOKEN),
        len(others),
    )
    return replace(application, entities=(*others[:at], full, *others[at:]))


def _text(
    name: str, length: int, *, indexed: bool | None = None, unique: bool | None = None
) -> Column:
    return Column(
        name=name,
        type=Type.STR,
        nullable=False,
        indexed=indexed,
        unique=unique,
        constraints=Constraints(max_length=length),
    )


def _each(application: Application, change: Callable[[Application, Entity], Entity]) -> Application:
    changed = tuple(change(application, entity) for entity in application.entities)
    return replace(application, entities=changed)


def _with_users(application: Application) -> Application:
    """Give a backend that signs users in a table for them; leave all others' users alone."""
    actions = {item.action for item in operations(application)}
    user = user_entity(application)
    if not actions & {Action.REGISTER, Action.LOGIN}:
        if user is None or user.managed_by is not None:
            return application
        return application.with_entity(fill(user, managed_by="an identity provider"))
    if user is None:
        user = Entity(name="User", assumed=frozenset({"name", "columns"}))
        application = replace(application, entities=(*application.entities, user))
        user = _with_fields(application, user, (Action.REGISTER, Action.ME))
        user = _with_column(user, "email", Type.STR, unique=True)
    user = assume(user, managed_by=None)
    if not any(is_secret(column) for column in user.columns):
        user = _with_column(user, "password_hash", Type.STR, longest=_LONGEST_HASH)
    return application.with_entity(user)


def _with_fields(application: Application, entity: Entity, actions: tuple[Action, ...]) -> Entity:
    for item in operations(application):
        if item.action in actions:
            entity = _with_columns_of(entity, item.endpoint.request)
    return entity


def _with_column(
    entity: Entity,
    name: str,
    type_: Type | None,
    *,
    unique: bool | None = None,
    longest: int | None = None,
) -> Entity:
    if find_column(entity, name) is not None:
        return entity
    column = Column(
        name=name,
        type=type_,
        unique=unique,
        constraints=Constraints(max_length=longest),
        assumed=_DERIVED | ({"unique"} if unique else set()),
    )
    return assume(entity, columns=(*entity.columns, column))


def _with_missing_tables(application: Application) -> Application:
    """Derive a table for each collection of the API that the schema does not describe."""
    for endpoint in application.endpoints:
        segment = _unknown_collection(application, endpoint)
        if segment is None:
            continue
        table = names.snake(segment)
        entity = Entity(
            name=names.pascal(names.singular(table)),
            table=table,
            assumed=frozenset({"name", "table", "columns"}),
        )
        application = replace(application, entities=(*application.entities, entity))
        for other in application.endpoints:
            found = address(application, other).last
            if found is not None and found.entity.name == entity.name:
                entity = _with_columns_of(entity, other.request)
                entity = _with_columns_of(entity, _row_of(other.response))
        application = application.with_entity(entity)
    return application


def _unknown_collection(application: Application, endpoint: Endpoint) -> str | None:
    where = address(application, endpoint)
    if where.last is not None or where.me or len(where.tail) != 1:
        return None
    segment = where.tail[0]
    word = names.singular(identifier(segment))
    if word in _NO_TABLES or endpoint.method not in {"GET", "POST"}:
        return None
    base = endpoint.path.rstrip("/")
    items = [
        item
        for item in application.endpoints
        if item.path.startswith(f"{base}/{{") or item.path == endpoint.path
    ]
    described = any(
        (item.request and item.request.fields) or _row_of(item.response) for item in items
    )
    methods = {item.method for item in items}
    return segment if described and {"GET", "POST"} & methods and len(items) > 1 else None


def _row_of(shape: Shape | None) -> Shape | None:
    """Find the innermost object that has an id: what an answer is about."""
    if shape is None:
        return None
    if shape.type is Type.LIST:
        return _row_of(shape.item)
    if shape.field("id") is not None:
        return shape
    found = (_row_of(item.shape) for item in shape.fields)
    return next((item for item in found if item is not None), None)


def _with_columns_of(entity: Entity, shape: Shape | None) -> Entity:
    for field in shape.fields if shape else ():
        entity = _with_column_of(entity, field)
    return entity


def _with_column_of(entity: Entity, field: Field) -> Entity:
    name = names.snake(field.name)
    shape = field.shape
    if not name or "password" in name or find_column(entity, name) is not None:
        return entity
    type_ = Type.JSON if shape.type in {Type.OBJECT, Type.NONE} else shape.type
    column = Column(
        name=name,
        type=type_,
        item=shape.item.type if shape.item else None,
        nullable=shape.nullable or (True if field.required is False else None),
        default=field.default,
        constraints=shape.constraints,
        span=field.span,
        assumed=_DERIVED,
    )
    return assume(entity, columns=(*entity.columns, column))


def _with_table_and_key(application: Application, entity: Entity) -> Entity:
    entity = fill(entity, table=names.plural(names.snake(entity.name)))
    if entity.key is not None:
        return entity
    named = entity.column("id")
    if named is not None:
        key = assume(named, primary_key=True)
        return assume(
            entity, columns=(key, *(item for item in entity.columns if item is not named))
        )
    user = user_entity(application)
    type_ = Type.UUID if user and user.name == entity.name else Type.INT
    key = Column(
        name="id",
        type=type_,
        primary_key=True,
        assumed=frozenset({"name", "type", "primary_key"}),
    )
    return assume(entity, columns=(key, *entity.columns))


def _with_owner(parents: Mapping[str, Entity], application: Application, entity: Entity) -> Entity:
    user = user_entity(application)
    decided = entity.owner_column is not None or entity.shared
    if decided or (user is not None and user.name == entity.name):
        return entity
    for column in entity.columns:
        target = column.foreign_key.table if column.foreign_key else None
        to_user = user is not None and target is not None and target == user.table
        named = identifier(column.name) in {"user_id", "owner_id", "userid", "user", "owner"}
        if to_user or (named and target is None):
            return assume(entity, owner_column=column.name)
    if "columns" not in entity.assumed or any(column.foreign_key for column in entity.columns):
        return entity
    if entity.name in parents:
        return entity
    owner = Column(
        name="user_id",
        type=user.key.type if user and user.key else Type.STR,
        indexed=True,
        assumed=_DERIVED | {"indexed"},
    )
    return assume(entity, owner_column="user_id", columns=(*entity.columns, owner))


def _parents(application: Application) -> dict[str, Entity]:
    """Return, for each entity that stands below another's key in a path, that other."""
    found: dict[str, Entity] = {}
    for endpoint in application.endpoints:
        for upper, lower in pairwise(address(application, endpoint).resources):
            if upper.key is not None:
                found.setdefault(lower.entity.name, upper.entity)
    return found


def _with_sent_columns(application: Application) -> Application:
    """Give a table the columns that a request sends and the schema forgot."""
    for item in operations(application):
        if item.action not in _WRITING or item.entity is None or item.entity.managed_by:
            continue
        entity = application.entity(item.entity.name)
        if entity is not None:
            application = application.with_entity(_with_columns_of(entity, item.endpoint.request))
    return application


def _with_shown_timestamps(application: Application) -> Application:
    """Give a table the times of creation and change that answers show and the schema forgot."""
    for item in operations(application):
        entity = application.entity(item.entity.name) if item.entity else None
        shape = _row_of(item.endpoint.response)
        if entity is None or shape is None or entity.managed_by or item.action not in _SHOWING:
            continue
        for field in shape.fields:
            word = identifier(field.name)
            if word in {"created_at", "updated_at"}:
                entity = _with_column(entity, word, Type.DATETIME)
        application = application.with_entity(entity)
    return application


def _with_single_owner(application: Application, entity: Entity) -> Entity:
    """Let each user have one row of what the API knows one row of."""
    owner = entity.column(entity.owner_column) if entity.owner_column else None
    if owner is None or owner.primary_key or not is_single(application, entity):
        return entity
    changed = fill(owner, unique=True)
    return replace(
        entity, columns=tuple(changed if item is owner else item for item in entity.columns)
    )


def _with_deletion(_: Application, entity: Entity) -> Entity:
    """Say what becomes of rows whose parent is deleted: they go too, or lose the reference."""
    columns = tuple(map(_with_on_delete, entity.columns))
    return entity if columns == entity.columns else replace(entity, columns=columns)


def _with_on_delete(column: Column) -> Column:
    reference = column.foreign_key
    if reference is None or reference.on_delete is not None:
        return column
    on_delete = "set_null" if column.nullable else "cascade"
    return assume(column, foreign_key=replace(reference, on_delete=on_delete))
