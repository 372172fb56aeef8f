"""Hypothesis strategies for applications as spec readers hand them over.

What they produce is valid and can be compiled whole; how much of it is stated varies.
"""

from collections.abc import Sequence

from hypothesis import strategies as st
from ir.builders import body, column, endpoint, entity, field, key, many, moment, query

from sdd.ir import (
    Application,
    AuthPolicy,
    Column,
    Default,
    Endpoint,
    Entity,
    ErrorPolicy,
    Factory,
    Field,
    Parameter,
    Shape,
    Type,
)

_NAMES = (("Task", "tasks"), ("Note", "notes"), ("Invoice", "invoices"), ("Recipe", "recipes"))
_CHILDREN = (("Comment", "comments"), ("Line", "lines"))
_WORDS = ("low", "medium", "high")
_EXTRAS: tuple[Column, ...] = (
    column("summary", Type.STR, max_length=300),
    column("body", Type.TEXT),
    column("priority", Type.ENUM, nullable=False, choices=_WORDS, default="medium"),
    column("amount", Type.INT, nullable=False, default=0, minimum=0),
    column("price", Type.FLOAT),
    column("due_date", Type.DATE),
    column("starts_at", Type.DATETIME),
    column("token", Type.UUID),
    column(
        "tags",
        Type.LIST,
        item=Type.STR,
        nullable=False,
        default=Default(factory=Factory.EMPTY_LIST),
    ),
    column("details", Type.JSON),
    column("dueTime", Type.TIME),
    column("from", Type.STR, max_length=40),
)


@st.composite
def entities(
    draw: st.DrawFn, name: str, table: str, key_type: Type, owner: Column | None
) -> Entity:
    """A table with a key, perhaps an owner, a title and some further columns."""
    extras = draw(st.lists(st.sampled_from(_EXTRAS), max_size=5, unique_by=lambda item: item.name))
    flag = draw(st.sampled_from([None, "completed", "is_archived"]))
    columns: list[Column] = [key(type_=key_type)]
    if owner is not None:
        columns.append(owner)
    columns.append(column("title", Type.STR, nullable=False, max_length=draw(st.integers(20, 200))))
    columns += extras
    if flag is not None:
        columns.append(column(flag, Type.BOOL, nullable=draw(st.sampled_from([False, None]))))
    if draw(st.booleans()):
        columns += [moment("created_at"), moment("updated_at")]
    return entity(
        name,
        table,
        *columns,
        owner_column=owner.name if owner is not None and draw(st.booleans()) else None,
    )


def _row(of: Entity, *, camel: bool) -> Shape:
    return body(*(field(_spelled(item.name, camel=camel)) for item in of.columns))


def _spelled(name: str, *, camel: bool) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest) if camel else name


def _sent(of: Entity, *, partial: bool, camel: bool) -> Shape:
    settable = [
        item
        for item in of.columns
        if not item.primary_key
        and item.foreign_key is None
        and item.name not in {"user_id", "owner_id", "created_at", "updated_at"}
    ]
    fields: list[Field] = [
        field(
            _spelled(item.name, camel=camel),
            required=False if partial or item.name != "title" else None,
        )
        for item in settable
    ]
    return body(*fields)


def _enveloped(shape: Shape, wrap: str | None) -> Shape:
    if wrap is None:
        return shape
    data = field(wrap, shape.type, fields=shape.fields, item=shape.item)
    return body(field("success", Type.BOOL), data) if wrap == "data" else body(data)


@st.composite
def _list_parameters(draw: st.DrawFn, of: Entity) -> tuple[Parameter, ...]:
    found: list[Parameter] = []
    match draw(st.sampled_from(["none", "page", "offset"])):
        case "page":
            found += [query("page"), query("limit", Type.INT, default=draw(st.integers(5, 50)))]
        case "offset":
            found += [query("skip"), query("limit")]
        case _:
            pass
    names = {item.name: item for item in of.columns}
    if "completed" in names and draw(st.booleans()):
        found.append(query("status", choices=("all", "pending", "completed"), default="all"))
    if "priority" in names and draw(st.booleans()):
        found.append(query("priority"))
    if "due_date" in names and draw(st.booleans()):
        found.append(query("due_before"))
    if draw(st.booleans()):
        found.append(query("search"))
    if draw(st.booleans()):
        found += [query("sort_by", choices=("title", "id")), query("order")]
    return tuple(found)


