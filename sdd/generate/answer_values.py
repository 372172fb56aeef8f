"""What stands in each part of a success answer, as source."""

import re
from dataclasses import dataclass

from sdd import names
from sdd.generate import naming
from sdd.generate.counts import find_count
from sdd.generate.documents import is_document
from sdd.generate.domain import Domain, Table
from sdd.generate.lists import size_argument
from sdd.ir import Factory, Field, Shape, Type
from sdd.ir.behaviour import Action, Operation
from sdd.ir.matching import find_column, identifier, is_secret

_TOTAL = frozenset({"total", "total_count", "total_items", "total_results", "total_records"})
_HERE = frozenset({"count", "length", "returned", "results_count"})
_PAGES = frozenset({"pages", "total_pages", "page_count", "last_page"})
_PAGE = frozenset({"page", "current_page", "page_number"})
_SIZE = frozenset({"limit", "per_page", "page_size", "size", "items_per_page"})
_OFFSET = frozenset({"offset", "skip"})
_NEXT = frozenset({"has_next", "has_more", "has_next_page", "next_page_exists"})
_PREVIOUS = frozenset({"has_prev", "has_previous", "has_prev_page", "has_previous_page"})
_TRUE = frozenset({"success", "ok", "deleted", "is_success", "updated", "created"})
_TEXT = frozenset({"message", "detail", "msg", "info", "description"})
_EMPTY = frozenset({"error", "errors", "next", "warnings"})
_TOKEN = frozenset({"access_token", "token", "jwt", "accesstoken", "auth_token"})
_WITH_ROW = frozenset(
    {Action.READ, Action.CREATE, Action.REPLACE, Action.UPDATE, Action.TOGGLE, Action.DELETE}
    | {Action.ME, Action.REGISTER, Action.LOGIN}
)
SIGNING_IN = frozenset({Action.LOGIN, Action.REGISTER, Action.REFRESH})
_DONE = {
    Action.CREATE: "created",
    Action.REPLACE: "updated",
    Action.UPDATE: "updated",
    Action.TOGGLE: "updated",
    Action.DELETE: "deleted",
    Action.REGISTER: "registered",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Whose answer it is, and which table it is about."""

    domain: Domain
    operation: Operation
    table: Table | None

    @property
    def row(self) -> str:
        """The variable that holds the row."""
        return self.table.variable if self.table else "row"

    @property
    def rows(self) -> str:
        """The variable that holds the rows."""
        return self.table.rows if self.table else "rows"


def context_of(domain: Domain, operation: Operation) -> Context:
    """Return the context of an operation's answer."""
    entity = operation.entity
    return Context(
        domain=domain,
        operation=operation,
        table=domain.tables.get(entity.name) if entity else None,
    )


def needs_total(operation: Operation) -> bool:
    """Tell whether an answer states how many rows there are on all pages."""
    if operation.action is not Action.LIST or operation.paging is None:
        return False
    response = operation.endpoint.response
    return response is not None and _mentions_total(response)


def total_place(operation: Operation) -> tuple[str, ...] | None:
    """Find the field of a list's answer that says how many rows there are on all pages."""
    response = operation.endpoint.response
    return _find_total(response) if response is not None and needs_total(operation) else None


def _find_total(shape: Shape) -> tuple[str, ...] | None:
    for item in shape.fields:
        if identifier(item.name) in _TOTAL:
            return (item.name,)
        below = _find_total(item.shape)
        if below is not None:
            return (item.name, *below)
    return None


def _mentions_total(shape: Shape) -> bool:
    wanted = _TOTAL | _PAGES | _NEXT
    names_here = {identifier(item.name) for item in shape.fields}
    if names_here & wanted or (names_here & _HERE and not names_here & _TOTAL):
        return True
    return any(_mentions_total(item.shape) for item in shape.fields if item.shape.fields)


def row_source(table: Table | None, item: Field) -> bool:
    """Tell whether a field of a row is one of its columns and may be shown."""
    column = find_column(table.entity, item.name) if table else None
    if column is None or is_secret(column):
        return False
    return item.shape.type is not Type.OBJECT or is_document(column, item.shape)


def column_value(context: Context, item: Field) -> str | None:
    """Return the row's value of the column that a field is named after."""
    table = context.table
    column = find_column(table.entity, _plain_name(item.name)) if table else None
    if table is None or column is None or is_secret(column):
        return None
    value = f"{table.variable}.{table.attributes[column.name]}"
    made = column.default is not None and column.default.factory is Factory.AUTOINCREMENT
    # A key is None until the database has made it: a type checker has to be told that it has.
    return f"cast(int, {value})" if made and item.shape.type is Type.INT else value


def value_of(context: Context, path: tuple[str, ...], shape: Shape) -> str | None:
    """Return how a part of an answer that is no row is computed, as source."""
    operation = context.operation
    if operation.action is Action.STATISTICS and context.table:
        counted = find_count(context.table, path, shape)[0]
        if counted is not None:
            return counted
    word = identifier(path[-1])
    if operation.action is Action.LIST:
        paged = _paging_value(context, word)
        if paged is not None:
            return paged
    if operation.action in SIGNING_IN:
        signed = _token_value(word, shape, refreshed=context.domain.refreshes)
        if signed is not None:
            return signed
    if operation.action in _WITH_ROW and shape.type not in {Type.OBJECT, Type.LIST}:
        named = Field(name=path[-1], shape=shape)
        constant = word in _TEXT or (word == "status" and _flagless_status(context))
        value = None if constant else column_value(context, named)
        if value is not None and find_column_type(context, path[-1], shape):
            return _as_text(context, named, value)
    return _constant(context, word, shape)


def _as_text(context: Context, item: Field, value: str) -> str:
    table = context.table
    column = find_column(table.entity, _plain_name(item.name)) if table else None
    if column is None or item.shape.type is not Type.STR:
        return value
    if column.type is Type.UUID:
        return f"str({value})"
    return f"{value}.isoformat()" if column.type in {Type.DATE, Type.DATETIME} else value


def _plain_name(name: str) -> str:
    """Return the column's name in `deleted_id`."""
    word = identifier(name)
    return word.removeprefix("deleted_") if re.fullmatch(r"deleted_(\w+_)?id", word) else name


def find_column_type(context: Context, name: str, shape: Shape) -> bool:
    """Tell whether a field beside a row has the type of the column that it is named after."""
    table = context.table
    column = find_column(table.entity, _plain_name(name)) if table else None
    if column is None:
        return False
    textual = {Type.STR, Type.TEXT, Type.ENUM, Type.UUID, Type.DATETIME, Type.DATE}
    return column.type is shape.type or {column.type, shape.type} <= textual


def _flagless_status(context: Context) -> bool:
    return context.table is None or context.table.entity.column("status") is None


def _paging_value(context: Context, word: str) -> str | None:
    operation = context.operation
    paging, rows = operation.paging, context.rows
    total = "total" if needs_total(operation) else f"len({rows})"
    stated = _top_names(operation.endpoint.response)
    if word in _TOTAL:
        return total
    if word in _HERE:
        return f"len({rows})" if stated & _TOTAL else total
    if paging is None:
        return None
    size = size_argument(operation)
    page = naming.argument(paging.page) if paging.page else None
    offset = naming.argument(paging.offset) if paging.offset else None
    if word in _SIZE and (paging.size or paging.page):
        return size
    if word in _PAGES and (paging.size or paging.page):
        return f"ceil({total} / {size})"
    if word in _PAGE:
        return page or (f"{offset} // {size} + 1" if offset and paging.size else None)
    if word in _OFFSET:
        return offset or (f"({page} - 1) * {size}" if page else None)
    reached = f"{page} * {size}" if page else f"{offset} + len({rows})" if offset else None
    if word in _NEXT and reached:
        return f"{reached} < {total}"
    if word in _PREVIOUS and (page or offset):
        return f"{page} > 1" if page else f"{offset} > 0"
    return None


def _top_names(shape: Shape | None) -> set[str]:
    found: set[str] = set()
    for item in shape.fields if shape else ():
        found |= {identifier(item.name)} | _top_names(item.shape)
    return found


def _token_value(word: str, shape: Shape, *, refreshed: bool) -> str | None:
    if word in _TOKEN and shape.type is Type.STR:
        return "token"
    if refreshed and word in {"refresh_token", "refreshtoken"} and shape.type is Type.STR:
        return "refresh_token"
    if word in {"token_type", "tokentype"}:
        return '"bearer"'
    if word in {"expires_in", "expiresin"} and shape.type in {Type.INT, Type.STR}:
        return "TOKEN_LIFETIME_SECONDS"
    return None


def _constant(context: Context, word: str, shape: Shape) -> str | None:
    """Return what always stands in a part of an answer: a mark of success, a sentence."""
    operation = context.operation
    if shape.type is Type.BOOL:
        return "True" if word in _TRUE or operation.action is Action.HEALTH else None
    example = shape.example if isinstance(shape.example, str) else None
    if shape.type is Type.ENUM:
        words = shape.constraints.choices
        wished = example if example in words else next((w for w in words if w in _GOOD), words[0])
        return naming.literal(wished) if word in {"status", "result"} else None
    if shape.type is Type.STR and (word in _TEXT or word in {"status", "result"}):
        return naming.literal(example or _spoken(context, word))
    if operation.action is Action.HEALTH and shape.type is Type.STR:
        return naming.literal(example) if example and not _is_changing(word) else None
    if shape.type is Type.INT and word in {"status_code", "code", "status"}:
        return str(operation.endpoint.success_status)
    if shape.type in {Type.DATETIME, Type.STR} and word in {"timestamp", "time", "server_time"}:
        return "utc_now()" if shape.type is Type.DATETIME else "utc_now().isoformat()"
    return "None" if word in _EMPTY and shape.nullable else None


_GOOD = frozenset({"success", "ok", "healthy", "up"})


def _is_changing(word: str) -> bool:
    return bool(set(names.words(word)) & {"time", "timestamp", "uptime", "database", "db"})


def _spoken(context: Context, word: str) -> str:
    operation = context.operation
    if operation.action is Action.HEALTH:
        return "ok"
    if word in {"status", "result"}:
        return "success"
    if operation.action is Action.LOGOUT:
        return "Signed out"
    subject = context.table.label.capitalize() if context.table else "Request"
    return f"{subject} {_DONE.get(operation.action, 'retrieved')}"
