"""How the parts of a success answer are computed, and which parts cannot be."""

import re
from dataclasses import dataclass, replace

from sdd import names
from sdd.generate import naming
from sdd.generate.counts import find_count
from sdd.generate.domain import Domain, Table
from sdd.generate.lists import size_argument
from sdd.generate.schemas import RESPONSE, Place, Schemas
from sdd.ir import Field, Shape, Type
from sdd.ir.behaviour import Action, Binding, Operation
from sdd.ir.conventions.responses import child_entity
from sdd.ir.envelopes import find_row, find_rows
from sdd.ir.matching import find_column, identifier, is_secret
from sdd.ir.queries import sorting

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
_SIGNING_IN = frozenset({Action.LOGIN, Action.REGISTER, Action.REFRESH})
_DONE = {
    Action.CREATE: "created",
    Action.REPLACE: "updated",
    Action.UPDATE: "updated",
    Action.TOGGLE: "updated",
    Action.DELETE: "deleted",
    Action.REGISTER: "registered",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A success answer.

    Attributes:
        annotation: The return type of the handler, `None` for an empty body.
        expression: What it returns, as source; None for an empty body.
        total: Whether the number of rows on all pages is needed.
        children: Lists of rows below the one row, which the answer shows too.
    """

    annotation: str
    expression: str | None
    total: bool = False
    children: tuple[Operation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    domain: Domain
    operation: Operation
    table: Table | None

    @property
    def row(self) -> str:
        return self.table.variable if self.table else "row"

    @property
    def rows(self) -> str:
        return self.table.rows if self.table else "rows"


def _context(domain: Domain, operation: Operation) -> _Context:
    entity = operation.entity
    return _Context(
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


def computable(domain: Domain, operation: Operation) -> tuple[Shape, tuple[tuple[str, ...], ...]]:
    """Return the answer without the fields that nothing can be said in, and those fields."""
    response = operation.endpoint.response or Shape(type=Type.NONE)
    lost: list[tuple[str, ...]] = []
    kept = _keep(_context(domain, operation), response, (), lost)
    return kept or replace(response, fields=()), tuple(lost)


def _keep(
    context: _Context, shape: Shape, path: tuple[str, ...], lost: list[tuple[str, ...]]
) -> Shape | None:
    operation = context.operation
    if path in {operation.rows, operation.row} and path is not None:
        return _keep_row(context, shape, path, lost)
    if shape.type is not Type.OBJECT:
        source = _value(context, path, shape) if path else None
        return shape if source is not None or shape.type is Type.NONE else None
    fields = []
    for item in shape.fields:
        here = (*path, item.name)
        part = _keep(context, item.shape, here, lost)
        if part is None:
            lost.append(here)
        else:
            fields.append(replace(item, shape=part))
    return replace(shape, fields=tuple(fields)) if fields else None


def _keep_row(
    context: _Context, shape: Shape, path: tuple[str, ...], lost: list[tuple[str, ...]]
) -> Shape | None:
    if shape.type is Type.LIST:
        row = _keep_row(context, shape.item, path, lost) if shape.item else None
        return replace(shape, item=row) if row else None
    fields = []
    for item in shape.fields:
        below = _keep_embedded(context, item)
        if below is not None:
            fields.append(below)
        elif row_source(context.table, item) or _extra(context, (*path, item.name), item):
            fields.append(item)
        else:
            lost.append((*path, item.name))
    return replace(shape, fields=tuple(fields)) if fields else None


def embedded(context: _Context, item: Field) -> Table | None:
    """Find the table whose rows below a single row a field of it lists."""
    operation = context.operation
    single = operation.action is Action.READ and operation.key is not None
    if not single or context.table is None or item.shape.type is not Type.LIST:
        return None
    if find_column(context.table.entity, item.name) is not None:
        return None
    child = child_entity(context.domain.application, context.table.entity, item.name)
    return context.domain.tables.get(child.name) if child else None


def _keep_embedded(context: _Context, item: Field) -> Field | None:
    child = embedded(context, item)
    row = item.shape.item
    if child is None or row is None:
        return None
    kept = tuple(part for part in row.fields if row_source(child, part))
    if not kept:
        return None
    return replace(item, shape=replace(item.shape, item=replace(row, fields=kept)))


def _extra(context: _Context, path: tuple[str, ...], item: Field) -> bool:
    """Tell whether a field beside the columns of a single row can be computed."""
    single = context.operation.row is not None
    return single and _value(context, path, item.shape) is not None


def row_source(table: Table | None, item: Field) -> bool:
    """Tell whether a field of a row is one of its columns and may be shown."""
    column = find_column(table.entity, item.name) if table else None
    return column is not None and not is_secret(column) and item.shape.type is not Type.OBJECT


def plan_answer(domain: Domain, schemas: Schemas, operation: Operation, handler: str) -> Answer:
    """Plan the models of an answer and how it is built."""
    response = operation.endpoint.response
    if response is None or response.type is Type.NONE:
        return Answer(annotation="None", expression=None)
    context = _context(domain, operation)
    total = needs_total(operation)
    children = _children(context, schemas)
    annotation = _annotation(context, schemas, response, handler)
    expression = _build(context, schemas, response, (), annotation)
    return Answer(annotation=annotation, expression=expression, total=total, children=children)


def _children(context: _Context, schemas: Schemas) -> tuple[Operation, ...]:
    """Plan the models of rows below the one row, and return how they are listed."""
    operation, shape = context.operation, context.operation.endpoint.response
    for name in operation.row or ():
        found = shape.field(name) if shape else None
        shape = found.shape if found else None
    listed = []
    for item in shape.fields if shape and operation.row is not None else ():
        child = embedded(context, item)
        if child is None or item.shape.item is None or operation.key is None:
            continue
        place = Place(module=child.module, base=RESPONSE, table=child)
        schemas.model(item.shape.item, row_name(child), place, f"A {child.label} in an answer")
        listed.append(_listing(context, child, operation.key))
    return tuple(listed)


def _listing(context: _Context, child: Table, key: str) -> Operation:
    operation, table = context.operation, context.table
    if table is None:
        raise ValueError(operation.endpoint.name)
    reference = next(
        column
        for column in child.entity.columns
        if column.foreign_key and column.foreign_key.table == table.entity.table
    )
    binding = Binding(parent=table.entity, child=child.entity, column=reference, parameter=key)
    endpoint = replace(operation.endpoint, path=f"{operation.endpoint.path}/{child.plural}")
    return Operation(
        endpoint=endpoint,
        action=Action.LIST,
        entity=child.entity,
        bindings=(*operation.bindings, binding),
        sorting=sorting(child.entity, endpoint, nested=True),
    )


def row_name(table: Table) -> str:
    """Return what the model that shows a row is called."""
    return f"{table.cls}Response"


def _place(context: _Context) -> Place:
    signing = context.operation.action in _SIGNING_IN | {Action.LOGOUT}
    module = context.table.module if context.table else "health"
    return Place(module="auth" if signing else module, base=RESPONSE, table=None)


def _row_model(context: _Context, schemas: Schemas, shape: Shape) -> str:
    table = context.table
    if table is None:
        raise ValueError(context.operation.endpoint.name)
    place = Place(module=table.module, base=RESPONSE, table=table)
    return schemas.model(shape, row_name(table), place, f"A {table.label} in an answer")


def _annotation(context: _Context, schemas: Schemas, shape: Shape, handler: str) -> str:
    operation = context.operation
    if operation.rows == () and shape.item is not None:
        return f"list[{_row_model(context, schemas, shape.item)}]"
    if operation.row == () and _is_plain_row(context, shape):
        return _row_model(context, schemas, shape)
    _plan_row(context, schemas, shape)
    wanted = f"{names.pascal(handler)}Response"
    if operation.action is Action.LIST and context.table:
        wanted = f"{context.table.cls}ListResponse"
    if operation.row == () and context.table:
        place = Place(module=context.table.module, base=RESPONSE, table=context.table)
    else:
        place = _place(context)
    doc = f"What {operation.endpoint.name} answers"
    otherwise = f"{names.pascal(handler)}Response"
    return schemas.model(shape, wanted, place, doc, otherwise=otherwise)


def _is_plain_row(context: _Context, shape: Shape) -> bool:
    return all(row_source(context.table, item) for item in shape.fields)


def _plan_row(context: _Context, schemas: Schemas, shape: Shape) -> None:
    """Name the model of the row inside an envelope before the envelope asks for it."""
    for path in (context.operation.rows, context.operation.row):
        if not path:
            continue
        inner = shape
        for name in path:
            found = inner.field(name)
            inner = found.shape if found else inner
        row = inner.item if inner.type is Type.LIST else inner
        if row is not None and row.fields:
            _row_model(context, schemas, row)


def _build(
    context: _Context, schemas: Schemas, shape: Shape, path: tuple[str, ...], annotation: str
) -> str:
    operation = context.operation
    model = annotation.removesuffix(" | None")
    if operation.rows == path and shape.type is Type.LIST:
        inner = model.removeprefix("list[").removesuffix("]")
        one = context.row
        return f"[{inner}.model_validate({one}) for {one} in {context.rows}]"
    if operation.row == path and _is_plain_row(context, shape):
        return f"{model}.model_validate({context.row})"
    if shape.type is not Type.OBJECT or not shape.fields:
        value = _value(context, path, shape)
        return "None" if value is None else value
    lines = schemas.fields[model]
    passed = []
    for line, item in zip(lines, shape.fields, strict=True):
        here = (*path, item.name)
        value = _build(context, schemas, item.shape, here, line.annotation)
        child = embedded(context, item) if operation.row == path else None
        if child is not None:
            value = _listed(child, line.annotation)
        elif operation.row == path and row_source(context.table, item):
            value = _column_value(context, item) or value
        passed.append((line, value))
    return f"{model}({', '.join(f'{line.attribute}={value}' for line, value in passed)})"


def _listed(child: Table, annotation: str) -> str:
    model = annotation.removeprefix("list[").removesuffix("]")
    return f"[{model}.model_validate({child.variable}) for {child.variable} in {child.rows}]"


def _column_value(context: _Context, item: Field) -> str | None:
    table = context.table
    column = find_column(table.entity, _plain_name(item.name)) if table else None
    if table is None or column is None or is_secret(column):
        return None
    return f"{table.variable}.{table.attributes[column.name]}"


def _value(context: _Context, path: tuple[str, ...], shape: Shape) -> str | None:
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
    if operation.action in _SIGNING_IN:
        signed = _token_value(word, shape, refreshed=context.domain.refreshes)
        if signed is not None:
            return signed
    if operation.action in _WITH_ROW and shape.type not in {Type.OBJECT, Type.LIST}:
        named = Field(name=path[-1], shape=shape)
        constant = word in _TEXT or (word == "status" and _flagless_status(context))
        value = None if constant else _column_value(context, named)
        if value is not None and find_column_type(context, path[-1], shape):
            return _as_text(context, named, value)
    return _constant(context, word, shape)


def _as_text(context: _Context, item: Field, value: str) -> str:
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


def find_column_type(context: _Context, name: str, shape: Shape) -> bool:
    """Tell whether a field beside a row has the type of the column that it is named after."""
    table = context.table
    column = find_column(table.entity, _plain_name(name)) if table else None
    if column is None:
        return False
    textual = {Type.STR, Type.TEXT, Type.ENUM, Type.UUID, Type.DATETIME, Type.DATE}
    return column.type is shape.type or {column.type, shape.type} <= textual


def _flagless_status(context: _Context) -> bool:
    return context.table is None or context.table.entity.column("status") is None


def _paging_value(context: _Context, word: str) -> str | None:
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


def _constant(context: _Context, word: str, shape: Shape) -> str | None:
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


def _spoken(context: _Context, word: str) -> str:
    operation = context.operation
    if operation.action is Action.HEALTH:
        return "ok"
    if word in {"status", "result"}:
        return "success"
    if operation.action is Action.LOGOUT:
        return "Signed out"
    subject = context.table.label.capitalize() if context.table else "Request"
    return f"{subject} {_DONE.get(operation.action, 'retrieved')}"


def has_rows(operation: Operation) -> bool:
    """Tell whether an answer has the place for rows, or the row, that its action promises."""
    entity, response = operation.entity, operation.endpoint.response
    if entity is None:
        return False
    if operation.action is Action.LIST:
        return find_rows(entity, response) is not None
    return find_row(entity, response) is not None