@st.composite
def endpoints_of(draw: st.DrawFn, of: Entity, base: str, *, camel: bool) -> tuple[Endpoint, ...]:
    """Some of the usual endpoints on the rows of a table, their parts stated or left open."""
    one = f"{base}/{{{of.name.lower()}_id}}"
    wrap = draw(st.sampled_from([None, "data", of.name.lower()]))
    stated = draw(st.booleans())
    row = _enveloped(_row(of, camel=camel), wrap) if stated else None
    rows = many(_row(of, camel=camel) if stated else None)
    total = draw(st.booleans())
    listing = body(field("items", rows.type, item=rows.item), field("total", Type.INT))
    creating = _sent(of, partial=False, camel=camel) if stated else None
    changing = _sent(of, partial=True, camel=camel) if stated else None
    possible: list[Endpoint] = [
        endpoint(f"GET {base}", *draw(_list_parameters(of)), response=listing if total else rows),
        endpoint(f"POST {base}", request=creating, response=row),
        endpoint(f"GET {one}", response=row),
        endpoint(f"PUT {one}", request=creating, response=row),
        endpoint(f"PATCH {one}", request=changing, response=row),
        endpoint(f"DELETE {one}", success_status=draw(st.sampled_from([None, 200, 204]))),
    ]
    flag = next((item for item in of.columns if item.type is Type.BOOL), None)
    if flag is not None:
        word = "complete" if flag.name == "completed" else "archive"
        possible.append(endpoint(f"PATCH {one}/{word}", response=row))
        possible.append(endpoint(f"GET {base}/statistics"))
    chosen = draw(st.lists(st.sampled_from(possible), min_size=1, unique_by=lambda item: item.name))
    return tuple(chosen)


@st.composite
def applications(draw: st.DrawFn) -> Application:
    """A whole application: owned tables, sometimes children and shared tables, and endpoints."""
    subject = draw(st.sampled_from([Type.STR, Type.INT, Type.UUID]))
    owner = column(
        draw(st.sampled_from(["user_id", "owner_id"])),
        subject,
        nullable=False,
        max_length=64 if subject is Type.STR else None,
    )
    camel = draw(st.booleans())
    prefix = draw(st.sampled_from(["/api", "/api/v1", "/api/{user_id}"]))
    chosen: Sequence[tuple[str, str]] = draw(
        st.lists(st.sampled_from(_NAMES), min_size=1, max_size=2, unique=True)
    )
    tables: list[Entity] = []
    routes: list[Endpoint] = []
    for name, table in chosen:
        key_type = draw(st.sampled_from([Type.INT, Type.UUID, Type.STR]))
        made = draw(entities(name, table, key_type, owner))
        tables.append(made)
        routes += draw(endpoints_of(made, f"{prefix}/{table}", camel=camel))
    if draw(st.booleans()):
        parent = tables[0]
        name, table = draw(st.sampled_from(_CHILDREN))
        reference = column(
            f"{parent.name.lower()}_id",
            parent.columns[0].type,
            nullable=False,
            references=f"{parent.table}.id",
        )
        child = draw(entities(name, table, Type.INT, None))
        columns = (child.columns[0], reference, *child.columns[1:])
        child = entity(name, table, *columns)
        tables.append(child)
        base = f"{prefix}/{parent.table}/{{{parent.name.lower()}_id}}/{table}"
        routes += draw(endpoints_of(child, base, camel=camel))
    if draw(st.booleans()):
        tables.append(entity("Category", "categories", key(), column("name", Type.STR)))
        routes.append(endpoint("GET /api/categories", response=many()))
    if draw(st.booleans()):
        routes.append(endpoint("GET /health"))
    return Application(
        title=draw(st.sampled_from([None, "Backend", "Someone's list"])),
        entities=tuple(tables),
        endpoints=tuple(routes),
        auth=AuthPolicy(),
        errors=ErrorPolicy(
            validation_status=draw(st.sampled_from([None, 400, 422])),
            foreign_status=draw(st.sampled_from([None, 403, 404])),
            fields=draw(st.sampled_from([None, ("detail",), ("error", "message"), ("error",)])),
        ),
    )
