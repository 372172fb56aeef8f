"""Laws: an application that is written down in a form and read back is the same application."""

from hypothesis import given, settings
from hypothesis import strategies as st
from speclang.schema_writers import FORMS, Hand, Write
from speclang.specs_builder import read
from speclang.writers import as_bullets, as_contract, as_ddl, as_listing, as_sqlmodel, as_tables

from sdd.ir import Column, Constraints, Default, Endpoint, Entity, Factory, ForeignKey, Type
from sdd.names import plural, snake
from sdd.speclang import read_specs
from sdd.text import SourceText

NAMES = st.sampled_from(
    [
        "Note",
        "Book",
        "Invoice",
        "ParkingSpot",
        "Recipe",
        "Sensor",
        "Ticket",
        "Walk",
        "Yarn",
        "Garden",
    ]
)
FIELDS = st.sampled_from(
    [
        "label",
        "body",
        "weight",
        "seen",
        "opened_on",
        "mood",
        "rank",
        "note_count",
        "colour",
        "external_ref",
        "ratio",
    ]
)


@st.composite
def columns(draw: st.DrawFn) -> Column:
    """A column other than the key."""
    kind = draw(
        st.sampled_from(
            [
                Type.STR,
                Type.TEXT,
                Type.INT,
                Type.BOOL,
                Type.FLOAT,
                Type.DATE,
                Type.DATETIME,
                Type.UUID,
                Type.JSON,
            ]
        )
    )
    default: Default | None = None
    if draw(st.booleans()):
        default = {
            Type.STR: Default(value="plain"),
            Type.INT: Default(value=7),
            Type.BOOL: Default(value=False),
            Type.DATETIME: Default(factory=Factory.NOW),
            Type.UUID: Default(factory=Factory.UUID),
        }.get(kind)
    length = draw(st.integers(min_value=1, max_value=4000)) if kind is Type.STR else None
    return Column(
        name=draw(FIELDS),
        type=kind,
        nullable=draw(st.booleans()),
        unique=draw(st.sampled_from([True, None])) if kind is Type.STR else None,
        primary_key=False,
        default=default,
        constraints=Constraints(max_length=length),
    )


@st.composite
def entities(draw: st.DrawFn) -> Entity:
    """An entity with a key, an owner, and some columns."""
    name = draw(NAMES)
    key = Column(
        name="id",
        type=Type.INT,
        nullable=False,
        primary_key=True,
        default=Default(factory=Factory.AUTOINCREMENT),
    )
    owner = Column(
        name="user_id",
        type=Type.STR,
        nullable=False,
        primary_key=False,
        foreign_key=ForeignKey(table="users", column="id"),
        constraints=Constraints(max_length=64),
    )
    others = draw(st.lists(columns(), max_size=6, unique_by=lambda column: column.name))
    return Entity(
        name=name,
        table=plural(snake(name)),
        columns=(key, owner, *others),
        owner_column="user_id",
    )


@st.composite
def endpoints(draw: st.DrawFn) -> Endpoint:
    """An endpoint with a status and a decision on access."""
    resource = plural(snake(draw(NAMES)))
    tail = draw(st.sampled_from(["", "/{item_id}", "/{item_id}/done", "/statistics"]))
    method = draw(st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]))
    status = draw(st.sampled_from([200, 201, 202, 204]))
    errors = draw(st.sets(st.sampled_from([400, 401, 403, 404, 409, 422])))
    return Endpoint(
        method=method,
        path=f"/api/{resource}{tail}",
        auth=draw(st.booleans()),
        success_status=status,
        statuses=tuple(sorted({status, *errors})),
    )


def essence(entity: Entity) -> dict[str, object]:
    """Return what a form of a table can state: no spans, no marks, open and false told as one."""
    return {
        column.name: (
            column.type,
            bool(column.nullable),
            bool(column.primary_key),
            bool(column.unique),
            column.default,
            column.foreign_key,
            column.constraints.max_length,
        )
        for column in entity.columns
    }


@given(entities())
@settings(max_examples=40, deadline=None)
def test_a_table_survives_every_form(written: Entity) -> None:
    """Markdown tables, bullets, SQL and SQLModel all say the same of an entity."""
    for write in (as_tables, as_bullets, as_ddl, as_sqlmodel):
        reading = read(schema=write(written))
        found = reading.application.entity(written.name)

        assert found is not None, write.__name__
        assert found.table == written.table, write.__name__
        assert essence(found) == essence(written), write.__name__
        assert found.owner_column == "user_id", write.__name__
        assert [item for item in reading.diagnostics if item.rule.startswith("contradicting")] == []


hands = st.builds(
    Hand,
    name=st.sampled_from(
        [
            ("Column", "Type", "Constraints"),
            ("Field", "Data Type", "Constraint"),
            ("Column Name", "SQL Type", "Validation"),
            ("Attribute", "Type", "Rules"),
        ]
    ),
    tick=st.sampled_from(["", "`", "**"]),
    title=st.sampled_from(
        [
            *("### {table}", "### `{table}`", "### Table: `{table}`", "## 2. {table} table"),
            *("#### {table} Table", "### {entity} (`{table}`)"),
        ]
    ),
    reversed=st.booleans(),
    lower=st.booleans(),
)


@given(entities(), hands, st.sampled_from(FORMS), st.sampled_from(FORMS))
@settings(max_examples=120, deadline=None)
def test_forms_of_a_table_agree_in_any_hand(
    written: Entity, hand: Hand, first: Write, second: Write
) -> None:
    """A form in any hand says the table, and two forms of it say the same without contradiction."""
    told = first(written, hand)
    for text in (told, told + "\n" + second(written, hand)):
        reading = read(schema=f"# Schema\n\n{text}")
        found = reading.application.entity(written.name)

        assert found is not None, text
        assert essence(found) == essence(written), text
        assert [item.name for item in reading.application.entities[1:]] == []
        assert [item for item in reading.diagnostics if item.rule.startswith("contradicting")] == []


@given(
    st.lists(endpoints(), min_size=1, max_size=8, unique_by=lambda item: (item.method, item.path))
)
@settings(max_examples=40, deadline=None)
def test_an_endpoint_survives_every_form(written: list[Endpoint]) -> None:
    """Headings with details and one table say the same of a list of endpoints."""
    expected = {(item.method, item.path, item.auth, item.success_status) for item in written}
    for write in (as_contract, as_listing):
        app = read(api=write(written)).application

        assert {
            (item.method, item.path, item.auth, item.success_status) for item in app.endpoints
        } == expected
    statuses = {
        item.name: item.statuses for item in read(api=as_contract(written)).application.endpoints
    }
    assert statuses == {item.name: item.statuses for item in written}


@given(st.lists(entities(), min_size=1, max_size=3, unique_by=lambda item: item.name), st.randoms())
@settings(max_examples=20, deadline=None)
def test_order_does_not_matter(written: list[Entity], chance: object) -> None:
    """The same documents in another order are the same reading."""
    documents = [
        SourceText(
            path="specs/database/schema.md", text="\n".join(as_tables(item) for item in written)
        ),
        SourceText(path="specs/api/rest-endpoints.md", text="# API\n\n### GET /api/notes\n"),
        SourceText(
            path="specs/features/notes.md", text="# Notes\n\n- **FR-001**: The system MUST work\n"
        ),
    ]
    shuffled = list(documents)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert read_specs(documents) == read_specs(shuffled)


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_alike_twice(text: str) -> None:
    """Reading is a function: any text gives the same twice, and raises nothing."""
    assert read(api=text, schema=text) == read(api=text, schema=text)
