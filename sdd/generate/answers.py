"""How a success answer is built, and which parts of it cannot be."""

from dataclasses import dataclass, replace

from sdd import names
from sdd.generate.answer_values import (
    SIGNING_IN,
    Context,
    column_value,
    context_of,
    needs_total,
    row_source,
    value_of,
)
from sdd.generate.documents import held, is_document, sent_to
from sdd.generate.domain import Domain, Table
from sdd.generate.schemas import RESPONSE, Place, Schemas
from sdd.ir import Field, Shape, Type
from sdd.ir.behaviour import Action, Binding, Operation
from sdd.ir.conventions.responses import child_entity
from sdd.ir.envelopes import find_row, find_rows
from sdd.ir.matching import find_column
from sdd.ir.queries import sorting


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


def computable(domain: Domain, operation: Operation) -> tuple[Shape, tuple[tuple[str, ...], ...]]:
    """Return the answer without the fields that nothing can be said in, and those fields."""
    response = operation.endpoint.response or Shape(type=Type.NONE)
    lost: list[tuple[str, ...]] = []
    kept = _keep(context_of(domain, operation), response, (), lost)
    return kept or replace(response, fields=()), tuple(lost)


def _keep(
    context: Context, shape: Shape, path: tuple[str, ...], lost: list[tuple[str, ...]]
) -> Shape | None:
    operation = context.operation
    if path in {operation.rows, operation.row} and path is not None:
        return _keep_row(context, shape, path, lost)
    if shape.type is not Type.OBJECT:
        source = value_of(context, path, shape) if path else None
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
    context: Context, shape: Shape, path: tuple[str, ...], lost: list[tuple[str, ...]]
) -> Shape | None:
    if shape.type is Type.LIST:
        row = _keep_row(context, shape.item, path, lost) if shape.item else None
        return replace(shape, item=row) if row else None
    fields = []
    for item in shape.fields:
        here = (*path, item.name)
        part = _keep_embedded(context, item) or _keep_stored(context, item, here, lost)
        if part is not None:
            fields.append(part)
        elif not row_source(context.table, item) and _extra(context, here, item):
            fields.append(item)
        else:
            lost.append(here)
    return replace(shape, fields=tuple(fields)) if fields else None


def embedded(context: Context, item: Field) -> Table | None:
    """Find the table whose rows below a single row a field of it lists."""
    operation = context.operation
    single = operation.action is Action.READ and operation.key is not None
    if not single or context.table is None or item.shape.type is not Type.LIST:
        return None
    if find_column(context.table.entity, item.name) is not None:
        return None
    child = child_entity(context.domain.application, context.table.entity, item.name)
    return context.domain.tables.get(child.name) if child else None


def _keep_embedded(context: Context, item: Field) -> Field | None:
    child = embedded(context, item)
    row = item.shape.item
    if child is None or row is None:
        return None
    kept = tuple(part for part in row.fields if row_source(child, part))
    if not kept:
        return None
    return replace(item, shape=replace(item.shape, item=replace(row, fields=kept)))


def _keep_stored(
    context: Context, item: Field, path: tuple[str, ...], lost: list[tuple[str, ...]]
) -> Field | None:
    """Return a field that shows a column; of a JSON column, the parts that requests put there."""
    column = find_column(context.table.entity, item.name) if context.table else None
    if context.table is None or column is None or not row_source(context.table, item):
        return None
    if not is_document(column, item.shape):
        return item
    sent = sent_to(context.domain.operations, context.table.entity, column)
    shape = held(item.shape, sent, path, lost)
    return replace(item, shape=shape) if shape else None


def _extra(context: Context, path: tuple[str, ...], item: Field) -> bool:
    """Tell whether a field beside the columns of a single row can be computed."""
    single = context.operation.row is not None
    return single and value_of(context, path, item.shape) is not None


def plan_answer(domain: Domain, schemas: Schemas, operation: Operation, handler: str) -> Answer:
    """Plan the models of an answer and how it is built."""
    response = operation.endpoint.response
    if response is None or response.type is Type.NONE:
        return Answer(annotation="None", expression=None)
    context = context_of(domain, operation)
    total = needs_total(operation)
    children = _children(context, schemas)
    annotation = _annotation(context, schemas, response, handler)
    expression = _build(context, schemas, response, (), annotation)
    return Answer(annotation=annotation, expression=expression, total=total, children=children)


def _children(context: Context, schemas: Schemas) -> tuple[Operation, ...]:
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


def _listing(context: Context, child: Table, key: str) -> Operation:
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


def _place(context: Context) -> Place:
    signing = context.operation.action in SIGNING_IN | {Action.LOGOUT}
    module = context.table.module if context.table else "health"
    return Place(module="auth" if signing else module, base=RESPONSE, table=None)


def _row_model(context: Context, schemas: Schemas, shape: Shape) -> str:
    table = context.table
    if table is None:
        raise ValueError(context.operation.endpoint.name)
    place = Place(module=table.module, base=RESPONSE, table=table)
    return schemas.model(shape, row_name(table), place, f"A {table.label} in an answer")


def _annotation(context: Context, schemas: Schemas, shape: Shape, handler: str) -> str:
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


def _is_plain_row(context: Context, shape: Shape) -> bool:
    return all(row_source(context.table, item) for item in shape.fields)


def _plan_row(context: Context, schemas: Schemas, shape: Shape) -> None:
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
    context: Context, schemas: Schemas, shape: Shape, path: tuple[str, ...], annotation: str
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
        value = value_of(context, path, shape)
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
            value = column_value(context, item) or value
        passed.append((line, value))
    return f"{model}({', '.join(f'{line.attribute}={value}' for line, value in passed)})"


def _listed(child: Table, annotation: str) -> str:
    model = annotation.removeprefix("list[").removesuffix("]")
    return f"[{model}.model_validate({child.variable}) for {child.variable} in {child.rows}]"


def has_rows(operation: Operation) -> bool:
    """Tell whether an answer has the place for rows, or the row, that its action promises."""
    entity, response = operation.entity, operation.endpoint.response
    if entity is None:
        return False
    if operation.action is Action.LIST:
        return find_rows(entity, response) is not None
    return find_row(entity, response) is not None
